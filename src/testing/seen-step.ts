/**
 * One step, as a step monitor sees it.
 * @module
 */
import type { Call, StepResult } from '../call/model/call.ts'
import type { CallEvent } from '../call/model/events.ts'

/** One step of a history. */
export interface MonitoredStep {
  readonly before: Call
  readonly event: CallEvent
  readonly result: StepResult
}

/** Says what is wrong with a step, in a sentence; undefined if nothing is. */
export type StepMonitor = (seen: MonitoredStep) => string | undefined
