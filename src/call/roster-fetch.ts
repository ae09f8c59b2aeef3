/**
 * Roster fetch: one request at a time, fenced, and repeated with backoff up to a limit.
 *
 * Rule 1: a snapshot counts only if no roster report arrived between its request and its answer: such a report may be
 * newer than the snapshot. A snapshot that is not complete, above all an empty one, does not count either. A fetch that
 * was given up starts again when a keep-alive finds that the call still exists.
 * Rule 2: a deadline is not evidence. A fetch in progress that began late enough serves the deadline, however slow it
 * is, and a deadline that would act on a guess waits for its answer.
 * @module
 */
import type { RosterFetch } from './model/call.ts'
import { schedule, unschedule, type CallDraft } from './draft.ts'
import { backoffMs } from '../time/backoff.ts'

/** How many fetches one need for a snapshot makes. A later need (confirm, ring, gap) starts again. */
export const FETCH_ATTEMPTS = 6

/** The first wait before a fetch is repeated, in milliseconds; it doubles each time. */
const FETCH_BACKOFF_MS = 500

/** The longest `Retry-After` that a fetch waits for, in milliseconds. */
const LONGEST_REFETCH_WAIT_MS = 5 * 60_000

const REFETCH = 'refetch'

/**
 * Requests a snapshot. A fetch in progress is enough if it began late enough and its fence holds; otherwise another one
 * follows it, even after the last attempt.
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

/**
 * Fetches a snapshot now, unless a fetch is in progress. It replaces a scheduled repetition and counts attempts anew.
 */
export function fetchNow(draft: CallDraft): void {
  unschedule(draft, REFETCH)
  if (draft.call.roster.fetch === undefined) beginFetch(draft, 1)
}

/** Makes a deadline wait for the answer to the fetch in progress. */
export function awaitFetch(draft: CallDraft, deadline: string, due: number): void {
  const waiting = draft.call.roster.fetch?.waiting ?? []
  update(draft, { waiting: [...waiting, [deadline, due]] })
}

/** Fetches again after the wait. */
export function resumeFetch(draft: CallDraft): void {
  beginFetch(draft, draft.call.roster.attempts + 1)
}

/** A roster report arrived: the answer to the fetch in progress proves nothing. */
export function breakFence(draft: CallDraft): void {
  if (draft.call.roster.fetch?.isFenceBroken === false) update(draft, { isFenceBroken: true })
}

function update({ call }: CallDraft, change: Partial<RosterFetch>): void {
  if (call.roster.fetch !== undefined) call.roster = { ...call.roster, fetch: { ...call.roster.fetch, ...change } }
}

/** Removes and returns the fetch in progress; undefined when it has another number. */
export function takeFetch(draft: CallDraft, number: number): RosterFetch | undefined {
  const { fetch, ...rest } = draft.call.roster
  if (fetch === undefined || fetch.number !== number) return undefined
  draft.call.roster = rest
  return fetch
}

/**
 * Schedules another fetch after a snapshot that failed or did not count: up to the limit of attempts, and not before
 * `Retry-After`. Does nothing when the answer itself has started another fetch.
 */
export function refetchLater(draft: CallDraft, fetch: RosterFetch, retryAfterMs = 0): void {
  if (fetch.attempt >= FETCH_ATTEMPTS || draft.call.roster.fetch !== undefined) return
  const asked = Number.isNaN(retryAfterMs) ? 0 : Math.min(retryAfterMs, LONGEST_REFETCH_WAIT_MS)
  schedule(draft, REFETCH, draft.at + Math.max(asked, backoffMs(fetch.attempt, { firstMs: FETCH_BACKOFF_MS })))
}

/** Starts a fetch that was given up again: the service answers. */
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
