/**
 * Reconcile: compares the roster with the known participants. An unknown entry may belong to a participant with a
 * pending removal, and two participants may turn out to be one presence.
 *
 * Rule 1: an invitee that was cancelled and answers all the same is removed; `removal-lifetime.ts` defines until when.
 * Rule 2: of two participants that are one presence, one ends as replaced and is deleted; the other takes over its
 * state.
 * Rule 3: the other participant inherits a pending removal and gets its own DELETE, because the answers to the first
 * DELETE are not about its id.
 * @module
 */
import { isSameIdentity } from '../../participant/identity.ts'
import {
  isBeingRemoved,
  isOpen,
  isPending,
  isPresent,
  isRemovalPending,
  type Participant,
} from '../../participant/participant.ts'
import type { Call } from '../model/call.ts'
import type { RosterEntry } from '../model/events.ts'
import { addAlias, findById, freshKey } from '../model/known-ids.ts'
import { isRemovalStillPending } from '../model/removal-lifetime.ts'
import { addParticipant, count, forget, send, type CallDraft, type EvidenceSource } from '../draft.ts'
import { endedParticipants, findAdmitted, wasKnownAtRemoval } from './matching.ts'

/** How many participants a call holds, tombstones included: more than any call has. Bounds what rosters can add. */
export const PARTICIPANT_LIMIT = 100_000

/** False when the call holds {@link PARTICIPANT_LIMIT} participants; counts the dropped roster entry. */
export function hasRoom(draft: CallDraft): boolean {
  if (draft.call.participants.size < PARTICIPANT_LIMIT) return true
  count(draft, 'uninvitedDropped')
  return false
}

/** Adds an uninvited participant with the entry's id as key; its arrival is sent next. Returns the key. */
export function addUninvited(draft: CallDraft, entry: RosterEntry, source: EvidenceSource): string {
  const key = freshKey(draft.call, entry.id ?? `nameless/${draft.call.introduced}`)
  addParticipant(draft, key, { identity: entry.identity }, source)
  return key
}

/**
 * Adds a participant that joined and left unseen; returns its key. If the id is an invitee's, this is its second
 * presence and inherits its pending removal.
 */
export function addDeparted(draft: CallDraft, entry: RosterEntry, source: EvidenceSource): string {
  const invitee = findById(draft, entry)
  const key = addUninvited(draft, entry, source)
  if (invitee !== undefined) inheritRemoval(draft, key, invitee, source, entry.id)
  return key
}

/** The cancelled invitees, latest first, whose ring may still be answered: a matching arrival is to be removed. */
export function pendingRemovals({ call, at }: CallDraft): readonly Participant[] {
  return endedParticipants(call)
    .filter((ended) => ended.state === 'cancelled' && isRemovalStillPending(call, ended, at))
    .reverse()
}

/** The participant whose pending removal applies to an entry; none for an identity that was invited again. */
export function findPendingRemoval(
  draft: CallDraft,
  entry: RosterEntry,
  gone: readonly Participant[],
): Participant | undefined {
  // An invitee that joined another way, was removed, and answers all the same.
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

/**
 * Ends a participant, if it is open, and deletes it, because its roster entry belongs to another participant.
 * `successor` is the key of that participant.
 */
function endAsDuplicate(draft: CallDraft, key: string, source: EvidenceSource, successor?: string): void {
  send(draft, key, { type: 'presence.reassigned', at: draft.at }, source)
  forget(draft, key, successor)
}

/**
 * Copies the pending removal (time, known participants) of `former`, shown under `id`, unless the target already has
 * one.
 */
export function inheritRemoval(
  draft: CallDraft,
  key: string,
  former: Participant,
  source: EvidenceSource,
  id = former.id,
): void {
  const { removalRequestedAt: at = draft.at, knownAtRemoval: known } = former
  const target = draft.call.participants.get(key)
  const isNew = target?.removalRequestedAt === undefined || target.isCancelOnly === true
  if (isNew && isRemovalStillPending(draft.call, former, draft.at, id))
    send(
      draft,
      key,
      { type: 'removal.requested', known, at },
      { ...source, note: 'the application had asked for the removal of the same participant' },
    )
}

/** Merges the presence of `former` into the participant of `key`: roster state, facts, pending removal and ending. */
export function mergePresence(draft: CallDraft, key: string, former: Participant, source: EvidenceSource): void {
  const { id, identity, sequence, state, ending, isMuted, isAnonymous, media, endpoint, details } = former
  const facts = { isMuted, isAnonymous, media, endpoint, details }
  endAsDuplicate(draft, former.key, source, key)
  // This comes before the arrival, which is not announced during a removal.
  inheritRemoval(draft, key, former, source)
  const isPast = ending !== undefined
  const after = send(
    draft,
    key,
    { type: 'roster.showed', id, identity, ...facts, sequence, isInLobby: state === 'lobby', at: draft.at },
    source,
    { isPast },
  )
  if (ending !== undefined)
    send(
      draft,
      key,
      { type: 'absence.proved', at: draft.at, reason: ending.message, sequence },
      { ...source, note: 'they had gone by then' },
    )
  else if (after.id !== undefined)
    send(draft, key, { type: 'address.learned', address: after.id, at: draft.at }, source)
}

/** Merges the participant of a lobby id into its admitted successor, which a later report introduced first. */
export function mergeAdmitted(draft: CallDraft, lobbyId: string, successor: Participant, source: EvidenceSource): void {
  const waiting = findById(draft, { id: lobbyId })
  // An invitee that is present under another id joined another way: its own id was a second presence.
  const isElsewhere = waiting !== undefined && isPresent(waiting) && waiting.id !== undefined && waiting.id !== lobbyId
  if (waiting === undefined || waiting.key === successor.key || isElsewhere)
    return addAlias(draft, lobbyId, successor.key)
  if (isPending(waiting)) return
  // A report without the new id has ended it.
  if (!isOpen(waiting))
    return wasKnownAtRemoval(waiting, successor)
      ? undefined
      : inheritRemoval(draft, successor.key, waiting, source, lobbyId)
  // An ended successor cannot be removed: the ending belongs to the participant with the pending removal.
  if (waiting.invitation !== undefined || (!isOpen(successor) && isRemovalPending(waiting)))
    return mergePresence(draft, waiting.key, successor, source)
  endAsDuplicate(draft, waiting.key, source, successor.key)
  inheritRemoval(draft, successor.key, waiting, source)
  addAlias(draft, lobbyId, successor.key)
}

/** Merges absent lobby participants into successors that a delta showed as admitted; returns the other absent ones. */
export function mergeAllAdmitted(
  draft: CallDraft,
  absent: readonly Participant[],
  source: EvidenceSource,
): readonly Participant[] {
  const taken = new Set(absent.map(({ key }) => key))
  return stayingFirst(absent).filter((waiting) => {
    const successor = findAdmitted(draft.call, waiting)
    if (successor === undefined || waiting.id === undefined || taken.has(successor.key)) return true
    taken.add(successor.key)
    mergeAdmitted(draft, waiting.id, successor, source)
    return false
  })
}

/** Sorts participants without a removal first: a wrong match must not send a DELETE to a device that is to stay. */
export function stayingFirst(absent: readonly Participant[]): readonly Participant[] {
  return [...absent.filter((one) => !isBeingRemoved(one)), ...absent.filter(isBeingRemoved)]
}
