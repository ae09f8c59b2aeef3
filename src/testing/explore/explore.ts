/**
 * `explore`: every interleaving of a small world, breadth first, so that the first bad history is a shortest one.
 *
 * Rule: a limit that cuts the search short is said, never passed over.
 * @module
 */
import { rollcallSystem, type CallSystem } from '../system.ts'
import { checkOptions, checkScope } from './check-options.ts'
import { Explorer } from './explorer.ts'
import { pictureOf } from './picture.ts'
import type { Scope } from './world.ts'

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
  /** Who sent what, what got lost, what was so. */
  readonly ladder: string
  /** What is believed of everybody, and what is so. */
  readonly beliefs: string
  /** The history as `trace.jsonl`, which `rollcall replay`, the inspector and `historyFromTrace` open. */
  readonly trace: string
  /** All of it but the trace, as one text. */
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

/** Visits every state of a scope and judges each. @throws TypeError for a scope or an option that does not exist */
export function explore(scope: Scope, options: ExploreOptions = {}): Exploration {
  checkScope(scope)
  checkOptions(options)
  const { system = rollcallSystem, maxStates = Infinity, onProgress, progressEvery = 50_000 } = options
  const explorer = new Explorer(scope, system)
  for (let goal = Math.min(progressEvery, maxStates); ; goal = Math.min(goal + progressEvery, maxStates)) {
    explorer.advance(goal)
    if (explorer.isDone || goal >= maxStates) return explorationOf(explorer, system)
    onProgress?.(explorer.states, explorer.depth)
  }
}

/** What an explorer has found so far. */
export function explorationOf({ scope, states, depth, ends, isDone, finding }: Explorer, system: CallSystem = rollcallSystem): Exploration {
  const found = { scope: scope.name, states, depth, ends, isExhaustive: isDone && finding === undefined }
  return finding === undefined ? found : { ...found, violation: { what: finding.what, ...pictureOf(scope, system, finding) } }
}
