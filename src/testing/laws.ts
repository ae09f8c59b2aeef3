/**
 * Laws: what must hold of every call, whatever happens, each as a property that a system is held to.
 *
 * A law is checked on chaos (`moves.ts`: any events in any order) or on stories (`story.ts`: the evidence of something
 * true, in any order and doubled). `checkLaw` returns data; `assertLaw` is the throwing shell over it.
 * @module
 */
import fc from 'fast-check'
import type { CallEvent } from '../call/model/events.ts'
import { longHistories, overHistories, playChaos, removalHistories } from './random-events.ts'
import { convergence } from './convergence-law.ts'
import { LawBroken } from './law-broken.ts'
import { liveness } from './liveness-law.ts'
import { histories, type Move } from './random-moves.ts'
import { oneOf, wholeNumber } from '../call/codec/schema.ts'
import { checkOptions, checkValue, path as pathShape, withMethods } from './options.ts'
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

/** The laws of a call, by name. `commit before effect` is a law of hosts and stands with them. */
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

/** How a law is checked. */
export interface LawOptions {
  readonly system: CallSystem
  /** A whole number: decides the histories, all of them. */
  readonly seed: number
  /** How many histories, 1 or more. */
  readonly runs: number
  /**
   * Goes to the history that a report names by it, with its seed: places, one after the other, like `5:0:0`. Where the
   * law is kept there, the histories that come after it are played, too.
   */
  readonly path?: string | undefined
}

/** What came of checking a law. */
export interface LawReport {
  readonly law: LawName
  readonly isKept: boolean
  /** How many histories were played: fewer than were asked for when the law was broken, or when a path says where to begin. */
  readonly runs: number
  readonly seed: number
  /** With the seed, what {@link LawOptions.path} takes; of a broken law only. */
  readonly path?: string
  /** What is wrong, and the smallest history that was found to break the law, as a ladder. */
  readonly report?: string
  /**
   * That history as `trace.jsonl`, which `rollcall replay`, the inspector and {@link historyFromTrace} open, with the
   * options the system opens a call with. Absent where the history is not known: the system threw, and not in a step
   * that was watched.
   */
  readonly trace?: string
}

const optionShapes = {
  system: withMethods('open', 'step', 'encode', 'decode'),
  seed: wholeNumber(),
  runs: wholeNumber(1),
  path: pathShape,
}

/**
 * Holds a system to a law.
 * @throws TypeError for a law there is none, an option that cannot be meant, or a path that leads to no history
 */
export function checkLaw(law: LawName, options: LawOptions): LawReport {
  return runLaw('checkLaw', law, options).result
}

/**
 * Holds a system to a law, or throws.
 * @throws LawBroken with the smallest history that breaks the law, and with what was thrown, if something was, as its cause
 * @throws TypeError as {@link checkLaw} does
 */
export function assertLaw(law: LawName, options: LawOptions): void {
  const {
    result: { isKept, report },
    breach,
  } = runLaw('assertLaw', law, options)
  if (!isKept) throw new LawBroken(`${law} is broken: ${report}`, breach)
}

/** How the law was broken, for whoever throws. */
interface Breach {
  readonly history?: readonly CallEvent[] | undefined
  readonly cause?: unknown
}

function runLaw(
  where: string,
  law: LawName,
  options: LawOptions,
): { readonly result: LawReport; readonly breach: Breach } {
  checkValue(`${where}: the law`, law, oneOf(...Object.keys(laws)))
  checkOptions(where, options, optionShapes, ['system', 'seed', 'runs'])
  const { system, seed } = options
  const details = search(where, laws[law](system), options)
  const result: LawReport = { law, isKept: !details.failed, runs: details.numRuns, seed }
  if (!details.failed) return { result, breach: {} }
  const { errorInstance, counterexample } = details
  const path = details.counterexamplePath ?? ''
  const breach = breachOf(errorInstance)
  const wrong = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  const { history } = breach
  // Where the history is not known, what it was made from is all there is to see.
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
    // What a property throws is in the details: this is the search itself, that cannot go where it was sent.
    throw new TypeError(nowhere, { cause: error })
  }
  if (details.numRuns === 0) throw new TypeError(nowhere)
  return details
}

/** A breach of a law of one call has its history; anything else that was thrown is the cause. */
function breachOf(error: unknown): Breach {
  if (!(error instanceof LawBroken)) return { cause: error }
  return { history: error.history, ...(error.cause === undefined ? {} : { cause: error.cause }) }
}
