/**
 * Redelivery: how many times and how soon a service posts an undelivered notification again. Microsoft documents
 * neither; the retries themselves were observed.
 * @module
 */
import { backoffMs } from '../../time/backoff.ts'

/** How many times a notification is posted again. Assumed. */
const REDELIVERIES = 3

/** The first wait in milliseconds; each wait is twice the one before. Assumed. */
const FIRST_REDELIVERY_MS = 1_000

/** The wait before the next attempt, in virtual milliseconds; undefined if the notification is dropped. */
export function redeliveryMs(failures: number): number | undefined {
  return failures > REDELIVERIES ? undefined : backoffMs(failures, { firstMs: FIRST_REDELIVERY_MS })
}
