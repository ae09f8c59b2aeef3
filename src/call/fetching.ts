/**
 * Fetching the roster: one request at a time, fenced, and repeated with backoff within a bound.
 *
 * Rule: a snapshot counts only if no roster report came between its request and its answer; a report may be newer
 * than the snapshot, and nothing but its own arrival says so. One that does not show the bot, an empty one above all,
 * does not meet the need either. A need that was given up is renewed by a heartbeat that finds the call there.
 * @module
 */
import type { RosterFetch } from './call.ts'
import { schedule, unschedule, type Turn } from './turn.ts'

/** How often one need for a snapshot is followed up; later needs (confirm, ring, gap) start again. */
export const FETCH_ATTEMPTS = 6

/** The first wait before a fetch is repeated; it doubles each time. */
export const FETCH_BACKOFF_MS = 500

const REFETCH = 'refetch'

/** Asks for a snapshot. One under way serves, but as it was asked for too early for this need, it is asked for again after. */
export function requestFetch(turn: Turn): void {
  if (turn.call.roster.fetch !== undefined) breakFence(turn)
  else if (!turn.call.deadlines.has(REFETCH)) beginFetch(turn, 1)
}

/** Asks for a snapshot at once, though one that did not count is to be repeated later: a restart is a need of its own. */
export function requestFetchAtOnce(turn: Turn): void {
  unschedule(turn, REFETCH)
  requestFetch(turn)
}

/** Asks again after the wait. */
export function resumeFetch(turn: Turn): void {
  beginFetch(turn, turn.call.roster.attempts + 1)
}

/** A roster report came: a snapshot under way proves nothing any more. */
export function breakFence(turn: Turn): void {
  const { roster } = turn.call
  if (roster.fetch === undefined || roster.fetch.isFenceBroken) return
  turn.call.roster = { ...roster, fetch: { ...roster.fetch, isFenceBroken: true } }
}

/** Takes the answer's fetch off the books; undefined when the answer is to no fetch under way. */
export function takeFetch(turn: Turn, number: number): RosterFetch | undefined {
  const { fetch, ...rest } = turn.call.roster
  if (fetch === undefined || fetch.number !== number) return undefined
  turn.call.roster = rest
  return fetch
}

/** The snapshot did not count, or did not come: again later, within the bound. */
export function refetchLater(turn: Turn, fetch: RosterFetch): void {
  if (fetch.attempt < FETCH_ATTEMPTS) schedule(turn, REFETCH, turn.at + FETCH_BACKOFF_MS * 2 ** (fetch.attempt - 1))
}

/** The service answers: what was given up while it did not is asked for again. */
export function renewFetch(turn: Turn): void {
  const { fetch, attempts } = turn.call.roster
  if (fetch === undefined && attempts >= FETCH_ATTEMPTS) requestFetch(turn)
}

function beginFetch(turn: Turn, attempt: number): void {
  const { call } = turn
  const number = call.roster.fetches + 1
  call.roster = { ...call.roster, fetches: number, attempts: attempt, fetch: { number, attempt, requestedAt: turn.at, isFenceBroken: false } }
  turn.effects.push({ type: 'roster.fetch', id: `fetch/${number}`, fetch: number })
}
