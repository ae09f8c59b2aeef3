/**
 * The shapes of call events and of what they are made from: answers of a transport, reports of the service. `step` takes
 * events of the type and nothing else.
 *
 * Rule: what has its shape here can be stepped, stored, and read again. Fields that are not named have to be plain JSON
 * wherever a call may keep them.
 * @module
 */
import type { MediaStream } from '../../participant/facts.ts'
import type { Identity, IdentitySet } from '../../participant/identity.ts'
import type { Classification, ResultInfo } from '../../participant/participant.ts'
import type { RequestEffect } from '../model/effects.ts'
import type {
  CallEvent,
  CallEventType,
  CallReport,
  InvitedParticipant,
  Invitee,
  OperationReport,
  Removed,
  RosterEntry,
  RosterSnapshot,
  ServiceFailure,
  Verdict,
} from '../model/events.ts'
import { isReference } from '../model/reference.ts'
import {
  anything,
  flag,
  is,
  isObject,
  json,
  jsonObject,
  list,
  number,
  object,
  oneOf,
  optional,
  parse,
  plain,
  record,
  tagged,
  text,
  time,
  type Check,
  type Fault,
  type Fields,
  type Shape,
} from './schema.ts'

/** An object that a call may keep as it came. */
function kept<T>(fields: Fields<T>): Shape<T> {
  return plain(object(fields, json))
}

/** Who somebody is, under each of its kinds. */
export const identitySet: Shape<IdentitySet> = plain(
  record(
    optional(
      kept<Identity>({
        id: optional(text),
        displayName: optional(text),
        tenantId: optional(text),
        identityProvider: optional(text),
      }),
    ),
  ),
)

/** Why a participant ended. */
export const cause = oneOf(
  'cancelled',
  'declined',
  'busy',
  'noAnswer',
  'unreachable',
  'forbidden',
  'failed',
  'removed',
  'left',
  'lobbyTimeout',
  'replaced',
  'transferred',
  'callEnded',
  'lost',
  'unknown',
)

/** Who ended it. */
export const endedBy = oneOf('local', 'remote', 'service', 'deadline', 'unknown')

const classification: Fields<Classification> = {
  cause: optional(cause),
  by: optional(endedBy),
  isUnclassified: optional(flag),
}

/** The service's result of a call or an operation. */
export const result = kept<ResultInfo>({
  ...classification,
  code: optional(number),
  subcode: optional(number),
  message: optional(text),
  requestId: optional(text),
  invitee: optional(text),
})

/** Why a request failed. */
export const failureReason = oneOf('gone', 'forbidden', 'throttled', 'conflict', 'other')

/** The service's own name for a call. */
export const reference = is<string>('a reference', isReference)

/** All streams of a participant. */
export const media = list(
  kept<MediaStream>({
    kind: text,
    direction: text,
    label: optional(text),
    sourceId: optional(text),
    isServerMuted: optional(flag),
  }),
)

const rosterEntry = kept<RosterEntry>({
  id: optional(text),
  identity: identitySet,
  isInLobby: optional(flag),
  isMuted: optional(flag),
  removed: optional(kept<Removed>({ reason: optional(text), cause: optional(cause), by: optional(endedBy) })),
  sequence: optional(number),
  isAnonymous: optional(flag),
  media: optional(media),
  endpoint: optional(text),
  details: optional(jsonObject),
})

/** Those an application asks for. */
export const invitees = list(
  kept<Invitee>({
    identity: identitySet,
    participantId: optional(text),
    replacesCallId: optional(text),
    isHidden: optional(flag),
    removeFromDefaultAudioRoutingGroup: optional(flag),
  }),
)

/** Every state of a call. */
export const callState = oneOf(
  'unknown',
  'incoming',
  'ringing',
  'redirecting',
  'establishing',
  'established',
  'hold',
  'transferring',
  'transferAccepted',
  'terminating',
  'terminated',
)

/** The fields of what is said of a call. */
export const callReportFields: Fields<CallReport> = {
  state: optional(callState),
  myParticipantId: optional(text),
  result: optional(result),
  isDeleted: optional(flag),
  reference: optional(reference),
}

/** What is said of a call. */
const callReport = kept<CallReport>(callReportFields)

/** How an operation stands. */
export const operationStatus = oneOf('running', 'completed', 'failed')

const operationFields: Fields<OperationReport> = {
  operationId: optional(text),
  clientContext: optional(text),
  status: operationStatus,
  result: optional(result),
  participants: optional(list(kept<InvitedParticipant>({ identity: identitySet, participantId: optional(text) }))),
}

/** What is said of an operation. */
export const operationReport = kept<OperationReport>(operationFields)

/** A list of participants. */
export const rosterSnapshot = kept<RosterSnapshot>({
  entries: list(rosterEntry),
  isComplete: optional(flag),
  operations: optional(list(operationReport)),
})

const failure = object<ServiceFailure>({
  ...classification,
  reason: failureReason,
  status: optional(number),
  code: text,
  message: text,
  retryAfterMs: optional(number),
  requestId: optional(text),
})

/** How a request ended, with the value that was asked for. */
export function verdictOf<T>(value: Shape<T>): Shape<Verdict<T>> {
  return tagged<Verdict<T>, 'verdict'>('verdict', {
    done: { value },
    refused: { failure },
    unconfirmed: { failure },
  } as never)
}

/** How a request ended that is answered with no more than that; a value beside it counts for nothing. */
export const bareVerdict = verdictOf(anything as Shape<undefined>)

/** How a request about an operation ended. */
export const operationVerdict = verdictOf(operationReport)

/** How a fetch of the call ended. */
export const callVerdict = verdictOf(callReport)

/** How a fetch of the roster ended. */
export const rosterVerdict = verdictOf(rosterSnapshot)

type EventOf<T extends CallEventType> = Extract<CallEvent, { readonly type: T }>
type KeyOf<E> = E extends unknown ? Exclude<keyof E, 'type' | 'at'> : never
type ValueOf<E, K> = E extends unknown ? (K extends keyof E ? E[K] : undefined) : never

/** Each event's own fields. Where an event comes in kinds, a field of one of them is optional. */
const eventFields: {
  readonly [T in CallEventType]: { readonly [K in KeyOf<EventOf<T>>]-?: Shape<ValueOf<EventOf<T>, K>> }
} = {
  'invite.requested': { invitation: text, invitees, ringTimeoutMs: optional(number) },
  'removal.requested': { key: text },
  'cancel.requested': { key: text },
  'mute.requested': { key: text, clientContext: text },
  'hangUp.requested': {},
  'call.adopted': {},
  'invite.answered': { invitation: text, answer: operationVerdict },
  'removal.answered': { key: text, attempt: number, answer: bareVerdict },
  'mute.answered': { key: text, clientContext: text, answer: operationVerdict },
  'hangUp.answered': { answer: bareVerdict },
  'keepAlive.answered': { answer: bareVerdict },
  'call.fetched': { answer: callVerdict },
  'roster.fetched': { fetch: number, answer: rosterVerdict },
  'call.bound': { tenant: text },
  'call.reported': callReportFields,
  'operation.reported': operationFields,
  'roster.reported': {
    kind: oneOf('full', 'delta'),
    sequence: optional(number),
    entries: list(rosterEntry),
    isComplete: optional(flag),
  },
  'notification.unrecognised': { resource: text, what: text },
  'deadline.passed': { deadline: text },
  'host.resumed': {},
}

const eventChecks = new Map<unknown, Check>(
  Object.entries<object>(eventFields).map(([type, fields]) => [type, object(fields, json)]),
)

/** The first fault of an event that has no time yet; a type this version does not know is one. */
export function faultOfEvent(event: unknown): Fault | undefined {
  if (!isObject(event)) return { path: '', expected: 'an object', found: event }
  const { type } = event
  const check = eventChecks.get(type)
  return check ? check(event) : { path: '.type', expected: 'the type of a call event', found: type }
}

const stamped = object<Pick<CallEvent, 'at'> & { readonly type: string }>({ type: text, at: time })

/**
 * The event, once it is one; undefined for an event of a type this version does not know.
 * @throws what `refuse` makes of the first fault of an event of a known type
 */
export function readEvent(value: unknown, refuse: (fault: Fault) => Error): CallEvent | undefined {
  const { type } = parse(stamped, value, refuse)
  const check = eventChecks.get(type)
  return check && parse<CallEvent>(check, value, refuse)
}

/** A request that went out. */
export const requestEffect = tagged<RequestEffect, 'type'>('type', {
  'participants.invite': { id: text, invitation: text, invitees, ringTimeoutMs: optional(number) },
  'participant.delete': {
    id: text,
    key: text,
    participantId: text,
    attempt: number,
    isCancelOnly: optional(oneOf(true)),
  },
  'participant.mute': { id: text, key: text, participantId: text, clientContext: text },
  'roster.fetch': { id: text, fetch: number },
  'call.fetch': { id: text },
  'call.keepAlive': { id: text },
  'call.hangUp': { id: text },
})
