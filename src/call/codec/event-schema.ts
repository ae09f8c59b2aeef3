/**
 * Event schema: the shapes of call events and of their parts, such as the answers of a transport and the reports of the
 * service.
 *
 * Rule: a value that fits its shape can be stepped, stored and read again. Where a call may keep a value, its unnamed
 * fields must be plain JSON.
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

/** An object that a call may keep, unnamed fields included. */
function kept<T>(fields: Fields<T>): Shape<T> {
  return plain(object(fields, json))
}

/** The identities of one participant, by kind. */
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

/** Who caused the end. */
export const endedBy = oneOf('local', 'remote', 'service', 'deadline', 'unknown')

const classification: Fields<Classification> = {
  cause: optional(cause),
  by: optional(endedBy),
  isUnclassified: optional(flag),
}

/** The service's result for a call or an operation. */
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

/** The invitees of one request. */
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
export const callStates = [
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
] as const

/** One of them. */
export const callState = oneOf(...callStates)

/** The fields of a call report. */
export const callReportFields: Fields<CallReport> = {
  state: optional(callState),
  myParticipantId: optional(text),
  result: optional(result),
  isDeleted: optional(flag),
  reference: optional(reference),
}

/** A report about the call itself. */
const callReport = kept<CallReport>(callReportFields)

/** The status of an operation. */
export const operationStatus = oneOf('running', 'completed', 'failed')

const operationFields: Fields<OperationReport> = {
  operationId: optional(text),
  clientContext: optional(text),
  status: operationStatus,
  result: optional(result),
  participants: optional(list(kept<InvitedParticipant>({ identity: identitySet, participantId: optional(text) }))),
}

/** A report about an operation. */
export const operationReport = kept<OperationReport>(operationFields)

/** A fetched roster. */
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

/** The verdict on a request whose answer has a value. */
export function verdictOf<T>(value: Shape<T>): Shape<Verdict<T>> {
  return tagged<Verdict<T>, 'verdict'>('verdict', {
    done: { value },
    refused: { failure },
    unconfirmed: { failure },
  } as never)
}

/** The verdict on a request whose answer has no value; a value is ignored. */
export const bareVerdict = verdictOf(anything as Shape<undefined>)

/** The verdict on a request that starts an operation. */
export const operationVerdict = verdictOf(operationReport)

/** The verdict on a fetch of the call. */
export const callVerdict = verdictOf(callReport)

/** The verdict on a fetch of the roster. */
export const rosterVerdict = verdictOf(rosterSnapshot)

type EventOf<T extends CallEventType> = Extract<CallEvent, { readonly type: T }>
type KeyOf<E> = E extends unknown ? Exclude<keyof E, 'type' | 'at'> : never
type ValueOf<E, K> = E extends unknown ? (K extends keyof E ? E[K] : undefined) : never

/**
 * The fields of each event apart from `type` and `at`. A field that only some variants of an event have is optional.
 */
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

/** The first fault of an event without a time. An unknown event type is a fault, too. */
export function faultOfEvent(event: unknown): Fault | undefined {
  if (!isObject(event)) return { path: '', expected: 'an object', found: event }
  const { type } = event
  const check = eventChecks.get(type)
  return check ? check(event) : { path: '.type', expected: 'the type of a call event', found: type }
}

const stamped = object<Pick<CallEvent, 'at'> & { readonly type: string }>({ type: text, at: time })

/**
 * Reads an event; undefined if this version does not know its type.
 * @throws the error that `refuse` returns for the first fault
 */
export function readEvent(value: unknown, refuse: (fault: Fault) => Error): CallEvent | undefined {
  const { type } = parse(stamped, value, refuse)
  const check = eventChecks.get(type)
  return check && parse<CallEvent>(check, value, refuse)
}

/** A request effect. */
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
