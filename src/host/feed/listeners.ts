/**
 * Observers: those who look on at every step a host takes — inspectors, recorders of traces.
 *
 * Rule 1: a step is shown once it is committed, in the order in which the call took it, ignored events included. A
 * batch that met a conflict and was stepped again is shown as it was stepped in the end.
 * Rule 2: looking on never breaks the host: what a listener throws, or rejects with, goes to `onError`.
 * @module
 */
import type { Call, StepResult } from '../../call/model/call.ts'
import type { CallEvent } from '../../call/model/events.ts'
import { callGuarded } from './guarded.ts'

/** One step a host has taken. */
export interface ObservedStep {
  readonly callId: string
  readonly event: CallEvent
  /** The call before it: whoever begins to look on later starts from there. */
  readonly before: Call
  readonly result: StepResult
}

/** Those who look on at one host. */
export class StepListeners {
  readonly #listeners = new Set<(seen: ObservedStep) => void>()
  readonly #onError: (error: unknown, callId?: string) => void

  constructor(onError: (error: unknown, callId?: string) => void) {
    this.#onError = onError
  }

  /** Shows every step from now on; returns what stops it. */
  add(listener: (seen: ObservedStep) => void): () => void {
    const own = (seen: ObservedStep): void => listener(seen)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** Shows steps to everybody who looks on. */
  show(steps: readonly ObservedStep[]): void {
    for (const listener of this.#listeners) {
      for (const seen of steps)
        if (this.#listeners.has(listener))
          callGuarded(
            () => listener(seen),
            (error) => this.#onError(error, seen.callId),
          )
    }
  }
}
