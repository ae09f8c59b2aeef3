/**
 * Simulation: the world and its network as one pure reducer. Requests of bots go in; answers and notifications come
 * out, with the instant they arrive.
 * @module
 */
import { options, readOptions } from '../../call/codec/options.ts'
import { list, optional } from '../../call/codec/schema.ts'
import { shapeBySchema } from '../graph/scenario/schema.ts'
import type { Act, Acted } from '../world/acts.ts'
import { emptyQueue, nextAt, plan, takeNext, type EventQueue } from '../world/event-queue.ts'
import {
  createNetwork,
  decideNotification,
  decideRequest,
  replaceRules,
  type FaultRule,
  type Network,
  type RequestOutcome,
} from './network.ts'
import type { ServiceRequest, ServiceResponse } from '../graph/requests.ts'
import type { Fact } from '../world/tick.ts'
import { writeError } from '../graph/wire.ts'
import {
  advanceWorld,
  checkScripts,
  makeWorld,
  nextWorldAt,
  scriptsShape,
  scriptTable,
  worldFields,
  type NotificationKind,
  type World,
  type WorldInput,
  type WorldOptions,
} from '../world/world.ts'
import type { WireObject } from '../graph/wire-object.ts'

/** Options of a simulation. */
export interface SimulationOptions extends WorldOptions {
  /** Faults between the service and the bots. */
  readonly faults?: readonly FaultRule[] | undefined
}

/** Fault rules. */
export const faultRules = list(shapeBySchema<FaultRule>('faultRule'))

const shape = options<SimulationOptions>({
  ...worldFields,
  scripts: optional(scriptTable),
  defaultScript: optional(scriptsShape),
  faults: optional(faultRules),
})

/** A notification as it reaches the bot. */
export interface ServiceNotification {
  /** Counts the service's notifications; a duplicate keeps its number. */
  readonly number: number
  /** The call's id. */
  readonly callId: string
  /** The application id of the bot. */
  readonly appId: string
  /** The tenant id. */
  readonly tenantId: string
  /** Where notifications of the call go. */
  readonly callbackUri: string
  /** What the notification is about. */
  readonly kind: NotificationKind
  /** The body to post. */
  readonly body: WireObject
}

type Transit =
  | {
      readonly type: 'request'
      readonly ticket: number
      readonly request: ServiceRequest
      readonly outcome: RequestOutcome
    }
  | { readonly type: 'answer'; readonly ticket: number; readonly response: ServiceResponse }
  | { readonly type: 'notification'; readonly notification: ServiceNotification }

/** A service, a network and the messages in transit. */
export interface Simulation {
  /** The service. */
  readonly world: World
  /** The network between the service and the bots. */
  readonly network: Network
  /** The messages under way. */
  readonly transit: EventQueue<Transit>
  /** How many notifications the service has sent; the last one's number. */
  readonly notifications: number
}

/** An input: an act, a bot's request, or new fault rules. */
export type SimulationInput =
  /** `ticket` is the sender's number of the request; the answer carries it. */
  | {
      readonly type: 'send'
      /** The sender's number of the request; the answer carries it. */
      readonly ticket: number
      /** The request of a bot. */
      readonly request: ServiceRequest
    }
  | {
      readonly type: 'act'
      /** The act. */
      readonly act: Act
    }
  | {
      readonly type: 'faults'
      /** The rules that replace those in force. */
      readonly rules: readonly FaultRule[]
    }

/** An output and its instant, in virtual milliseconds. */
export type SimulationOutput = {
  /** The instant, in virtual milliseconds since the start. */
  readonly at: number
} & (
  | {
      readonly type: 'answer'
      /** The number the sender gave the request. */
      readonly ticket: number
      /** The service's answer. */
      readonly response: ServiceResponse
    }
  /** The request gets no answer. Whether it was executed is ground truth that the bot cannot see. */
  | {
      readonly type: 'lost'
      /** The number the sender gave the request. */
      readonly ticket: number
      /** True if the service executed the request. */
      readonly isExecuted: boolean
    }
  | {
      readonly type: 'notification'
      /** The notification. */
      readonly notification: ServiceNotification
    }
  /** The network lost a notification: ground truth, like `lost`. */
  | {
      readonly type: 'missed'
      /** The notification. */
      readonly notification: ServiceNotification
    }
  | {
      readonly type: 'acted'
      /** What came of the act. */
      readonly acted: Acted
    }
  | {
      readonly type: 'fact'
      /** Ground truth. */
      readonly fact: Fact
    }
)

/**
 * A new simulation.
 * @throws TypeError for an option, setting, script, fault or act that does not exist, or that cannot be
 */
export function createSimulation(options: SimulationOptions = {}): Simulation {
  const { scripts = [], ...given } = readOptions('createSimulation', shape, options)
  const table = [...scripts]
  checkScripts('createSimulation', table)
  return makeSimulation({ ...given, scripts: table })
}

/** A new simulation with options that were checked. */
export function makeSimulation(options: SimulationOptions): Simulation {
  const world = makeWorld(options)
  return { world, network: createNetwork(world.state.seed, options.faults), transit: emptyQueue(), notifications: 0 }
}

/** When the next thing happens by itself; undefined if nothing is planned. */
export function nextSimulationAt({ world, transit }: Simulation): number | undefined {
  const planned = nextWorldAt(world)
  const arrival = nextAt(transit)
  return planned === undefined || arrival === undefined ? (planned ?? arrival) : Math.min(planned, arrival)
}

/** Advances to `at`, then handles the input, if any. */
export function advanceSimulation(
  simulation: Simulation,
  at: number,
  input?: SimulationInput,
): { readonly simulation: Simulation; readonly outputs: readonly SimulationOutput[] } {
  const run = new Run(simulation)
  for (let next = nextSimulationAt(run.state()); next !== undefined && next <= at; next = nextSimulationAt(run.state()))
    run.pass(next)
  run.enter(at)
  if (input !== undefined) {
    run.take(at, input)
    // Effects of the input at this very instant reach the bot now.
    for (
      let next = nextSimulationAt(run.state());
      next !== undefined && next <= at;
      next = nextSimulationAt(run.state())
    )
      run.pass(next)
  }
  return { simulation: run.state(), outputs: run.outputs }
}

/** One advance in progress; not visible outside. */
class Run {
  readonly outputs: SimulationOutput[] = []
  #world: World
  #network: Network
  #transit: EventQueue<Transit>
  #notifications: number

  constructor({ world, network, transit, notifications }: Simulation) {
    this.#world = world
    this.#network = network
    this.#transit = transit
    this.#notifications = notifications
  }

  state(): Simulation {
    return { world: this.#world, network: this.#network, transit: this.#transit, notifications: this.#notifications }
  }

  /** Handles what is due at `at`: messages in transit arrive before the world advances. */
  pass(at: number): void {
    const taken = takeNext(this.#transit)
    if (taken === undefined || taken.next.at > at) {
      this.enter(at)
      return
    }
    this.#transit = taken.rest
    this.#arrive(at, taken.next.what)
  }

  /** Advances the world. The answer to a request is sent before the notifications it causes. */
  enter(at: number, input?: WorldInput, answer?: (response: ServiceResponse) => void): void {
    const { world, outputs } = advanceWorld(this.#world, at, input)
    this.#world = world
    for (const output of outputs) {
      if (output.type === 'response') answer?.(output.response)
      else if (output.type === 'notification') this.#dispatch(output)
      else this.outputs.push(output)
    }
  }

  take(at: number, input: SimulationInput): void {
    switch (input.type) {
      case 'faults':
        this.#network = replaceRules(this.#network, input.rules)
        return
      case 'act':
        this.enter(at, input)
        return
      case 'send': {
        const { ticket, request } = input
        const { network, outcome } = decideRequest(this.#network, at, request.operation, request.callId)
        this.#network = network
        this.#plan(at + outcome.requestDelayMs, { type: 'request', ticket, request, outcome })
      }
    }
  }

  #arrive(at: number, transit: Transit): void {
    switch (transit.type) {
      case 'answer':
        this.outputs.push({ at, ...transit })
        return
      case 'notification':
        this.outputs.push({ at, ...transit })
        return
      case 'request': {
        const { ticket, request, outcome } = transit
        const isExecuted =
          outcome.delivery !== 'lost' && (outcome.status === undefined || outcome.status.isExecuted === true)
        const answer = (response: ServiceResponse): void => {
          if (outcome.delivery === 'arrives')
            this.#plan(at + outcome.responseDelayMs, {
              type: 'answer',
              ticket,
              response: outcome.isEmptied === true ? emptied(response) : response,
            })
          else this.outputs.push({ at, type: 'lost', ticket, isExecuted })
        }
        if (outcome.status !== undefined) answer(this.#errorOf(outcome.status))
        if (isExecuted) this.enter(at, { type: 'request', request }, outcome.status === undefined ? answer : undefined)
        else if (outcome.status === undefined) this.outputs.push({ at, type: 'lost', ticket, isExecuted })
      }
    }
  }

  #dispatch({
    at,
    callId,
    appId,
    tenantId,
    callbackUri,
    kind,
    body,
  }: Omit<ServiceNotification, 'number'> & { readonly at: number }): void {
    const notification = { number: this.#notifications, callId, appId, tenantId, callbackUri, kind, body }
    this.#notifications += 1
    const { network, arrivals } = decideNotification(this.#network, at, kind, callId)
    this.#network = network
    if (arrivals.length === 0) this.outputs.push({ at, type: 'missed', notification })
    for (const delayMs of arrivals) this.#plan(at + delayMs, { type: 'notification', notification })
  }

  #errorOf({ status, code, message, retryAfterSeconds }: NonNullable<RequestOutcome['status']>): ServiceResponse {
    const { epochMs, now } = this.#world.state
    const isThrottled = status === 429
    return {
      status,
      retryAfterSeconds,
      body: writeError(
        code ?? (isThrottled ? 'TooManyRequests' : '9999'),
        message ?? (isThrottled ? 'Please retry again later.' : 'Unknown internal server error.'),
        new Date(epochMs + now).toISOString().slice(0, 19),
      ),
    }
  }

  #plan(at: number, what: Transit): void {
    this.#transit = plan(this.#transit, [{ at, what }])
  }
}

/** A list without entries; other answers stay as they are. */
function emptied(response: ServiceResponse): ServiceResponse {
  return Array.isArray(response.body?.['value'])
    ? { ...response, nextSkip: undefined, body: { ...response.body, value: [] } }
    : response
}
