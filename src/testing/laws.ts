/**
 * Laws: what must hold for every call, whatever happens, each as a property of a system.
 *
 * A law is checked on random events in any order (`random-moves.ts`) or on stories (`truth-model.ts`: the evidence of
 * something true, in any order and doubled). `checkLaw` returns data; `assertLaw` throws.
 * @module
 */
import fc from 'fast-check'
import type { CallEvent } from '../call/model/events.ts'
import { longHistories, overHistories, playChaos, removalHistories } from './random-events.ts'
import { convergence } from './convergence-law.ts'
import { LawBroken } from './law-broken.ts'
import { liveness } from './liveness-law.ts'
import { histories, type Move } from './random-moves.ts'
import { oneOf, optional, wholeNumber } from '../call/codec/schema.ts'
import { checkArgument, options, readOptions, withMethods } from '../call/codec/options.ts'
import { path as pathShape } from './options.ts'
import { determinism, roundTrip } from './replay-laws.ts'
import { drawHistory, traceHistory } from './report/law-report.ts'
import type { CallSystem } from './system.ts'
import { stepMonitors } from './step-monitors.ts'

export { LawBroken } from './law-broken.ts'

const quietAfterTheEnd = (system: CallSystem): fc.IProperty<unknown> =>
  fc.property(histories(20), histories(20), (before, after) => {
    playChaos(system, [...before, end, ...after], stepMonitors.quietAfterTheEnd())
  })

const end: Move = { kind: 'call', pick: 2, detail: 61, waitMs: 0 }

/** The laws of a call, by name. `commit before effect` is a law of hosts (`host/`). */
export const laws = {
  totality: overHistories(stepMonitors.totality),
  determinism,
  absorption: overHistories(stepMonitors.absorption),
  idempotence: overHistories(stepMonitors.idempotence),
  convergence,
  proof: overHistories(stepMonitors.proof, removalHistories()),
  oneDelete: overHistories(stepMonitors.oneDelete),
  oneInvite: overHistories(stepMonitors.oneInvite),
  oneKey: overHistories(stepMonitors.oneKey, longHistories()),
  noUnaskedRemoval: overHistories(stepMonitors.noUnaskedRemoval, removalHistories()),
  noResurrection: overHistories(stepMonitors.noResurrection),
  suspicion: overHistories(stepMonitors.suspicion),
  conservation: overHistories(stepMonitors.conservation),
  liveness,
  roundTrip,
  quietAfterTheEnd,
  asking: overHistories(stepMonitors.asking),
  telling: overHistories(stepMonitors.telling),
  ignoring: overHistories(stepMonitors.ignoring),
} as const satisfies Record<string, (system: CallSystem) => fc.IProperty<unknown>>

/** The names of the laws. */
export type LawName = keyof typeof laws

/** Options of `checkLaw` and `assertLaw`. */
export interface LawOptions {
  /** The system that the law is about. */
  readonly system: CallSystem
  /** A whole number that determines all histories. */
  readonly seed: number
  /** How many histories, 1 or more. */
  readonly runs: number
  /**
   * Starts at the history that a report names by this path and its seed, like `5:0:0`. If the law holds there, the
   * histories after it are played as well.
   */
  readonly path?: string | undefined
}

/** The result of checking a law. */
export interface LawReport {
  /** The law. */
  readonly law: LawName
  /** True if no history broke it. */
  readonly isKept: boolean
  /** How many histories were played: fewer than requested if the law was broken, or if a path was given. */
  readonly runs: number
  /** The seed of the histories. */
  readonly seed: number
  /** The value for {@link LawOptions.path}, together with the seed; only of a broken law. */
  readonly path?: string
  /** The violation, and the smallest history found that breaks the law, drawn as a ladder. */
  readonly report?: string
  /**
   * That history as `trace.jsonl`, with the options of the call, for `rollcall replay`, the inspector and
   * {@link historyFromTrace}. Absent if the history is not known because the system threw outside a monitored step.
   */
  readonly trace?: string
}

const shape = options<LawOptions>({
  system: withMethods('open', 'step', 'encode', 'decode'),
  seed: wholeNumber(),
  runs: wholeNumber(1),
  path: optional(pathShape),
})

/**
 * Checks a law of a system.
 * @throws TypeError for an unknown law, an invalid option, or a path that leads to no history
 */
export function checkLaw(law: LawName, options: LawOptions): LawReport {
  return runLaw('checkLaw', law, options).result
}

/**
 * Checks a law of a system, and throws if it is broken.
 * @throws LawBroken with the smallest history that breaks the law; an error that the system threw is its cause
 * @throws TypeError as {@link checkLaw} does
 */
export function assertLaw(law: LawName, options: LawOptions): void {
  const {
    result: { isKept, report },
    breach,
  } = runLaw('assertLaw', law, options)
  if (!isKept) throw new LawBroken(`${law} is broken: ${report}`, breach)
}

/** How the law was broken: the options of `LawBroken`. */
interface Breach {
  readonly history?: readonly CallEvent[] | undefined
  readonly cause?: unknown
}

function runLaw(
  where: string,
  law: LawName,
  given: LawOptions,
): { readonly result: LawReport; readonly breach: Breach } {
  checkArgument(`${where}: the law`, law, oneOf(...Object.keys(laws)))
  const read = readOptions(where, shape, given)
  const { system, seed } = read
  const details = search(where, laws[law](system), read)
  const result: LawReport = { law, isKept: !details.failed, runs: details.numRuns, seed }
  if (!details.failed) return { result, breach: {} }
  const { errorInstance, counterexample } = details
  const path = details.counterexamplePath ?? ''
  const breach = breachOf(errorInstance)
  const wrong = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  const { history } = breach
  // If the history is not known, the report shows the counterexample that it was made from.
  const shown = history === undefined ? `with ${JSON.stringify(counterexample)}` : drawHistory(system, history, wrong)
  const traced = history === undefined ? {} : { trace: traceHistory(system, history, wrong) }
  return {
    result: { ...result, path, report: `${wrong}\n\n${shown}\n\nseed ${seed}, path ${path}`, ...traced },
    breach,
  }
}

function search(
  where: string,
  property: fc.IProperty<unknown>,
  { seed, runs, path }: LawOptions,
): fc.RunDetails<unknown> {
  if (path === undefined) return fc.check(property, { seed, numRuns: runs }) as fc.RunDetails<unknown>
  const nowhere = `${where}: path: expected the path of a history of seed ${seed}; ${JSON.stringify(path)} leads to none`
  let details: fc.RunDetails<unknown>
  try {
    details = fc.check(property, { seed, numRuns: runs, path }) as fc.RunDetails<unknown>
  } catch (error) {
    // Errors of a property are in the details: this error means that the search cannot follow the path.
    throw new TypeError(nowhere, { cause: error })
  }
  if (details.numRuns === 0) throw new TypeError(nowhere)
  return details
}

/** A `LawBroken` of one call has its history; any other error is the cause. */
function breachOf(error: unknown): Breach {
  if (!(error instanceof LawBroken)) return { cause: error }
  return { history: error.history, ...(error.cause === undefined ? {} : { cause: error.cause }) }
}
