/**
 * Checking a bot: random people, requests and faults, and a comparison of what the bot does and believes with the
 * truth.
 * @module
 */
import fc from 'fast-check'
import { switchesShape } from '../../simulator/graph/settings.ts'
import { faultKinds, type FaultKind } from '../arbitraries/fault-plans.ts'
import { shrink } from '../histories/shrink.ts'
import { refuseIdlePath } from '../histories/path.ts'
import { actions as everyAction, plans, type ActionName, type Plan, type PlanOptions } from '../histories/plan.ts'
import { playPlan, type Lane, type Played } from '../histories/run-plan.ts'
import { either, is, oneOf, optional, wholeNumber } from '../../call/codec/schema.ts'
import { checkArgument, method, options, readOptions } from '../../call/codec/options.ts'
import { path as pathShape, someOf, wordsOf } from '../options.ts'
import { reportRun, writeReport, type RunReport } from '../report/run-report.ts'
import { saveTrace } from '../report/save-trace.ts'
import type { CreateBot } from './bot-under-test.ts'
import { builtInExpectations, expectationsShape, type BuiltInExpectation, type Expectation } from './expectation.ts'
import { ExternalBot } from './external-bot.ts'

/** Which faults occur: none; messages are late, doubled and overtake each other; or messages are also lost. */
export type FaultLevel = 'none' | 'late' | 'lossy'

/** The actions of a run. Bots are not asked to mute or to hang up: neither changes who is in the call. */
export type BotActionName = Exclude<ActionName, 'cancel' | 'mute' | 'hangUp' | 'setClock'>

/** How a bot is checked. */
export interface CheckBotOptions {
  /** The seed of all runs, a whole number. Default 1. */
  readonly seed?: number | undefined
  /** The number of runs, 1 or more. Default 300. */
  readonly runs?: number | undefined
  /** Repeats one run: the path of a {@link BotFailure}, with the seed and the options of its check. */
  readonly path?: string | undefined
  /** Which faults occur: a level, or a list of kinds. Default `lossy`. */
  readonly faults?: FaultLevel | readonly FaultKind[] | undefined
  /**
   * Behaviours of the service that are fixed instead of random, such as `rosterMode: 'delta'` for a bot that asks for
   * deltas.
   */
  readonly switches?: PlanOptions['switches']
  /** Whether people may be in the call with several devices at once. Default `several`. */
  readonly devices?: PlanOptions['devices']
  /** The actions that occur. Default: people are invited, removed, join, leave, answer and decline. */
  readonly actions?: readonly BotActionName[] | undefined
  /** Expectations of your own, in addition to the {@link builtInExpectations}. Default: none. */
  readonly expectations?: readonly Expectation[] | undefined
  /**
   * Built-in expectations that do not apply, such as `no unasked removal` for a bot that removes people of its own
   * accord. Default: none.
   */
  readonly except?: readonly BuiltInExpectation[] | undefined
  /** The folder for the trace of a failure. Default `.tmp/traces`; `false` for none. */
  readonly traces?: string | false | undefined
}

/** A failed run. */
export interface BotFailure extends RunReport {
  /** Why the run failed, in a sentence. It begins with the name of the expectation if that is one of your own. */
  readonly wrong: string
  /** The expectation that does not hold, built-in or not; absent if the bot threw, or sent too many requests. */
  readonly expectation?: string | undefined
  /** The seed of the run. */
  readonly seed: number
  /** Repeats the run as {@link CheckBotOptions.path}, with the seed and the same options. */
  readonly path: string
  /** The file of the trace with the notifications and answers of the service. `rollcall replay` opens it. */
  readonly tracePath?: string | undefined
  /** The whole report as text. */
  readonly text: string
}

/** The result of checking a bot. */
export interface BotReport {
  /** The number of runs up to the first failure, or of all runs. */
  readonly runs: number
  /** The smallest failed run that was found; absent if no run failed. */
  readonly failure?: BotFailure | undefined
}

/** The bot does not meet an expectation. The message is the whole report. */
export class BotWrong extends Error {
  /** The name of the class, as printed with the message. */
  override readonly name = 'BotWrong'
  /** The failed run. */
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

const ordinaryActions: readonly BotActionName[] = [
  'invite',
  'remove',
  'join',
  'leave',
  'answer',
  'decline',
  'removedByHuman',
]

/** Fixed because bots identify people by user ids, and roster entries by participant ids. */
const plainSwitches: NonNullable<PlanOptions['switches']> = { rosterIds: 'both', lobbyAdmission: 'keeps-id' }

const faultLevels = Object.keys(kindsOf) as readonly FaultLevel[]

const shape = options<CheckBotOptions>({
  seed: optional(wholeNumber()),
  runs: optional(wholeNumber(1)),
  path: optional(pathShape),
  faults: optional(either(oneOf(...faultLevels), wordsOf(faultKinds))),
  switches: optional(switchesShape),
  devices: optional(oneOf('one', 'several')),
  actions: optional(someOf(everyAction.filter(isBotAction))),
  expectations: optional(expectationsShape),
  except: optional(wordsOf(builtInExpectations)),
  traces: optional(
    either(
      is<string>('the name of a folder', (value) => typeof value === 'string' && value.trim() !== ''),
      is<false>('false', (value) => value === false),
    ),
  ),
})

function isBotAction(name: ActionName): name is BotActionName {
  return !['cancel', 'mute', 'hangUp', 'setClock'].includes(name)
}

/**
 * Plays random runs with a bot and returns the smallest failed one, if any.
 * @throws TypeError for an invalid option, and for a path without a run
 * @example
 * ```ts
 * import { checkBot, type CreateBot } from 'rollcall/testing'
 *
 * declare const createBot: CreateBot // makes your bot
 * const { failure } = await checkBot(createBot, { seed: 1, runs: 300, faults: 'late' })
 * if (failure !== undefined) throw new Error(failure.text)
 * ```
 */
export async function checkBot(create: CreateBot, options: CheckBotOptions = {}): Promise<BotReport> {
  return runBot('checkBot', create, options)
}

async function runBot(caller: string, create: CreateBot, given: CheckBotOptions): Promise<BotReport> {
  checkArgument(`${caller}: the first argument`, create, method)
  const {
    seed = 1,
    runs = 300,
    path,
    faults = 'lossy',
    switches = {},
    devices,
    actions = ordinaryActions,
    expectations = [],
    except = [],
    traces,
  } = readOptions(caller, shape, given)
  const lane: Lane = (stage, taps) => new ExternalBot(create, stage, taps, { expectations, except })
  const kinds = typeof faults === 'string' ? kindsOf[faults] : faults
  const chosen = { ...plainSwitches, ...switches }
  const play = (plan: Plan): Promise<Played> => playPlan(plan, { mode: 'bounded', lane })
  const property = fc.asyncProperty(
    plans({ isWide: false, kinds, actions, devices, switches: chosen, isSelfTold: true }),
    async (plan) => {
      const { wrong } = await play(plan)
      if (wrong !== undefined) throw new Error(wrong)
    },
  )
  const details = await fc.check(property, { seed, numRuns: runs, ...(path === undefined ? {} : { path }) })
  const found = details.counterexample?.[0]
  refuseIdlePath(caller, path, details.numRuns)
  if (!details.failed || found === undefined) return { runs: details.numRuns }
  // Sentences of the author's expectations may contain times and numbers that change while a run is shrunk. The name of
  // the expectation stays the same.
  const own = new Set(expectations.map(({ name }) => name))
  const wrongOf = async (plan: Plan): Promise<string | undefined> => {
    const { wrong: sentence, expectation: broken } = await play(plan)
    return broken !== undefined && own.has(broken) ? broken : sentence
  }
  const report = await reportRun(await shrink(found, { wrongOf, fixed: Object.keys(chosen) }), {
    mode: 'bounded',
    lane,
  })
  const { wrong } = report
  if (wrong === undefined)
    throw new Error(
      `A run failed, but not when it was repeated (seed ${seed}, path ${details.counterexamplePath}): the bot depends on something other than the clock, the service and the random numbers of the run.`,
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

/**
 * Checks a bot as {@link checkBot} does, for a test.
 * @throws BotWrong with the smallest failed run that was found; TypeError as {@link checkBot} does
 */
export async function assertBot(create: CreateBot, options: CheckBotOptions = {}): Promise<void> {
  const { failure } = await runBot('assertBot', create, options)
  if (failure !== undefined) throw new BotWrong(failure)
}
