/**
 * The source: what a live host has to offer so that somebody can look on; `createRollcall` offers it.
 * @module
 */
import type { SeenStep } from '../host/observers.ts'

export type { SeenStep } from '../host/observers.ts'

/** A host that can be looked at. */
export interface StepSource {
  /** Shows every step from now on, once it is committed; returns what stops it. */
  observe(listener: (seen: SeenStep) => void): () => void
}
