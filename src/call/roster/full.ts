/**
 * Full rosters: notifications with all participants.
 *
 * Rule 1: a full roster is complete if it says so, or if it does not say and contains the bot itself. An incomplete one
 * only adds and updates; an empty one that does not say that it is complete removes no participant.
 * Rule 2: a roster that would bring back an ended id, or lacks a participant that has just joined, may be old. It is
 * not applied, and a snapshot decides. Only arrivals of unknown participants are taken from it.
 * Rule 3: a number proves that a roster is newer than the numbered ones before, and such a roster is applied. An older
 * one changes no present participant. Participants that it shows and a later complete roster does not have joined and
 * left.
 * Rule 4: absence is evidence only for participants that were present.
 * @module
 */
import { isSameIdentity } from '../../participant/identity.ts'
import { isPending, type Participant } from '../../participant/participant.ts'
import type { CallEvent, RosterEntry } from '../model/events.ts'
import { IdentityLookup } from '../model/identity-lookup.ts'
import { count, ignore, send, type CallDraft, type EvidenceSource } from '../draft.ts'
import { breakFence, requestFetch } from '../roster-fetch.ts'
import { lacksSelf, recordSelf, recogniseSelf } from '../self.ts'
import { absentees, assign, sameIdentityCandidates, isCompleteReport, type Assignment } from './matching.ts'
import { ageOf, recordNumber, recordComplete } from './numbers.ts'
import { addDeparted, hasRoom, mergeAllAdmitted } from './reconcile.ts'
import { appear, full, identityOf, inLobby, showAll } from './show.ts'

type FullReport = Extract<CallEvent, { type: 'roster.reported'; kind: 'full' }>

const fullWithout: EvidenceSource = { source: 'roster.full', note: 'a full roster does not show them' }

/** Applies a roster notification with all participants. */
export function reportFull(draft: CallDraft, report: FullReport): void {
  const { entries, sequence } = report
  const age = ageOf(draft.call.roster, sequence)
  if (age === 'known') return ignore(draft, 'outOfDate')
  if (age === 'past') return reportPast(draft, entries)
  const isLate = age === 'late'
  breakFence(draft)
  recogniseSelf(draft, entries)
  const assignment = assign(draft.call, entries)
  const isComplete = isCompleteReport(draft.call, report, assignment)
  const absent = isComplete || isLate ? absentees(draft.call, assignment) : []
  recordNumber(draft, sequence)
  // An admitted entry of the same identity does not change that: an old report may show an earlier visit.
  const doubtful = age === 'unordered' ? absent.filter((participant) => hasJustJoined(draft, participant)) : []
  if (isLate || doubtful.length > 0 || (age === 'unordered' && assignment.ended.size > 0))
    return disbelieve(draft, assignment, absent, doubtful)
  recordSelf(draft, assignment.self, { isMissing: lacksSelf(draft, report) })
  const continued = showAll(draft, assignment, full, inLobby(absent))
  const gone = mergeAllAdmitted(
    draft,
    absent.filter(({ key }) => !continued.has(key)),
    full,
  )
  for (const { key } of gone) send(draft, key, { type: 'absence.proved', at: draft.at }, fullWithout)
  // A report without a number may have ended them later.
  if (assignment.ended.size > 0) requestFetch(draft)
  if (isComplete) recordComplete(draft, sequence)
}

/**
 * Handles a report that may be old: a snapshot decides. `absent` are the participants it does not show, `doubtful`
 * those of them that joined just before.
 */
function disbelieve(
  draft: CallDraft,
  assignment: Assignment,
  absent: readonly Participant[],
  doubtful: readonly Participant[],
): void {
  for (const { key } of doubtful) send(draft, key, { type: 'roster.omitted', at: draft.at }, fullWithout)
  // However old the report is, a participant that it shows without an id may have a different id from the known one.
  for (const [key, { id }] of assignment.known)
    if (id === undefined) send(draft, key, { type: 'id.doubted', at: draft.at }, full)
  if (draft.call.roster.fetch === undefined) count(draft, 'suspected')
  requestFetch(draft)
  // However old the report is, its participants were present at some time. The snapshot decides whether they still are.
  const known = new Map([...assignment.known].filter(([key]) => draft.call.pending.includes(key)))
  const missed = new IdentityLookup(absent, identityOf)
  const unknown = assignment.unknown.filter(({ identity }) => missed.find(identity) === undefined)
  showAll(draft, { ...assignment, known, unknown }, full, [])
}

/** Handles a roster that is older than a complete one: unknown participants in it joined and left between the two. */
function reportPast(draft: CallDraft, entries: readonly RosterEntry[]): void {
  ignore(draft, 'outOfDate')
  const { introducedBefore = 0 } = draft.call.roster
  const { known, unknown } = assign(draft.call, entries)
  const visits = [...unknown]
  for (const [key, entry] of known) {
    const participant = draft.call.participants.get(key)
    if (participant === undefined || !isPending(participant)) continue
    // An invitee who was invited after the later roster cannot have answered before it.
    if (participant.ordinal < introducedBefore) recordPastVisit(draft, participant, entry)
    else visits.push(entry)
  }
  const shown = new Set(entries.map(({ id }) => id))
  for (const entry of visits) {
    if (entry.id === undefined || isKnownOtherwise(draft, entry, shown) || !hasRoom(draft)) continue
    const key = addDeparted(draft, entry, full)
    const participant = draft.call.participants.get(key)
    if (participant !== undefined) recordPastVisit(draft, participant, entry)
  }
}

/** Records an arrival and a departure that are both over; only the ending is announced. */
function recordPastVisit(draft: CallDraft, participant: Participant, entry: RosterEntry): void {
  appear(draft, participant, entry, full, { isPast: true })
  send(draft, participant.key, { type: 'absence.proved', at: draft.at }, fullWithout)
}

/**
 * True when a participant of the same identity is known under an id that the roster lacks: admission may have changed
 * it.
 */
function isKnownOtherwise(draft: CallDraft, entry: RosterEntry, shown: ReadonlySet<unknown>): boolean {
  return sameIdentityCandidates(draft.call, entry.identity).some(
    (one) =>
      one.id !== undefined &&
      !shown.has(one.id) &&
      (entry.isInLobby === true ? one.activeAt !== undefined : one.activeAt === undefined) &&
      isSameIdentity(one.identity, entry.identity),
  )
}

function hasJustJoined(draft: CallDraft, { activeAt, lobbyAt, introducedAt }: Participant): boolean {
  // Admission may change the id, so an older report may lack a recently admitted participant as well.
  return draft.at - Math.max(lobbyAt ?? introducedAt, activeAt ?? introducedAt) < draft.call.options.reorderWindowMs
}
