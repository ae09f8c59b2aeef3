/**
 * One step, as a step monitor sees it.
 * @module
 */
import type { Call, StepResult } from '../call/model/call.ts'
import type { CallEvent } from '../call/model/events.ts'

/** One step of a history. */
export interface MonitoredStep {
  /** The call before the step. */
  readonly before: Call
  /** The event. */
  readonly event: CallEvent
  /** What came of it. */
  readonly result: StepResult
}

/** Says what is wrong with a step, in a sentence; undefined if nothing is. */
export type StepMonitor = (seen: MonitoredStep) => string | undefined
