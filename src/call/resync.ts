/**
 * Resync: the roster is asked for at an interval, for services whose notifications can be lost without a trace.
 *
 * Rule: the deadline stands while a participant is pending or present, and only where the call has `resyncMs`.
 * @module
 */
import type { Call } from './model/call.ts'
import { requestFetch } from './roster-fetch.ts'
import { schedule, unschedule, type CallDraft } from './draft.ts'

/** The name of the deadline. */
export const RESYNC = 'resync'

/** True while the roster is to be asked for at an interval. */
export function isResynced({ state, options, participants, tombstones }: Call): boolean {
  return options.resyncMs !== undefined && state !== 'terminated' && participants.size > tombstones.length
}

/** Sets the deadline when the first participant comes, and drops it when none is left. */
export function resyncInTime(draft: CallDraft): void {
  const { call, at } = draft
  const { resyncMs } = call.options
  if (resyncMs === undefined) return
  if (!isResynced(call)) unschedule(draft, RESYNC)
  else if (!call.deadlines.has(RESYNC)) schedule(draft, RESYNC, at + resyncMs)
}

/** The interval is over. A fetch under way serves, unless it has been spoilt. */
export function passResync(draft: CallDraft): void {
  requestFetch(draft, () => true)
}
