/**
 * Removals: the request to remove a participant, pending or present, and the answers to its DELETE.
 *
 * Rule 1: a participant has at most one DELETE in flight; an answer to an earlier one is out of date.
 * Rule 2: a DELETE may be repeated. After an unconfirmed answer or a temporary refusal it is sent again after a wait.
 * @module
 */
import {
  isBeingRemoved,
  isOpen,
  isPending,
  isPresent,
  type FailureReason,
  type Participant,
  type Refusal,
} from '../participant/participant.ts'
import type { CallEvent, ServiceFailure, Verdict } from './model/events.ts'
import { requestFetch } from './roster-fetch.ts'
import { ignore, schedule, send, type EvidenceSource, type CallDraft } from './draft.ts'
import { backoffMs } from '../time/backoff.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>

/** The first wait before a DELETE is sent again, in milliseconds; it doubles up to {@link LONGEST_RETRY_MS}. */
export const RETRY_BACKOFF_MS = 1_000

/**
 * The longest wait before a DELETE is sent again, in milliseconds, whatever `Retry-After` says: the removal is pending.
 */
export const LONGEST_RETRY_MS = 5 * 60_000

/** The number of temporary refusals after which a removal counts as refused. */
const REMOVAL_ATTEMPTS = 8

const requested: EvidenceSource = { source: 'removal.requested', note: 'the application asked for their removal' }
const cancelRequested: EvidenceSource = {
  source: 'cancel.requested',
  note: 'the application asked for their invitation to be cancelled',
}
const answered: EvidenceSource = { source: 'removal.answered', note: 'the service took the removal' }
const notFound: EvidenceSource = { source: 'removal.answered', note: 'the service did not find them (404)' }
const refused: EvidenceSource = { source: 'removal.answered', note: 'the service refused the removal' }
const unconfirmed: EvidenceSource = {
  source: 'removal.answered',
  note: 'the removal was not confirmed; it is sent again',
}
const due: EvidenceSource = { source: 'deadline.retry', note: 'the removal is sent again' }

/** Temporary reasons: a later request may succeed. */
const passingReasons: ReadonlySet<FailureReason> = new Set(['conflict', 'throttled'])

/** Removes a participant at the application's request. A cancel in progress becomes a removal. */
export function requestRemoval(draft: CallDraft, key: string): void {
  const participant = draft.call.participants.get(key)
  if (participant === undefined) return ignore(draft, 'unknownParticipant')
  if (!isOpen(participant)) return ignore(draft, 'participantEnded')
  if (isBeingRemoved(participant) && participant.isCancelOnly !== true) return ignore(draft, 'alreadyRequested')
  send(draft, key, { type: 'removal.requested', known: draft.call.introduced, at: draft.at }, requested)
}

/** Cancels an invitation at the application's request, unless it is answered. */
export function requestCancel(draft: CallDraft, key: string): void {
  const participant = draft.call.participants.get(key)
  if (participant === undefined) return ignore(draft, 'unknownParticipant')
  if (!isOpen(participant)) return ignore(draft, 'participantEnded')
  if (isPresent(participant)) return ignore(draft, 'participantAnswered')
  if (isBeingRemoved(participant)) return ignore(draft, 'alreadyRequested')
  send(draft, key, { type: 'cancel.requested', by: 'local', at: draft.at }, cancelRequested)
}

/** Applies the answer to a DELETE. */
export function answerRemoval(draft: CallDraft, { key, attempt, answer }: Of<'removal.answered'>): void {
  const { at } = draft
  const participant = draft.call.participants.get(key)
  if (participant === undefined) return ignore(draft, 'unknownParticipant')
  if (!isOpen(participant)) return ignore(draft, 'participantEnded')
  if (attempt !== participant.removalAttempts || !awaitsAnswer(participant)) return ignore(draft, 'outOfDate')
  if (answer.verdict === 'done') send(draft, key, { type: 'removal.accepted', at }, answered)
  else if (answer.failure.reason === 'gone') missRemoval(draft, key, attempt)
  else if (answer.verdict === 'unconfirmed' || (isPassing(answer.failure) && attempt < REMOVAL_ATTEMPTS))
    retryRemoval(draft, key, attempt, answer)
  else
    tryElsewhere(
      draft,
      send(draft, key, { type: 'removal.refused', refusal: refusalOf(answer.failure, at), at }, refused),
      refused,
    )
}

function awaitsAnswer({ removal, removalAcceptedAt }: Participant): boolean {
  return removal === 'sent' || (removal === 'crossed' && removalAcceptedAt === undefined)
}

/** Applies a 404. In the lobby it proves nothing, as admission may have changed the id: a roster fetch decides. */
function missRemoval(draft: CallDraft, key: string, attempt: number): void {
  const after = send(draft, key, { type: 'removal.notFound', at: draft.at }, notFound)
  if (after.state === 'lobby' && after.removal === 'held' && after.id !== undefined) {
    requestFetch(draft)
    schedule(draft, `retry/${key}`, draft.at + retryWait(attempt))
  }
  tryElsewhere(draft, after, notFound)
}

/**
 * After a DELETE without effect: tries the id from the invite, and fetches the roster once the ring deadline has
 * passed.
 */
function tryElsewhere(draft: CallDraft, after: Participant, source: EvidenceSource): void {
  if (!isPending(after)) return
  if (after.participantId !== undefined)
    send(draft, after.key, { type: 'address.learned', address: after.participantId, at: draft.at }, source)
  const { expiredAt } = after
  if (expiredAt !== undefined) requestFetch(draft, (requestedAt) => requestedAt >= expiredAt)
}

function retryRemoval(
  draft: CallDraft,
  key: string,
  attempt: number,
  { verdict, failure }: Exclude<Verdict, { verdict: 'done' }>,
): void {
  const isDefinite = verdict === 'refused' || isPassing(failure)
  const after = send(draft, key, { type: 'removal.unconfirmed', isDefinite, at: draft.at }, unconfirmed)
  if (after.removal !== 'held') return
  const { retryAfterMs = 0 } = failure
  const asked = Number.isNaN(retryAfterMs) ? 0 : retryAfterMs
  schedule(draft, `retry/${key}`, draft.at + retryWait(attempt, asked))
}

function retryWait(attempt: number, askedMs = 0): number {
  return Math.min(Math.max(askedMs, backoffMs(attempt, { firstMs: RETRY_BACKOFF_MS })), LONGEST_RETRY_MS)
}

/** Sends a DELETE again after its wait. */
export function resumeRemoval(draft: CallDraft, key: string): void {
  if (draft.call.participants.get(key)?.removal === 'held') send(draft, key, { type: 'removal.due', at: draft.at }, due)
}

function isPassing({ reason }: ServiceFailure): boolean {
  return passingReasons.has(reason)
}

function refusalOf({ reason, status, code, message, requestId }: ServiceFailure, at: number): Refusal {
  return Object.freeze({
    reason,
    ...(status === undefined ? {} : { status }),
    code,
    message,
    ...(requestId === undefined ? {} : { requestId }),
    at,
  })
}
