/**
 * Sample events: at least one of each type, for tools that explore the statechart, such as `xstate/graph`.
 * @module
 */
import type { ParticipantEvent } from './events.ts'

/** The moment of every sample, milliseconds since the epoch. Equal moments keep the number of contexts small. */
const at = 1_000

const identity = { user: { id: 'sample-user' } }
const service = { cause: 'declined', by: 'remote', result: {} } as const
const refusal = {
  reason: 'forbidden',
  code: 'Forbidden',
  message: 'The application may not remove participants.',
  at,
} as const

/**
 * Events that lead to every state and phase of the statechart. An exploration ends if states count as equal when their
 * values are: the context counts attempts, without a bound.
 */
export const sampleEvents: readonly ParticipantEvent[] = [
  { type: 'invitation.accepted', at },
  { type: 'invitation.completed', at },
  { type: 'invitation.failed', at, ...service },
  { type: 'address.learned', at, address: 'sample-invitee-id' },
  { type: 'roster.showed', at, identity, isInLobby: true, id: 'sample-roster-id' },
  { type: 'roster.showed', at, identity, isInLobby: false, id: 'sample-roster-id' },
  { type: 'id.doubted', at },
  { type: 'roster.omitted', at },
  { type: 'absence.proved', at, fetchedAt: at },
  { type: 'presence.reassigned', at },
  { type: 'ring.expired', at },
  { type: 'grace.expired', at },
  { type: 'cancel.requested', at, by: 'local' },
  { type: 'removal.requested', at },
  { type: 'removal.accepted', at },
  { type: 'removal.notFound', at },
  { type: 'removal.refused', at, refusal },
  { type: 'removal.unconfirmed', at },
  { type: 'removal.due', at },
  { type: 'call.ended', at, cause: 'callEnded', by: 'remote', result: {} },
]
