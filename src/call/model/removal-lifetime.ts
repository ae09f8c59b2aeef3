/**
 * Wishes: how long the application's request to remove an invitee outlives the invitee.
 *
 * Rule 1: while the ring of a cancelled invitation may still be answered, a participant who appears is removed. The
 * ring is over when the operation failed for that invitee, or when the ring time has passed. A participant who appears
 * after that came by themselves. So it is with an invitee who had joined by another way and was removed: who appears
 * under the invitee's own id then has answered. An invitee whose own id was never heard has answered by joining.
 * Rule 2: an operation that completed means an answer: the participant is removed when they appear, until a roster that
 * was fetched after it has been taken.
 * Rule 3: a roster id is one presence's alone: a participant who is shown under it again has not gone, and the wish stands.
 * Rule 4: a ring deadline of ours asks for the ringing to stop, as `cancel` does. It keeps no participant out.
 * @module
 */
import { isOpen, isRemovalPending, type Participant } from '../../participant/participant.ts'
import type { Call, Invitation } from './call.ts'

/** True while the removal of a participant is wanted, also when they have ended and appear again, under their roster id or another one. */
export function isRemovalStillPending(call: Call, participant: Participant, at: number, id = participant.id): boolean {
  const isAnswer =
    participant.state === 'cancelled' ||
    (!isOpen(participant) && isJoinedOtherwise(participant) && id === participant.participantId)
  if (!isAnswer) return isRemovalPending(participant)
  const { introducedAt, ringsUntil = introducedAt + call.options.ringTimeoutMs } = participant
  const invitation = findAnswerable(call, participant)
  return invitation !== undefined && (invitation.operation === 'completed' || ringsUntil >= at)
}

/** True for an invitee who is, or was, on the roster under another id than their own: their phone may ring all the same. */
function isJoinedOtherwise({ id, participantId }: Participant): boolean {
  return id !== undefined && participantId !== undefined && id !== participantId
}

/** The invitation that an ended participant, whose removal was wanted, may still answer: unless its ring is known to be over for them. */
export function findAnswerable(call: Call, participant: Participant): Invitation | undefined {
  return isOpen(participant) || !isRemovalPending(participant) ? undefined : findRinging(call, participant)
}

/** The invitation by which the phone of a participant may still ring though they have ended, or joined by another way. */
export function findRinging({ invitations }: Call, participant: Participant): Invitation | undefined {
  const { state, key, invitation: id } = participant
  if (id === undefined || !(state === 'cancelled' || isJoinedOtherwise(participant))) return undefined
  const invitation = invitations.get(id)
  return invitation?.over?.includes(key) ? undefined : invitation
}
