/**
 * The system under test as the laws see it: a call that is opened and stepped. The library's own is
 * `rollcallSystem`; anything of the same shape, such as a port or a mutant, can be checked by the same laws.
 * @module
 */
import type { Call, StepResult } from '../call/model/call.ts'
import { decodeCall, encodeCall } from '../call/codec/codec.ts'
import type { CallEvent } from '../call/model/events.ts'
import type { CallOptions } from '../call/model/options.ts'
import { openCall, step } from '../call/step.ts'

/** A system that laws check. */
export interface CallSystem {
  /** A new call. */
  open(id: string, options?: Partial<CallOptions>): Call
  /** The call after an event. */
  step(call: Call, event: CallEvent): StepResult
  /** The call as JSON can hold it. */
  encode(call: Call): unknown
  /** The call that was encoded. */
  decode(value: unknown): Call
}

/** The library itself as a system. */
export const rollcallSystem: CallSystem = { open: openCall, step, encode: encodeCall, decode: decodeCall }
