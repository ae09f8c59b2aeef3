/**
 * Reconciling: what the roster shows, beside what the call knows already. Somebody unknown may be a participant the
 * application wanted out; two participants may turn out to be one presence.
 *
 * Rule 1: an invitee whom the application cancelled is removed when they answer all the same. `removal-lifetime.ts`
 * says until when.
 * Rule 2: of two participants who are one presence, the first is ended as replaced and forgotten; what the roster showed
 * of it is the other's.
 * Rule 3: a pending removal outlives the mistake: the other participant inherits it, and gets a DELETE of their own, as
 * no answer to the first one's can be theirs.
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

/**
 * A roster entry turned out to be somebody else's (the invitee's, the bot's own): its participant is ended, if they
 * have not been, and forgotten.
 */
function endAsDuplicate(draft: CallDraft, key: string, source: EvidenceSource, heir?: string): void {
  send(draft, key, { type: 'presence.reassigned', at: draft.at }, source)
  forget(draft, key, heir)
}

/** The removal of the other participant goes on to the heir, known by that id, unless the heir's own was requested before. */
export function inheritRemoval(
  draft: CallDraft,
  key: string,
  former: Participant,
  source: EvidenceSource,
  id = former.id,
): void {
  const { removalRequestedAt: at = draft.at, knownAtRemoval: known } = former
  const heir = draft.call.participants.get(key)
  const isNew = heir?.removalRequestedAt === undefined || heir.isCancelOnly === true
  if (isNew && isRemovalStillPending(draft.call, former, draft.at, id))
    send(
      draft,
      key,
      { type: 'removal.requested', known, at },
      { ...source, note: 'they are whom the application wants out' },
    )
}

/** The heir goes on where the roster showed the other, and ends there if the other has. */
export function mergePresence(draft: CallDraft, key: string, former: Participant, source: EvidenceSource): void {
  const { id, identity, sequence, state, ending, isMuted, isAnonymous, media, endpoint, details } = former
  const facts = { isMuted, isAnonymous, media, endpoint, details }
  endAsDuplicate(draft, former.key, source, key)
  // Before they are shown: the arrival of somebody who is wanted out is not announced.
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

/** Later news told of the admitted participant first: the lobby id is theirs, and whoever was introduced by it is them. */
export function mergeAdmitted(draft: CallDraft, lobbyId: string, successor: Participant, source: EvidenceSource): void {
  const waiting = findById(draft, { id: lobbyId })
  // An invitee who is there under another id has joined by another way: their own id was a second presence's.
  const isElsewhere = waiting !== undefined && isPresent(waiting) && waiting.id !== undefined && waiting.id !== lobbyId
  if (waiting === undefined || waiting.key === successor.key || isElsewhere)
    return addAlias(draft, lobbyId, successor.key)
  if (isPending(waiting)) return
  // Their end was proved by a report that did not show them under their new id.
  if (!isOpen(waiting))
    return wasKnownAtRemoval(waiting, successor)
      ? undefined
      : inheritRemoval(draft, successor.key, waiting, source, lobbyId)
  // Whoever has gone cannot be wanted out any more: their going is told of the one who was.
  if (waiting.invitation !== undefined || (!isOpen(successor) && isRemovalPending(waiting)))
    return mergePresence(draft, waiting.key, successor, source)
  endAsDuplicate(draft, waiting.key, source, successor.key)
  inheritRemoval(draft, successor.key, waiting, source)
  addAlias(draft, lobbyId, successor.key)
}

/** Those from the lobby whom a report of everybody does not show, and whom a delta had shown admitted; returns the rest. */
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

/** Participants who are to stay come first: a wrong guess must not send a DELETE to a device that was not asked out. */
export function stayingFirst(absent: readonly Participant[]): readonly Participant[] {
  return [...absent.filter((one) => !isBeingRemoved(one)), ...absent.filter(isBeingRemoved)]
}
