/**
 * What an exploration is given and what it finds.
 * @module
 */
import type { CallSystem } from '../../../src/testing/system.ts'

/** What an exploration found. */
export interface Exploration {
  readonly scope: string
  /** Distinct states visited. */
  readonly states: number
  /** Moves of the longest history that led to a new state. */
  readonly depth: number
  /** States in which nothing was left to happen; in each, belief was compared with truth. */
  readonly ends: number
  /** Every state was visited: `maxStates` did not cut the search short, and no violation ended it. */
  readonly isExhaustive: boolean
  readonly violation?: Violation | undefined
}

/** A history that breaks something. In its scope there is none with fewer moves. */
export interface Violation {
  readonly what: string
  /** The moves, in words. */
  readonly history: readonly string[]
  /** All messages, including lost ones, and the truth. */
  readonly ladder: string
  /** The belief and the truth about each person. */
  readonly beliefs: string
  /** The history as `trace.jsonl`, which `rollcall replay`, the inspector and `historyFromTrace` open. */
  readonly trace: string
  /** Everything except the trace, as one text. */
  readonly report: string
}

/** How to explore. */
export interface ExploreOptions {
  readonly system?: CallSystem | undefined
  /** Visit at most so many distinct states, 1 or more. Default: no limit. */
  readonly maxStates?: number | undefined
  /** Called about every `progressEvery` states. */
  readonly onProgress?: ((states: number, depth: number) => void) | undefined
  /** Default: 50,000. */
  readonly progressEvery?: number | undefined
}
