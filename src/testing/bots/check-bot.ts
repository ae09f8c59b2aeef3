/**
 * Checking a bot: random people, requests and misfortune, and a comparison with what is so.
 * @module
 */
import fc from 'fast-check'
import { faultKinds, type FaultKind } from '../arbitraries/fault-plans.ts'
import { shrink } from '../histories/shrink.ts'
import { refuseIdlePath } from '../histories/path.ts'
import { actions as everyDeed, plans, type ActionName, type Plan, type PlanOptions } from '../histories/plan.ts'
import { playPlan, type Lane } from '../histories/run-plan.ts'
import { anything, either, is, oneOf, wholeNumber } from '../../call/codec/schema.ts'
import { checkOptions, checkValue, method, path as pathShape, someOf, wordsOf } from '../options.ts'
import { reportRun, writeReport, type RunReport } from '../report/run-report.ts'
import { saveTrace } from '../report/save-trace.ts'
import type { CreateBot } from './bot-under-test.ts'
import { ExternalBot } from './external-bot.ts'

/** How much goes wrong: nothing; messages are late, doubled and overtake each other; or they get lost as well. */
export type FaultLevel = 'none' | 'late' | 'lossy'

/** What may happen to a bot. It is not asked to mute anybody, nor to hang up: nobody's presence depends on it. */
export type BotActionName = Exclude<ActionName, 'cancel' | 'mute' | 'hangUp' | 'setClock'>

/** How a bot is checked. */
export interface CheckBotOptions {
  /** Decides all runs. Default 1. */
  readonly seed?: number | undefined
  /** How many runs. Default 300. */
  readonly runs?: number | undefined
  /** Plays one run again, as a failure names it; with the seed and the options it was found with. */
  readonly path?: string | undefined
  /** How much goes wrong, or exactly what may. Default `lossy`. */
  readonly faults?: FaultLevel | readonly FaultKind[] | undefined
  /** Readings of the service that are not left to chance; `rosterMode: 'delta'` for a bot that asks for deltas. */
  readonly switches?: PlanOptions['switches']
  /** Whether people may be in the call with several devices at once. Default `several`. */
  readonly devices?: PlanOptions['devices']
  /** What may happen. Default: people are invited, removed, join, leave, answer and decline. */
  readonly deeds?: readonly BotActionName[] | undefined
  /** Where the trace of a failure goes. Default `.tmp/traces`; `false` for nowhere. */
  readonly traces?: string | false | undefined
}

/** A run that went wrong. */
export interface BotFailure extends RunReport {
  readonly wrong: string
  readonly seed: number
  /** With the seed, what {@link CheckBotOptions.path} takes. */
  readonly path: string
  /** Where the trace was written: what the bot was told, which `rollcall replay` opens. */
  readonly tracePath?: string | undefined
  /** All of it as one text. */
  readonly text: string
}

/** What came of checking a bot. */
export interface BotReport {
  readonly runs: number
  /** The smallest run that was found to go wrong; absent when none did. */
  readonly failure?: BotFailure | undefined
}

/** A bot that was found to be wrong. */
export class BotWrong extends Error {
  override readonly name = 'BotWrong'
  readonly failure: BotFailure

  constructor(failure: BotFailure) {
    super(failure.text)
    this.failure = failure
  }
}

const kindsOf: { readonly [L in FaultLevel]: readonly FaultKind[] } = {
  none: [],
  late: ['delay', 'reorder', 'duplicate'],
  lossy: ['delay', 'reorder', 'duplicate', 'lose', 'loseResponse', 'slow', 'throttle', 'error', 'partition'],
}

const ordinaryDeeds: readonly BotActionName[] = [
  'invite',
  'remove',
  'join',
  'leave',
  'answer',
  'decline',
  'removedByHuman',
]

/** What a bot that knows people by their user ids, and rosters by their ids, can be asked to cope with. */
const plainSwitches: NonNullable<PlanOptions['switches']> = { rosterIds: 'both', lobbyAdmission: 'keeps-id' }

const optionShapes = {
  seed: wholeNumber(),
  runs: wholeNumber(1),
  path: pathShape,
  faults: either(oneOf(...Object.keys(kindsOf)), wordsOf(faultKinds)),
  // The simulator refuses readings it does not know.
  switches: anything,
  devices: oneOf('one', 'several'),
  deeds: someOf(everyDeed.filter((name) => !['cancel', 'mute', 'hangUp', 'setClock'].includes(name))),
  traces: either(
    is<string>('the name of a folder', (value) => typeof value === 'string' && value.trim() !== ''),
    is<false>('false', (value) => value === false),
  ),
}

/** Checks a bot and returns what came of it. @throws TypeError for an option that cannot be meant, and for a path that leads to no run */
export async function checkBot(create: CreateBot, options: CheckBotOptions = {}): Promise<BotReport> {
  checkValue('checkBot: the first argument', create, method)
  checkOptions('checkBot', options, optionShapes)
  const {
    seed = 1,
    runs = 300,
    path,
    faults = 'lossy',
    switches = {},
    devices,
    deeds = ordinaryDeeds,
    traces,
  } = options
  const lane: Lane = (stage, taps) => new ExternalBot(create, stage, taps)
  const kinds = typeof faults === 'string' ? kindsOf[faults] : faults
  const chosen = { ...plainSwitches, ...switches }
  const wrongOf = async (plan: Plan): Promise<string | undefined> =>
    (await playPlan(plan, { mode: 'bounded', lane })).wrong
  const property = fc.asyncProperty(
    plans({ isWide: false, kinds, deeds, devices, switches: chosen, isSelfTold: true }),
    async (plan) => {
      const wrong = await wrongOf(plan)
      if (wrong !== undefined) throw new Error(wrong)
    },
  )
  const details = await fc.check(property, { seed, numRuns: runs, ...(path === undefined ? {} : { path }) })
  const found = details.counterexample?.[0]
  refuseIdlePath('checkBot', path, details.numRuns)
  if (!details.failed || found === undefined) return { runs: details.numRuns }
  const report = await reportRun(await shrink(found, { wrongOf, fixed: Object.keys(chosen) }), {
    mode: 'bounded',
    lane,
  })
  const { wrong } = report
  if (wrong === undefined)
    throw new Error(
      `A run went wrong, and not again when it was played again (seed ${seed}, path ${details.counterexamplePath}): the bot goes by something else than the clock and the service it was given.`,
    )
  const where = { seed: details.seed, path: details.counterexamplePath ?? '' }
  const tracePath = traces === false ? undefined : saveTrace(report.trace, `bot-${where.seed}`, traces)
  const text = [
    `${writeReport(report)}`,
    `seed ${where.seed}, path ${where.path}`,
    ...(tracePath === undefined ? [] : [`trace: ${tracePath}`]),
  ].join('\n')
  return {
    runs: details.numRuns,
    failure: { ...report, wrong, ...where, text, ...(tracePath === undefined ? {} : { tracePath }) },
  }
}

/** Checks a bot. @throws BotWrong with the smallest run that was found to go wrong; TypeError as {@link checkBot} does */
export async function assertBot(create: CreateBot, options?: CheckBotOptions): Promise<void> {
  const { failure } = await checkBot(create, options)
  if (failure !== undefined) throw new BotWrong(failure)
}
