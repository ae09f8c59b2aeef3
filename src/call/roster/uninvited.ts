/**
 * Strangers: those the roster shows and nobody has heard of, and whom the application may have wanted out all the same.
 *
 * Rule: an invitee whom the application cancelled is removed when they answer all the same. `wishes.ts` says until when.
 * @module
 */
import { isSameIdentity } from '../../participant/identity.ts'
import type { Participant } from '../../participant/participant.ts'
import type { Call } from '../model/call.ts'
import type { RosterEntry } from '../model/events.ts'
import { inheritRemoval } from './reconcile.ts'
import { findById, freshKey } from '../model/known-ids.ts'
import { count, addParticipant, type EvidenceSource, type CallDraft } from '../draft.ts'
import { isRemovalStillPending } from '../model/removal-lifetime.ts'

/** Participants of one call, the ended ones that are remembered included: more than any call has, and what a roster can make a call hold. */
export const PARTICIPANT_LIMIT = 100_000

/** False, and counted, when the call has as many participants as it can: no more are taken in from a roster. */
export function hasRoom(draft: CallDraft): boolean {
  if (draft.call.participants.size < PARTICIPANT_LIMIT) return true
  count(draft, 'uninvitedDropped')
  return false
}

/** Introduces somebody uninvited, under their id; nothing is known of where they are yet. */
export function addUninvited(draft: CallDraft, entry: RosterEntry, source: EvidenceSource): string {
  const key = freshKey(draft.call, entry.id ?? `nameless/${draft.call.introduced}`)
  addParticipant(draft, key, { identity: entry.identity }, source)
  return key
}

/** Somebody who came and went unseen. By an invitee's own id they were that invitee, there twice: wanted out with them. */
export function addDeparted(draft: CallDraft, entry: RosterEntry, source: EvidenceSource): string {
  const invitee = findById(draft, entry)
  const key = addUninvited(draft, entry, source)
  if (invitee !== undefined) inheritRemoval(draft, key, invitee, source, entry.id)
  return key
}

/** Those who have ended and are remembered, in that order. */
export function endedParticipants(call: Call): readonly Participant[] {
  return call.tombstones.flatMap((key) => call.participants.get(key) ?? [])
}

/** The cancelled invitees, latest first, whose ring a participant who appears may have answered: they are wanted out. */
export function pendingRemovals({ call, at }: CallDraft): readonly Participant[] {
  return endedParticipants(call)
    .filter((ended) => ended.state === 'cancelled' && isRemovalStillPending(call, ended, at))
    .reverse()
}

/** Of those, the one an appearance belongs to. A person whom the application has invited again is not wanted out. */
export function findPendingRemoval(
  draft: CallDraft,
  entry: RosterEntry,
  gone: readonly Participant[],
): Participant | undefined {
  // An invitee who had joined by another way, was removed, and answers all the same.
  const invitee = findById(draft, entry)
  if (invitee !== undefined && isRemovalStillPending(draft.call, invitee, draft.at, entry.id)) return invitee
  const wanted = gone.find(({ identity }) => isSameIdentity(identity, entry.identity))
  return wanted !== undefined && isInvitedAgain(draft.call, wanted) ? undefined : wanted
}

function isInvitedAgain({ participants }: Call, { ordinal, identity }: Participant): boolean {
  return [...participants.values()].some(
    (later) => later.ordinal > ordinal && later.invitation !== undefined && isSameIdentity(later.identity, identity),
  )
}
