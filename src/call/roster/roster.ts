/**
 * Roster: turns what the service shows into facts about single participants.
 *
 * Rule 1: a full report is complete if it contains the bot itself; one without it only adds and updates, and an empty
 * one removes nobody.
 * Rule 2: a full report that would bring back an ended id, or drop somebody who has just joined, is older than what
 * is known. It is not believed, whomever else it shows; a snapshot decides. Only arrivals nobody had heard of are taken
 * from it. A snapshot without the bot decides nothing, and is fetched again.
 * Rule 3: deltas are ordered by `sequenceNumber` alone, participant by participant; arrival order means nothing. A
 * gap — the first delta of a call is one — asks for a snapshot.
 * Rule 4: absence says something only of those who were present; of invitees only in a fenced snapshot.
 * Rule 5: what an entry does not say of the lobby and of facts stays as it is known.
 * @module
 */
import { classifyReason, classifyResult } from '../../participant/causes.ts'
import { isIdentified, isSameIdentity, type IdentitySet } from '../../participant/identity.ts'
import {
  isBeingRemoved,
  isOpen,
  isPending,
  isPresent,
  isWantedOut,
  type Participant,
} from '../../participant/participant.ts'
import type { CallEvent, RosterEntry } from '../model/events.ts'
import { breakFence, refetchLater, requestFetch, takeFetch } from './fetch.ts'
import { inheritPresence, inheritRemoval, reassign } from './reconcile.ts'
import { IdentityLookup } from '../model/identity-lookup.ts'
import { endAnswers } from '../invitations.ts'
import { addAlias, findById } from '../model/known-ids.ts'
import { denyCall, hasEnded, probe, proveBy } from '../lifecycle.ts'
import { assign, findAdmitted, isComplete, separateBefore, wasKnownAtRemoval, type Assignment } from './matching.ts'
import { lacksSelf, noteSelf, recogniseSelf } from '../self.ts'
import { findWantedOut, hasRoom, introduceGone, introduceStranger, remembered, wantedOut } from './uninvited.ts'
import { count, ignore, repeatDelay, tell, type Source, type Turn } from '../draft.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>

const full: Source = { source: 'roster.full', note: 'a full roster shows them' }
const fullWithout: Source = { source: 'roster.full', note: 'a full roster does not show them' }
const delta: Source = { source: 'roster.delta', note: 'a roster change shows them' }
const deltaWithout: Source = { source: 'roster.delta', note: 'a roster change says they are gone' }
const snapshot: Source = { source: 'roster.snapshot', note: 'the fetched roster shows them' }
const snapshotWithout: Source = { source: 'roster.snapshot', note: 'the fetched roster does not show them' }

/** HTTP: the list of participants, and so perhaps the call, is not there. */
const NOT_FOUND = 404

/** A roster notification. */
export function reportRoster(turn: Turn, event: Of<'roster.reported'>): void {
  if (event.kind === 'full') reportFull(turn, event.entries)
  else reportDelta(turn, event.sequence, event.entries)
}

function reportFull(turn: Turn, entries: readonly RosterEntry[]): void {
  breakFence(turn)
  recogniseSelf(turn, entries)
  const assignment = assign(turn.call, entries)
  const isWhole = isComplete(turn.call, entries, assignment)
  const absent = isWhole ? absentees(turn, assignment) : []
  // An admitted entry of the same identity is no excuse: an old report may show a visit that was over before.
  const doubtful = absent.filter((participant) => hasJustJoined(turn, participant))
  if (assignment.ended.size > 0 || doubtful.length > 0) {
    for (const { key } of doubtful) tell(turn, key, { type: 'roster.omitted', at: turn.at }, fullWithout)
    // However old it is, a participant it shows without an id may be there under another one than is known.
    for (const [key, { id }] of assignment.known)
      if (id === undefined) tell(turn, key, { type: 'id.doubted', at: turn.at }, full)
    if (turn.call.roster.fetch === undefined) count(turn, 'suspected')
    requestFetch(turn)
    // Whom it shows was there at some time, however old it is; nobody may be lost. The snapshot says whether they still are.
    const known = new Map([...assignment.known].filter(([key]) => turn.call.pending.includes(key)))
    const missed = new IdentityLookup(absent, identityOf)
    const unknown = assignment.unknown.filter(({ identity }) => missed.find(identity) === undefined)
    showAll(turn, { ...assignment, known, unknown }, full, [])
    return
  }
  noteSelf(turn, assignment.self, { isMissing: lacksSelf(turn, entries) })
  const continued = showAll(turn, assignment, full, inLobby(absent))
  const gone = joinAdmitted(
    turn,
    absent.filter(({ key }) => !continued.has(key)),
    full,
  )
  for (const { key } of gone) tell(turn, key, { type: 'absence.proved', at: turn.at }, fullWithout)
  if (isWhole) noteWhole(turn)
}

function reportDelta(turn: Turn, sequence: number | undefined, entries: readonly RosterEntry[]): void {
  const { roster } = turn.call
  breakFence(turn)
  if ((sequence ?? Infinity) <= (roster.baseline ?? -Infinity)) return ignore(turn, 'outOfDate')
  const isNext =
    sequence !== undefined &&
    sequence === (roster.completeThrough ?? Number.NaN) + 1 &&
    roster.completeThrough === roster.sequence
  if (sequence === undefined || roster.sequence === undefined || sequence > roster.sequence) {
    if (sequence !== (roster.sequence ?? Number.NaN) + 1) requestFetch(turn)
    if (sequence !== undefined) turn.call.roster = { ...turn.call.roster, sequence }
  }
  const gone = entries.filter((entry) => entry.removed !== undefined).map((entry) => numbered(entry, sequence))
  const shown = admittedFirst(
    entries.filter((entry) => entry.removed === undefined).map((entry) => numbered(entry, sequence)),
    gone,
  )
  const isSelfGone = gone.some(({ id }) => id !== undefined && id === turn.call.self.participantId)
  // A participant can go on under another id when this very delta takes their present one off the roster; not when it takes off
  // an id they had before.
  const goneIds = new Set(gone.map(({ id }) => id))
  const leaving = gone
    .flatMap((entry) => findById(turn, entry) ?? [])
    .filter(({ id }) => id === undefined || goneIds.has(id))
  recogniseSelf(turn, shown, { isPart: true, isSelfGone })
  const tellable = shown.filter((entry) => !isForgotten(turn, entry))
  const assignment = assign(turn.call, tellable, { isPart: true, leaving })
  // A snapshot says who they are, and whether they are there.
  if (assignment.undecided.length > 0 || tellable.length < shown.length) requestFetch(turn)
  // Taken off without a word of where it is now: admitted under an id nobody can tell yet, or thrown out, which the call says.
  if (isSelfGone && turn.call.self.isInLobby && assignment.self === undefined) requestFetch(turn)
  noteSelf(turn, assignment.self, { isMissing: isSelfGone })
  const continued = showAll(turn, assignment, delta, inLobby(leaving))
  const admitted = new IdentityLookup(
    shown.filter(({ isInLobby }) => !isInLobby),
    identityOf,
  )
  for (const entry of gone) dropOne(turn, entry, admitted, continued)
  for (const [key, again] of assignment.ended)
    if (again.some((entry) => isNewer(turn.call.participants.get(key), entry))) requestFetch(turn)
  if (isNext) turn.call.roster = { ...turn.call.roster, completeThrough: sequence, settledBefore: turn.call.introduced }
}

/** True for an entry of a change that is known already, with an id that is not: it belonged to a participant who has been forgotten. */
function isForgotten({ call }: Turn, { id, sequence }: RosterEntry): boolean {
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

function isNewer(participant: Participant | undefined, { sequence }: RosterEntry): boolean {
  return participant?.sequence === undefined || sequence === undefined || sequence > participant.sequence
}

/** One participant a delta says is gone. One nobody had heard of was here nevertheless: their coming is still on its way. */
function dropOne(
  turn: Turn,
  entry: RosterEntry,
  admitted: IdentityLookup<RosterEntry>,
  continued: ReadonlySet<string>,
): void {
  const { call } = turn
  const successor = findSuccessor(turn, entry, admitted)
  if (entry.id !== undefined && successor !== undefined && !continued.has(successor.key))
    return joinStories(turn, entry.id, successor, delta)
  const { known, undecided, ...rest } = assign(call, [entry], { isPart: true })
  // An id that is taken off the roster beside the one they have is a second presence that has ended.
  const unknown = [...rest.unknown, ...undecided]
  // Without an id, and of nobody who is there, it cannot be told from a repetition.
  const isUntellable =
    entry.id === undefined &&
    (!isIdentified(entry.identity) ||
      unknown.length > 0 ||
      remembered(turn.call).some((gone) => isRepeated(gone, entry)))
  if (isUntellable || isForgotten(turn, entry)) return
  const key =
    [...known.keys()][0] ?? (unknown.length > 0 && hasRoom(turn) ? introduceGone(turn, entry, delta) : undefined)
  const participant = key === undefined ? undefined : call.participants.get(key)
  if (participant === undefined || continued.has(participant.key)) return
  const isAlias = entry.id !== undefined && participant.id !== undefined && entry.id !== participant.id
  if (isAlias || isFoundDead(participant, entry) || !isNewer(participant, entry)) return
  // They had come before they went: the arrival is recorded, not announced, and no DELETE is sent after it.
  if (isPending(participant)) appear(turn, participant, entry, delta, { isPast: true })
  // By the id they had all along; where they were is known.
  else if (participant.id === undefined && entry.id !== undefined)
    appear(turn, participant, { ...entry, isInLobby: undefined }, delta)
  const reason = entry.removed?.reason
  const said = classifyReason(reason)
  tell(
    turn,
    participant.key,
    { type: 'absence.proved', at: turn.at, reason, ...said, sequence: entry.sequence },
    deltaWithout,
  )
}

function isRepeated(gone: Participant, entry: RosterEntry): boolean {
  return !isNewer(gone, entry) && isSameIdentity(gone.identity, entry.identity)
}

/** Whom a lobby entry goes on as, by the same delta: they may be known, and even gone, by later news already. */
function findSuccessor(turn: Turn, entry: RosterEntry, shown: IdentityLookup<RosterEntry>): Participant | undefined {
  const waiting = findById(turn, entry)
  const isLobbyEntry = entry.isInLobby ?? waiting?.state === 'lobby'
  if (!isLobbyEntry) return undefined
  const admitted = shown.find(entry.identity)
  const successor = admitted === undefined ? undefined : findById(turn, admitted)
  // Somebody the delta shows is pending no more; the bot's own entry shows nobody.
  if (successor === undefined || isPending(successor)) return undefined
  // Two who are known to be there beside each other: neither has been admitted now.
  const isBeside =
    waiting !== undefined &&
    waiting.key !== successor.key &&
    isPresent(waiting) &&
    Math.max(waiting.ordinal, successor.ordinal) < separateBefore(turn.call)
  if (isBeside) return undefined
  // Two who were asked for are two, whatever the roster shows of them.
  const areTwo =
    waiting?.invitation !== undefined && successor.invitation !== undefined && waiting.key !== successor.key
  return areTwo ? undefined : successor
}

/** Later news told of the admitted participant first: the lobby id is theirs, and whoever was introduced by it is them. */
function joinStories(turn: Turn, lobbyId: string, successor: Participant, source: Source): void {
  const waiting = findById(turn, { id: lobbyId })
  // An invitee who is there under another id has joined by another way: their own id was a second presence's.
  const isElsewhere = waiting !== undefined && isPresent(waiting) && waiting.id !== undefined && waiting.id !== lobbyId
  if (waiting === undefined || waiting.key === successor.key || isElsewhere)
    return addAlias(turn, lobbyId, successor.key)
  if (isPending(waiting)) return
  // Their end was proved by a report that did not show them under their new id.
  if (!isOpen(waiting))
    return wasKnownAtRemoval(waiting, successor)
      ? undefined
      : inheritRemoval(turn, successor.key, waiting, source, lobbyId)
  // Whoever has gone cannot be wanted out any more: their going is told of the one who was.
  if (waiting.invitation !== undefined || (!isOpen(successor) && isWantedOut(waiting)))
    return inheritPresence(turn, waiting.key, successor, source)
  reassign(turn, waiting.key, source, successor.key)
  inheritRemoval(turn, successor.key, waiting, source)
  addAlias(turn, lobbyId, successor.key)
}

/** Those from the lobby whom a report of everybody does not show, and whom a delta had shown admitted; returns the rest. */
function joinAdmitted(turn: Turn, absent: readonly Participant[], source: Source): readonly Participant[] {
  const taken = new Set(absent.map(({ key }) => key))
  return likeliestFirst(absent).filter((waiting) => {
    const successor = findAdmitted(turn.call, waiting)
    if (successor === undefined || waiting.id === undefined || taken.has(successor.key)) return true
    taken.add(successor.key)
    joinStories(turn, waiting.id, successor, source)
    return false
  })
}

/** A report showed everybody: a participant who is introduced from now on is new since. */
function noteWhole(turn: Turn): void {
  const { roster, introduced } = turn.call
  if (roster.introducedBefore !== introduced) turn.call.roster = { ...roster, introducedBefore: introduced }
}

/** The answer to a fetch. */
export function takeSnapshot(turn: Turn, { fetch: number, answer }: Of<'roster.fetched'>): void {
  const fetch = takeFetch(turn, number)
  if (fetch === undefined) return ignore(turn, 'outOfDate')
  if (answer.verdict !== 'done') {
    if (denyCall(turn, answer)) {
      if (hasEnded(turn.call)) return
    } else if (answer.failure.status === NOT_FOUND) probe(turn)
    return refetchLater(turn, fetch, answer.failure.retryAfterMs)
  }
  proveBy(turn, answer.value.entries.length > 0)
  if (fetch.isFenceBroken) return refetchLater(turn, fetch)
  const { entries } = answer.value
  recogniseSelf(turn, entries)
  const assignment = assign(turn.call, entries, { isSnapshot: true })
  noteSelf(turn, assignment.self, { isMissing: lacksSelf(turn, entries) })
  const isWhole = isComplete(turn.call, entries, assignment)
  // One that lacks the bot, or anybody at all, answers nothing: what asked for it is still to be decided.
  if (isWhole) noteBaseline(turn, entries)
  else refetchLater(turn, fetch)
  const absent = isWhole ? absentees(turn, assignment) : []
  const continued = showAll(turn, assignment, snapshot, inLobby(absent))
  const gone = joinAdmitted(
    turn,
    absent.filter(({ key }) => !continued.has(key)),
    snapshot,
  )
  // After that: an id that was known before is not the new one under which a participant has left the lobby.
  for (const [key, again] of assignment.ended) for (const entry of again) reintroduce(turn, key, entry)
  for (const { key } of gone)
    tell(turn, key, { type: 'absence.proved', at: turn.at, fetchedAt: fetch.requestedAt }, snapshotWithout)
  for (const key of assignment.known.keys()) repeatRemoval(turn, key, fetch.requestedAt)
  if (!isWhole) return
  for (const key of [...turn.call.pending]) proveUnanswered(turn, key, fetch.requestedAt)
  endAnswers(turn, fetch.requestedAt)
  turn.call.roster = { ...turn.call.roster, completeThrough: turn.call.roster.baseline }
  noteWhole(turn)
}

function noteBaseline(turn: Turn, entries: readonly RosterEntry[]): void {
  const { roster } = turn.call
  const baseline = entries.reduce(
    (highest, { sequence = -Infinity }) => Math.max(highest, sequence),
    roster.sequence ?? -Infinity,
  )
  turn.call.roster = { ...roster, attempts: 0, ...(Number.isFinite(baseline) ? { baseline, sequence: baseline } : {}) }
}

/**
 * Somebody a truthful snapshot shows though they had ended: the ended one stays ended, this is another participant. The
 * removal goes on by the id; without one it may be another device, which was not asked out.
 */
function reintroduce(turn: Turn, key: string, entry: RosterEntry): void {
  const ended = turn.call.participants.get(key)
  if (!hasRoom(turn)) return
  const fresh = introduceStranger(turn, entry, snapshot)
  if (ended !== undefined && entry.id !== undefined) inheritRemoval(turn, fresh, ended, snapshot, entry.id)
  show(turn, fresh, entry, snapshot)
}

/** The service took the DELETE long enough ago, and they are still there. */
function repeatRemoval(turn: Turn, key: string, fetchedAt: number): void {
  const participant = turn.call.participants.get(key)
  if (
    participant?.removalAcceptedAt === undefined ||
    participant.removalAcceptedAt + repeatDelay(turn.call, participant) > fetchedAt
  )
    return
  tell(turn, key, { type: 'removal.due', at: turn.at }, snapshot)
}

function proveUnanswered(turn: Turn, key: string, fetchedAt: number): void {
  const participant = turn.call.participants.get(key)
  const invitation =
    participant?.invitation === undefined ? undefined : turn.call.invitations.get(participant.invitation)
  if (invitation?.failure !== undefined) {
    const { cause, by } = classifyResult(invitation.failure)
    tell(turn, key, { type: 'invitation.failed', cause, by, result: invitation.failure, at: turn.at }, snapshotWithout)
  } else tell(turn, key, { type: 'absence.proved', at: turn.at, fetchedAt }, snapshotWithout)
}

/** Tells everybody the report shows; returns the keys of those from the lobby who go on under another id. */
function showAll(
  turn: Turn,
  assignment: Assignment,
  source: Source,
  lobby: readonly Participant[],
): ReadonlySet<string> {
  const continued = new Set<string>()
  for (const [key, entry] of assignment.known) {
    if (source !== delta || isNewer(turn.call.participants.get(key), entry)) show(turn, key, entry, source)
  }
  if (assignment.unknown.length === 0) return continued
  const gone = wantedOut(turn)
  const waiting = new IdentityLookup(lobby, identityOf, ({ key }) => continued.has(key))
  for (const entry of assignment.unknown) {
    const admitted = entry.isInLobby === true ? undefined : waiting.find(entry.identity)
    if (admitted === undefined) introduceUnknown(turn, entry, source, gone)
    else {
      continued.add(admitted.key)
      show(turn, admitted.key, { ...entry, isInLobby: false }, source)
    }
  }
  return continued
}

function inLobby(participants: readonly Participant[]): readonly Participant[] {
  return likeliestFirst(participants.filter(({ state }) => state === 'lobby'))
}

function identityOf({ identity }: { readonly identity: IdentitySet }): IdentitySet {
  return identity
}

/** The likeliest to go on under another id come first: a DELETE that was taken, or may have been, explains why the others are gone. */
function likeliestFirst(absent: readonly Participant[]): readonly Participant[] {
  const isExplained = ({ removal, isRemovalUnsure }: Participant): boolean =>
    removal === 'accepted' || isRemovalUnsure === true
  return [...absent.filter((one) => !isExplained(one)), ...absent.filter(isExplained)]
}

function show(turn: Turn, key: string, entry: RosterEntry, source: Source): void {
  const before = turn.call.participants.get(key)
  if (before === undefined) return
  // An id they had before (a lobby id) is a late report of what is known better, unless a snapshot says so.
  const isAlias =
    before.id !== undefined &&
    entry.id !== before.id &&
    entry.id !== undefined &&
    turn.call.aliases.get(entry.id) === key
  if ((isAlias || isFoundDead(before, entry)) && source !== snapshot) return
  const after = appear(turn, before, entry, source)
  const hasMoved = isPending(before) || after.id !== before.id
  if (hasMoved && after.id !== undefined && isBeingRemoved(after))
    tell(turn, key, { type: 'address.learned', address: after.id, at: turn.at }, source)
}

/** A DELETE of that id found nobody, while rosters went on showing them without one: what shows the id is late. */
function isFoundDead({ id, isIdUnconfirmed, removalTarget }: Participant, entry: RosterEntry): boolean {
  return id === undefined && isIdUnconfirmed === true && entry.id === removalTarget
}

function appear(
  turn: Turn,
  known: Participant,
  entry: RosterEntry,
  source: Source,
  options: { isPast?: boolean } = {},
): Participant {
  const { removed: _removed, isInLobby = known.state === 'lobby', ...said } = entry
  return tell(turn, known.key, { type: 'roster.showed', ...said, isInLobby, at: turn.at }, source, options)
}

/** Somebody who joined uninvited — or an invitee who ended first, and whom the application asked to be out. */
function introduceUnknown(turn: Turn, entry: RosterEntry, source: Source, gone: readonly Participant[]): void {
  if (!hasRoom(turn)) return
  const wanted = findWantedOut(turn, entry, gone)
  const key = introduceStranger(turn, entry, source)
  if (wanted !== undefined) inheritRemoval(turn, key, wanted, source, entry.id)
  show(turn, key, entry, source)
}

function absentees(turn: Turn, { known }: Assignment): readonly Participant[] {
  return [...turn.call.participants.values()]
    .filter((participant) => isPresent(participant) && !known.has(participant.key))
    .sort((one, other) => one.ordinal - other.ordinal)
}

function hasJustJoined(turn: Turn, { activeAt, lobbyAt, introducedAt }: Participant): boolean {
  // Being admitted may have given them another id: from then on an older report can miss them, too.
  return turn.at - Math.max(lobbyAt ?? introducedAt, activeAt ?? introducedAt) < turn.call.options.reorderWindowMs
}
