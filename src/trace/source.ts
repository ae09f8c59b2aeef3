/**
 * Step source: the part of a live host that observers use. `createRollcall` returns one.
 * @module
 */
import { withMethods } from '../call/codec/options.ts'
import type { ObservedStep } from '../host/feed/listeners.ts'

export type { ObservedStep }

/** A host that can be observed. */
export interface StepSource {
  /**
   * Reports every step from now on, once it is committed, in the order in which the call took it, including ignored
   * events; returns a function that stops it.
   */
  onStep(listener: (seen: ObservedStep) => void): () => void
}

/** The check of a host that is to be observed. */
export const stepSource = withMethods('onStep')
