/**
 * Deadlines: what happens when time passes. They are data of the call; a host keeps the time.
 *
 * Rule 1: a deadline that was moved or dropped since says nothing.
 * Rule 2: a ring deadline does not end an invitation by itself: proof is looked for first, for as long as the grace.
 * @module
 */
import { isPending, type Participant } from '../participant/participant.ts'
import { requestFetch, resumeFetch } from './fetching.ts'
import { hasUnseen } from './invitations.ts'
import { lifeDeadlines } from './life.ts'
import { resumeRemoval } from './removals.ts'
import { ignore, LONGEST_CONFIRM_MS, repeatDelay, schedule, tell, unschedule, type Source, type Turn } from './turn.ts'

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
  const [kind] = deadline.split('/', 1)
  const subject = deadline.slice(deadline.indexOf('/') + 1)
  switch (kind) {
    case 'ring': return passRing(turn, subject)
    case 'grace': return void tellIfThere(turn, subject, { type: 'grace.expired', at: turn.at }, grace)
    case 'confirm': return passConfirm(turn, subject)
    case 'retry': return resumeRemoval(turn, subject)
    case 'complete': return passCompletion(turn, subject)
    default: return resumeFetch(turn)
  }
}

/** The service rings about a minute; a shorter time the application set means: then stop it. */
function passRing(turn: Turn, key: string): void {
  const participant = tellIfThere(turn, key, { type: 'ring.expired', at: turn.at }, ring)
  if (participant === undefined || !isPending(participant)) return
  schedule(turn, `grace/${key}`, turn.at + turn.call.options.graceMs)
  const invitation = participant.invitation === undefined ? undefined : turn.call.invitations.get(participant.invitation)
  const after = invitation?.cancelsOnExpiry ? tell(turn, key, { type: 'removal.requested', by: 'deadline', known: turn.call.introduced, at: turn.at }, ring) : participant
  // A cancel that has gone out is looked after by itself; one that is held may be waiting for somebody who answered unseen.
  if (!invitation?.cancelsOnExpiry || after.removal === 'held') requestFetch(turn)
}

/** No proof of an accepted removal came by itself, or no id for one that is held: fetch, and look again later. */
function passConfirm(turn: Turn, key: string): void {
  const { call, at } = turn
  const participant = call.participants.get(key)
  if (participant === undefined) return
  requestFetch(turn)
  const { removalAcceptedAt, removalRequestedAt = at } = participant
  const next = removalAcceptedAt === undefined ? at + Math.min(at - removalRequestedAt, LONGEST_CONFIRM_MS) : removalAcceptedAt + repeatDelay(call, participant)
  schedule(turn, `confirm/${key}`, Math.max(at + call.options.confirmTimeoutMs, next))
}

/** The operation completed a while ago, and the roster has not shown everybody. */
function passCompletion(turn: Turn, id: string): void {
  const invitation = turn.call.invitations.get(id)
  if (invitation !== undefined && hasUnseen(turn.call, invitation)) requestFetch(turn)
}

function tellIfThere(turn: Turn, key: string, event: Parameters<typeof tell>[2], source: Source): Participant | undefined {
  return turn.call.participants.has(key) ? tell(turn, key, event, source) : undefined
}
