/**
 * Many histories: random plans, played through the library, each compared with the truth.
 *
 * Rule 1: with bounded faults safety and liveness are checked, with unbounded faults only safety.
 * Rule 2: most histories are stepped without a host, which is four times as fast; a share goes through `createRollcall`.
 * Rule 3: a failure is the smallest history that shows it.
 * @module
 */
import fc from 'fast-check'
import { oneOf, optional, wholeNumber } from '../../../src/call/codec/schema.ts'
import { method, options, readOptions, withMethods } from '../../../src/call/codec/options.ts'
import { path as pathShape } from '../../../src/testing/options.ts'
import { writeReport, reportRun, type RunReport } from '../../../src/testing/report/run-report.ts'
import type { CallSystem } from '../../../src/testing/system.ts'
import { hostLane, hostLaneShape, stepLane, type HostLaneOptions } from './subjects.ts'
import { shrink } from '../../../src/testing/histories/shrink.ts'
import { refuseIdlePath } from '../../../src/testing/histories/path.ts'
import { plans, type FaultMode, type Plan } from '../../../src/testing/histories/plan.ts'
import { playPlan, type Lane } from '../../../src/testing/histories/run-plan.ts'

/** Options of histories. */
export interface HistoriesOptions {
  /** Determines all histories. */
  readonly seed: number
  readonly count: number
  /** Plays one history again, as a failure names it; with the seed and the options it was found with. */
  readonly path?: string | undefined
  /** Default: three in four bounded. */
  readonly mode?: FaultMode | undefined
  /** One in this many histories goes through the host; 0 for none, 1 for all. Default 5. */
  readonly hostEvery?: number | undefined
  /** The system that is stepped without a host. Default: the library. */
  readonly system?: CallSystem | undefined
  readonly host?: HostLaneOptions | undefined
  /** Called after each history. */
  readonly onHistory?: ((done: number, events: number) => void) | undefined
}

/** A history that broke something. */
export interface HistoryFailure extends RunReport {
  readonly wrong: string
  readonly mode: FaultMode
  readonly lane: 'step' | 'host'
  readonly seed: number
  /** With the seed, what {@link HistoriesOptions.path} takes. */
  readonly path: string
}

/** The result. */
export interface HistoriesReport {
  readonly histories: number
  readonly events: number
  /** The smallest history found that breaks something; absent if none does. */
  readonly failure?: HistoryFailure | undefined
}

/** One history to play. */
interface Sample {
  readonly mode: FaultMode
  readonly lane: 'step' | 'host'
  readonly plan: Plan
}

/** The default: one in this many histories has unbounded faults. */
const UNBOUNDED_EVERY = 4

/** How often one history is shrunk at most. */
const SHRINKS = 2_000

const shape = options<HistoriesOptions>({
  seed: wholeNumber(),
  count: wholeNumber(1),
  path: optional(pathShape),
  mode: optional(oneOf('bounded', 'unbounded')),
  hostEvery: optional(wholeNumber(0)),
  system: optional(withMethods('open', 'step', 'encode', 'decode')),
  host: optional(hostLaneShape),
  onHistory: optional(method),
})

/** Plays histories until one breaks something, or until all are played. @throws TypeError for an invalid option, and for a path that leads to no history */
export async function checkHistories(given: HistoriesOptions): Promise<HistoriesReport> {
  const {
    seed,
    count,
    path,
    mode,
    hostEvery = 5,
    system,
    host,
    onHistory,
  } = readOptions('checkHistories', shape, given)
  const lanes: { readonly [L in Sample['lane']]: Lane } = { step: stepLane({ system }), host: hostLane(host) }
  let histories = 0
  let events = 0
  let smaller = 0
  const property = fc.asyncProperty(samples(mode, hostEvery), async ({ plan, ...how }) => {
    const played = await playPlan(plan, { mode: how.mode, lane: lanes[how.lane] })
    if (played.wrong === undefined && smaller === 0) {
      histories += 1
      events += played.events
      onHistory?.(histories, events)
    }
    if (played.wrong === undefined) return
    smaller += 1
    if (smaller <= SHRINKS) throw new Error(played.wrong)
  })
  const details = await fc.check(property, { seed, numRuns: count, ...(path === undefined ? {} : { path }) })
  const sample = details.counterexample?.[0]
  refuseIdlePath('checkHistories', path, details.numRuns)
  if (!details.failed || sample === undefined) return { histories, events }
  const how = { mode: sample.mode, lane: lanes[sample.lane] }
  const plan = await shrink(sample.plan, { wrongOf: async (candidate) => (await playPlan(candidate, how)).wrong })
  const report = await reportRun(plan, how)
  const { wrong = 'it went wrong, and not again when it was played again: something in it is not deterministic' } =
    report
  return {
    histories: histories + 1,
    events,
    failure: {
      ...report,
      wrong,
      mode: sample.mode,
      lane: sample.lane,
      seed: details.seed,
      path: details.counterexamplePath ?? '',
    },
  }
}

/** A failure as one text: how to replay it, and what happened. */
export function writeHistoryFailure(failure: HistoryFailure): string {
  const { seed, path, mode, lane } = failure
  return `seed ${seed}, path ${path} (${mode} faults, ${lane} lane)\n\n${writeReport(failure)}`
}

/** What histories are made from: as a failure names one by its path, it is that many places into these. */
function samples(mode: FaultMode | undefined, hostEvery: number): fc.Arbitrary<Sample> {
  const lanes =
    hostEvery === 0
      ? fc.constant<Sample['lane']>('step')
      : fc.nat(hostEvery - 1).map((place): Sample['lane'] => (place === hostEvery - 1 ? 'host' : 'step'))
  const of = (which: FaultMode): fc.Arbitrary<Sample> =>
    fc.record({ mode: fc.constant(which), lane: lanes, plan: plans({ mode: which }) })
  if (mode !== undefined) return of(mode)
  return fc.oneof({ weight: UNBOUNDED_EVERY - 1, arbitrary: of('bounded') }, { weight: 1, arbitrary: of('unbounded') })
}
