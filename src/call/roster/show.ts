/**
 * Showing: what a roster entry says becomes a fact about one participant, known or new.
 *
 * Rule: what an entry does not say of the lobby and of facts stays as it is known.
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

/** Tells everybody the report shows; returns the keys of those from the lobby who go on under another id. */
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
    if (admitted === undefined) introduceUnknown(draft, entry, source, gone)
    else {
      continued.add(admitted.key)
      show(draft, admitted.key, { ...entry, isInLobby: false }, source)
    }
  }
  return continued
}

/** Those of them who wait in the lobby. */
export function inLobby(participants: readonly Participant[]): readonly Participant[] {
  return stayingFirst(participants.filter(({ state }) => state === 'lobby'))
}

/** One participant as an entry shows them. An id learnt by it is where a removal goes. */
export function show(draft: CallDraft, key: string, entry: RosterEntry, source: EvidenceSource): void {
  const before = draft.call.participants.get(key)
  if (before === undefined) return
  // An id they had before (a lobby id) is a late report of what is known better, unless a snapshot says so.
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

/** A DELETE of that id found nobody, while rosters went on showing them without one: what shows the id is late. */
export function isFoundDead({ id, isIdUnconfirmed, removalTarget }: Participant, entry: RosterEntry): boolean {
  return id === undefined && isIdUnconfirmed === true && entry.id === removalTarget
}

/** Records the arrival, or what is new of a participant who is there. */
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

/** Somebody who joined uninvited — or an invitee who ended first, and whom the application asked to be out. */
function introduceUnknown(
  draft: CallDraft,
  entry: RosterEntry,
  source: EvidenceSource,
  gone: readonly Participant[],
): void {
  if (!hasRoom(draft)) return
  const wanted = findPendingRemoval(draft, entry, gone)
  const key = addUninvited(draft, entry, source)
  if (wanted !== undefined) inheritRemoval(draft, key, wanted, source, entry.id)
  show(draft, key, entry, source)
}

/** True unless the numbers say that the entry is not later than what is known. */
export function isNewer(participant: Participant | undefined, { sequence }: RosterEntry): boolean {
  return participant?.sequence === undefined || sequence === undefined || sequence > participant.sequence
}

/** The identity of an entry or a participant, for lookups. */
export function identityOf({ identity }: { readonly identity: IdentitySet }): IdentitySet {
  return identity
}
