/**
 * The answer to a roster fetch: it says something of the call (is it still there?), of operations, and of everybody on the
 * roster.
 *
 * Rule: what it says of operations is taken as a notification is, also when a report has overtaken the roster beside it:
 * the state of an operation never goes back. Those that go on come first, as they may say the ids of invitees; then
 * the entries; then the failures, as what is seen beats what is said; absence is judged last.
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

/** The answer to a fetch. */
export function answerFetch(
  draft: CallDraft,
  { fetch: number, answer }: Extract<CallEvent, { type: 'roster.fetched' }>,
): void {
  const fetch = takeFetch(draft, number)
  if (fetch === undefined) return ignore(draft, 'outOfDate')
  if (answer.verdict !== 'done') {
    if (denyCall(draft, answer)) {
      if (hasEnded(draft.call)) return
      // The list of participants is not there, and so perhaps the call.
    } else if (answer.failure.reason === 'gone') checkAlive(draft)
    return refetchLater(draft, fetch, answer.failure.retryAfterMs)
  }
  const { entries, isComplete = false, operations = [] } = answer.value
  proveBy(draft, isComplete || entries.length > 0 || operations.length > 0)
  const failed = operations.filter(({ status }) => status === 'failed')
  for (const report of operations) if (report.status !== 'failed') reportOperation(draft, report)
  const shown = fetch.isFenceBroken ? undefined : showSnapshot(draft, fetch, answer.value)
  for (const report of failed) reportOperation(draft, report)
  if (shown === undefined) return refetchLater(draft, fetch)
  judgeAbsence(draft, fetch, shown, invitedBy(draft.call, operations))
  if (shown.isOfAll) endAnswers(draft, fetch.requestedAt)
}
