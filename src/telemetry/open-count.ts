/**
 * Open participants: how many there are, counted along with what happens, never by going through a roster again.
 *
 * Rule: a call is counted once when it is first seen, and by its changes from then on; an ended call counts nothing.
 * @module
 */
import type { ObservedStep } from '../host/feed/listeners.ts'
import { isOpen, type ParticipantState } from '../participant/participant.ts'

/** Calls counted at the same time; the ones that were quiet longest are left out beyond it. More than a host keeps in memory. */
export const COUNTED_CALLS = 10_000

/** The states of participants whose story is not over. */
export type OpenState = Exclude<ParticipantState, 'removed' | 'cancelled'>

/** Every open state, so that one nobody is in any more is told as zero. */
export const openStates: readonly OpenState[] = ['invited', 'ringing', 'lobby', 'active']

type Counts = Map<ParticipantState, number>

/** Counts the open participants of the calls of one host. */
export class OpenCount {
  readonly #calls = new Map<string, Counts>()

  /** Takes in a step. */
  take({ callId, before, result }: ObservedStep): void {
    const known = this.#calls.get(callId)
    this.#calls.delete(callId)
    if (result.call.state === 'terminated') return
    const counts = known ?? new Map<ParticipantState, number>()
    if (known === undefined)
      for (const participant of before.participants.values()) if (isOpen(participant)) add(counts, participant.state, 1)
    for (const change of result.changes) {
      if (change.type !== 'participant.changed' || change.from === change.to) continue
      if (change.from !== undefined) add(counts, change.from, -1)
      add(counts, change.to, 1)
    }
    this.#calls.set(callId, counts)
    const [quietest] = this.#calls.keys()
    if (this.#calls.size > COUNTED_CALLS && quietest !== undefined) this.#calls.delete(quietest)
  }

  /** How many are in the state, over all calls. */
  of(state: OpenState): number {
    let sum = 0
    for (const counts of this.#calls.values()) sum += counts.get(state) ?? 0
    return sum
  }
}

function add(counts: Counts, state: ParticipantState, by: number): void {
  counts.set(state, (counts.get(state) ?? 0) + by)
}
