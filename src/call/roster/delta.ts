/**
 * Deltas: numbered changes of the roster.
 *
 * Rule: deltas are ordered by `sequenceNumber` alone, participant by participant; arrival order means nothing. A gap — the
 * first delta of a call is one — asks for a snapshot.
 * @module
 */
import { isIdentified, isSameIdentity } from '../../participant/identity.ts'
import { isPending, isPresent, type Participant } from '../../participant/participant.ts'
import type { RosterEntry } from '../model/events.ts'
import { IdentityLookup } from '../model/identity-lookup.ts'
import { findById } from '../model/known-ids.ts'
import { ignore, send, type CallDraft, type EvidenceSource } from '../draft.ts'
import { breakFence, requestFetch } from '../roster-fetch.ts'
import { noteSelf, recogniseSelf } from '../self.ts'
import { assign, endedParticipants, separateBefore } from './matching.ts'
import { addDeparted, hasRoom, mergeAdmitted } from './reconcile.ts'
import { noteNumber } from './numbers.ts'
import { appear, delta, identityOf, inLobby, isFoundDead, isNewer, showAll } from './show.ts'

const deltaWithout: EvidenceSource = { source: 'roster.delta', note: 'a roster change says they are gone' }

/** A roster notification that shows what has changed. */
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
  noteNumber(draft, sequence)
  const gone = entries.filter((entry) => entry.removed !== undefined).map((entry) => numbered(entry, sequence))
  const shown = admittedFirst(
    entries.filter((entry) => entry.removed === undefined).map((entry) => numbered(entry, sequence)),
    gone,
  )
  const isSelfGone = gone.some(({ id }) => id !== undefined && id === draft.call.self.participantId)
  // A participant can go on under another id when this very delta takes their present one off the roster; not when it takes off
  // an id they had before.
  const goneIds = new Set(gone.map(({ id }) => id))
  const leaving = gone
    .flatMap((entry) => findById(draft, entry) ?? [])
    .filter(({ id }) => id === undefined || goneIds.has(id))
  recogniseSelf(draft, shown, { isPart: true, isSelfGone })
  const tellable = shown.filter((entry) => !isForgotten(draft, entry))
  const assignment = assign(draft.call, tellable, { isPart: true, leaving })
  // A snapshot says who they are, and whether they are there.
  if (assignment.undecided.length > 0 || tellable.length < shown.length) requestFetch(draft)
  // Taken off without a word of where it is now: admitted under an id nobody can tell yet, or thrown out, which the call says.
  if (isSelfGone && draft.call.self.isInLobby && assignment.self === undefined) requestFetch(draft)
  noteSelf(draft, assignment.self, { isMissing: isSelfGone })
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

/** True for an entry of a change that is known already, with an id that is not: it belonged to a participant who has been forgotten. */
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

/** An entry's own number, or the delta's. */
function numbered(entry: RosterEntry, sequence: number | undefined): RosterEntry {
  return sequence === undefined ? entry : { ...entry, sequence: Math.max(entry.sequence ?? sequence, sequence) }
}

/** Entries that go on for one this delta takes out of the lobby come before other entries of the identity: an invitee is bound to the first. */
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

/** One participant a delta says is gone. One nobody had heard of was here nevertheless: their coming is still on its way. */
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
  // An id that is taken off the roster beside the one they have is a second presence that has ended.
  const unknown = [...rest.unknown, ...undecided]
  // Without an id, and of nobody who is there, it cannot be told from a repetition.
  const isUntellable =
    entry.id === undefined &&
    (!isIdentified(entry.identity) ||
      unknown.length > 0 ||
      endedParticipants(draft.call).some((gone) => isRepeated(gone, entry)))
  if (isUntellable || isForgotten(draft, entry)) return
  const key =
    [...known.keys()][0] ?? (unknown.length > 0 && hasRoom(draft) ? addDeparted(draft, entry, delta) : undefined)
  const participant = key === undefined ? undefined : call.participants.get(key)
  if (participant === undefined || continued.has(participant.key)) return
  const isAlias = entry.id !== undefined && participant.id !== undefined && entry.id !== participant.id
  if (isAlias || isFoundDead(participant, entry) || !isNewer(participant, entry)) return
  // They had come before they went: the arrival is recorded, not announced, and no DELETE is sent after it.
  if (isPending(participant)) appear(draft, participant, entry, delta, { isPast: true })
  // By the id they had all along; where they were is known.
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

/** Whom a lobby entry goes on as, by the same delta: they may be known, and even gone, by later news already. */
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
  // Somebody the delta shows is pending no more; the bot's own entry shows nobody.
  if (successor === undefined || isPending(successor)) return undefined
  // Two who are known to be there beside each other: neither has been admitted now.
  const isBeside =
    waiting !== undefined &&
    waiting.key !== successor.key &&
    isPresent(waiting) &&
    Math.max(waiting.ordinal, successor.ordinal) < separateBefore(draft.call)
  if (isBeside) return undefined
  // Two who were asked for are two, whatever the roster shows of them.
  const areTwo =
    waiting?.invitation !== undefined && successor.invitation !== undefined && waiting.key !== successor.key
  return areTwo ? undefined : successor
}
