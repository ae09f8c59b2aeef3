/**
 * Invitation index: how many of a call's participants each invitation introduced, ended ones included.
 *
 * Rule: a participant keeps the invitation it was introduced with; it is counted until it is forgotten.
 * @module
 */
import type { Participant } from '../../participant/participant.ts'
import { persistentMap, type PersistentMap } from './persistent-map.ts'

type InvitationIndex = PersistentMap<string, number>
type Invited = Pick<Participant, 'invitation'>

/** The index of these participants. */
export function countInvitations(participants: Iterable<Invited>): InvitationIndex {
  let index: InvitationIndex = persistentMap()
  for (const participant of participants) index = withInvitation(index, participant)
  return index
}

/** The index with one more participant. */
export function withInvitation(index: InvitationIndex, { invitation }: Invited): InvitationIndex {
  return invitation === undefined ? index : index.set(invitation, (index.get(invitation) ?? 0) + 1)
}

/** The index without a participant that is in it. */
export function withoutInvitation(index: InvitationIndex, { invitation }: Invited): InvitationIndex {
  if (invitation === undefined) return index
  const count = index.get(invitation) ?? 1
  return count === 1 ? index.delete(invitation) : index.set(invitation, count - 1)
}
