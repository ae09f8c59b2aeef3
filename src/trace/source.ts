/**
 * The source: what a live host has to offer so that somebody can look on. `createRollcall` makes one.
 * @module
 */
import type { ObservedStep } from '../host/feed/listeners.ts'

export type { ObservedStep }

/** A host that can be looked at. */
export interface StepSource {
  /**
   * Shows every step from now on, once it is committed, in the order in which the call took it, ignored events
   * included; returns what stops it.
   */
  onStep(listener: (seen: ObservedStep) => void): () => void
}
