/**
 * Redaction: the same history without identities.
 *
 * Rule 1: an id — of a person, a participant, an operation, a call, a foreign request — becomes the same pseudonym
 * everywhere in one trace, part by part (`ring/…`), so that the redacted history replays to the same states.
 * Rule 2: prose of the service is removed, except what the history depends on: diagnostic codes, and the participant a
 * message names. Names, tenants, the service's request ids and other details of a participant (`details`) are dropped.
 * Rule 3: phone numbers keep their last two digits, to tell two apart.
 * Rule 4: values that cannot be understood are removed, and a note says so. A string in an unknown field is treated as
 * an id.
 * @module
 */
import { NameSet, REDACTED, redactNote } from './note-redaction.ts'
import { isObject } from '../call/codec/schema.ts'
import { isRedactedThroughout, type Trace, type TraceEntry, type TraceHeader } from './trace.ts'

/** Fields with names, tenants, or ids by which the service can look up a person. */
const droppedFields = new Set([
  'displayName',
  'tenantId',
  'userPrincipalName',
  'email',
  'requestId',
  'details',
  'label',
])

/** Fields with fixed words of rollcall or of the service, never ids; any other value is removed. */
const wordFields = new Set([
  'type',
  'state',
  'status',
  'kind',
  'verdict',
  'direction',
  'removal',
  'removalBy',
  'adoption',
  'toldState',
  'announcedState',
  'doubt',
  'liveness',
  'cause',
  'by',
  'request',
  'operation',
  'source',
  'code',
  'endpoint',
  'facts',
])
/** Fixed reasons of failed requests; a reason in the service's own words is prose. */
const reasonWords = new Set(['gone', 'forbidden', 'throttled', 'conflict', 'other'])
const word = /^[A-Za-z][\w.]{0,60}$|^\d{1,6}$/

/** Fields with prose of the service. */
const proseFields = new Set(['message', 'reason', 'what', 'resource'])

/** Notes are written by rollcall or by the trace's author; they may still contain names. */
const noteFields = new Set(['note', 'lost'])

/**
 * The parts of a service's message that a history depends on: the failed participant, the diagnostic code, the type of
 * an unknown resource.
 */
const namedParticipant = /failed for participant (?:\d+:(?:orgid:)?)?(\S+?)\.?(?:\s|$)/
const diagnostics = [/DiagCode: \d{1,9}#\d{1,9}/, /#microsoft\.graph\.\w{1,60}/]

/** Fixed parts of keys, deadlines and requests, beside ids. */
const ownParts = new Set([
  'ring',
  'grace',
  'confirm',
  'retry',
  'complete',
  'delete',
  'invite',
  'fetch',
  'refetch',
  'keepAlive',
  'hangUp',
  'call',
  'callFetch',
  'resync',
  'mute',
  'nameless',
])

/** The kind of an id, by its field; items of a list have the list's kind. */
const kinds = new Map(
  Object.entries({
    callId: 'call',
    replacesCallId: 'other-call',
    reference: 'reference',
    operationId: 'operation',
    orphans: 'operation',
    unmatchedOperations: 'operation',
    invitation: 'invitation',
    invitations: 'invitation',
    clientContext: 'request',
    mutes: 'request',
    id: 'participant',
    participantId: 'participant',
    myParticipantId: 'participant',
    removalTarget: 'participant',
    key: 'participant',
    keys: 'participant',
    aliases: 'participant',
    deadline: 'participant',
    deadlines: 'participant',
    waiting: 'participant',
  }),
)

/** Replaces identities; the same identity always gets the same pseudonym. One redactor per trace. */
export class Redactor {
  readonly #pseudonyms = new Map<string, string>()
  /** By lower case: messages spell ids in any case. */
  readonly #byLowerCase = new Map<string, string>()
  readonly #names = new NameSet()
  readonly #counts = new Map<string, number>()
  readonly #callName: string

  /** `callName` is the call's pseudonym, if several calls are shown together. */
  constructor(callName = 'call-1') {
    this.#callName = callName
  }

  /** Learns the identities of a value, so that they are replaced wherever they occur. */
  learn(value: unknown): void {
    if (Array.isArray(value)) {
      for (const item of value) this.learn(item)
    } else if (isObject(value)) {
      for (const [name, field] of Object.entries(value)) {
        if (name === 'identity' && isObject(field)) this.#learnIdentity(field)
        if (name === 'applicationId' && typeof field === 'string') this.#pseudonym(field, 'application')
        if (name === 'tenant' && typeof field === 'string') this.#pseudonym(field, 'tenant')
        this.learn(field)
      }
    }
  }

  /** Sets the id of the redactor's call; returns its pseudonym. */
  nameCall(callId: string): string {
    this.#pseudonyms.set(callId, this.#callName)
    return this.#callName
  }

  /** The redacted header. */
  header(header: TraceHeader): TraceHeader {
    if (header.isRedacted) return header
    this.learn(header.options)
    this.learn(header.start)
    // Learned first: the call's id also occurs in its own core.
    const callId = this.nameCall(header.callId)
    return { ...this.#replaced(header, ''), callId, isRedacted: true }
  }

  /** The redacted entry. */
  entry(entry: TraceEntry): TraceEntry {
    if ('begun' in entry) return { begun: this.#laterHeader(entry.begun) }
    if ('unknown' in entry) return { unknown: { redacted: 'a line of unknown shape was removed' } }
    this.learn(entry)
    return this.#replaced(entry, '')
  }

  /** The header of a later recording. */
  #laterHeader(header: TraceHeader): TraceHeader {
    if (header.isRedacted) return header
    this.learn(header.options)
    this.learn(header.start)
    const callId = this.#pseudonym(header.callId, 'other-call')
    return { ...this.#replaced(header, ''), callId, isRedacted: true }
  }

  /** Any value, redacted; its identities are learned first. */
  value<T>(value: T): T {
    this.learn(value)
    return this.#replaced(value, '')
  }

  #learnIdentity(identity: Readonly<Record<string, unknown>>): void {
    for (const [kind, one] of Object.entries(identity)) {
      if (!isObject(one)) continue
      if (typeof one['id'] === 'string') this.#pseudonym(one['id'], kind)
      if (typeof one['displayName'] === 'string') this.#names.add(one['displayName'])
    }
  }

  #pseudonym(id: string, kind: string): string {
    const known = this.#pseudonyms.get(id)
    if (known !== undefined) return known
    const place = (this.#counts.get(kind) ?? 0) + 1
    const pseudonym = `${kind}-${place}${/^\+?\d{6,}$/.test(id) ? `${REDACTED}${id.slice(-2)}` : ''}`
    this.#counts.set(kind, place)
    this.#pseudonyms.set(id, pseudonym)
    if (!this.#byLowerCase.has(id.toLowerCase())) this.#byLowerCase.set(id.toLowerCase(), pseudonym)
    return pseudonym
  }

  #replaced<T>(value: T, field: string): T
  #replaced(value: unknown, field: string): unknown {
    if (typeof value === 'string') return this.#replacedText(value, field)
    if (Array.isArray(value)) return value.map((item) => this.#replaced(item as unknown, field))
    if (!isObject(value)) return value
    const kept = Object.entries(value).filter(([name]) => !droppedFields.has(name))
    return Object.fromEntries(
      kept.map(([name, inner]) => [
        name,
        name === 'identity' && isObject(inner) ? this.#replacedIdentity(inner) : this.#replaced(inner, name),
      ]),
    )
  }

  /** Keeps only the id of an identity. */
  #replacedIdentity(identity: Readonly<Record<string, unknown>>): object {
    return Object.fromEntries(
      Object.entries(identity).flatMap(([kind, one]) => {
        if (!isObject(one)) return []
        return [
          [
            word.test(kind) ? kind : this.#pseudonym(kind, 'kind'),
            typeof one['id'] === 'string' ? { id: this.#pseudonym(one['id'], kind) } : {},
          ],
        ]
      }),
    )
  }

  #replacedText(value: string, field: string): string {
    if (wordFields.has(field)) return word.test(value) ? value : REDACTED
    if (field === 'reason' && reasonWords.has(value)) return value
    if (field === 'invitee') return this.#namedInvitee(value)
    if (proseFields.has(field)) return this.#replacedProse(value)
    if (noteFields.has(field)) return this.#replacedNote(value)
    if (field === 'applicationId') return this.#pseudonym(value, 'application')
    return this.#replacedId(value, kinds.get(field) ?? 'id')
  }

  /** Part by part, so that composed ids are composed of pseudonyms. */
  #replacedId(value: string, kind: string): string {
    return value
      .split('/')
      .map((part) => {
        const [, base = '', again = ''] = /^([\s\S]*?)(~\d+)?$/.exec(part) ?? []
        return base === '' || ownParts.has(base) || /^\d{1,6}$/.test(base) ? part : this.#pseudonym(base, kind) + again
      })
      .join('/')
  }

  #replacedProse(value: string): string {
    const name = namedParticipant.exec(value)?.[1]
    const who = name === undefined ? [] : [`failed for participant ${this.#namedInvitee(name)}.`]
    const codes = diagnostics.flatMap((pattern) => pattern.exec(value)?.[0] ?? [])
    return value === '' ? value : [REDACTED, ...who, ...codes].join(' ')
  }

  /** Messages spell ids in any case. */
  #namedInvitee(name: string): string {
    return this.#byLowerCase.get(name.toLowerCase()) ?? this.#pseudonym(name, 'person')
  }

  #replacedNote(value: string): string {
    return redactNote(value, (id) => this.#byLowerCase.get(id.toLowerCase()), this.#names)
  }
}

/** The trace without identities; redacted recordings stay as they are. */
export function redactTrace(trace: Trace): Trace {
  if (isRedactedThroughout(trace)) return trace
  const redactor = new Redactor()
  let isBare = !trace.isRedacted
  const bare = trace.entries.map((entry) => {
    if ('begun' in entry) isBare = !entry.begun.isRedacted
    return isBare
  })
  if (!trace.isRedacted) redactor.learn([trace.options, trace.start])
  redactor.learn(trace.entries.filter((entry, place) => bare[place] === true && !('unknown' in entry)))
  const header = redactor.header(trace)
  const entries = trace.entries.map((entry, place) => {
    if (bare[place] !== true) return entry
    const redacted = redactor.entry(entry)
    // The identities of a recording redacted elsewhere are unknown.
    const keepsPseudonyms = place === 0 ? !trace.isRedacted : bare[place - 1] === true
    return 'begun' in redacted ? { begun: { ...redacted.begun, keepsPseudonyms } } : redacted
  })
  return { ...trace, ...header, entries }
}
