/**
 * Redaction: the same history, without anybody's identity.
 *
 * Rule 1: an id — of a person, a participant, an operation, a call, a request of somebody else's — becomes the same
 * pseudonym wherever it stands in one trace, part by part (`ring/…`), so that the redacted history steps to the same story.
 * Rule 2: what the service wrote for people to read is left out as a whole, but for what the story hangs on: a
 * diagnostic code, and whom a message names. Names, tenants, the service's own request ids and what else it says of a
 * participant (`details`) are dropped.
 * Rule 3: of a phone number the last two digits stay, for whoever has to tell two apart.
 * Rule 4: what cannot be understood cannot be redacted: it is left out, and a note says so. A string in a field nobody
 * knows is taken for an id.
 * @module
 */
import { NameSet, REDACTED, redactNote } from './note-redaction.ts'
import { isObject } from '../call/codec/schema.ts'
import { isRedactedThroughout, type Trace, type TraceEntry, type TraceHeader } from './trace.ts'

/** Fields that say who somebody is, where they belong, or what the service can look them up by. */
const droppedFields = new Set([
  'displayName',
  'tenantId',
  'userPrincipalName',
  'email',
  'requestId',
  'details',
  'label',
])

/** Fields whose values are words of ours or of the service, never ids; anything but a word is left out. */
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
/** Why a request failed, by our own words; where the service gives a reason of its own, it is prose. */
const reasonWords = new Set(['gone', 'forbidden', 'throttled', 'conflict', 'other'])
const aWord = /^[A-Za-z][\w.]{0,60}$|^\d{1,6}$/

/** Fields in which the service writes for people to read. */
const proseFields = new Set(['message', 'reason', 'what', 'resource'])

/** Notes are ours: of a call's evidence, or of whoever wrote the trace. They may name people all the same. */
const noteFields = new Set(['note', 'lost'])

/** What a history depends on in a message of the service: who failed, why, and what kind of thing nobody knew. */
const named = /failed for participant (?:\d+:(?:orgid:)?)?(\S+?)\.?(?:\s|$)/
const telling = [/DiagCode: \d{1,9}#\d{1,9}/, /#microsoft\.graph\.\w{1,60}/]

/** Parts that keys, deadlines and requests are made of beside ids. */
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

/** What an id is an id of, by the field it stands in; a list's items are of the list's kind. */
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

/** Replaces identities, the same ones by the same pseudonyms. One redactor per trace. */
export class Redactor {
  readonly #pseudonyms = new Map<string, string>()
  /** By lower case: messages spell ids as they like. */
  readonly #spelledAnyhow = new Map<string, string>()
  readonly #names = new NameSet()
  readonly #counts = new Map<string, number>()
  readonly #callName: string

  /** `callName` is what the call is called, where there are several beside each other. */
  constructor(callName = 'call-1') {
    this.#callName = callName
  }

  /** Takes in the identities of a value, so that they are called what they are wherever they stand. */
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

  /** The pseudonym of the redactor's call, wherever its id stands from now on. */
  nameCall(callId: string): string {
    this.#pseudonyms.set(callId, this.#callName)
    return this.#callName
  }

  /** The header, redacted. */
  header(header: TraceHeader): TraceHeader {
    if (header.isRedacted) return header
    this.learn(header.options)
    this.learn(header.start)
    // Before anything else of that spelling: the call stands in its own core as well.
    const callId = this.nameCall(header.callId)
    return { ...this.#replaced(header, ''), callId, isRedacted: true }
  }

  /** An entry, redacted. */
  entry(entry: TraceEntry): TraceEntry {
    if ('begun' in entry) return { begun: this.#laterHeader(entry.begun) }
    if ('unknown' in entry) return { unknown: { redacted: 'a line of an unknown shape was left out' } }
    this.learn(entry)
    return this.#replaced(entry, '')
  }

  /** The header of a process that wrote on. */
  #laterHeader(header: TraceHeader): TraceHeader {
    if (header.isRedacted) return header
    this.learn(header.options)
    this.learn(header.start)
    const callId = this.#pseudonym(header.callId, 'other-call')
    return { ...this.#replaced(header, ''), callId, isRedacted: true }
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
    if (!this.#spelledAnyhow.has(id.toLowerCase())) this.#spelledAnyhow.set(id.toLowerCase(), pseudonym)
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

  /** Of an identity its id is left, and nothing else. */
  #replacedIdentity(identity: Readonly<Record<string, unknown>>): object {
    return Object.fromEntries(
      Object.entries(identity).flatMap(([kind, one]) => {
        if (!isObject(one)) return []
        return [
          [
            aWord.test(kind) ? kind : this.#pseudonym(kind, 'kind'),
            typeof one['id'] === 'string' ? { id: this.#pseudonym(one['id'], kind) } : {},
          ],
        ]
      }),
    )
  }

  #replacedText(value: string, field: string): string {
    if (wordFields.has(field)) return aWord.test(value) ? value : REDACTED
    if (field === 'reason' && reasonWords.has(value)) return value
    if (field === 'invitee') return this.#namedInvitee(value)
    if (proseFields.has(field)) return this.#replacedProse(value)
    if (noteFields.has(field)) return this.#replacedNote(value)
    if (field === 'applicationId') return this.#pseudonym(value, 'application')
    return this.#replacedId(value, kinds.get(field) ?? 'id')
  }

  /** Part by part, so that what is put together from ids is put together from their pseudonyms. */
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
    const name = named.exec(value)?.[1]
    const who = name === undefined ? [] : [`failed for participant ${this.#namedInvitee(name)}.`]
    const codes = telling.flatMap((pattern) => pattern.exec(value)?.[0] ?? [])
    return value === '' ? value : [REDACTED, ...who, ...codes].join(' ')
  }

  /** Messages spell ids as they like. */
  #namedInvitee(name: string): string {
    return this.#spelledAnyhow.get(name.toLowerCase()) ?? this.#pseudonym(name, 'somebody')
  }

  #replacedNote(value: string): string {
    return redactNote(value, (id) => this.#spelledAnyhow.get(id.toLowerCase()), this.#names)
  }
}

/** The trace without anybody's identity; what is redacted already, as it is. */
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
    // Of what was redacted elsewhere before, nobody here knows who is who.
    const keepsPseudonyms = place === 0 ? !trace.isRedacted : bare[place - 1] === true
    return 'begun' in redacted ? { begun: { ...redacted.begun, keepsPseudonyms } } : redacted
  })
  return { ...trace, ...header, entries }
}
