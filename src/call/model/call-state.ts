/**
 * The states of a call, in the order in which they follow each other.
 * @module
 */
import type { Call } from './call.ts'
import type { CallState } from './events.ts'

/** How far along each state is. Equal ranks may follow each other in any order. */
export const ranks: { readonly [S in CallState]: number } = {
  unknown: 0,
  incoming: 1,
  ringing: 1,
  redirecting: 2,
  establishing: 3,
  established: 4,
  hold: 4,
  transferring: 4,
  transferAccepted: 4,
  terminating: 5,
  terminated: 6,
}

/** True for a terminated call. */
export function hasEnded(call: Call): boolean {
  return call.state === 'terminated'
}

/** True while the call is up: established, on hold, or being transferred. */
export function isEstablished({ state }: Pick<Call, 'state'>): boolean {
  return ranks[state] === ranks.established
}

/** True until the call is up, also in state `unknown`. */
export function isBeforeEstablished({ state }: Pick<Call, 'state'>): boolean {
  return ranks[state] < ranks.established
}
