/**
 * Notifications: converts the body of a callback to events, in order, without dropping any.
 *
 * Rule 1: every item of `value` is read. The kind of a resource follows from `@odata.type`, else from its shape, else
 * from the path: documented rosters arrive on `…/operations/participants`.
 * Rule 2: an array of participants is the full roster. One with an item that is not readable as a
 * participant is incomplete and becomes a delta, in which absence means nothing. So does a single participant object.
 * Rule 3: `deltaParticipants` keep their own sequence numbers, one report each, in any item.
 * Rule 4: an unknown type, call state or operation status is a `notification.unrecognised` event. Only a value of the
 * wrong type is an error, and it rejects the whole body.
 * Rule 5: the call id comes from the URL alone. A notification whose URL names no call has the call id `''` and is
 * stored nowhere. One whose call id is not a valid URL segment rejects the whole body.
 * @module
 */
import { RollcallError } from '../../call/model/errors.ts'
import { noCall, type InboundEvent, type RosterEntry } from '../../call/model/events.ts'
import { findExcess, findExcessOf, type JsonExcess } from '../../call/codec/json-limits.ts'
import { isObject } from '../../call/codec/schema.ts'
import {
  bodyLimits,
  mismatch,
  odataType,
  readArray,
  readObject,
  root,
  stringAt,
  integerAt,
  type JsonObject,
  type JsonPath,
} from './json-reader.ts'
import { readResourceUrl } from './resource-url.ts'
import { readCall, readOperation, readParticipant, readParticipants } from './resources.ts'
import { callIdFault } from '../../call/model/ids.ts'
import { normaliseId } from './ids.ts'

type ObservedEvent = InboundEvent['event']

/**
 * How many events the notifications of one body may have; a roster is one event, whatever its size. The service posts
 * one or a few, and a call's mailbox does not hold more.
 */
export const BODY_FACTS_LIMIT = 1_000

/** The maximum length of outside text in events, in characters; longer text is cut. */
const QUOTE_LIMIT = 200

/**
 * Reads a callback's body, parsed or as text.
 * @throws RollcallError BODY_NOT_JSON when text is not JSON; BODY_TOO_DEEP or BODY_TOO_FULL beyond the limits of
 * bodies; NOTIFICATION_INVALID, with `details.path`, when it is not a notification collection or a value has the wrong
 * type
 */
export function parseNotifications(body: unknown): readonly InboundEvent[] {
  return readNotifications(parseBody(body))
}

/**
 * A callback's body as a value: text is parsed, and a value that was parsed elsewhere is checked against the same
 * limits.
 * @throws RollcallError BODY_NOT_JSON | BODY_TOO_DEEP | BODY_TOO_FULL
 */
export function parseBody(body: unknown): unknown {
  if (typeof body === 'string') return parseJson(body)
  refuseExcess(findExcessOf(body, bodyLimits))
  return body
}

/** Reads a callback's parsed body. @throws RollcallError NOTIFICATION_INVALID, with `details.path`; BODY_TOO_FULL */
export function readNotifications(body: unknown): readonly InboundEvent[] {
  const path: JsonPath = { parent: root, step: 'value' }
  const items = readArray(readObject(body, root)['value'], path)
  if (items.length > BODY_FACTS_LIMIT) throw tooFull('notifications', BODY_FACTS_LIMIT, items.length)
  const observations: InboundEvent[] = []
  for (const [index, item] of items.entries()) {
    readNotification(item, { parent: path, step: index }, observations)
    if (observations.length > BODY_FACTS_LIMIT) throw tooFull('facts', BODY_FACTS_LIMIT, observations.length)
  }
  return observations
}

function refuseExcess(excess: JsonExcess | undefined): void {
  if (excess === undefined) return
  const { what, limit, found } = excess
  if (what === 'values') throw tooFull(what, limit, found)
  const expected = `objects and arrays at most ${limit} deep`
  throw new RollcallError('BODY_TOO_DEEP', `expected ${expected}, found ${found}`, {
    path: '$',
    expected,
    limit,
    found,
  })
}

function tooFull(what: string, limit: number, found: number): RollcallError {
  const expected = `at most ${limit} ${what}`
  return new RollcallError('BODY_TOO_FULL', `expected a body of ${expected}, found ${found}`, {
    expected,
    limit,
    found,
  })
}

/**
 * Parses JSON text; a byte order mark is skipped. @throws RollcallError BODY_NOT_JSON | BODY_TOO_DEEP | BODY_TOO_FULL
 */
function parseJson(text: string): unknown {
  refuseExcess(findExcess(text, bodyLimits))
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch {
    // The parser's own message quotes the body, which may contain names, so it is not included.
    throw new RollcallError('BODY_NOT_JSON', 'expected a JSON body, found text that is not JSON', { path: '$' })
  }
}

/** The resource of a notification and its change type. */
interface Envelope {
  readonly resource: string
  readonly below: readonly string[]
  readonly isDeleted: boolean
}

function readNotification(value: unknown, path: JsonPath, observations: InboundEvent[]): void {
  const notification = readObject(value, path)
  const urls = [stringAt(notification, 'resourceUrl', path), stringAt(notification, 'resource', path)]
  const named = urls.filter((url) => url !== undefined && url.trim() !== '') as string[]
  const first = named[0]
  if (first === undefined)
    throw mismatch({ parent: path, step: 'resourceUrl' }, 'a resource URL', notification['resourceUrl'])
  const target = named.map(readResourceUrl).find((found) => found !== undefined)
  const envelope: Envelope = {
    resource: first.slice(0, QUOTE_LIMIT),
    below: target?.below ?? [],
    isDeleted: stringAt(notification, 'changeType', path)?.trim().toLowerCase() === 'deleted',
  }
  const data = notification['resourceData']
  const dataPath: JsonPath = { parent: path, step: 'resourceData' }
  const events =
    target === undefined
      ? [unrecognised(envelope, 'a resource that belongs to no call')]
      : readData(data, dataPath, envelope)
  const callId = target?.callId ?? noCall
  const fault = target === undefined ? undefined : callIdFault(callId)
  if (fault !== undefined) {
    const step = urls[0] !== undefined && readResourceUrl(urls[0]) !== undefined ? 'resourceUrl' : 'resource'
    throw mismatch({ parent: path, step }, fault, callId)
  }
  for (const event of events) observations.push({ callId, event })
}

function readData(data: unknown, path: JsonPath, envelope: Envelope): readonly ObservedEvent[] {
  if (data === undefined || data === null) {
    if (envelope.isDeleted && envelope.below.length === 0) return [{ type: 'call.reported', isDeleted: true }]
    return [unrecognised(envelope, 'a notification without resource data')]
  }
  if (Array.isArray(data)) return readCollection(data, path, envelope)
  if (typeof data === 'object') return readEntity(data as JsonObject, path, envelope)
  throw mismatch(path, 'an object or an array', data)
}

type Kind = 'call' | 'operation' | 'participant' | 'delta'

/** The kind of an entity: by its type if known, else by its shape, else (without a type) by the path. */
function kindOf(entity: JsonObject, path: JsonPath, envelope: Envelope): Kind | undefined {
  const type = odataType(entity, path)
  if (type === 'call' || type === 'participant') return type
  if (type === 'deltaparticipants') return 'delta'
  if (type?.endsWith('operation') === true) return 'operation'
  if (isObject(entity['info']) || typeof entity['isInLobby'] === 'boolean') return 'participant'
  if (Array.isArray(entity['participants']) && entity['sequenceNumber'] !== undefined) return 'delta'
  if (type !== undefined) return undefined
  if (typeof entity['state'] === 'string') return 'call'
  if (typeof entity['status'] === 'string' || typeof entity['clientContext'] === 'string') return 'operation'
  return kindOfPath(envelope.below)
}

function kindOfPath(below: readonly string[]): Kind | undefined {
  if (below.length === 0) return 'call'
  const [collection, id] = [below[0]?.toLowerCase(), below[1]?.toLowerCase()]
  if (collection === 'participants' || id === 'participants') return 'participant'
  return collection === 'operations' ? 'operation' : undefined
}

function readEntity(entity: JsonObject, path: JsonPath, envelope: Envelope): readonly ObservedEvent[] {
  switch (kindOf(entity, path, envelope)) {
    case 'call':
      return readCallEvents(entity, path, envelope)
    case 'operation':
      return [readOperationEvent(entity, path, envelope)]
    case 'delta':
      return [readDelta(entity, path)]
    case 'participant':
      return [readSingleParticipant(entity, path, envelope)]
    case undefined:
      return [unrecognisedEntity(entity, path, envelope)]
  }
}

function readCollection(data: readonly unknown[], path: JsonPath, envelope: Envelope): readonly ObservedEvent[] {
  if (data.length === 0) {
    if (kindOfPath(envelope.below) === 'participant') return [{ type: 'roster.reported', kind: 'full', entries: [] }]
    return [unrecognised(envelope, 'an empty collection')]
  }
  const events: ObservedEvent[] = []
  const entries: [JsonObject, JsonPath][] = []
  let place = 0
  let isComplete = true
  data.forEach((item, index) => {
    const itemPath: JsonPath = { parent: path, step: index }
    const entity = readObject(item, itemPath)
    const kind = kindOf(entity, itemPath, envelope)
    if (kind !== 'participant') {
      isComplete &&= kind === 'delta'
      events.push(...readEntity(entity, itemPath, envelope))
      return
    }
    if (entries.length === 0) place = events.length
    entries.push([entity, itemPath])
  })
  if (entries.length > 0) events.splice(place, 0, readRoster(entries, isComplete ? 'full' : 'delta', envelope))
  return events
}

function readRoster(
  entities: readonly [JsonObject, JsonPath][],
  kind: 'full' | 'delta',
  envelope: Envelope,
): ObservedEvent {
  const entries = entities.map(([entity, path]) => readParticipant(entity, path, kind))
  // Documented rosters are always `updated`. A deleted one is ambiguous: the listed participants, or all others.
  if (envelope.isDeleted) return unrecognised(envelope, 'a deleted roster')
  return { type: 'roster.reported', kind, entries }
}

function readDelta(delta: JsonObject, path: JsonPath): ObservedEvent {
  const entries = readParticipants(delta['participants'] ?? [], { parent: path, step: 'participants' }, 'delta')
  const sequence = integerAt(delta, 'sequenceNumber', path)
  return sequence === undefined
    ? { type: 'roster.reported', kind: 'delta', entries }
    : { type: 'roster.reported', kind: 'delta', sequence, entries }
}

function readSingleParticipant(entity: JsonObject, path: JsonPath, envelope: Envelope): ObservedEvent {
  const entry = readParticipant(entity, path, 'delta')
  const gone: RosterEntry = envelope.isDeleted && entry.removed === undefined ? { ...entry, removed: {} } : entry
  return { type: 'roster.reported', kind: 'delta', entries: [gone] }
}

function readCallEvents(entity: JsonObject, path: JsonPath, envelope: Envelope): readonly ObservedEvent[] {
  const { report, unknownState } = readCall(entity, path)
  const isCallItself = envelope.below.length === 0
  const reported: ObservedEvent = {
    type: 'call.reported',
    ...report,
    ...(envelope.isDeleted && isCallItself ? { isDeleted: true } : {}),
  }
  if (unknownState === undefined) return [reported]
  return [reported, unrecognised(envelope, `call state ${quote(unknownState)}`)]
}

function readOperationEvent(entity: JsonObject, path: JsonPath, envelope: Envelope): ObservedEvent {
  const { report, unknownStatus } = readOperation(entity, path)
  if (unknownStatus !== undefined) return unrecognised(envelope, `operation status ${quote(unknownStatus)}`)
  const operationId = report.operationId ?? operationIdOf(envelope.below)
  return { type: 'operation.reported', ...report, ...(operationId === undefined ? {} : { operationId }) }
}

/** The id in `operations/{id}`; the documented exception `operations/participants` has none. */
function operationIdOf(below: readonly string[]): string | undefined {
  const id = normaliseId(below[1] ?? '')
  return below[0]?.toLowerCase() === 'operations' && id !== '' && id.toLowerCase() !== 'participants' ? id : undefined
}

function unrecognisedEntity(entity: JsonObject, path: JsonPath, envelope: Envelope): ObservedEvent {
  const type = odataType(entity, path)
  return unrecognised(
    envelope,
    type === undefined ? 'a resource of no known shape' : `a resource of type ${quote(type)}`,
  )
}

function unrecognised(envelope: Envelope, what: string): ObservedEvent {
  return { type: 'notification.unrecognised', resource: envelope.resource, what }
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, QUOTE_LIMIT))
}
