/**
 * Removals: one intent, whether the participant rings or talks, and what the service answers to its DELETE.
 *
 * Rule 1: at most one DELETE is in flight for a participant; an answer to an earlier one is out of date.
 * Rule 2: a DELETE may be repeated; what may or may not have happened, or could not happen just now, is sent again
 * after a wait.
 * @module
 */
import {
  isBeingRemoved,
  isOpen,
  isPending,
  isPresent,
  type Participant,
  type Refusal,
} from '../participant/participant.ts'
import type { CallEvent, ServiceFailure, Verdict } from './model/events.ts'
import { requestFetch } from './roster/fetch.ts'
import { ignore, schedule, tell, type Source, type Turn } from './draft.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>

/** The first wait before a DELETE is sent again; it doubles each time, up to the longest. */
export const RETRY_BACKOFF_MS = 1_000

/** The longest wait before a DELETE is sent again, whatever the service asks for: somebody is wanted out. */
export const LONGEST_RETRY_MS = 5 * 60_000

/** How often the service may say "not now" before that counts as no. */
export const REMOVAL_ATTEMPTS = 8

const requested: Source = { source: 'removal.requested', note: 'the application asked for their removal' }
const cancelRequested: Source = {
  source: 'cancel.requested',
  note: 'the application asked for their invitation to be cancelled',
}
const answered: Source = { source: 'removal.answered', note: 'the service took the removal' }
const notFound: Source = { source: 'removal.answered', note: 'the service did not find them (404)' }
const refused: Source = { source: 'removal.answered', note: 'the service refused the removal' }
const unconfirmed: Source = { source: 'removal.answered', note: 'the removal was not confirmed; it is sent again' }
const due: Source = { source: 'deadline.retry', note: 'the removal is sent again' }

/** HTTP 404, and the comms subcodes that say the same of a participant whatever the status (FACTS 5.5). */
const NOT_FOUND = 404
const goneCodes: ReadonlySet<string> = new Set(['8522', '8543', '8558'])

/** Statuses of a refusal that another time may not meet: conflict, precondition, throttling. */
const passingStatuses: ReadonlySet<number | undefined> = new Set([409, 412, 429])

/** The application wants a participant out. A cancel that is under way becomes a removal. */
export function requestRemoval(turn: Turn, key: string): void {
  const participant = turn.call.participants.get(key)
  if (participant === undefined) return ignore(turn, 'unknownParticipant')
  if (!isOpen(participant)) return ignore(turn, 'participantEnded')
  if (isBeingRemoved(participant) && participant.isCancelOnly !== true) return ignore(turn, 'alreadyRequested')
  tell(turn, key, { type: 'removal.requested', known: turn.call.introduced, at: turn.at }, requested)
}

/** The application wants an invitation cancelled, unless it is answered. */
export function requestCancel(turn: Turn, key: string): void {
  const participant = turn.call.participants.get(key)
  if (participant === undefined) return ignore(turn, 'unknownParticipant')
  if (!isOpen(participant)) return ignore(turn, 'participantEnded')
  if (isPresent(participant)) return ignore(turn, 'participantAnswered')
  if (isBeingRemoved(participant)) return ignore(turn, 'alreadyRequested')
  tell(turn, key, { type: 'cancel.requested', by: 'local', at: turn.at }, cancelRequested)
}

/** The answer to a DELETE. */
export function answerRemoval(turn: Turn, { key, attempt, answer }: Of<'removal.answered'>): void {
  const { at } = turn
  const participant = turn.call.participants.get(key)
  if (participant === undefined) return ignore(turn, 'unknownParticipant')
  if (!isOpen(participant)) return ignore(turn, 'participantEnded')
  if (attempt !== participant.removalAttempts || !awaitsAnswer(participant)) return ignore(turn, 'outOfDate')
  if (answer.verdict === 'done') tell(turn, key, { type: 'removal.accepted', at }, answered)
  else if (isGone(answer.failure)) missRemoval(turn, key, attempt)
  else if (answer.verdict === 'unconfirmed' || (isPassing(answer.failure) && attempt < REMOVAL_ATTEMPTS))
    retryRemoval(turn, key, attempt, answer)
  else
    tryElsewhere(
      turn,
      tell(turn, key, { type: 'removal.refused', refusal: refusalOf(answer.failure, at), at }, refused),
      refused,
    )
}

function awaitsAnswer({ removal, removalAcceptedAt }: Participant): boolean {
  return removal === 'sent' || (removal === 'crossed' && removalAcceptedAt === undefined)
}

/** In the lobby a 404 proves nothing: they may have been admitted under another id. The roster says so, or does not show them. */
function missRemoval(turn: Turn, key: string, attempt: number): void {
  const after = tell(turn, key, { type: 'removal.notFound', at: turn.at }, notFound)
  if (after.state === 'lobby' && after.removal === 'held' && after.id !== undefined) {
    requestFetch(turn)
    schedule(turn, `retry/${key}`, turn.at + retryWait(attempt))
  }
  tryElsewhere(turn, after, notFound)
}

/** A DELETE that came to nothing: an address learned meanwhile is tried; past the ring deadline the roster is looked at. */
function tryElsewhere(turn: Turn, after: Participant, source: Source): void {
  if (!isPending(after)) return
  if (after.participantId !== undefined)
    tell(turn, after.key, { type: 'address.learned', address: after.participantId, at: turn.at }, source)
  const { expiredAt } = after
  if (expiredAt !== undefined) requestFetch(turn, (requestedAt) => requestedAt >= expiredAt)
}

function retryRemoval(
  turn: Turn,
  key: string,
  attempt: number,
  { verdict, failure }: Exclude<Verdict, { verdict: 'done' }>,
): void {
  const isDefinite = verdict === 'refused' || isPassing(failure)
  const after = tell(turn, key, { type: 'removal.unconfirmed', isDefinite, at: turn.at }, unconfirmed)
  if (after.removal !== 'held') return
  const { retryAfterMs = 0 } = failure
  const asked = Number.isNaN(retryAfterMs) ? 0 : retryAfterMs
  schedule(turn, `retry/${key}`, turn.at + retryWait(attempt, asked))
}

function retryWait(attempt: number, askedMs = 0): number {
  return Math.min(Math.max(askedMs, RETRY_BACKOFF_MS * 2 ** (attempt - 1)), LONGEST_RETRY_MS)
}

/** The wait before a repeated DELETE is over. */
export function resumeRemoval(turn: Turn, key: string): void {
  if (turn.call.participants.get(key)?.removal === 'held') tell(turn, key, { type: 'removal.due', at: turn.at }, due)
}

function isGone({ status, code }: ServiceFailure): boolean {
  return status === NOT_FOUND || goneCodes.has(code)
}

function isPassing({ status }: ServiceFailure): boolean {
  return passingStatuses.has(status)
}

function refusalOf({ status, code, message, requestId }: ServiceFailure, at: number): Refusal {
  return Object.freeze({
    ...(status === undefined ? {} : { status }),
    code,
    message,
    ...(requestId === undefined ? {} : { requestId }),
    at,
  })
}
