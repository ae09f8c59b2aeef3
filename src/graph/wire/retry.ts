/**
 * Retry: which requests are repeated, and after which wait.
 *
 * Rule 1: only idempotent requests are repeated: all except invite and create.
 * Rule 2: those two are sent again only if the service certainly did not accept them: throttled, or never reached.
 * Rule 3: the service's `Retry-After` is the minimum; jitter is added to it, and replaces it when it is absent.
 * @module
 */
import { backoffMs } from '../../time/backoff.ts'

/** First backoff, doubled each time, in milliseconds. */
const FIRST_BACKOFF_MS = 500
/** Longest backoff without `Retry-After`, in milliseconds. */
const LONGEST_BACKOFF_MS = 16_000
/** The longest accepted `Retry-After`, in milliseconds: throttling lasts minutes. */
const LONGEST_RETRY_AFTER_MS = 60 * 60_000
/** The maximum jitter, as a share of `Retry-After`, so that clients with the same wait do not return together. */
const JITTER_SHARE = 0.1

/** How one attempt failed. */
export type AttemptFailure =
  /** The service answered with a status other than 2xx. */
  | { readonly kind: 'status'; readonly status: number }
  /** No connection was made: the service certainly received nothing. */
  | { readonly kind: 'unreached' }
  /** The connection broke, or no answer came in time: the service may have received the request. */
  | { readonly kind: 'lost' }

/** 409: another change is in progress. 425: too early. 408 and 5xx: a failure of the service or a gateway. */
const transientStatuses = new Set([408, 409, 425, 429, 502, 503, 504])

/** True when the same request may work a moment later. */
export function isTransient(trouble: AttemptFailure): boolean {
  return trouble.kind !== 'status' || transientStatuses.has(trouble.status)
}

/** True when the request certainly did not happen. */
export function isDefinite(trouble: AttemptFailure): boolean {
  if (trouble.kind === 'unreached') return true
  if (trouble.kind === 'lost') return false
  // 408 and 5xx can come from a gateway after the service took the request; 501 and 505 are refusals to try.
  return trouble.status < 500 ? trouble.status !== 408 : trouble.status === 501 || trouble.status === 505
}

/** Rules 1 and 2. */
export function isRetryable(trouble: AttemptFailure, isRepeatable: boolean): boolean {
  if (!isTransient(trouble)) return false
  return isRepeatable || trouble.kind === 'unreached' || (trouble.kind === 'status' && trouble.status === 429)
}

/**
 * How long to wait before the next attempt, in milliseconds.
 * @param failures attempts that failed so far, from 1
 * @param random a number from 0 up to 1
 */
export function retryWaitMs(failures: number, retryAfterMs: number | undefined, random: number): number {
  if (retryAfterMs !== undefined) return Math.ceil(retryAfterMs * (1 + JITTER_SHARE * random))
  const ceiling = backoffMs(failures, { firstMs: FIRST_BACKOFF_MS, longestMs: LONGEST_BACKOFF_MS })
  // Half of the wait is fixed: full jitter would sometimes repeat at once, while the service is throttled.
  return Math.ceil(ceiling / 2 + (ceiling / 2) * random)
}

/**
 * The wait of a `Retry-After` in milliseconds: seconds, fractions included (documented: `2.128`), or an HTTP date.
 * At most an hour. A date is taken relative to the answer's own `Date`, so that a difference between
 * the clocks does not count.
 */
export function readRetryAfter(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get('retry-after')?.trim()
  if (value === undefined || value === '') return undefined
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(Math.round(Number(value) * 1_000), LONGEST_RETRY_AFTER_MS)
  if (!/[A-Za-z]/.test(value)) return undefined
  const until = Date.parse(value)
  const sent = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(until)) return undefined
  return Math.min(Math.max(0, until - (Number.isNaN(sent) ? nowMs : sent)), LONGEST_RETRY_AFTER_MS)
}
