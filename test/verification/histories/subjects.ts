/**
 * Lanes: the ways a run of this library can be played. The step lane is fast and leaves the host out; the host lane
 * has everything.
 * @module
 */
import { DEFAULT_APP_ID } from '../../../src/simulator/world/acts.ts'
import type { CallOptions } from '../../../src/call/model/options.ts'
import type { Store, Transport } from '../../../src/host/ports/ports.ts'
import type { Clock } from '../../../src/time/clock.ts'
import { memoryStore } from '../../../src/host/ports/memory-store.ts'
import { anything, optional, wholeNumber, type Fields, type Shape } from '../../../src/call/codec/schema.ts'
import { method, options, readOptions, withMethods } from '../../../src/call/codec/options.ts'
import { wordsOf } from '../../../src/testing/options.ts'
import { rollcallSystem, type CallSystem } from '../../../src/testing/system.ts'
import { monitorAll, stepMonitors, type StepMonitor, type StepMonitorName } from '../../../src/testing/step-monitors.ts'
import { HostBot } from './host-bot.ts'
import type { Plan } from '../../../src/testing/histories/plan.ts'
import type { Lane, Taps } from '../../../src/testing/histories/run-plan.ts'
import type { TestEnvironment } from '../../../src/testing/histories/test-environment.ts'
import { StepBot } from './step-bot.ts'
import { tapTransport } from '../../../src/testing/histories/tapped-transport.ts'

/** Options of a lane. */
interface LaneOptions {
  readonly options?: Partial<CallOptions> | undefined
  /** Laws to monitor at every step. Default: the cheap ones. */
  readonly laws?: readonly StepMonitorName[] | undefined
}

/** Further options of a step lane. */
export interface StepLaneOptions extends LaneOptions {
  readonly system?: CallSystem | undefined
}

/** Further options of a host lane. */
export interface HostLaneOptions extends LaneOptions {
  /** An empty store for each run. Default: in memory. */
  readonly store?: (() => Store) | undefined
  /** The transport of the hosts. Default: directly to the simulated service, without retries. */
  readonly transport?: ((stage: TestEnvironment) => Transport) | undefined
  /** The machine of the hosts. Default: a clock that is never set. */
  readonly machine?: ((stage: TestEnvironment) => Machine) | undefined
  /** How many hosts share it. Default: one or two, by the seed of the plan. */
  readonly instances?: number | undefined
}

/** A machine of hosts: its clock, and how it is set. */
export interface Machine {
  readonly clock: Clock
  setClock(byMs: number): void
  close(): void
}

/** The laws that are cheap to monitor. */
const cheapLaws: readonly StepMonitorName[] = [
  'ignoring',
  'asking',
  'telling',
  'absorption',
  'proof',
  'oneDelete',
  'oneInvite',
  'oneKey',
  'noUnaskedRemoval',
  'noResurrection',
  'suspicion',
  'conservation',
  'quietAfterTheEnd',
  'announcing',
  'attending',
  'soundness',
]

const laneFields: Fields<LaneOptions> = {
  // `openCall` or `createRollcall` checks them.
  options: anything as Shape<Partial<CallOptions> | undefined>,
  laws: optional(wordsOf(Object.keys(stepMonitors) as readonly StepMonitorName[])),
}

const stepLaneShape = options<StepLaneOptions>({
  ...laneFields,
  system: optional(withMethods('open', 'step', 'encode', 'decode')),
})

/** The checks of the options of a host lane. */
export const hostLaneShape = options<HostLaneOptions>({
  ...laneFields,
  store: optional(method),
  transport: optional(method),
  machine: optional(method),
  instances: optional(wholeNumber(1)),
})

/**
 * The bot finds itself by its application id until it knows its participant id, unless the plan leaves that out. On a
 * roster without ids nothing else identifies it.
 */
function defaultsFor({ isUnnamed, remembers, switches: { rosterIds } }: Plan): Partial<CallOptions> {
  const canBeUnnamed = rosterIds !== 'none' && rosterIds !== 'list-only'
  return {
    ...(isUnnamed === true && canBeUnnamed ? {} : { applicationId: DEFAULT_APP_ID }),
    ...(remembers === undefined ? {} : { tombstoneLimit: remembers }),
  }
}

/** Calls stepped directly against the simulated service. @throws TypeError for an invalid option */
export function stepLane(given: StepLaneOptions = {}): Lane {
  const {
    system = rollcallSystem,
    options: callOptions,
    laws = cheapLaws,
  } = readOptions('stepLane', stepLaneShape, given)
  return ({ service, plan }, { sends, steps }) => {
    const inner = service.transport()
    const bot = new StepBot({
      system,
      tapped: tapTransport(inner, sends),
      clock: service.clock,
      options: { ...defaultsFor(plan), ...callOptions },
      watch: tapWatch(monitorAll(system, laws), steps),
    })
    inner.deliverTo(bot)
    return bot
  }
}

/** `createRollcall` against the simulated service. @throws TypeError for an invalid option */
export function hostLane(given: HostLaneOptions = {}): Lane {
  const {
    options: callOptions,
    laws = cheapLaws,
    store = memoryStore,
    transport,
    machine,
    instances,
  } = readOptions('hostLane', hostLaneShape, given)
  return (stage, { sends, steps }) => {
    const { service, plan } = stage
    const inner = service.transport()
    const { clock = service.clock, ...runsOn } = machine?.(stage) ?? {}
    const bot = new HostBot({
      ...runsOn,
      store: store(),
      tapped: tapTransport(transport?.(stage) ?? inner, sends),
      clock,
      instances: instances ?? 1 + (plan.seed % 2),
      options: { ...defaultsFor(plan), ...callOptions },
      watch: tapWatch(monitorAll(rollcallSystem, laws), steps),
    })
    inner.deliverTo(bot)
    return bot
  }
}

function tapWatch(watch: StepMonitor, steps: Taps['steps']): StepMonitor {
  if (steps === undefined) return watch
  return (seen) => {
    steps(seen)
    return watch(seen)
  }
}
