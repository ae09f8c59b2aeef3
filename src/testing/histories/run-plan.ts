/**
 * A run: a plan is played with a bot in a test environment, and the belief of the bot is compared with the truth.
 *
 * Rule 1: the same plan gives the same run.
 * Rule 2: a run continues after an error, so that its report shows the end; only the first error counts.
 * Rule 3: a bot is not expected to know what it could only learn from a message that may have been lost, until faults
 * have ended and it has had the chance to fetch the roster.
 * @module
 */
import type { SimulationOutput } from '../../simulator/graph/dialect.ts'
import { oneOf, optional, type Fields } from '../../call/codec/schema.ts'
import { method, options, readOptions, withMethods } from '../../call/codec/options.ts'
import { isBeingRemoved } from '../../participant/participant.ts'
import type { MonitoredStep } from '../step-monitors.ts'
import type { Complaint, PlayedBot } from './bot.ts'
import { PresenceOracle } from './oracle-presence.ts'
import type { PresentTruth } from '../../simulator/world/ground-truth.ts'
import { Evidence } from './evidence.ts'
import {
  hasNoIds,
  checkEndings,
  checkKnown,
  checkAtRest,
  checkSafety,
  type RestState,
  type TrueFacts,
} from './oracle.ts'
import { RemovalOracle } from './oracle-removals.ts'
import { RequestOracle } from './oracle-requests.ts'
import { people, type Action, type FaultMode, type Plan } from './plan.ts'
import {
  addProbeParticipant,
  callId,
  personOf,
  placeCall,
  createTestEnvironment,
  type TestEnvironment,
} from './test-environment.ts'

/** Callbacks of a lane about its bot, for reports. */
export interface Taps {
  /** A request is sent. */
  readonly sends?: ((words: string) => void) | undefined
  /** A call was stepped. */
  readonly steps?: ((seen: MonitoredStep) => void) | undefined
  /** Another note. */
  readonly concludes?: ((words: string) => void) | undefined
}

/** Puts a bot into the environment; from now on it receives the notifications of the service. */
export type Lane = (stage: TestEnvironment, taps: Taps) => PlayedBot

/** An observer of a run. */
export interface PlayWatcher {
  /** Everything the service and the network output. */
  said(output: SimulationOutput, stage: TestEnvironment): void
  /** An action is about to happen. */
  does(action: Action, stage: TestEnvironment): void
  /** The bot sends a request. */
  sends(words: string, stage: TestEnvironment): void
  /** The bot takes a step. */
  steps(seen: MonitoredStep, stage: TestEnvironment): void
  /** The bot concludes something. */
  concludes(words: string, stage: TestEnvironment): void
  /** The actions are over, and another process is about to take the bot's place. */
  takesOver(stage: TestEnvironment): void
  /** Something is wrong. */
  judges(wrong: string, stage: TestEnvironment): void
  /** The run is over; the bot is about to be closed. */
  ends(bot: PlayedBot, stage: TestEnvironment): void
}

/** Options of playing a plan. */
export interface PlayOptions {
  /** Whether faults end. */
  readonly mode: FaultMode
  /** Makes the bot. */
  readonly lane: Lane
  /** Is called with every event of the run. */
  readonly watcher?: PlayWatcher | undefined
}

/** The result of a run. */
export interface Played {
  /** Why the run failed, in a sentence. */
  readonly wrong: string | undefined
  /** The name of the expectation that does not hold, if the run failed for one. */
  readonly expectation?: string | undefined
  /** How many events the bot took. */
  readonly events: number
}

/** How long a run continues after its last action: until rings, graces, lobbies and repeated removals are over. */
const CALM_MS = 240_000

/** How long it continues after that for a bot of this library, which finds out the rest by its keepAlives. */
const HEARTBEATS_MS = 18 * 60_000

/** The end of that time, in which hardly anything is requested any more. */
const QUIET_MS = 10 * 60_000

/** How long a bot may take to restart; after that one more roster is sent. */
const RESTART_MS = 1_000

/** How long the consequences of the last restart may take. */
const RECOVERY_MS = 60_000

/** The checks of the options. */
export const playFields: Fields<PlayOptions> = {
  mode: oneOf('bounded', 'unbounded'),
  lane: method,
  watcher: optional(withMethods('said', 'does', 'sends', 'steps', 'concludes', 'judges', 'takesOver', 'ends')),
}

const shape = options<PlayOptions>(playFields)

/** Plays a plan. @throws TypeError for an invalid option */
export async function playPlan(plan: Plan, given: PlayOptions): Promise<Played> {
  const { mode, lane, watcher } = readOptions('playPlan', shape, given)
  const stage = createTestEnvironment(plan)
  if (watcher !== undefined) stage.listen((output) => watcher.said(output, stage))
  const { service, truth } = stage
  const { clock } = service
  let wrong: string | undefined
  let expectation: string | undefined
  const judge = (complaint: string | Complaint | undefined): void => {
    if (complaint === undefined || wrong !== undefined) return
    if (typeof complaint === 'string') wrong = complaint
    else ({ sentence: wrong, expectation } = complaint)
    watcher?.judges(wrong, stage)
  }
  const evidence = new Evidence()
  const removals = new RemovalOracle(plan, truth)
  const requests = new RequestOracle(stage)
  const bot = lane(
    stage,
    tapsFor(watcher, stage, (seen) => {
      evidence.note(seen, stage.now())
      judge(removals.judge(seen))
      requests.note(seen)
    }),
  )
  const presence = bot.look === undefined ? new PresenceOracle(plan, truth, bot.except) : undefined
  clock.onInstant = () => {
    if (wrong !== undefined) return
    judge(bot.complaint ?? requests.complaint)
    if (presence !== undefined) judge(presence.judge(bot.present(), stage.now()))
    const belief = bot.look?.()
    if (belief?.call?.state === 'terminated') requests.knowsEnd()
    if (belief !== undefined) judge(checkSafety({ plan, truth, belief, isCallOpen: truth.callResult === undefined }))
  }
  stage.onRequest = (operation) => requests.sends(operation)
  await bot.begin(placeCall(stage))
  await clock.advance(0)
  for (const action of plan.actions) {
    await clock.advance(action.waitMs)
    watcher?.does(action, stage)
    await perform(action, stage, bot, presence)
  }
  await clock.advance(CALM_MS)
  // Without faults there is nothing to recover from, except changes of devices that have no ids to tell them apart.
  // Two full rosters of one moment have no order except that of arrival; a snapshot corrects the result.
  const isOrdered = plan.switches.rosterMode === 'delta' || bot.keepsOrder !== false
  if (mode === 'bounded' && plan.faults.length === 0 && !hasNoIds(plan) && isOrdered) judge(await restOf(stage, bot))
  if (mode === 'bounded' && presence === undefined) {
    judge(await endingsOf(stage, bot))
    await clock.advance(HEARTBEATS_MS - QUIET_MS)
    requests.begin()
    await clock.advance(QUIET_MS)
    judge(requests.judge(standsOf(bot)))
    judge(checkKnown(await standingOf(stage, bot), evidence, service.truth(callId)?.selfId))
  }
  if (mode === 'bounded') {
    judge(bot.owes?.())
    // An external bot says itself how it is restarted.
    if (presence === undefined) watcher?.takesOver(stage)
    await bot.restart('restart')
    if (presence !== undefined) {
      await clock.advance(RESTART_MS)
      addProbeParticipant(stage)
    }
    await clock.advance(RECOVERY_MS)
    judge(await restOf(stage, bot))
    if (presence !== undefined) judge(presence.judgeRest(bot.present()))
    judge(bot.atRest?.())
  } else {
    const belief = await bot.belief?.()
    if (belief !== undefined) judge(checkSafety({ plan, truth, belief, isCallOpen: isCallOpen(stage) }))
  }
  judge(bot.complaint)
  watcher?.ends(bot, stage)
  await bot.close()
  return { wrong, expectation, events: bot.events }
}

/** Why the belief of a bot of this library at rest is wrong; undefined if it is right. */
async function restOf(stage: TestEnvironment, bot: PlayedBot): Promise<string | undefined> {
  return bot.belief === undefined ? undefined : checkAtRest(await standingOf(stage, bot))
}

/** Why its belief about ended participants is wrong, while it remembers them; undefined if it is right. */
async function endingsOf(stage: TestEnvironment, bot: PlayedBot): Promise<string | undefined> {
  const standing = await standingOf(stage, bot)
  return standing.isCallOpen && standing.belief.call?.state !== 'terminated' ? checkEndings(standing) : undefined
}

async function standingOf(stage: TestEnvironment, bot: PlayedBot): Promise<RestState> {
  const { plan, truth, service } = stage
  const facts = new Map(service.truth(callId)?.present.map((one) => [one.id, factsOf(one)]))
  return {
    plan,
    truth,
    facts,
    belief: (await bot.belief?.()) ?? { call: undefined, participants: [] },
    isCallOpen: isCallOpen(stage),
  }
}

function factsOf({ isMuted, endpoint, media }: PresentTruth): TrueFacts {
  const audio = media.filter(({ mediaType }) => mediaType === 'audio')
  return { isMuted, endpoint, isOnHold: audio.length > 0 && audio.every(({ direction }) => direction === 'inactive') }
}

function standsOf(bot: PlayedBot): { readonly isEstablished: boolean; readonly unproved: number } {
  const { call, participants = [] } = bot.look?.() ?? {}
  return { isEstablished: call?.state === 'established', unproved: participants.filter(isBeingRemoved).length }
}

function isCallOpen({ service }: TestEnvironment): boolean {
  return service.truth(callId)?.state !== 'terminated'
}

function tapsFor(watcher: PlayWatcher | undefined, stage: TestEnvironment, steps: (seen: MonitoredStep) => void): Taps {
  if (watcher === undefined) return { steps }
  return {
    sends: (words) => watcher.sends(words, stage),
    steps: (seen) => {
      watcher.steps(seen, stage)
      steps(seen)
    },
    concludes: (words) => watcher.concludes(words, stage),
  }
}

async function perform(
  action: Action,
  stage: TestEnvironment,
  bot: PlayedBot,
  presence: PresenceOracle | undefined,
): Promise<void> {
  const who = personOf(action)
  switch (action.does) {
    case 'invite':
      return void (await bot.invite(
        [who],
        action.ringTimeoutMs === undefined ? {} : { ringTimeoutMs: action.ringTimeoutMs },
      ))
    case 'inviteTwo':
      return void (await bot.invite([who, people[(action.who + 1) % people.length] as string]))
    case 'remove':
      presence?.notesRemoval(who, (id) => bot.knows?.(id) === true)
      // It may take as long as the service does.
      void Promise.resolve(bot.remove(who)).then((isAsked) => {
        if (isAsked === false) presence?.forgives(who)
      })
      return
    case 'cancel':
      return void (await bot.cancel?.(who))
    case 'mute':
      return void (await bot.mute(who))
    case 'hangUp':
      return void (await bot.hangUp())
    case 'setClock':
      return void (await bot.setClock?.(action.byMs ?? 0))
    case 'restart':
    case 'crash':
      return void (await bot.restart(action.does))
    default:
      stage.act(action)
  }
}
