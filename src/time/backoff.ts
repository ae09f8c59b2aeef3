/**
 * Backoff: how long to wait before something that failed is tried again. Pure, so that the call may use it, too.
 * @module
 */

/** Powers of two are exact up to here; a wait that has doubled this often is longer than any bound. */
const MOST_DOUBLINGS = 52

/** How waits grow. */
export interface Backoff {
  /** The wait after the first failure, in milliseconds, 0 or more. */
  readonly firstMs: number
  /** No wait is longer, in milliseconds. Without it only the number of failures bounds the wait. */
  readonly longestMs?: number | undefined
}

/**
 * The wait after so many failures, in milliseconds: the first wait, doubled with each further failure, at most the
 * longest. 0 failures wait as long as 1.
 */
export function backoffMs(failures: number, { firstMs, longestMs = Infinity }: Backoff): number {
  return Math.min(firstMs * 2 ** Math.min(Math.max(0, failures - 1), MOST_DOUBLINGS), longestMs)
}
