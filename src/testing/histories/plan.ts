/**
 * Plans: what one run is made from — people, what they and the application do, what goes wrong — as data. The same
 * plan gives the same history.
 *
 * Rule 1: people are addressed by index modulo; a deed that is not possible when its time comes is passed over. A plan
 * that lost some of its parts still makes sense.
 * Rule 2: bounded plans come to rest; unbounded ones may not.
 * @module
 */
import fc from 'fast-check'
import type { CalleeScripts } from '../../simulator/callee.ts'
import type { FaultRule } from '../../simulator/network.ts'
import { switchReadings, type Switches } from '../../simulator/settings.ts'
import { calleeScripts } from '../arbitraries/callee-scripts.ts'
import { faultPlans, participantRequests, type FaultPlanOptions } from '../arbitraries/fault-plans.ts'
import { anything, checkOptions, listOf, oneOf, wholeNumber } from '../options.ts'

/** Everybody there is, by the id the service knows them by. */
export const people = ['ann', 'bob', 'cy', 'dora'] as const

/** What the application asks for, what people do of their own accord, and what befalls the bot's process. */
export const deeds = [
  'invite', 'inviteTwo', 'remove', 'cancel', 'mute', 'hangUp',
  'join', 'leave', 'removedByHuman', 'answer', 'decline', 'admit', 'endCall',
  'restart', 'crash',
] as const

/** The name of a deed. */
export type DeedName = (typeof deeds)[number]

/** Something somebody does. */
export interface Deed {
  readonly does: DeedName
  /** Index of a person, modulo how many there are. */
  readonly who: number
  /** Virtual milliseconds since the deed before. */
  readonly waitMs: number
}

/** All that a run is made from. */
export interface Plan {
  /** Of the world and of the network. */
  readonly seed: number
  /** The contested behaviours of the service that are not at their default reading. */
  readonly switches: Partial<Switches>
  /** What each person does when called. */
  readonly callees: readonly CalleeScripts[]
  readonly deeds: readonly Deed[]
  readonly faults: readonly FaultRule[]
  /** Whoever nobody admits stays in the lobby until the run is over. Absent: they lose patience. */
  readonly areLobbiesPatient?: boolean | undefined
  /** The bot does not know its application id: only its participant id says which roster entry is its own. */
  readonly isUnnamed?: boolean | undefined
  /** Nobody is in the call with two devices at once. */
  readonly isOneDeviceEach?: boolean | undefined
}

/** `bounded`: faults end, so that safety and liveness can be demanded. `unbounded`: they never do; safety only. */
export type FaultMode = 'bounded' | 'unbounded'

/** Which plans. */
export interface PlanOptions extends Omit<FaultPlanOptions, 'untilMs' | 'requests'> {
  readonly mode?: FaultMode | undefined
  /** What may be done. Default: everything. */
  readonly deeds?: readonly DeedName[] | undefined
  /** Whether people may be in the call with several devices at once. Default `several`. */
  readonly devices?: 'one' | 'several' | undefined
  /** How many deeds at most. Default 14. */
  readonly length?: number | undefined
  /** The bot is told its participant id and knows its application id in every plan. Default: that is left to chance. */
  readonly isSelfTold?: boolean | undefined
  /** Readings that are not left to chance. */
  readonly switches?: Partial<Switches> | undefined
}

/** When the faults of a bounded plan are over. */
export const FAULTS_END_MS = 60_000

/** Pauses between deeds; the first is what shrinking ends at. */
const pausesMs = [0, 10, 150, 900, 2_500, 7_000, 30_000] as const

/** How likely each deed is; what is about participants comes up most. */
const weights: { readonly [D in DeedName]: number } = {
  invite: 8, inviteTwo: 3, remove: 7, cancel: 3, mute: 1, hangUp: 0.2,
  join: 4, leave: 3, removedByHuman: 1, answer: 3, decline: 1, admit: 1, endCall: 0.2,
  restart: 1, crash: 1,
}

/** Weights are whole numbers to fast-check. */
const WEIGHT_UNIT = 5

const optionShapes = {
  mode: oneOf(['bounded', 'unbounded']), deeds: listOf(deeds), length: wholeNumber(1), switches: anything, devices: oneOf(['one', 'several']), isSelfTold: oneOf([true, false]),
  kinds: anything, rules: anything, longestDelayMs: anything,
}

/** Plans of random length, people and misfortune. @throws TypeError for an option that cannot be meant */
export function plans(options: PlanOptions = {}): fc.Arbitrary<Plan> {
  checkOptions('plans', options, optionShapes)
  const { mode = 'bounded', deeds: allowed = deeds, length = 14, switches = {}, devices = 'several', isSelfTold = false, kinds, rules, longestDelayMs } = options
  const deed = fc.record({
    does: fc.oneof(...allowed.map((name) => ({ weight: weights[name] * WEIGHT_UNIT, arbitrary: fc.constant(name) }))),
    who: fc.nat(people.length - 1),
    waitMs: fc.constantFrom(...pausesMs),
  })
  const callees = calleeScripts(devices)
  return fc.record({
    seed: fc.nat(),
    switches: readings(isSelfTold).map((chosen) => ({ ...chosen, ...switches })),
    callees: fc.array(fc.oneof({ withCrossShrink: true }, { weight: 4, arbitrary: callees }, { weight: 1, arbitrary: fc.array(callees, { minLength: 2, maxLength: 2 }) }), { minLength: people.length, maxLength: people.length }),
    deeds: fc.array(deed, { minLength: 1, maxLength: length, size: 'max' }),
    faults: faultPlans({ kinds, rules, longestDelayMs, ...(isSelfTold ? { requests: participantRequests } : {}), ...(mode === 'bounded' ? { untilMs: FAULTS_END_MS } : {}) }),
    areLobbiesPatient: fc.boolean(),
    ...(isSelfTold ? {} : { isUnnamed: fc.boolean() }),
    ...(devices === 'one' ? { isOneDeviceEach: fc.constant(true) } : {}),
  })
}

/** The switches whose every reading has to end right. Absent: the default. */
const contested = [
  'cancelBeforeAnswer', 'inviteResponseId', 'rosterMode', 'casing', 'removedInvitee', 'answerOrder', 'partialInvite', 'lobbyAdmission', 'rosterIds', 'removalReason',
] as const satisfies readonly (keyof Switches)[]

function readings(isSelfTold: boolean): fc.Arbitrary<Partial<Switches>> {
  const names: readonly (keyof Switches)[] = isSelfTold ? contested : [...contested, 'ownParticipantId']
  const each = names.map((name) => fc.nat(switchReadings[name].length - 1).map((place) => (place === 0 ? {} : { [name]: switchReadings[name][place] })))
  return fc.tuple(...each).map((parts) => Object.assign({}, ...parts) as Partial<Switches>)
}
