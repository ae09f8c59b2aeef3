/**
 * Listeners: functions of the application that the host calls, and the list of those that look at every step.
 *
 * Rule 1: a step is shown once it is committed, in the order in which the call took it, ignored events included. A
 * batch that met a conflict and was stepped again is shown as it was stepped in the end.
 * Rule 2: an error that a listener throws, or that its promise rejects with, is reported and breaks nothing else.
 * @module
 */
import type { Call, StepResult } from '../../call/model/call.ts'
import type { CallEvent } from '../../call/model/events.ts'

/** Calls a function of the application; `fail` gets what it throws, and what a promise it returned rejects with. */
export function callGuarded(call: () => unknown, fail: (error: unknown) => void): void {
  try {
    const returned = call()
    if (isThenable(returned)) Promise.resolve(returned).catch(fail)
  } catch (error) {
    fail(error)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

/** One step a host has taken. */
export interface ObservedStep {
  /** The call that was stepped. */
  readonly callId: string
  /** The event. */
  readonly event: CallEvent
  /** The call before the step: a listener that is added later starts from there. */
  readonly before: Call
  /** What came of it. */
  readonly result: StepResult
}

/** The step listeners of one host. */
export class StepListeners {
  readonly #listeners = new Set<(seen: ObservedStep) => void>()
  readonly #onError: (error: unknown, callId?: string) => void

  constructor(onError: (error: unknown, callId?: string) => void) {
    this.#onError = onError
  }

  /** Shows the listener every step from now on; returns a function that stops it. */
  add(listener: (seen: ObservedStep) => void): () => void {
    const own = (seen: ObservedStep): void => listener(seen)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** Shows the steps to every listener. */
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
