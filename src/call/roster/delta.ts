/**
 * Deltas: numbered changes of the roster.
 *
 * Rule: deltas are ordered by `sequenceNumber` alone, per participant; the order of arrival is ignored. After a gap,
 * and after the first delta of a call, a snapshot is fetched.
 * @module
 */
import { isIdentified, isSameIdentity } from '../../participant/identity.ts'
import { isPending, isPresent, type Participant } from '../../participant/participant.ts'
import type { RosterEntry } from '../model/events.ts'
import { IdentityLookup } from '../model/identity-lookup.ts'
import { findById } from '../model/known-ids.ts'
import { ignore, send, type CallDraft, type EvidenceSource } from '../draft.ts'
import { breakFence, requestFetch } from '../roster-fetch.ts'
import { recordSelf, recogniseSelf } from '../self.ts'
import { assign, endedParticipants, separateBefore } from './matching.ts'
import { addDeparted, hasRoom, mergeAdmitted } from './reconcile.ts'
import { recordNumber } from './numbers.ts'
import { appear, delta, identityOf, inLobby, isFoundDead, isNewer, showAll } from './show.ts'

const deltaWithout: EvidenceSource = { source: 'roster.delta', note: 'a roster change says they are gone' }

/** Applies a roster notification with changes. */
export function reportDelta(draft: CallDraft, sequence: number | undefined, entries: readonly RosterEntry[]): void {
  const { roster } = draft.call
  breakFence(draft)
  if ((sequence ?? Infinity) <= (roster.baseline ?? -Infinity)) return ignore(draft, 'outOfDate')
  const isNext =
    sequence !== undefined &&
    sequence === (roster.completeThrough ?? Number.NaN) + 1 &&
    roster.completeThrough === roster.sequence
  if (sequence === undefined || roster.sequence === undefined || sequence > roster.sequence) {
    if (sequence !== (roster.sequence ?? Number.NaN) + 1) requestFetch(draft)
  }
  recordNumber(draft, sequence)
  const gone = entries.filter((entry) => entry.removed !== undefined).map((entry) => numbered(entry, sequence))
  const shown = admittedFirst(
    entries.filter((entry) => entry.removed === undefined).map((entry) => numbered(entry, sequence)),
    gone,
  )
  const isSelfGone = gone.some(({ id }) => id !== undefined && id === draft.call.self.participantId)
  // A participant can continue under another id only if this delta removes its current id, not a former one.
  const goneIds = new Set(gone.map(({ id }) => id))
  const leaving = gone
    .flatMap((entry) => findById(draft, entry) ?? [])
    .filter(({ id }) => id === undefined || goneIds.has(id))
  recogniseSelf(draft, shown, { isPart: true, isSelfGone })
  const remembered = shown.filter((entry) => !isForgotten(draft, entry))
  const assignment = assign(draft.call, remembered, { isPart: true, leaving })
  // A snapshot decides who these entries are, and whether they are present.
  if (assignment.undecided.length > 0 || remembered.length < shown.length) requestFetch(draft)
  // The bot left the lobby without a new entry: admitted under an unknown id, or removed, which the call reports.
  if (isSelfGone && draft.call.self.isInLobby && assignment.self === undefined) requestFetch(draft)
  recordSelf(draft, assignment.self, { isMissing: isSelfGone })
  const continued = showAll(draft, assignment, delta, inLobby(leaving))
  const admitted = new IdentityLookup(
    shown.filter(({ isInLobby }) => !isInLobby),
    identityOf,
  )
  for (const entry of gone) dropOne(draft, entry, admitted, continued)
  for (const [key, again] of assignment.ended)
    if (again.some((entry) => isNewer(draft.call.participants.get(key), entry))) requestFetch(draft)
  if (isNext)
    draft.call.roster = { ...draft.call.roster, completeThrough: sequence, settledBefore: draft.call.introduced }
}

/** True for an entry of an already known change with an unknown id: it belonged to a participant that was deleted. */
function isForgotten({ call }: CallDraft, { id, sequence }: RosterEntry): boolean {
  const {
    roster: { completeThrough = -Infinity },
    self,
    byId,
  } = call
  return (
    id !== undefined &&
    sequence !== undefined &&
    sequence <= completeThrough &&
    !byId.has(id) &&
    id !== self.participantId &&
    id !== self.formerId
  )
}

/** The entry with the higher of its own number and the delta's. */
function numbered(entry: RosterEntry, sequence: number | undefined): RosterEntry {
  return sequence === undefined ? entry : { ...entry, sequence: Math.max(entry.sequence ?? sequence, sequence) }
}

/**
 * Sorts entries that continue a removed lobby entry before others of the same identity: an invitee is bound to the
 * first.
 */
function admittedFirst(shown: readonly RosterEntry[], gone: readonly RosterEntry[]): readonly RosterEntry[] {
  const left = new IdentityLookup(
    gone.filter(({ isInLobby }) => isInLobby === true),
    identityOf,
  )
  const first = new Set(
    shown.filter(({ isInLobby, identity }) => isInLobby !== true && left.find(identity) !== undefined),
  )
  return [...first, ...shown.filter((entry) => !first.has(entry))]
}

/** Applies one removed entry. An unknown participant was present too: its arrival has not been reported yet. */
function dropOne(
  draft: CallDraft,
  entry: RosterEntry,
  admitted: IdentityLookup<RosterEntry>,
  continued: ReadonlySet<string>,
): void {
  const { call } = draft
  const successor = findSuccessor(draft, entry, admitted)
  if (entry.id !== undefined && successor !== undefined && !continued.has(successor.key))
    return mergeAdmitted(draft, entry.id, successor, delta)
  const { known, undecided, ...rest } = assign(call, [entry], { isPart: true })
  // A removed id beside the participant's current one is a second presence that ended.
  const unknown = [...rest.unknown, ...undecided]
  // An entry without an id that matches no present participant may be a repetition.
  const isAmbiguous =
    entry.id === undefined &&
    (!isIdentified(entry.identity) ||
      unknown.length > 0 ||
      endedParticipants(draft.call).some((gone) => isRepeated(gone, entry)))
  if (isAmbiguous || isForgotten(draft, entry)) return
  const key =
    [...known.keys()][0] ?? (unknown.length > 0 && hasRoom(draft) ? addDeparted(draft, entry, delta) : undefined)
  const participant = key === undefined ? undefined : call.participants.get(key)
  if (participant === undefined || continued.has(participant.key)) return
  const isAlias = entry.id !== undefined && participant.id !== undefined && entry.id !== participant.id
  if (isAlias || isFoundDead(participant, entry) || !isNewer(participant, entry)) return
  // The arrival is recorded before the departure: it is not announced, and no DELETE follows it.
  if (isPending(participant)) appear(draft, participant, entry, delta, { isPast: true })
  // The entry has the participant's id, which was unknown. The known state stays.
  else if (participant.id === undefined && entry.id !== undefined)
    appear(draft, participant, { ...entry, isInLobby: undefined }, delta)
  const { reason, cause, by } = entry.removed ?? {}
  send(
    draft,
    participant.key,
    { type: 'absence.proved', at: draft.at, reason, cause, by, sequence: entry.sequence },
    deltaWithout,
  )
}

function isRepeated(gone: Participant, entry: RosterEntry): boolean {
  return !isNewer(gone, entry) && isSameIdentity(gone.identity, entry.identity)
}

/**
 * The participant that continues a removed lobby entry, by the same delta. Later reports may have shown or ended it
 * already.
 */
function findSuccessor(
  draft: CallDraft,
  entry: RosterEntry,
  shown: IdentityLookup<RosterEntry>,
): Participant | undefined {
  const waiting = findById(draft, entry)
  const isLobbyEntry = entry.isInLobby ?? waiting?.state === 'lobby'
  if (!isLobbyEntry) return undefined
  const admitted = shown.find(entry.identity)
  const successor = admitted === undefined ? undefined : findById(draft, admitted)
  // A participant that the delta shows is no longer pending. The bot's own entry is not a participant.
  if (successor === undefined || isPending(successor)) return undefined
  // Both are known to be present at the same time, so neither continues the other.
  const isBeside =
    waiting !== undefined &&
    waiting.key !== successor.key &&
    isPresent(waiting) &&
    Math.max(waiting.ordinal, successor.ordinal) < separateBefore(draft.call)
  if (isBeside) return undefined
  // Two separate invitees are never the same participant.
  const areTwo =
    waiting?.invitation !== undefined && successor.invitation !== undefined && waiting.key !== successor.key
  return areTwo ? undefined : successor
}
