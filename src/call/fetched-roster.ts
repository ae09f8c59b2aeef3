/**
 * The answer to a roster fetch. It reports on the call (does it still exist?), on operations, and on the participants.
 *
 * Rule: its operations are applied like notifications, even when a later report has outdated its roster, because the
 * state of an operation never goes back. The order is: roster entries, operations, absence. An entry outranks an operation: a
 * cancel that waits for an address is not sent to an invitee that the same answer shows as present.
 * @module
 */
import type { CallEvent } from './model/events.ts'
import { hasEnded } from './model/call-state.ts'
import { ignore, type CallDraft } from './draft.ts'
import { refetchLater, takeFetch } from './roster-fetch.ts'
import { checkAlive } from './self.ts'
import { judgeAbsence, showSnapshot } from './roster/snapshot.ts'
import { endAnswers, invitedBy, reportOperation } from './invitations.ts'
import { denyCall, proveBy } from './lifecycle.ts'

/** Applies the answer to a roster fetch. */
export function answerFetch(
  draft: CallDraft,
  { fetch: number, answer }: Extract<CallEvent, { type: 'roster.fetched' }>,
): void {
  const fetch = takeFetch(draft, number)
  if (fetch === undefined) return ignore(draft, 'outOfDate')
  if (answer.verdict !== 'done') {
    if (denyCall(draft, answer)) {
      if (hasEnded(draft.call)) return
      // The participant list was not found, so the call may be gone.
    } else if (answer.failure.reason === 'gone') checkAlive(draft)
    return refetchLater(draft, fetch, answer.failure.retryAfterMs)
  }
  const { entries, isComplete = false, operations = [] } = answer.value
  proveBy(draft, isComplete || entries.length > 0 || operations.length > 0)
  const shown = fetch.isFenceBroken ? undefined : showSnapshot(draft, fetch, answer.value)
  for (const report of operations) reportOperation(draft, report)
  if (shown === undefined) return refetchLater(draft, fetch)
  judgeAbsence(draft, fetch, shown, invitedBy(draft.call, operations))
  if (shown.isComplete) endAnswers(draft, fetch.requestedAt)
}
