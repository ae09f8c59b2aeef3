/**
 * The source: what a live host has to offer so that somebody can look on.
 *
 * Rule 1: a step is shown once it is committed, in the order in which the call took it, ignored events included. A
 * batch that met a conflict and was stepped again is shown as it was stepped in the end.
 * Rule 2: looking on never slows or breaks the host: a listener that throws is the listener's problem.
 * @module
 */
import type { Call, StepResult } from '../call/call.ts'
import type { CallEvent } from '../call/events.ts'

/** One step a host has taken. */
export interface SeenStep {
  readonly callId: string
  readonly event: CallEvent
  /** The call before it: whoever begins to look on later starts from there. */
  readonly before: Call
  readonly result: StepResult
}

/** A host that can be looked at. */
export interface StepSource {
  /** Shows every step from now on; returns what stops it. */
  observe(listener: (seen: SeenStep) => void): () => void
}
