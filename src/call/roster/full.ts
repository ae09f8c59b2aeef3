/**
 * Full rosters: reports of everybody, unasked.
 *
 * Rule 1: one is complete if it says so, or if it says nothing of that and contains the bot itself. Another one only adds
 * and updates, and an empty one without a word removes nobody.
 * Rule 2: one that would bring back an ended id, or drop somebody who has just joined, is older than what is known. It
 * is not believed, whomever else it shows; a snapshot decides. Only arrivals nobody had heard of are taken from it.
 * Rule 3: a number proves that a roster is newer than the numbered ones: such a one is believed. One that is older than what
 * is known is not news of who is there; those it shows and whom a later roster of everybody does not have come and gone.
 * Rule 4: absence says something only of those who were present.
 * @module
 */
import { isSameIdentity } from '../../participant/identity.ts'
import { isPending, type Participant } from '../../participant/participant.ts'
import type { CallEvent, RosterEntry } from '../model/events.ts'
import { IdentityLookup } from '../model/identity-lookup.ts'
import { count, ignore, send, type CallDraft, type EvidenceSource } from '../draft.ts'
import { breakFence, requestFetch } from '../roster-fetch.ts'
import { lacksSelf, noteSelf, recogniseSelf } from '../self.ts'
import { absentees, assign, fellowsOf, isWhole, type Assignment } from './matching.ts'
import { ageOf, noteNumber, noteWhole } from './numbers.ts'
import { addDeparted, hasRoom, mergeAllAdmitted } from './reconcile.ts'
import { appear, full, identityOf, inLobby, showAll } from './show.ts'

type FullReport = Extract<CallEvent, { type: 'roster.reported'; kind: 'full' }>

const fullWithout: EvidenceSource = { source: 'roster.full', note: 'a full roster does not show them' }

/** A roster notification that shows everybody. */
export function reportFull(draft: CallDraft, report: FullReport): void {
  const { entries, sequence } = report
  const age = ageOf(draft.call.roster, sequence)
  if (age === 'known') return ignore(draft, 'outOfDate')
  if (age === 'past') return reportPast(draft, entries)
  const isLate = age === 'late'
  breakFence(draft)
  recogniseSelf(draft, entries)
  const assignment = assign(draft.call, entries)
  const isOfAll = isWhole(draft.call, report, assignment)
  const absent = isOfAll || isLate ? absentees(draft.call, assignment) : []
  noteNumber(draft, sequence)
  // An admitted entry of the same identity is no excuse: an old report may show a visit that was over before.
  const doubtful = age === 'unordered' ? absent.filter((participant) => hasJustJoined(draft, participant)) : []
  if (isLate || doubtful.length > 0 || (age === 'unordered' && assignment.ended.size > 0))
    return disbelieve(draft, assignment, absent, doubtful)
  noteSelf(draft, assignment.self, { isMissing: lacksSelf(draft, report) })
  const continued = showAll(draft, assignment, full, inLobby(absent))
  const gone = mergeAllAdmitted(
    draft,
    absent.filter(({ key }) => !continued.has(key)),
    full,
  )
  for (const { key } of gone) send(draft, key, { type: 'absence.proved', at: draft.at }, fullWithout)
  // What had no number may have ended them since.
  if (assignment.ended.size > 0) requestFetch(draft)
  if (isOfAll) noteWhole(draft, sequence)
}

/** A report that may be old: a snapshot decides. `absent` are the participants it does not show, `doubtful` those of them who cannot have gone yet. */
function disbelieve(
  draft: CallDraft,
  assignment: Assignment,
  absent: readonly Participant[],
  doubtful: readonly Participant[],
): void {
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
}

/** A roster that is older than one of everybody: those it shows and who are not known have come and gone between the two. */
function reportPast(draft: CallDraft, entries: readonly RosterEntry[]): void {
  ignore(draft, 'outOfDate')
  const { introducedBefore = 0 } = draft.call.roster
  const { known, unknown } = assign(draft.call, entries)
  const strangers = [...unknown]
  for (const [key, entry] of known) {
    const participant = draft.call.participants.get(key)
    if (participant === undefined || !isPending(participant)) continue
    // Who was invited after the later roster had been taken cannot have answered before it.
    if (participant.ordinal < introducedBefore) passThrough(draft, participant, entry)
    else strangers.push(entry)
  }
  const shown = new Set(entries.map(({ id }) => id))
  for (const entry of strangers) {
    if (entry.id === undefined || isKnownOtherwise(draft, entry, shown) || !hasRoom(draft)) continue
    const key = addDeparted(draft, entry, full)
    const participant = draft.call.participants.get(key)
    if (participant !== undefined) passThrough(draft, participant, entry)
  }
}

/** They came, and they went: told as one ending. */
function passThrough(draft: CallDraft, participant: Participant, entry: RosterEntry): void {
  appear(draft, participant, entry, full, { isPast: true })
  send(draft, participant.key, { type: 'absence.proved', at: draft.at }, fullWithout)
}

/** A participant of the same identity whom the roster does not show by the id they are known under: admission may have changed it. */
function isKnownOtherwise(draft: CallDraft, entry: RosterEntry, shown: ReadonlySet<unknown>): boolean {
  return fellowsOf(draft.call, entry.identity).some(
    (one) =>
      one.id !== undefined &&
      !shown.has(one.id) &&
      (entry.isInLobby === true ? one.activeAt !== undefined : one.activeAt === undefined) &&
      isSameIdentity(one.identity, entry.identity),
  )
}

function hasJustJoined(draft: CallDraft, { activeAt, lobbyAt, introducedAt }: Participant): boolean {
  // Being admitted may have given them another id: from then on an older report can miss them, too.
  return draft.at - Math.max(lobbyAt ?? introducedAt, activeAt ?? introducedAt) < draft.call.options.reorderWindowMs
}
