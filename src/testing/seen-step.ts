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

/** Returns why a step is wrong, in a sentence; undefined if it is right. */
export type StepMonitor = (seen: MonitoredStep) => string | undefined
