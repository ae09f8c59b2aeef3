/**
 * Deadlines: what happens when time passes. They are data of the call; a host keeps the time.
 *
 * Rule 1: a deadline that was moved or dropped since says nothing.
 * Rule 2: a ring deadline does not end an invitation by itself: proof is looked for first, for as long as the grace.
 * Rule 3: a deadline is not evidence. One that would end or cancel an invitation waits for a fetch under way that
 * began after what it has to judge, however slow the fetch is; one that is overdue after a restart waits for the fetch
 * that follows the restart.
 * @module
 */
import { isPending, type Participant } from '../participant/participant.ts'
import { awaitFetch, fetchNow, requestFetch, resumeFetch } from './roster-fetch.ts'
import { hasUnseen } from './invitations.ts'
import { hasEnded } from './model/call-state.ts'
import { lifecycleDeadlines } from './lifecycle.ts'
import { resumeRemoval } from './removals.ts'
import { passResync, RESYNC } from './resync.ts'
import {
  ignore,
  LONGEST_CONFIRM_MS,
  repeatDelay,
  schedule,
  send,
  unschedule,
  type EvidenceSource,
  type CallDraft,
} from './draft.ts'

const ring: EvidenceSource = { source: 'deadline.ring', note: 'nobody answered before the ring deadline' }
const grace: EvidenceSource = { source: 'deadline.grace', note: 'no proof came within the grace of the ring deadline' }

/** A deadline passed. */
export function passDeadline(draft: CallDraft, deadline: string): void {
  const due = draft.call.deadlines.get(deadline)
  if (due === undefined) return ignore(draft, 'unknownDeadline')
  if (draft.at < due) return ignore(draft, 'outOfDate')
  unschedule(draft, deadline)
  const ofLife = lifecycleDeadlines.get(deadline)
  if (ofLife !== undefined) return ofLife(draft)
  if (isJudgedByFetch(draft, deadline, due)) awaitFetch(draft, deadline, due)
  else act(draft, deadline, due)
}

/** After a restart: overdue deadlines that act on a guess wait for a look at the roster. */
export function awaitFetchWithOverdue(draft: CallDraft): void {
  const overdue = [...draft.call.deadlines].filter(
    ([deadline, due]) => due <= draft.at && isGuess(draft, partsOf(deadline)),
  )
  for (const [deadline, due] of overdue.sort(([one], [other]) => (one < other ? -1 : 1))) {
    fetchNow(draft)
    unschedule(draft, deadline)
    awaitFetch(draft, deadline, due)
  }
}

/** A fetch was answered, whatever the answer: the deadlines that waited for it wait no longer. */
export function passAwaited(draft: CallDraft): void {
  const { fetch } = draft.before.roster
  if (fetch === undefined || fetch.number === draft.call.roster.fetch?.number || hasEnded(draft.call)) return
  for (const [deadline, due] of fetch.waiting ?? []) act(draft, deadline, due)
}

/** True when a fetch under way began after what the deadline has to judge: for a ring its own time, for a grace the ring's. */
function isJudgedByFetch({ call }: CallDraft, deadline: string, due: number): boolean {
  const { fetch } = call.roster
  if (fetch === undefined) return false
  const { kind, subject } = partsOf(deadline)
  if (kind === 'ring') return fetch.requestedAt > due && cancelsOnExpiry({ call }, subject)
  return kind === 'grace' && fetch.requestedAt >= (call.participants.get(subject)?.expiredAt ?? Infinity)
}

interface Parts {
  readonly kind: string
  readonly subject: string
}

/** True for a deadline that ends, cancels or removes somebody of whom something else may have become meanwhile. */
function isGuess(draft: CallDraft, { kind, subject }: Parts): boolean {
  return kind === 'grace' || kind === 'retry' || (kind === 'ring' && cancelsOnExpiry(draft, subject))
}

function partsOf(deadline: string): Parts {
  const [kind = ''] = deadline.split('/', 1)
  return { kind, subject: deadline.slice(kind.length + 1) }
}

function act(draft: CallDraft, deadline: string, due: number): void {
  const { kind, subject } = partsOf(deadline)
  switch (kind) {
    case 'ring':
      return passRing(draft, subject, due)
    case 'grace':
      return void tellIfThere(draft, subject, { type: 'grace.expired', at: draft.at }, grace)
    case 'confirm':
      return passConfirm(draft, subject)
    case 'retry':
      return resumeRemoval(draft, subject)
    case 'complete':
      return passCompletion(draft, subject)
    case RESYNC:
      return passResync(draft)
    default:
      return resumeFetch(draft)
  }
}

/**
 * The service rings about a minute; a shorter time the application set means: then stop it. An operation that has
 * completed means an answer: there is nothing to stop, and the roster is looked at.
 */
function passRing(draft: CallDraft, key: string, due: number): void {
  // Silence is judged up to the time that was set, however late the alarm rings.
  const participant = tellIfThere(draft, key, { type: 'ring.expired', at: due }, ring)
  if (participant === undefined || !isPending(participant)) return
  schedule(draft, `grace/${key}`, draft.at + draft.call.options.graceMs)
  const isCancelled = cancelsOnExpiry(draft, key)
  const after = isCancelled
    ? send(draft, key, { type: 'cancel.requested', by: 'deadline', at: draft.at }, ring)
    : participant
  // A cancel that has gone out is looked after by itself; one that is held may be waiting for somebody who answered unseen.
  if (!isCancelled || after.removal === 'held') requestFetch(draft, (requestedAt) => requestedAt >= due)
}

function cancelsOnExpiry({ call }: Pick<CallDraft, 'call'>, key: string): boolean {
  const invitation = call.participants.get(key)?.invitation
  const { cancelsOnExpiry, operation } = (invitation === undefined ? undefined : call.invitations.get(invitation)) ?? {}
  return cancelsOnExpiry === true && operation !== 'completed'
}

/** No proof of an accepted removal came by itself, or no id for one that is held: fetch, and look again later. */
function passConfirm(draft: CallDraft, key: string): void {
  const { call, at } = draft
  const participant = call.participants.get(key)
  if (participant === undefined) return
  const { removalAcceptedAt, removalRequestedAt = at } = participant
  const since = removalAcceptedAt ?? removalRequestedAt
  requestFetch(draft, (requestedAt) => requestedAt > since)
  const next =
    removalAcceptedAt === undefined
      ? at + Math.min(at - removalRequestedAt, LONGEST_CONFIRM_MS)
      : removalAcceptedAt + repeatDelay(call, participant)
  schedule(draft, `confirm/${key}`, Math.max(at + call.options.confirmTimeoutMs, next))
}

/** The operation completed a while ago, and the roster has not shown everybody. */
function passCompletion(draft: CallDraft, id: string): void {
  const invitation = draft.call.invitations.get(id)
  if (invitation === undefined || !hasUnseen(draft.call, invitation)) return
  const since = invitation.completedAt ?? Infinity
  requestFetch(draft, (requestedAt) => requestedAt > since)
}

function tellIfThere(
  draft: CallDraft,
  key: string,
  event: Parameters<typeof send>[2],
  source: EvidenceSource,
): Participant | undefined {
  return draft.call.participants.has(key) ? send(draft, key, event, source) : undefined
}
