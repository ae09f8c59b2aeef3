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
  isRemovalPending,
  type Participant,
} from '../../participant/participant.ts'
import type { CallEvent, RosterEntry } from '../model/events.ts'
import { breakFence, refetchLater, requestFetch, takeFetch } from './fetch.ts'
import { mergePresence, inheritRemoval, endAsDuplicate } from './reconcile.ts'
import { IdentityLookup } from '../model/identity-lookup.ts'
import { endAnswers } from '../invitations.ts'
import { addAlias, findById } from '../model/known-ids.ts'
import { denyCall, hasEnded, checkAlive, proveBy } from '../lifecycle.ts'
import { assign, findAdmitted, isComplete, separateBefore, wasKnownAtRemoval, type Assignment } from './matching.ts'
import { lacksSelf, noteSelf, recogniseSelf } from '../self.ts'
import {
  findPendingRemoval,
  hasRoom,
  addDeparted,
  addUninvited,
  endedParticipants,
  pendingRemovals,
} from './uninvited.ts'
import { count, ignore, repeatDelay, send, type EvidenceSource, type CallDraft } from '../draft.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>

const full: EvidenceSource = { source: 'roster.full', note: 'a full roster shows them' }
const fullWithout: EvidenceSource = { source: 'roster.full', note: 'a full roster does not show them' }
const delta: EvidenceSource = { source: 'roster.delta', note: 'a roster change shows them' }
const deltaWithout: EvidenceSource = { source: 'roster.delta', note: 'a roster change says they are gone' }
const snapshot: EvidenceSource = { source: 'roster.snapshot', note: 'the fetched roster shows them' }
const snapshotWithout: EvidenceSource = { source: 'roster.snapshot', note: 'the fetched roster does not show them' }

/** HTTP: the list of participants, and so perhaps the call, is not there. */
const NOT_FOUND = 404

/** A roster notification. */
export function reportRoster(draft: CallDraft, event: Of<'roster.reported'>): void {
  if (event.kind === 'full') reportFull(draft, event.entries)
  else reportDelta(draft, event.sequence, event.entries)
}

function reportFull(draft: CallDraft, entries: readonly RosterEntry[]): void {
  breakFence(draft)
  recogniseSelf(draft, entries)
  const assignment = assign(draft.call, entries)
  const isWhole = isComplete(draft.call, entries, assignment)
  const absent = isWhole ? absentees(draft, assignment) : []
  // An admitted entry of the same identity is no excuse: an old report may show a visit that was over before.
  const doubtful = absent.filter((participant) => hasJustJoined(draft, participant))
  if (assignment.ended.size > 0 || doubtful.length > 0) {
    for (const { key } of doubtful) send(draft, key, { type: 'roster.omitted', at: draft.at }, fullWithout)
    // However old it is, a participant it shows without an id may be there under another one than is known.
    for (const [key, { id }] of assignment.known)
      if (id === undefined) send(draft, key, { type: 'id.doubted', at: draft.at }, full)
    if (draft.call.roster.fetch === undefined) count(draft, 'suspected')
    requestFetch(draft)
    // Whom it shows was there at some time, however old it is; nobody may be lost. The snapshot says whether they still are.
    const known = new Map([...assignment.known].filter(([key]) => draft.call.pending.includes(key)))
    const missed = new IdentityLookup(absent, identityOf)
    const unknown = assignment.unknown.filter(({ identity }) => missed.find(identity) === undefined)
    showAll(draft, { ...assignment, known, unknown }, full, [])
    return
  }
  noteSelf(draft, assignment.self, { isMissing: lacksSelf(draft, entries) })
  const continued = showAll(draft, assignment, full, inLobby(absent))
  const gone = mergeAllAdmitted(
    draft,
    absent.filter(({ key }) => !continued.has(key)),
    full,
  )
  for (const { key } of gone) send(draft, key, { type: 'absence.proved', at: draft.at }, fullWithout)
  if (isWhole) noteWhole(draft)
}

function reportDelta(draft: CallDraft, sequence: number | undefined, entries: readonly RosterEntry[]): void {
  const { roster } = draft.call
  breakFence(draft)
  if ((sequence ?? Infinity) <= (roster.baseline ?? -Infinity)) return ignore(draft, 'outOfDate')
  const isNext =
    sequence !== undefined &&
    sequence === (roster.completeThrough ?? Number.NaN) + 1 &&
    roster.completeThrough === roster.sequence
  if (sequence === undefined || roster.sequence === undefined || sequence > roster.sequence) {
    if (sequence !== (roster.sequence ?? Number.NaN) + 1) requestFetch(draft)
    if (sequence !== undefined) draft.call.roster = { ...draft.call.roster, sequence }
  }
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

function isNewer(participant: Participant | undefined, { sequence }: RosterEntry): boolean {
  return participant?.sequence === undefined || sequence === undefined || sequence > participant.sequence
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
  const reason = entry.removed?.reason
  const said = classifyReason(reason)
  send(
    draft,
    participant.key,
    { type: 'absence.proved', at: draft.at, reason, ...said, sequence: entry.sequence },
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

/** Later news told of the admitted participant first: the lobby id is theirs, and whoever was introduced by it is them. */
function mergeAdmitted(draft: CallDraft, lobbyId: string, successor: Participant, source: EvidenceSource): void {
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
function mergeAllAdmitted(
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

/** A report showed everybody: a participant who is introduced from now on is new since. */
function noteWhole(draft: CallDraft): void {
  const { roster, introduced } = draft.call
  if (roster.introducedBefore !== introduced) draft.call.roster = { ...roster, introducedBefore: introduced }
}

/** The answer to a fetch. */
export function takeSnapshot(draft: CallDraft, { fetch: number, answer }: Of<'roster.fetched'>): void {
  const fetch = takeFetch(draft, number)
  if (fetch === undefined) return ignore(draft, 'outOfDate')
  if (answer.verdict !== 'done') {
    if (denyCall(draft, answer)) {
      if (hasEnded(draft.call)) return
    } else if (answer.failure.status === NOT_FOUND) checkAlive(draft)
    return refetchLater(draft, fetch, answer.failure.retryAfterMs)
  }
  proveBy(draft, answer.value.entries.length > 0)
  if (fetch.isFenceBroken) return refetchLater(draft, fetch)
  const { entries } = answer.value
  recogniseSelf(draft, entries)
  const assignment = assign(draft.call, entries, { isSnapshot: true })
  noteSelf(draft, assignment.self, { isMissing: lacksSelf(draft, entries) })
  const isWhole = isComplete(draft.call, entries, assignment)
  // One that lacks the bot, or anybody at all, answers nothing: what asked for it is still to be decided.
  if (isWhole) noteBaseline(draft, entries)
  else refetchLater(draft, fetch)
  const absent = isWhole ? absentees(draft, assignment) : []
  const continued = showAll(draft, assignment, snapshot, inLobby(absent))
  const gone = mergeAllAdmitted(
    draft,
    absent.filter(({ key }) => !continued.has(key)),
    snapshot,
  )
  // After that: an id that was known before is not the new one under which a participant has left the lobby.
  for (const [key, again] of assignment.ended) for (const entry of again) reintroduce(draft, key, entry)
  for (const { key } of gone)
    send(draft, key, { type: 'absence.proved', at: draft.at, fetchedAt: fetch.requestedAt }, snapshotWithout)
  for (const key of assignment.known.keys()) repeatRemoval(draft, key, fetch.requestedAt)
  if (!isWhole) return
  for (const key of [...draft.call.pending]) proveUnanswered(draft, key, fetch.requestedAt)
  endAnswers(draft, fetch.requestedAt)
  draft.call.roster = { ...draft.call.roster, completeThrough: draft.call.roster.baseline }
  noteWhole(draft)
}

function noteBaseline(draft: CallDraft, entries: readonly RosterEntry[]): void {
  const { roster } = draft.call
  const baseline = entries.reduce(
    (highest, { sequence = -Infinity }) => Math.max(highest, sequence),
    roster.sequence ?? -Infinity,
  )
  draft.call.roster = { ...roster, attempts: 0, ...(Number.isFinite(baseline) ? { baseline, sequence: baseline } : {}) }
}

/**
 * Somebody a truthful snapshot shows though they had ended: the ended one stays ended, this is another participant. The
 * removal goes on by the id; without one it may be another device, which was not asked out.
 */
function reintroduce(draft: CallDraft, key: string, entry: RosterEntry): void {
  const ended = draft.call.participants.get(key)
  if (!hasRoom(draft)) return
  const fresh = addUninvited(draft, entry, snapshot)
  if (ended !== undefined && entry.id !== undefined) inheritRemoval(draft, fresh, ended, snapshot, entry.id)
  show(draft, fresh, entry, snapshot)
}

/** The service took the DELETE long enough ago, and they are still there. */
function repeatRemoval(draft: CallDraft, key: string, fetchedAt: number): void {
  const participant = draft.call.participants.get(key)
  if (
    participant?.removalAcceptedAt === undefined ||
    participant.removalAcceptedAt + repeatDelay(draft.call, participant) > fetchedAt
  )
    return
  send(draft, key, { type: 'removal.due', at: draft.at }, snapshot)
}

function proveUnanswered(draft: CallDraft, key: string, fetchedAt: number): void {
  const participant = draft.call.participants.get(key)
  const invitation =
    participant?.invitation === undefined ? undefined : draft.call.invitations.get(participant.invitation)
  if (invitation?.failure !== undefined) {
    const { cause, by } = classifyResult(invitation.failure)
    send(
      draft,
      key,
      { type: 'invitation.failed', cause, by, result: invitation.failure, at: draft.at },
      snapshotWithout,
    )
  } else send(draft, key, { type: 'absence.proved', at: draft.at, fetchedAt }, snapshotWithout)
}

/** Tells everybody the report shows; returns the keys of those from the lobby who go on under another id. */
function showAll(
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

function inLobby(participants: readonly Participant[]): readonly Participant[] {
  return stayingFirst(participants.filter(({ state }) => state === 'lobby'))
}

function identityOf({ identity }: { readonly identity: IdentitySet }): IdentitySet {
  return identity
}

/** Participants who are to stay come first: a wrong guess must not send a DELETE to a device that was not asked out. */
function stayingFirst(absent: readonly Participant[]): readonly Participant[] {
  return [...absent.filter((one) => !isBeingRemoved(one)), ...absent.filter(isBeingRemoved)]
}

function show(draft: CallDraft, key: string, entry: RosterEntry, source: EvidenceSource): void {
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
function isFoundDead({ id, isIdUnconfirmed, removalTarget }: Participant, entry: RosterEntry): boolean {
  return id === undefined && isIdUnconfirmed === true && entry.id === removalTarget
}

function appear(
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

function absentees(draft: CallDraft, { known }: Assignment): readonly Participant[] {
  return [...draft.call.participants.values()]
    .filter((participant) => isPresent(participant) && !known.has(participant.key))
    .sort((one, other) => one.ordinal - other.ordinal)
}

function hasJustJoined(draft: CallDraft, { activeAt, lobbyAt, introducedAt }: Participant): boolean {
  // Being admitted may have given them another id: from then on an older report can miss them, too.
  return draft.at - Math.max(lobbyAt ?? introducedAt, activeAt ?? introducedAt) < draft.call.options.reorderWindowMs
}
