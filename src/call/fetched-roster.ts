/**
 * The answer to a roster fetch: of the call (is it still there?), of operations, and of everybody on the roster.
 * @module
 */
import type { CallEvent } from './model/events.ts'
import { hasEnded } from './model/call-state.ts'
import { ignore, type CallDraft } from './draft.ts'
import { refetchLater, takeFetch } from './roster-fetch.ts'
import { checkAlive } from './self.ts'
import { takeSnapshot } from './roster/snapshot.ts'
import { endAnswers } from './invitations.ts'
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
  proveBy(draft, answer.value.entries.length > 0)
  if (fetch.isFenceBroken) return refetchLater(draft, fetch)
  if (takeSnapshot(draft, fetch, answer.value)) endAnswers(draft, fetch.requestedAt)
}
