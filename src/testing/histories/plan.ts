/**
 * Plans: one run as data: people, what they and the application do, and the faults. The same plan gives the same history.
 *
 * Rule 1: people are addressed by index modulo; an action that is not possible at its time is skipped. A plan that lost
 * some of its parts still makes sense.
 * Rule 2: bounded plans come to rest; unbounded ones may not.
 * @module
 */
import fc from 'fast-check'
import type { CalleeScripts } from '../../simulator/graph/dialect.ts'
import type { FaultRule } from '../../simulator/network/network.ts'
import { switchReadings, switchesShape, type Switches } from '../../simulator/graph/settings.ts'
import { calleeScripts, wideCalleeScripts } from '../arbitraries/callee-scripts.ts'
import {
  faultFields,
  faultPlans,
  lastingFaults,
  participantRequests,
  type FaultPlanOptions,
} from '../arbitraries/fault-plans.ts'
import { actions, people, type RunStart, type Action, type ActionName } from './actions.ts'
import { scenes, type Scene } from './themes.ts'
import { flag, oneOf, optional, wholeNumber } from '../../call/codec/schema.ts'
import { options, readOptions } from '../../call/codec/options.ts'
import { someOf } from '../options.ts'

export { actions, people, type Action, type ActionName } from './actions.ts'

/** Everything that determines a run. */
export interface Plan {
  /** The seed of the world and of the network. */
  readonly seed: number
  /** The switches of the service that are not at their default. */
  readonly switches: Partial<Switches>
  /** How each person answers a call. */
  readonly callees: readonly CalleeScripts[]
  /** What people and the application do, in order. */
  readonly actions: readonly Action[]
  /** What goes wrong on the way. */
  readonly faults: readonly FaultRule[]
  /** Participants who are not admitted stay in the lobby until the run is over. Absent: they leave after a while. */
  readonly areLobbiesPatient?: boolean | undefined
  /** The bot does not know its application id: only its participant id identifies its roster entry. */
  readonly isUnnamed?: boolean | undefined
  /** No person is in the call with two devices at once. */
  readonly isOneDeviceEach?: boolean | undefined
  /** How the bot comes to its call. Absent: it finds an established one. */
  readonly beginning?: RunStart | undefined
  /** How long the service gathers changes of a roster before it sends them, in milliseconds. Absent: not at all. */
  readonly gathersMs?: number | undefined
  /** The limit of tombstones. Absent: more than there are participants. */
  readonly remembers?: number | undefined
}

/** The wall clock is set during the run, so that it measures no span of time. */
export function setsClock({ actions }: Plan): boolean {
  return actions.some(({ does }) => does === 'setClock')
}

/**
 * `bounded`: faults end, so that safety and liveness can be checked. `unbounded`: they never end; only safety can be.
 */
export type FaultMode = 'bounded' | 'unbounded'

/** Options of plans. */
export interface PlanOptions extends Omit<FaultPlanOptions, 'untilMs' | 'requests'> {
  /** Whether faults end. Default `bounded`. */
  readonly mode?: FaultMode | undefined
  /** The possible actions. Default: all. */
  readonly actions?: readonly ActionName[] | undefined
  /** Whether people may be in the call with several devices at once. Default `several`. */
  readonly devices?: 'one' | 'several' | undefined
  /** The largest number of actions. Default 14. */
  readonly length?: number | undefined
  /**
   * Further conditions for bots of this library: other beginnings, gathered rosters, short ring times, answers that are
   * always slow, notifications that never arrive, themes. Default: true if the kinds of faults are not given.
   */
  readonly isWide?: boolean | undefined
  /** The bot knows its participant id and its application id in every plan. Default: random. */
  readonly isSelfTold?: boolean | undefined
  /** Readings of switches that are fixed. */
  readonly switches?: Partial<Switches> | undefined
}

/** When the faults of a bounded plan end. */
const FAULTS_END_MS = 60_000

/** Pauses between actions; shrinking ends at the first. */
const pausesMs = [0, 10, 150, 900, 2_500, 7_000, 30_000, 61_000] as const

/** How likely each action is; actions about participants are the most frequent. */
const weights: { readonly [D in ActionName]: number } = {
  invite: 8,
  inviteTwo: 3,
  remove: 7,
  cancel: 3,
  mute: 1,
  hangUp: 0.2,
  join: 4,
  knock: 1,
  leave: 3,
  removedByHuman: 1,
  answer: 3,
  decline: 1,
  admit: 1,
  endCall: 0.2,
  restart: 1.4,
  crash: 1,
  setClock: 0.6,
}

/** fast-check takes weights that are whole numbers. */
const WEIGHT_UNIT = 5

const shape = options<PlanOptions>({
  mode: optional(oneOf('bounded', 'unbounded')),
  isWide: optional(flag),
  actions: optional(someOf(actions)),
  length: optional(wholeNumber(1)),
  switches: optional(switchesShape),
  devices: optional(oneOf('one', 'several')),
  isSelfTold: optional(flag),
  kinds: faultFields.kinds,
  rules: faultFields.rules,
  longestDelayMs: faultFields.longestDelayMs,
})

/** Plans of random length, people and faults. @throws TypeError for an invalid option */
export function plans(given: PlanOptions = {}): fc.Arbitrary<Plan> {
  const {
    mode = 'bounded',
    actions: allowed = actions,
    length = 14,
    switches = {},
    devices = 'several',
    isSelfTold = false,
    kinds,
    isWide = kinds === undefined,
    rules,
    longestDelayMs,
  } = readOptions('plans', shape, given)
  const callees = isWide ? wideCalleeScripts(devices) : calleeScripts(devices)
  const faults = faultPlans({
    kinds,
    rules,
    longestDelayMs,
    ...(isSelfTold ? { requests: participantRequests } : {}),
    ...(mode === 'bounded' ? { untilMs: FAULTS_END_MS } : {}),
  })
  return fc
    .record({
      seed: fc.nat(),
      switches: readings(isSelfTold).map((chosen) => ({ ...chosen, ...switches })),
      callees: fc.array(
        fc.oneof(
          { withCrossShrink: true },
          { weight: 4, arbitrary: callees },
          { weight: 1, arbitrary: fc.array(callees, { minLength: 2, maxLength: 2 }) },
        ),
        { minLength: people.length, maxLength: people.length },
      ),
      actions: fc.array(actionOf(allowed, isWide), { minLength: 1, maxLength: length, size: 'max' }),
      faults: isWide
        ? fc
            .tuple(faults, rarely(fc.constantFrom(...lastingFaults), 5))
            .map(([some, lasting]) => (lasting === undefined ? some : [...some, lasting]))
        : faults,
      areLobbiesPatient: fc.boolean(),
      ...(isSelfTold ? {} : { isUnnamed: fc.boolean() }),
      ...(devices === 'one' ? { isOneDeviceEach: fc.constant(true) } : {}),
      ...(isWide ? widths : {}),
    })
    .map(({ crowd = people.length, scene, ...plan }) =>
      stageScene({ ...plan, actions: plan.actions.map((action) => ({ ...action, who: action.who % crowd })) }, scene, {
        allowed,
        switches,
      }),
    )
    .map(
      (plan) => Object.fromEntries(Object.entries(plan).filter(([, value]) => value !== undefined)) as unknown as Plan,
    )
}

/** Mostly undefined, which shrinking ends at. */
function rarely<T>(value: fc.Arbitrary<T>, outOf: number): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: outOf - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: value },
  )
}

/** A plan that starts with a theme, and continues with its own actions. */
function stageScene(
  plan: Plan,
  scene: Scene | undefined,
  { allowed, switches: chosen }: { readonly allowed: readonly ActionName[]; readonly switches: Partial<Switches> },
): Plan {
  if (scene === undefined || scene.actions.some(({ does }) => !allowed.includes(does))) return plan
  const { actions: first, switches, callee, faults } = scene
  return {
    ...plan,
    switches: { ...plan.switches, ...switches, ...chosen },
    callees: plan.callees.with(0, callee),
    actions: [...first, ...plan.actions.slice(0, AFTER_SCENE)],
    faults: [...plan.faults.slice(0, 1), ...faults],
  }
}

/** How many actions follow a theme at most. */
const AFTER_SCENE = 4

/**
 * Further conditions for a bot of this library. `crowd`: how many people the actions are about; `scene`: the theme it
 * starts with.
 */
const widths = {
  crowd: fc.constantFrom(people.length, 2, 1, 1),
  scene: rarely(scenes(), 4),
  beginning: rarely(fc.constantFrom<RunStart>('establishing', 'incoming'), 12),
  gathersMs: rarely(fc.constantFrom(1_000, 150), 5),
  remembers: rarely(fc.constantFrom(1, 2), 12),
}

/** Short ring times, in milliseconds. */
const ringsMs = [1_000, 3_000, 10_000, 30_000] as const

/** By how many milliseconds a wall clock is set. */
const jumpsMs = [-3_600_000, 3_600_000, -90_000, 90_000] as const

function actionOf(allowed: readonly ActionName[], isWide: boolean): fc.Arbitrary<Action> {
  return fc
    .record({
      does: fc.oneof(...allowed.map((name) => ({ weight: weights[name] * WEIGHT_UNIT, arbitrary: fc.constant(name) }))),
      who: fc.nat(people.length - 1),
      waitMs: fc.constantFrom(...pausesMs),
      ringTimeoutMs: isWide ? rarely(fc.constantFrom(...ringsMs), 4) : fc.constant(undefined),
      byMs: fc.constantFrom(...jumpsMs),
    })
    .map(({ does, who, waitMs, ringTimeoutMs, byMs }) => ({
      does,
      who,
      waitMs,
      ...(does === 'invite' && ringTimeoutMs !== undefined ? { ringTimeoutMs } : {}),
      ...(does === 'setClock' ? { byMs } : {}),
    }))
}

/** The switches that have to work with every reading. Absent: the default. */
const contested = [
  'cancelBeforeAnswer',
  'inviteResponseId',
  'rosterMode',
  'casing',
  'removedInvitee',
  'answerOrder',
  'partialInvite',
  'lobbyAdmission',
  'rosterIds',
  'removalReason',
  'listNumbers',
] as const satisfies readonly (keyof Switches)[]

function readings(isSelfTold: boolean): fc.Arbitrary<Partial<Switches>> {
  const names: readonly (keyof Switches)[] = isSelfTold ? contested : [...contested, 'ownParticipantId', 'botAdmission']
  const each = names.map((name) =>
    placeOf(name).map((place) => (place === 0 ? {} : { [name]: switchReadings[name][place] })),
  )
  return fc.tuple(...each).map((parts) => Object.assign({}, ...parts) as Partial<Switches>)
}

/** Without ids on the roster little can be demanded of a bot, so that is less frequent. */
function placeOf(name: keyof Switches): fc.Arbitrary<number> {
  return name === 'rosterIds' ? fc.constantFrom(0, 0, 0, 1, 1, 2, 3) : fc.nat(switchReadings[name].length - 1)
}
