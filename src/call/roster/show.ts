/**
 * Show: applies a roster entry to one participant, known or new.
 *
 * Rule: a fact or lobby state that the entry does not contain keeps its known value.
 * @module
 */
import type { IdentitySet } from '../../participant/identity.ts'
import { isBeingRemoved, isPending, type Participant } from '../../participant/participant.ts'
import type { RosterEntry } from '../model/events.ts'
import { IdentityLookup } from '../model/identity-lookup.ts'
import { send, type CallDraft, type EvidenceSource } from '../draft.ts'
import type { Assignment } from './matching.ts'
import {
  addUninvited,
  findPendingRemoval,
  hasRoom,
  inheritRemoval,
  pendingRemovals,
  stayingFirst,
} from './reconcile.ts'

/** A full roster shows a participant. */
export const full: EvidenceSource = { source: 'roster.full', note: 'a full roster shows them' }

/** A delta shows a participant. */
export const delta: EvidenceSource = { source: 'roster.delta', note: 'a roster change shows them' }

/** The answer to a fetch shows a participant. */
export const snapshot: EvidenceSource = { source: 'roster.snapshot', note: 'the fetched roster shows them' }

/** Applies every entry of a report; returns the keys of lobby participants that continue under another id. */
export function showAll(
  draft: CallDraft,
  assignment: Assignment,
  source: EvidenceSource,
  lobby: readonly Participant[],
): ReadonlySet<string> {
  const continued = new Set<string>()
  for (const [key, entry] of assignment.known) {
    if (source !== delta || isNewer(draft.call.participants.get(key), entry)) show(draft, key, entry, source)
  }
  if (assignment.unknown.length === 0) return continued
  const gone = pendingRemovals(draft)
  const waiting = new IdentityLookup(lobby, identityOf, ({ key }) => continued.has(key))
  for (const entry of assignment.unknown) {
    const admitted = entry.isInLobby === true ? undefined : waiting.find(entry.identity)
    if (admitted === undefined) addUnknown(draft, entry, source, gone)
    else {
      continued.add(admitted.key)
      show(draft, admitted.key, { ...entry, isInLobby: false }, source)
    }
  }
  return continued
}

/** The participants in the lobby, those without a removal first. */
export function inLobby(participants: readonly Participant[]): readonly Participant[] {
  return stayingFirst(participants.filter(({ state }) => state === 'lobby'))
}

/** Applies an entry to a participant. A new id becomes the target of a removal in progress. */
export function show(draft: CallDraft, key: string, entry: RosterEntry, source: EvidenceSource): void {
  const before = draft.call.participants.get(key)
  if (before === undefined) return
  // A former id (a lobby id) is a late report, except in a snapshot.
  const isAlias =
    before.id !== undefined &&
    entry.id !== before.id &&
    entry.id !== undefined &&
    draft.call.aliases.get(entry.id) === key
  if ((isAlias || isFoundDead(before, entry)) && source !== snapshot) return
  const after = appear(draft, before, entry, source)
  const hasMoved = isPending(before) || after.id !== before.id
  if (hasMoved && after.id !== undefined && isBeingRemoved(after))
    send(draft, key, { type: 'address.learned', address: after.id, at: draft.at }, source)
}

/**
 * True when a DELETE of the entry's id got a 404 and rosters then showed the participant without an id: the entry is
 * late.
 */
export function isFoundDead({ id, isIdUnconfirmed, removalTarget }: Participant, entry: RosterEntry): boolean {
  return id === undefined && isIdUnconfirmed === true && entry.id === removalTarget
}

/** Records the arrival of a participant, or new facts of a present one. */
export function appear(
  draft: CallDraft,
  known: Participant,
  entry: RosterEntry,
  source: EvidenceSource,
  options: { isPast?: boolean } = {},
): Participant {
  const { removed: _removed, isInLobby = known.state === 'lobby', ...said } = entry
  return send(draft, known.key, { type: 'roster.showed', ...said, isInLobby, at: draft.at }, source, options)
}

/** Adds an uninvited participant, or an ended invitee who appears again; the latter inherits a pending removal. */
function addUnknown(draft: CallDraft, entry: RosterEntry, source: EvidenceSource, gone: readonly Participant[]): void {
  if (!hasRoom(draft)) return
  const wanted = findPendingRemoval(draft, entry, gone)
  const key = addUninvited(draft, entry, source)
  if (wanted !== undefined) inheritRemoval(draft, key, wanted, source, entry.id)
  show(draft, key, entry, source)
}

/** True unless the numbers show that the entry is not newer than the participant's state. */
export function isNewer(participant: Participant | undefined, { sequence }: RosterEntry): boolean {
  return participant?.sequence === undefined || sequence === undefined || sequence > participant.sequence
}

/** The identity of an entry or a participant, for lookups. */
export function identityOf({ identity }: { readonly identity: IdentitySet }): IdentitySet {
  return identity
}
