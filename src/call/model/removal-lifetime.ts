/**
 * Removal lifetime: how long the request to remove an invitee stays pending after the invitee has ended.
 *
 * Rule 1: while the ring of a cancelled invitation may still be answered, the participant is removed on arrival. The
 * ring is over when the operation failed for that invitee, or when the ring time has passed; a later arrival is
 * independent of the invitation. The same holds for an invitee who joined another way and was removed: an arrival under
 * the invitee's own id is an answer. An invitee whose own id is unknown has answered by joining.
 * Rule 2: a completed operation means an answer: the participant is removed on arrival, until a roster that was fetched
 * after the completion has been applied.
 * Rule 3: a roster id belongs to one presence: a participant that is shown under it again has not left, and the removal
 * stays pending.
 * Rule 4: the library's ring deadline stops the ringing like `cancel`, but does not remove participants later.
 * @module
 */
import { isOpen, isRemovalPending, type Participant } from '../../participant/participant.ts'
import type { Call, Invitation } from './call.ts'

/**
 * True while a removal is pending for the participant, also for an ended one that appears again under the roster id
 * `id`.
 */
export function isRemovalStillPending(call: Call, participant: Participant, at: number, id = participant.id): boolean {
  const isAnswer =
    participant.state === 'cancelled' ||
    (!isOpen(participant) && isJoinedOtherwise(participant) && id === participant.participantId)
  if (!isAnswer) return isRemovalPending(participant)
  const { introducedAt, ringsUntil = introducedAt + call.options.ringTimeoutMs } = participant
  const invitation = findAnswerable(call, participant)
  return invitation !== undefined && (invitation.operation === 'completed' || ringsUntil >= at)
}

/**
 * True for an invitee that is or was on the roster under another id than the invitee's own: the phone may still ring.
 */
function isJoinedOtherwise({ id, participantId }: Participant): boolean {
  return id !== undefined && participantId !== undefined && id !== participantId
}

/**
 * The invitation that an ended participant with a pending removal may still answer; undefined when its ring is over.
 */
export function findAnswerable(call: Call, participant: Participant): Invitation | undefined {
  return isOpen(participant) || !isRemovalPending(participant) ? undefined : findRinging(call, participant)
}

/** The invitation for which a phone may still ring although the participant ended or joined another way. */
export function findRinging({ invitations }: Call, participant: Participant): Invitation | undefined {
  const { state, key, invitation: id } = participant
  if (id === undefined || !(state === 'cancelled' || isJoinedOtherwise(participant))) return undefined
  const invitation = invitations.get(id)
  return invitation?.over?.includes(key) ? undefined : invitation
}
