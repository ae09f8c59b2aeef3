/**
 * Open participants: counted from changes, never by scanning a roster again.
 *
 * Rule: a call is counted once when it is first seen, and by its changes from then on; an ended call is not counted.
 * @module
 */
import type { ObservedStep } from '../host/feed/listeners.ts'
import { isOpen, type OpenState, type ParticipantState } from '../participant/participant.ts'

/** Calls counted at the same time, more than a host keeps in memory; beyond it, the call idle longest is dropped. */
const COUNTED_CALLS = 10_000

/** All open states, so that an empty one is reported as zero. */
export const openStates: readonly OpenState[] = ['invited', 'ringing', 'lobby', 'active']

type Counts = Map<ParticipantState, number>

/** Counts the open participants of the calls of one host. */
export class OpenCount {
  readonly #calls = new Map<string, Counts>()

  /** Records a step. */
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

  /** Participants in the state, over all calls. */
  of(state: OpenState): number {
    let sum = 0
    for (const counts of this.#calls.values()) sum += counts.get(state) ?? 0
    return sum
  }
}

function add(counts: Counts, state: ParticipantState, by: number): void {
  counts.set(state, (counts.get(state) ?? 0) + by)
}
