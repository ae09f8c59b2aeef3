/**
 * The shapes of call events, so that a history read from outside can be stepped: `step` takes events of the type and
 * nothing else.
 * @module
 */
import type { CallEvent, CallEventType } from '../model/events.ts'
import {
  anything,
  flag,
  isObject,
  list,
  number,
  object,
  oneOf,
  optional,
  record,
  tagged,
  text,
  time,
  type Shape,
} from './schema.ts'

const identity = record(
  optional(
    object({
      id: optional(text),
      displayName: optional(text),
      tenantId: optional(text),
      identityProvider: optional(text),
    }),
  ),
)
/** What the edge reads in a code. */
const classification = { cause: optional(text), by: optional(text), isUnclassified: optional(flag) }

const result = optional(
  object({
    ...classification,
    code: optional(number),
    subcode: optional(number),
    message: optional(text),
    invitee: optional(text),
  }),
)

const media = list(
  object({
    kind: text,
    direction: text,
    label: optional(text),
    sourceId: optional(text),
    isServerMuted: optional(flag),
  }),
)

const entries = list(
  object({
    id: optional(text),
    identity,
    isInLobby: optional(flag),
    isMuted: optional(flag),
    removed: optional(object({ reason: optional(text), cause: optional(text), by: optional(text) })),
    sequence: optional(number),
    isAnonymous: optional(flag),
    media: optional(media),
    endpoint: optional(text),
    details: optional(object({})),
  }),
)

const callReport = {
  state: optional(
    oneOf(
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
    ),
  ),
  myParticipantId: optional(text),
  result,
  isDeleted: optional(flag),
  reference: optional(text),
}

const operationReport = {
  operationId: optional(text),
  clientContext: optional(text),
  status: oneOf('running', 'completed', 'failed'),
  result,
  participants: optional(list(object({ identity, participantId: optional(text) }))),
}

const reason = oneOf('gone', 'forbidden', 'throttled', 'conflict', 'other')

const snapshot = {
  entries,
  isComplete: optional(flag),
  operations: optional(list(object(operationReport))),
}

const failure = object({
  failure: object({
    ...classification,
    reason: optional(reason),
    status: optional(number),
    code: text,
    message: text,
    retryAfterMs: optional(number),
    requestId: optional(text),
  }),
})

function answer(value: Shape): Shape {
  return tagged('verdict', { done: object({ value }), refused: failure, unconfirmed: failure })
}

const plainAnswer = answer(anything)

const byType = {
  'invite.requested': object({
    invitation: text,
    ringTimeoutMs: optional(number),
    invitees: list(
      object({ identity, participantId: optional(text), replacesCallId: optional(text), isHidden: optional(flag) }),
    ),
  }),
  'removal.requested': object({ key: text }),
  'cancel.requested': object({ key: text }),
  'mute.requested': object({ key: text, clientContext: text }),
  'hangUp.requested': anything,
  'call.adopted': anything,
  'invite.answered': object({ invitation: text, answer: answer(object(operationReport)) }),
  'removal.answered': object({ key: text, attempt: number, answer: plainAnswer }),
  'mute.answered': object({ key: text, clientContext: text, answer: answer(object(operationReport)) }),
  'hangUp.answered': object({ answer: plainAnswer }),
  'keepAlive.answered': object({ answer: plainAnswer }),
  'call.fetched': object({ answer: answer(object(callReport)) }),
  'roster.fetched': object({ fetch: number, answer: answer(object(snapshot)) }),
  'call.bound': object({ tenant: text }),
  'call.reported': object(callReport),
  'operation.reported': object(operationReport),
  'roster.reported': tagged('kind', {
    full: object({ sequence: optional(number), entries, isComplete: optional(flag) }),
    delta: object({ sequence: optional(number), entries }),
  }),
  'notification.unrecognised': object({ resource: text, what: text }),
  'deadline.passed': object({ deadline: text }),
  'host.resumed': anything,
} satisfies Record<CallEventType, Shape>

const shapes = new Map<string, Shape>(Object.entries(byType))

const stamped = object({ type: text, at: time })

/** The answer of an event, where it has one, with a reason for its failure. */
const reasoned = object({ answer: optional(object({ failure: optional(object({ reason })) })) })

/**
 * The event, once it is one; undefined for an event of a type this version does not know. `isReasonOptional` is for
 * histories that were recorded before edges gave reasons: the caller then fills in those of failures.
 * @throws Misfit for an event of a known type that is malformed
 */
export function readEvent(value: unknown, { isReasonOptional = false } = {}): CallEvent | undefined {
  stamped(value, 'event')
  const shape = isObject(value) ? shapes.get(String(value['type'])) : undefined
  if (shape === undefined) return undefined
  shape(value, 'event')
  if (!isReasonOptional) reasoned(value, 'event')
  return value as unknown as CallEvent
}

const invitees = list(object({ identity }))

/** A request that went out; the requests of a call, by their type. @throws Misfit when it is none */
export const requestShape: Shape = tagged('type', {
  'participants.invite': object({ id: text, invitation: text, invitees, ringTimeoutMs: optional(number) }),
  'participant.delete': object({ id: text, key: text, participantId: text, attempt: number }),
  'participant.mute': object({ id: text, key: text, participantId: text, clientContext: text }),
  'roster.fetch': object({ id: text, fetch: number }),
  'call.fetch': object({ id: text }),
  'call.keepAlive': object({ id: text }),
  'call.hangUp': object({ id: text }),
})
