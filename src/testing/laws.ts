/**
 * Laws: what must hold of every call, whatever happens, each as a property that a system is held to.
 *
 * A law is checked on chaos (`moves.ts`: any events in any order) or on stories (`story.ts`: the evidence of something
 * true, in any order and doubled). `checkLaw` returns data; `assertLaw` is the throwing shell over it.
 * @module
 */
import fc from 'fast-check'
import { overHistories, playChaos, removalHistories } from './chaos.ts'
import { convergence } from './convergence-law.ts'
import { LawBroken } from './law-broken.ts'
import { liveness } from './liveness-law.ts'
import { histories, type Move } from './moves.ts'
import { checkOptions, checkValue, oneOf, wholeNumber, withMethods } from './options.ts'
import { determinism, roundTrip } from './replay-laws.ts'
import { drawHistory } from './report/law-report.ts'
import type { CallSystem } from './system.ts'
import { watches } from './watches.ts'

export { LawBroken } from './law-broken.ts'

const quietAfterTheEnd = (system: CallSystem): fc.IProperty<unknown> => fc.property(histories(20), histories(20), (before, after) => {
  playChaos(system, [...before, end, ...after], watches.quietAfterTheEnd())
})

const end: Move = { kind: 'call', pick: 2, detail: 61, waitMs: 0 }

/** The laws of a call, by name. `commit before effect` is a law of hosts and stands with them. */
export const laws = {
  totality: overHistories(watches.totality),
  determinism,
  absorption: overHistories(watches.absorption),
  idempotence: overHistories(watches.idempotence),
  convergence,
  proof: overHistories(watches.proof, removalHistories()),
  oneDelete: overHistories(watches.oneDelete),
  oneInvite: overHistories(watches.oneInvite),
  noResurrection: overHistories(watches.noResurrection),
  conservation: overHistories(watches.conservation),
  liveness,
  roundTrip,
  quietAfterTheEnd,
  asking: overHistories(watches.asking),
  telling: overHistories(watches.telling),
  ignoring: overHistories(watches.ignoring),
} as const satisfies Record<string, (system: CallSystem) => fc.IProperty<unknown>>

/** The names of the laws. */
export type LawName = keyof typeof laws

/** How a law is checked. */
export interface LawOptions {
  readonly system: CallSystem
  /** Decides the histories, all of them. */
  readonly seed: number
  readonly runs: number
}

/** What came of checking a law. */
export interface LawReport {
  readonly law: LawName
  readonly isKept: boolean
  readonly runs: number
  readonly seed: number
  /** What is wrong, and the smallest history that was found to break the law, as a ladder. */
  readonly report?: string
}

const optionShapes = { system: withMethods('open', 'step', 'encode', 'decode'), seed: wholeNumber(), runs: wholeNumber(1) }

/** Holds a system to a law. @throws TypeError for a law there is none, or an option that cannot be meant */
export function checkLaw(law: LawName, options: LawOptions): LawReport {
  checkValue('checkLaw: the law', law, oneOf(Object.keys(laws)))
  checkOptions('checkLaw', options, optionShapes, ['system', 'seed', 'runs'])
  const { system, seed, runs } = options
  const details = fc.check(laws[law](system), { seed, numRuns: runs })
  const report = details.failed ? writeBreach(system, details) : undefined
  return { law, isKept: !details.failed, runs: details.numRuns, seed, ...(report === undefined ? {} : { report }) }
}

function writeBreach(system: CallSystem, { errorInstance, counterexample, counterexamplePath, seed }: fc.RunDetails<unknown>): string {
  const wrong = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  const history = errorInstance instanceof LawBroken ? errorInstance.history : undefined
  // Where nothing was told, what it was to be is all there is to see.
  const shown = history === undefined ? `with ${JSON.stringify(counterexample)}` : drawHistory(system, history, wrong)
  return `${wrong}\n\n${shown}\n\nseed ${seed}, path ${counterexamplePath ?? ''}`
}

/**
 * Holds a system to a law, or throws.
 * @throws LawBroken with the smallest history that breaks the law
 */
export function assertLaw(law: LawName, options: LawOptions): void {
  const { isKept, report } = checkLaw(law, options)
  if (!isKept) throw new LawBroken(`${law} is broken: ${report}`)
}
