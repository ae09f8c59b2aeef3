/**
 * Snapshots: fetched rosters that no later report has outdated.
 *
 * Rule 1: a snapshot is complete if it says so, or if it does not say and contains the bot itself. An incomplete one
 * decides nothing about absence, and is fetched again.
 * Rule 2: absence is also evidence for invitees, unless the snapshot reports their operation as running.
 * Rule 3: an ended participant stays ended when its id is shown; the entry becomes a new participant.
 * @module
 */
import { meaningOf } from '../../participant/participant.ts'
import type { RosterFetch } from '../model/call.ts'
import type { RosterEntry, RosterSnapshot } from '../model/events.ts'
import { repeatDelay, send, type CallDraft, type EvidenceSource } from '../draft.ts'
import { refetchLater } from '../roster-fetch.ts'
import { lacksSelf, recordSelf, recogniseSelf } from '../self.ts'
import { absentees, assign, isCompleteReport } from './matching.ts'
import { addUninvited, hasRoom, inheritRemoval, mergeAllAdmitted } from './reconcile.ts'
import { recordNumber, recordComplete } from './numbers.ts'
import { inLobby, show, showAll, snapshot } from './show.ts'

const snapshotWithout: EvidenceSource = { source: 'roster.snapshot', note: 'the fetched roster does not show them' }

/** What remains to be decided after the entries of a snapshot have been applied. */
export interface ShownSnapshot {
  /** True when the snapshot shows every participant. */
  readonly isComplete: boolean
  /** Keys of the participants it shows. */
  readonly shown: readonly string[]
  /** Keys of the present participants it does not show. */
  readonly gone: readonly string[]
}

/** Applies the entries of a snapshot. An incomplete one is fetched again. */
export function showSnapshot(draft: CallDraft, fetch: RosterFetch, answer: RosterSnapshot): ShownSnapshot {
  const { entries } = answer
  recordNumber(draft, undefined)
  recogniseSelf(draft, entries)
  const assignment = assign(draft.call, entries, { isSnapshot: true })
  recordSelf(draft, assignment.self, { isMissing: lacksSelf(draft, answer) })
  const isComplete = isCompleteReport(draft.call, answer, assignment)
  // An incomplete snapshot decides nothing: the need for one remains.
  if (isComplete) noteBaseline(draft, entries)
  else refetchLater(draft, fetch)
  const absent = isComplete ? absentees(draft.call, assignment) : []
  const continued = showAll(draft, assignment, snapshot, inLobby(absent))
  const gone = mergeAllAdmitted(
    draft,
    absent.filter(({ key }) => !continued.has(key)),
    snapshot,
  )
  // This comes last: a former id is not the new id of a participant that left the lobby.
  for (const [key, again] of assignment.ended) for (const entry of again) reintroduce(draft, key, entry)
  return { isComplete, shown: [...assignment.known.keys()], gone: gone.map(({ key }) => key) }
}

/** Ends the participants that the snapshot does not show, except the invitees that are known to ring. */
export function judgeAbsence(
  draft: CallDraft,
  { requestedAt }: RosterFetch,
  { isComplete, shown, gone }: ShownSnapshot,
  ringing: ReadonlySet<string>,
): void {
  // An operation of the same answer may have merged a participant into its invitee.
  for (const key of gone)
    if (draft.call.participants.has(key))
      send(draft, key, { type: 'absence.proved', at: draft.at, fetchedAt: requestedAt }, snapshotWithout)
  for (const key of shown) repeatRemoval(draft, key, requestedAt)
  if (!isComplete) return
  for (const key of draft.call.pending.filter((pending) => !ringing.has(pending)))
    proveUnanswered(draft, key, requestedAt)
  draft.call.roster = { ...draft.call.roster, completeThrough: draft.call.roster.baseline }
  recordComplete(draft)
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
 * Adds a new participant for an entry with the id of an ended one. It inherits a pending removal only by id: an entry
 * without an id may be another device, whose removal was not requested.
 */
function reintroduce(draft: CallDraft, key: string, entry: RosterEntry): void {
  const ended = draft.call.participants.get(key)
  if (!hasRoom(draft)) return
  const fresh = addUninvited(draft, entry, snapshot)
  if (ended !== undefined && entry.id !== undefined) inheritRemoval(draft, fresh, ended, snapshot, entry.id)
  show(draft, fresh, entry, snapshot)
}

/** Sends the DELETE again if the service accepted it long enough ago and the participant is still present. */
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
    const { failure: result } = invitation
    send(draft, key, { type: 'invitation.failed', ...meaningOf(result), result, at: draft.at }, snapshotWithout)
  } else send(draft, key, { type: 'absence.proved', at: draft.at, fetchedAt }, snapshotWithout)
}
