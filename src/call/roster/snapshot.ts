/**
 * Snapshots: fetched rosters, which nothing has overtaken.
 *
 * Rule 1: one is complete if it says so, or if it says nothing of that and contains the bot itself. Another one decides
 * nothing about absence, and is fetched again.
 * Rule 2: absence says something of invitees, too, unless the snapshot itself says that their operation is running.
 * Rule 3: an ended participant who is shown stays ended; who is shown is another one.
 * @module
 */
import { meaningOf } from '../../participant/participant.ts'
import type { RosterFetch } from '../model/call.ts'
import type { RosterEntry, RosterSnapshot } from '../model/events.ts'
import { repeatDelay, send, type CallDraft, type EvidenceSource } from '../draft.ts'
import { refetchLater } from '../roster-fetch.ts'
import { lacksSelf, noteSelf, recogniseSelf } from '../self.ts'
import { absentees, assign, isWhole } from './matching.ts'
import { addUninvited, hasRoom, inheritRemoval, mergeAllAdmitted } from './reconcile.ts'
import { noteNumber, noteWhole } from './numbers.ts'
import { inLobby, show, showAll, snapshot } from './show.ts'

const snapshotWithout: EvidenceSource = { source: 'roster.snapshot', note: 'the fetched roster does not show them' }

/** What a snapshot leaves to judge once everybody it shows has been shown. */
export interface ShownSnapshot {
  /** It shows everybody. */
  readonly isOfAll: boolean
  /** Keys of the participants it shows. */
  readonly shown: readonly string[]
  /** Keys of those who were present and whom it does not show. */
  readonly gone: readonly string[]
}

/** Shows everybody a snapshot shows that nothing has overtaken. One that does not show everybody is fetched again. */
export function showSnapshot(draft: CallDraft, fetch: RosterFetch, answer: RosterSnapshot): ShownSnapshot {
  const { entries } = answer
  noteNumber(draft, undefined)
  recogniseSelf(draft, entries)
  const assignment = assign(draft.call, entries, { isSnapshot: true })
  noteSelf(draft, assignment.self, { isMissing: lacksSelf(draft, answer) })
  const isOfAll = isWhole(draft.call, answer, assignment)
  // One that is not complete answers nothing: what asked for it is still to be decided.
  if (isOfAll) noteBaseline(draft, entries)
  else refetchLater(draft, fetch)
  const absent = isOfAll ? absentees(draft.call, assignment) : []
  const continued = showAll(draft, assignment, snapshot, inLobby(absent))
  const gone = mergeAllAdmitted(
    draft,
    absent.filter(({ key }) => !continued.has(key)),
    snapshot,
  )
  // After that: an id that was known before is not the new one under which a participant has left the lobby.
  for (const [key, again] of assignment.ended) for (const entry of again) reintroduce(draft, key, entry)
  return { isOfAll, shown: [...assignment.known.keys()], gone: gone.map(({ key }) => key) }
}

/** Judges those the snapshot does not show, but for the invitees whose phones are known to ring. */
export function judgeAbsence(
  draft: CallDraft,
  { requestedAt }: RosterFetch,
  { isOfAll, shown, gone }: ShownSnapshot,
  ringing: ReadonlySet<string>,
): void {
  for (const key of gone)
    send(draft, key, { type: 'absence.proved', at: draft.at, fetchedAt: requestedAt }, snapshotWithout)
  for (const key of shown) repeatRemoval(draft, key, requestedAt)
  if (!isOfAll) return
  for (const key of draft.call.pending.filter((pending) => !ringing.has(pending)))
    proveUnanswered(draft, key, requestedAt)
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
    const { failure: result } = invitation
    send(draft, key, { type: 'invitation.failed', ...meaningOf(result), result, at: draft.at }, snapshotWithout)
  } else send(draft, key, { type: 'absence.proved', at: draft.at, fetchedAt }, snapshotWithout)
}
