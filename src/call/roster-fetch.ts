/**
 * Fetching the roster: one request at a time, fenced, and repeated with backoff within a bound.
 *
 * Rule 1: a snapshot counts only if no roster report came between its request and its answer; a report may be newer
 * than the snapshot, and nothing but its own arrival says so. One that does not show the bot, an empty one above all,
 * does not meet the need either. A need that was given up is renewed by a heartbeat that finds the call there.
 * Rule 2: a deadline is not evidence. A fetch under way that began after what the deadline has to judge serves it,
 * however slow the fetch is; a deadline that would act on a guess waits for the answer.
 * @module
 */
import type { RosterFetch } from './model/call.ts'
import { schedule, unschedule, type CallDraft } from './draft.ts'
import { backoffMs } from '../time/backoff.ts'

/** How often one need for a snapshot is followed up; later needs (confirm, ring, gap) start again. */
export const FETCH_ATTEMPTS = 6

/** The first wait before a fetch is repeated; it doubles each time. */
export const FETCH_BACKOFF_MS = 500

/** The longest `Retry-After` that a fetch waits for. */
export const LONGEST_REFETCH_WAIT_MS = 5 * 60_000

const REFETCH = 'refetch'

/**
 * Asks for a snapshot. One under way serves if it began late enough for this need and nothing has spoilt it;
 * otherwise another one follows it, even if it was to be the last.
 */
export function requestFetch(draft: CallDraft, isLateEnough: (requestedAt: number) => boolean = () => false): void {
  const { fetch } = draft.call.roster
  if (fetch === undefined) {
    if (!draft.call.deadlines.has(REFETCH)) beginFetch(draft, 1)
  } else if (fetch.isFenceBroken || !isLateEnough(fetch.requestedAt)) {
    breakFence(draft)
    if (fetch.attempt >= FETCH_ATTEMPTS) update(draft, { attempt: FETCH_ATTEMPTS - 1 })
  }
}

/** Asks for a snapshot now, unless one is under way: what was to be asked for later is asked for at once, a need of its own. */
export function fetchNow(draft: CallDraft): void {
  unschedule(draft, REFETCH)
  if (draft.call.roster.fetch === undefined) beginFetch(draft, 1)
}

/** Lets a deadline wait for the answer to the fetch under way. */
export function awaitFetch(draft: CallDraft, deadline: string, due: number): void {
  const waiting = draft.call.roster.fetch?.waiting ?? []
  update(draft, { waiting: [...waiting, [deadline, due]] })
}

/** Asks again after the wait. */
export function resumeFetch(draft: CallDraft): void {
  beginFetch(draft, draft.call.roster.attempts + 1)
}

/** A roster report came: a snapshot under way proves nothing any more. */
export function breakFence(draft: CallDraft): void {
  if (draft.call.roster.fetch?.isFenceBroken === false) update(draft, { isFenceBroken: true })
}

function update({ call }: CallDraft, change: Partial<RosterFetch>): void {
  if (call.roster.fetch !== undefined) call.roster = { ...call.roster, fetch: { ...call.roster.fetch, ...change } }
}

/** Takes the answer's fetch off the books; undefined when the answer is to no fetch under way. */
export function takeFetch(draft: CallDraft, number: number): RosterFetch | undefined {
  const { fetch, ...rest } = draft.call.roster
  if (fetch === undefined || fetch.number !== number) return undefined
  draft.call.roster = rest
  return fetch
}

/**
 * The snapshot did not count, or did not come: again later, within the bound, and not before the service allows it. Not
 * when something else in the answer has asked for another one.
 */
export function refetchLater(draft: CallDraft, fetch: RosterFetch, retryAfterMs = 0): void {
  if (fetch.attempt >= FETCH_ATTEMPTS || draft.call.roster.fetch !== undefined) return
  const asked = Number.isNaN(retryAfterMs) ? 0 : Math.min(retryAfterMs, LONGEST_REFETCH_WAIT_MS)
  schedule(draft, REFETCH, draft.at + Math.max(asked, backoffMs(fetch.attempt, { firstMs: FETCH_BACKOFF_MS })))
}

/** The service answers: what was given up while it did not is asked for again. */
export function renewFetch(draft: CallDraft): void {
  const { fetch, attempts } = draft.call.roster
  if (fetch === undefined && attempts >= FETCH_ATTEMPTS) requestFetch(draft)
}

function beginFetch(draft: CallDraft, attempt: number): void {
  const { call } = draft
  const number = call.roster.fetches + 1
  call.roster = {
    ...call.roster,
    fetches: number,
    attempts: attempt,
    fetch: { number, attempt, requestedAt: draft.at, isFenceBroken: false },
  }
  draft.effects.push({ type: 'roster.fetch', id: `fetch/${number}`, fetch: number })
}
