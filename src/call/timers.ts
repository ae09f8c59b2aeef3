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
import { awaitFetch, fetchNow, requestFetch, resumeFetch } from './roster/fetch.ts'
import { hasUnseen } from './invitations.ts'
import { hasEnded, lifeDeadlines } from './lifecycle.ts'
import { resumeRemoval } from './removals.ts'
import { ignore, LONGEST_CONFIRM_MS, repeatDelay, schedule, tell, unschedule, type Source, type Turn } from './draft.ts'

const ring: Source = { source: 'deadline.ring', note: 'nobody answered before the ring deadline' }
const grace: Source = { source: 'deadline.grace', note: 'no proof came within the grace of the ring deadline' }

/** A deadline passed. */
export function passDeadline(turn: Turn, deadline: string): void {
  const due = turn.call.deadlines.get(deadline)
  if (due === undefined) return ignore(turn, 'unknownDeadline')
  if (turn.at < due) return ignore(turn, 'outOfDate')
  unschedule(turn, deadline)
  const ofLife = lifeDeadlines.get(deadline)
  if (ofLife !== undefined) return ofLife(turn)
  if (isJudgedByFetch(turn, deadline, due)) awaitFetch(turn, deadline, due)
  else act(turn, deadline, due)
}

/** After a restart: overdue deadlines that act on a guess wait for a look at the roster. */
export function awaitFetchWithOverdue(turn: Turn): void {
  const overdue = [...turn.call.deadlines].filter(
    ([deadline, due]) => due <= turn.at && isGuess(turn, partsOf(deadline)),
  )
  for (const [deadline, due] of overdue.sort(([one], [other]) => (one < other ? -1 : 1))) {
    fetchNow(turn)
    unschedule(turn, deadline)
    awaitFetch(turn, deadline, due)
  }
}

/** A fetch was answered, whatever the answer: the deadlines that waited for it wait no longer. */
export function passAwaited(turn: Turn): void {
  const { fetch } = turn.before.roster
  if (fetch === undefined || fetch.number === turn.call.roster.fetch?.number || hasEnded(turn.call)) return
  for (const [deadline, due] of fetch.waiting ?? []) act(turn, deadline, due)
}

/** True when a fetch under way began after what the deadline has to judge: for a ring its own time, for a grace the ring's. */
function isJudgedByFetch({ call }: Turn, deadline: string, due: number): boolean {
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
function isGuess(turn: Turn, { kind, subject }: Parts): boolean {
  return kind === 'grace' || kind === 'retry' || (kind === 'ring' && cancelsOnExpiry(turn, subject))
}

function partsOf(deadline: string): Parts {
  const [kind = ''] = deadline.split('/', 1)
  return { kind, subject: deadline.slice(kind.length + 1) }
}

function act(turn: Turn, deadline: string, due: number): void {
  const { kind, subject } = partsOf(deadline)
  switch (kind) {
    case 'ring':
      return passRing(turn, subject, due)
    case 'grace':
      return void tellIfThere(turn, subject, { type: 'grace.expired', at: turn.at }, grace)
    case 'confirm':
      return passConfirm(turn, subject)
    case 'retry':
      return resumeRemoval(turn, subject)
    case 'complete':
      return passCompletion(turn, subject)
    default:
      return resumeFetch(turn)
  }
}

/**
 * The service rings about a minute; a shorter time the application set means: then stop it. An operation that has
 * completed means an answer: there is nothing to stop, and the roster is looked at.
 */
function passRing(turn: Turn, key: string, due: number): void {
  // Silence is judged up to the time that was set, however late the alarm rings.
  const participant = tellIfThere(turn, key, { type: 'ring.expired', at: due }, ring)
  if (participant === undefined || !isPending(participant)) return
  schedule(turn, `grace/${key}`, turn.at + turn.call.options.graceMs)
  const isCancelled = cancelsOnExpiry(turn, key)
  const after = isCancelled
    ? tell(turn, key, { type: 'cancel.requested', by: 'deadline', at: turn.at }, ring)
    : participant
  // A cancel that has gone out is looked after by itself; one that is held may be waiting for somebody who answered unseen.
  if (!isCancelled || after.removal === 'held') requestFetch(turn, (requestedAt) => requestedAt >= due)
}

function cancelsOnExpiry({ call }: Pick<Turn, 'call'>, key: string): boolean {
  const invitation = call.participants.get(key)?.invitation
  const { cancelsOnExpiry, operation } = (invitation === undefined ? undefined : call.invitations.get(invitation)) ?? {}
  return cancelsOnExpiry === true && operation !== 'completed'
}

/** No proof of an accepted removal came by itself, or no id for one that is held: fetch, and look again later. */
function passConfirm(turn: Turn, key: string): void {
  const { call, at } = turn
  const participant = call.participants.get(key)
  if (participant === undefined) return
  const { removalAcceptedAt, removalRequestedAt = at } = participant
  const since = removalAcceptedAt ?? removalRequestedAt
  requestFetch(turn, (requestedAt) => requestedAt > since)
  const next =
    removalAcceptedAt === undefined
      ? at + Math.min(at - removalRequestedAt, LONGEST_CONFIRM_MS)
      : removalAcceptedAt + repeatDelay(call, participant)
  schedule(turn, `confirm/${key}`, Math.max(at + call.options.confirmTimeoutMs, next))
}

/** The operation completed a while ago, and the roster has not shown everybody. */
function passCompletion(turn: Turn, id: string): void {
  const invitation = turn.call.invitations.get(id)
  if (invitation === undefined || !hasUnseen(turn.call, invitation)) return
  const since = invitation.completedAt ?? Infinity
  requestFetch(turn, (requestedAt) => requestedAt > since)
}

function tellIfThere(
  turn: Turn,
  key: string,
  event: Parameters<typeof tell>[2],
  source: Source,
): Participant | undefined {
  return turn.call.participants.has(key) ? tell(turn, key, event, source) : undefined
}
