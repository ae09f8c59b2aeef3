/**
 * Wishes: how long the application's request to remove an invitee outlives the invitee.
 *
 * Rule 1: while the ring of a cancelled invitation may still be answered, a participant who appears is removed. The
 * ring is over when the operation failed for that invitee, or when the ring time has passed. A participant who appears
 * after that came by themselves.
 * Rule 2: an operation that completed means an answer: the participant is removed when they appear, until a roster that
 * was fetched after it has been taken.
 * Rule 3: a ring deadline of ours asks for the ringing to stop, as `cancel` does. It keeps no participant out.
 * @module
 */
import { isWantedOut, type Participant } from '../participant/participant.ts'
import type { Call, Invitation } from './call.ts'

/** True while the removal of a participant is wanted, also when they have ended and appear again. */
export function isStillWantedOut(call: Call, participant: Participant, at: number): boolean {
  if (participant.state !== 'cancelled') return isWantedOut(participant)
  const { introducedAt, ringsUntil = introducedAt + call.options.ringTimeoutMs } = participant
  const invitation = findAnswerable(call, participant)
  return invitation !== undefined && (invitation.operation === 'completed' || ringsUntil >= at)
}

/** The invitation of a participant whom the application cancelled, unless its ring is known to be over for them. */
export function findAnswerable({ invitations }: Call, participant: Participant): Invitation | undefined {
  const { state, key, invitation: id } = participant
  if (id === undefined || state !== 'cancelled' || !isWantedOut(participant)) return undefined
  const invitation = invitations.get(id)
  return invitation?.over?.includes(key) ? undefined : invitation
}
