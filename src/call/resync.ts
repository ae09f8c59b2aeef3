/**
 * Resync: fetches the roster at an interval, for services whose notifications can be lost without a trace.
 *
 * Rule: the deadline exists only with the option `resyncMs`, and while a participant is pending or present.
 * @module
 */
import type { Call } from './model/call.ts'
import { requestFetch } from './roster-fetch.ts'
import { schedule, unschedule, type CallDraft } from './draft.ts'

/** The name of the deadline. */
export const RESYNC = 'resync'

/** True while the roster is to be fetched at an interval. */
export function isResynced({ state, options, participants, tombstones }: Call): boolean {
  return options.resyncMs !== undefined && state !== 'terminated' && participants.size > tombstones.length
}

/** Sets the deadline while there are open participants, and deletes it when there are none. */
export function resyncInTime(draft: CallDraft): void {
  const { call, at } = draft
  const { resyncMs } = call.options
  if (resyncMs === undefined) return
  if (!isResynced(call)) unschedule(draft, RESYNC)
  else if (!call.deadlines.has(RESYNC)) schedule(draft, RESYNC, at + resyncMs)
}

/** The interval is over. A fetch in progress is enough, unless its fence is broken. */
export function passResync(draft: CallDraft): void {
  requestFetch(draft, () => true)
}
