/**
 * Timers: what happens when a deadline passes. Deadlines are data of the call; a host keeps the time.
 *
 * Rule 1: a deadline that was moved or deleted has no effect.
 * Rule 2: a ring deadline does not end an invitation by itself: first the grace period waits for proof.
 * Rule 3: a deadline is not evidence. One that would end or cancel an invitation waits for a fetch in progress that
 * began late enough, however slow it is. After a restart, an overdue one waits for the fetch that follows the restart.
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

const ring: EvidenceSource = { source: 'deadline.ring', note: 'no answer came before the ring deadline' }
const grace: EvidenceSource = { source: 'deadline.grace', note: 'no proof came within the grace of the ring deadline' }

/** Applies a deadline that passed. */
export function passDeadline(draft: CallDraft, deadline: string): void {
  const due = draft.call.deadlines.get(deadline)
  if (due === undefined) return ignore(draft, 'unknownDeadline')
  if (draft.at < due) return ignore(draft, 'outOfDate')
  unschedule(draft, deadline)
  const ofLifecycle = lifecycleDeadlines.get(deadline)
  if (ofLifecycle !== undefined) return ofLifecycle(draft)
  if (isJudgedByFetch(draft, deadline, due)) awaitFetch(draft, deadline, due)
  else act(draft, deadline, due)
}

/** After a restart, makes overdue deadlines that act on a guess wait for a roster fetch. */
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

/** After the answer to a fetch, whatever its verdict, applies the deadlines that waited for it. */
export function passAwaited(draft: CallDraft): void {
  const { fetch } = draft.before.roster
  if (fetch === undefined || fetch.number === draft.call.roster.fetch?.number || hasEnded(draft.call)) return
  for (const [deadline, due] of fetch.waiting ?? []) act(draft, deadline, due)
}

/**
 * True when a fetch in progress began late enough to decide the deadline: after the ring deadline, also for its grace.
 */
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

/** True for a deadline that ends, cancels or removes a participant whose state may have changed unseen. */
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
      return void sendIfKnown(draft, subject, { type: 'grace.expired', at: draft.at }, grace)
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
 * Applies a ring deadline. A ring time shorter than the service's (about a minute) cancels the invitation. After a
 * completed operation the invitee has answered: nothing is cancelled, and the roster is fetched.
 */
function passRing(draft: CallDraft, key: string, due: number): void {
  // The event has the time of the deadline, however late the timer fires.
  const participant = sendIfKnown(draft, key, { type: 'ring.expired', at: due }, ring)
  if (participant === undefined || !isPending(participant)) return
  schedule(draft, `grace/${key}`, draft.at + draft.call.options.graceMs)
  const isCancelled = cancelsOnExpiry(draft, key)
  const after = isCancelled
    ? send(draft, key, { type: 'cancel.requested', by: 'deadline', at: draft.at }, ring)
    : participant
  // A cancel that was sent has its own deadline. One that is held may wait for an invitee who answered unseen.
  if (!isCancelled || after.removal === 'held') requestFetch(draft, (requestedAt) => requestedAt >= due)
}

function cancelsOnExpiry({ call }: Pick<CallDraft, 'call'>, key: string): boolean {
  const invitation = call.participants.get(key)?.invitation
  const { cancelsOnExpiry, operation } = (invitation === undefined ? undefined : call.invitations.get(invitation)) ?? {}
  return cancelsOnExpiry === true && operation !== 'completed'
}

/** An accepted removal has no proof yet, or a held one no id: fetches the roster, and schedules the next check. */
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

/** The operation completed a while ago: fetches the roster if it has not shown every invitee. */
function passCompletion(draft: CallDraft, id: string): void {
  const invitation = draft.call.invitations.get(id)
  if (invitation === undefined || !hasUnseen(draft.call, invitation)) return
  const since = invitation.completedAt ?? Infinity
  requestFetch(draft, (requestedAt) => requestedAt > since)
}

function sendIfKnown(
  draft: CallDraft,
  key: string,
  event: Parameters<typeof send>[2],
  source: EvidenceSource,
): Participant | undefined {
  return draft.call.participants.has(key) ? send(draft, key, event, source) : undefined
}
