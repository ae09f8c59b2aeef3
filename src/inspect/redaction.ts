/**
 * Redaction: the same history, without anybody's identity.
 *
 * Rule 1: an id becomes the same pseudonym wherever it stands in one trace, in keys and in the service's messages too,
 * so that the redacted history steps to the same story.
 * Rule 2: names and tenants are dropped; of a phone number the last two digits stay, for whoever has to tell two apart.
 * Rule 3: what cannot be understood cannot be redacted: it is left out, and a note says so.
 * @module
 */
import { isObject } from './shape.ts'
import type { Trace, TraceEntry, TraceHeader } from './trace.ts'

/** Fields that say who somebody is or where they belong, wherever they stand. */
const droppedFields = new Set(['displayName', 'tenantId', 'userPrincipalName', 'email'])

/** Fields in which the service writes for people to read. */
const proseFields = new Set(['message', 'note', 'reason', 'what'])

/** What may name somebody in prose although no identity did: addresses, long ids, long numbers. A diagnostic code is shorter. */
const suspiciousProse = /[^\s@<>]+@[^\s@<>]+|[0-9a-f]{8}-[0-9a-f-]{27}|\+?\d{8,}/gi

/** Fields whose values are words of ours or of the service, never ids. */
const wordFields = new Set([
  'type', 'state', 'status', 'kind', 'verdict', 'direction', 'removal', 'removalBy', 'toldState', 'cause', 'by', 'request', 'operation', 'source',
])

/** What may be an id inside another text: colons included, and without. In prose only long ones are: `a` is in every sentence. */
const tokensOf = { id: [/[\w+.@:-]+/g, /[\w+.@-]+/g], prose: [/[\w+.@:-]{6,}/g, /[\w+.@-]{6,}/g] } as const

const REDACTED = '…'

/** Replaces identities, the same ones by the same pseudonyms. One redactor per trace. */
export class Redactor {
  readonly #pseudonyms = new Map<string, string>()
  readonly #names = new Set<string>()
  readonly #counts = new Map<string, number>()

  /** Takes in the identities of a value, so that earlier mentions of them are replaced, too. */
  learn(value: unknown): void {
    if (Array.isArray(value)) {
      for (const item of value) this.learn(item)
    } else if (isObject(value)) {
      for (const [name, field] of Object.entries(value)) {
        if (name === 'identity' && isObject(field)) this.#learnIdentity(field)
        if (name === 'applicationId' && typeof field === 'string') this.#pseudonym(field, 'application')
        this.learn(field)
      }
    }
  }

  /** The header, redacted. */
  header(header: TraceHeader): TraceHeader {
    if (header.isRedacted) return header
    this.learn(header.options)
    this.learn(header.start)
    return { ...this.#replaced(header, ''), isRedacted: true }
  }

  /** An entry, redacted. */
  entry(entry: TraceEntry): TraceEntry {
    if ('unknown' in entry) return { unknown: { redacted: 'a line of an unknown shape was left out' } }
    this.learn(entry)
    return this.#replaced(entry, '')
  }

  /** Any value, redacted; what it tells of identities is learned first. */
  value<T>(value: T): T {
    this.learn(value)
    return this.#replaced(value, '')
  }

  #learnIdentity(identity: Readonly<Record<string, unknown>>): void {
    for (const [kind, one] of Object.entries(identity)) {
      if (!isObject(one)) continue
      if (typeof one['id'] === 'string') this.#pseudonym(one['id'], kind)
      if (typeof one['displayName'] === 'string' && one['displayName'].length > 2) this.#names.add(one['displayName'])
    }
  }

  #pseudonym(id: string, kind: string): string {
    const known = this.#pseudonyms.get(id.toLowerCase())
    if (known !== undefined) return known
    const place = (this.#counts.get(kind) ?? 0) + 1
    const pseudonym = `${kind}-${place}${/^\+?\d{6,}$/.test(id) ? `${REDACTED}${id.slice(-2)}` : ''}`
    this.#counts.set(kind, place)
    this.#pseudonyms.set(id.toLowerCase(), pseudonym)
    return pseudonym
  }

  #replaced<T>(value: T, field: string): T
  #replaced(value: unknown, field: string): unknown {
    if (typeof value === 'string') return this.#replacedText(value, field)
    if (Array.isArray(value)) return value.map((item) => this.#replaced(item as unknown, field))
    if (!isObject(value)) return value
    const kept = Object.entries(value).filter(([name]) => !droppedFields.has(name))
    return Object.fromEntries(kept.map(([name, inner]) => [name, this.#replaced(inner, name)]))
  }

  #replacedText(value: string, field: string): string {
    if (wordFields.has(field)) return value
    const whole = this.#pseudonyms.get(value.toLowerCase())
    if (whole !== undefined) return whole
    if (!proseFields.has(field)) return this.#replacedTokens(value, tokensOf.id)
    let prose = this.#replacedTokens(value, tokensOf.prose)
    for (const name of this.#names) prose = prose.replaceAll(name, REDACTED)
    return prose.replace(suspiciousProse, REDACTED)
  }

  /** An id may stand alone or inside a longer one: `ring/…`, `8:orgid:…`. */
  #replacedTokens(value: string, [tokens, ...shorter]: readonly RegExp[]): string {
    if (tokens === undefined) return value
    return value.replace(tokens, (token) => {
      const end = token.endsWith('.') ? '.' : ''
      const pseudonym = this.#pseudonyms.get(token.slice(0, token.length - end.length).toLowerCase())
      return pseudonym === undefined ? this.#replacedTokens(token, shorter) : pseudonym + end
    })
  }
}

/** The trace without anybody's identity; one that is redacted already, as it is. */
export function redactTrace(trace: Trace): Trace {
  if (trace.isRedacted) return trace
  const redactor = new Redactor()
  redactor.learn(trace.options)
  redactor.learn(trace.start)
  redactor.learn(trace.entries.filter((entry) => !('unknown' in entry)))
  return { ...trace, ...redactor.header(trace), entries: trace.entries.map((entry) => redactor.entry(entry)) }
}
