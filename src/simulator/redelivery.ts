/**
 * Redelivery: how often and how soon a service posts a notification again that was not taken. No service publishes it;
 * that notifications are posted again is observed.
 * @module
 */
import { backoffMs } from '../time/backoff.ts'

/** How often a notification is posted again. Assumed. */
const REDELIVERIES = 3

/** The wait before a notification is posted again; it doubles each time. Assumed. */
const FIRST_REDELIVERY_MS = 1_000

/** The wait before the next attempt after so many failures, virtual milliseconds; undefined when there is none. */
export function redeliveryMs(failures: number): number | undefined {
  return failures > REDELIVERIES ? undefined : backoffMs(failures, { firstMs: FIRST_REDELIVERY_MS })
}
