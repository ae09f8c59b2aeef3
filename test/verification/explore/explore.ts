/**
 * `explore`: every interleaving of a small world, breadth first, so that the first bad history is a shortest one.
 *
 * Rule: a limit that cuts the search short is said, never passed over.
 * @module
 */
import { rollcallSystem, type CallSystem } from '../../../src/testing/system.ts'
import { checkOptions, checkScope } from './check-options.ts'
import type { Exploration, ExploreOptions } from './exploration.ts'
import { Explorer } from './explorer.ts'
import { describeCounterexample } from './counterexample.ts'
import type { Scope } from './world.ts'

export type { Exploration, ExploreOptions, Violation } from './exploration.ts'

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
export function explorationOf(
  { scope, states, depth, ends, isDone, finding }: Explorer,
  system: CallSystem = rollcallSystem,
): Exploration {
  const found = { scope: scope.name, states, depth, ends, isExhaustive: isDone && finding === undefined }
  return finding === undefined
    ? found
    : { ...found, violation: { what: finding.what, ...describeCounterexample(scope, system, finding) } }
}
