/**
 * Full rosters: reports of everybody, unasked.
 *
 * Rule 1: one is complete if it says so, or if it says nothing of that and contains the bot itself. Another one only adds
 * and updates, and an empty one without a word removes nobody.
 * Rule 2: one that would bring back an ended id, or drop somebody who has just joined, is older than what is known. It
 * is not believed, whomever else it shows; a snapshot decides. Only arrivals nobody had heard of are taken from it.
 * Rule 3: absence says something only of those who were present.
 * @module
 */
import type { Participant } from '../../participant/participant.ts'
import type { CallEvent } from '../model/events.ts'
import { IdentityLookup } from '../model/identity-lookup.ts'
import { count, send, type CallDraft, type EvidenceSource } from '../draft.ts'
import { breakFence, requestFetch } from '../roster-fetch.ts'
import { lacksSelf, noteSelf, recogniseSelf } from '../self.ts'
import { absentees, assign, isWhole } from './matching.ts'
import { mergeAllAdmitted } from './reconcile.ts'
import { full, identityOf, inLobby, noteWhole, showAll } from './show.ts'

type FullReport = Extract<CallEvent, { type: 'roster.reported'; kind: 'full' }>

const fullWithout: EvidenceSource = { source: 'roster.full', note: 'a full roster does not show them' }

/** A roster notification that shows everybody. */
export function reportFull(draft: CallDraft, report: FullReport): void {
  const { entries } = report
  breakFence(draft)
  recogniseSelf(draft, entries)
  const assignment = assign(draft.call, entries)
  const isOfAll = isWhole(draft.call, report, assignment)
  const absent = isOfAll ? absentees(draft.call, assignment) : []
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
  noteSelf(draft, assignment.self, { isMissing: lacksSelf(draft, report) })
  const continued = showAll(draft, assignment, full, inLobby(absent))
  const gone = mergeAllAdmitted(
    draft,
    absent.filter(({ key }) => !continued.has(key)),
    full,
  )
  for (const { key } of gone) send(draft, key, { type: 'absence.proved', at: draft.at }, fullWithout)
  if (isOfAll) noteWhole(draft)
}

function hasJustJoined(draft: CallDraft, { activeAt, lobbyAt, introducedAt }: Participant): boolean {
  // Being admitted may have given them another id: from then on an older report can miss them, too.
  return draft.at - Math.max(lobbyAt ?? introducedAt, activeAt ?? introducedAt) < draft.call.options.reorderWindowMs
}
