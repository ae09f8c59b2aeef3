/**
 * Simulation: the world and the network before it, as one pure reducer. What a bot sends goes in, what reaches the
 * bot comes out, with the instant it arrives; everything between is state.
 * @module
 */
import type { Act, Acted } from './acts.ts'
import { emptyQueue, nextAt, plan, takeNext, type EventQueue } from './event-queue.ts'
import {
  createNetwork,
  decideNotification,
  decideRequest,
  replaceRules,
  type FaultRule,
  type Network,
  type RequestFate,
} from './network.ts'
import type { ServiceRequest, ServiceResponse } from './requests.ts'
import type { Fact } from './tick.ts'
import { writeError } from './wire.ts'
import {
  advanceWorld,
  createWorld,
  nextWorldAt,
  type NotificationKind,
  type World,
  type WorldInput,
  type WorldOptions,
} from './world.ts'
import type { WireObject } from './wire-object.ts'

/** What a simulation is made from. */
export interface SimulationOptions extends WorldOptions {
  /** What goes wrong between the service and the bots. */
  readonly faults?: readonly FaultRule[] | undefined
}

/** A notification as it reaches the bot. */
export interface Notification {
  /** Counts the notifications of the service; a doubled one keeps its number. */
  readonly number: number
  readonly callId: string
  readonly appId: string
  readonly tenantId: string
  readonly callbackUri: string
  readonly kind: NotificationKind
  readonly body: WireObject
}

type Transit =
  | { readonly type: 'request'; readonly ticket: number; readonly request: ServiceRequest; readonly fate: RequestFate }
  | { readonly type: 'answer'; readonly ticket: number; readonly response: ServiceResponse }
  | { readonly type: 'notification'; readonly notification: Notification }

/** A service, a network and what is on its way. */
export interface Simulation {
  readonly world: World
  readonly network: Network
  readonly transit: EventQueue<Transit>
  /** How many notifications the service has sent: numbers them. */
  readonly notifications: number
}

/** Something done by a bot, a human, or whoever steers the world. */
export type SimulationInput =
  /** `ticket` is the sender's own number for the request; its answer carries it. */
  | { readonly type: 'send'; readonly ticket: number; readonly request: ServiceRequest }
  | { readonly type: 'act'; readonly act: Act }
  | { readonly type: 'faults'; readonly rules: readonly FaultRule[] }

/** Something that comes out, and when. */
export type SimulationOutput = { readonly at: number } & (
  | { readonly type: 'answer'; readonly ticket: number; readonly response: ServiceResponse }
  /** Nothing will come back for this request. Whether it was carried out is ground truth the bot cannot see. */
  | { readonly type: 'lost'; readonly ticket: number; readonly isExecuted: boolean }
  | { readonly type: 'notification'; readonly notification: Notification }
  /** The service sent it and the network lost it: ground truth, like `lost`. */
  | { readonly type: 'missed'; readonly notification: Notification }
  | { readonly type: 'acted'; readonly acted: Acted }
  | { readonly type: 'fact'; readonly fact: Fact }
)

/** A simulation in which nothing has happened yet.
 * @throws TypeError for settings that do not exist. */
export function createSimulation(options: SimulationOptions = {}): Simulation {
  const world = createWorld(options)
  return { world, network: createNetwork(world.state.seed, options.faults), transit: emptyQueue(), notifications: 0 }
}

/** When something next happens by itself; undefined when nothing will. */
export function nextSimulationAt({ world, transit }: Simulation): number | undefined {
  const happening = nextWorldAt(world)
  const arrival = nextAt(transit)
  return happening === undefined || arrival === undefined ? (happening ?? arrival) : Math.min(happening, arrival)
}

/** Lets time pass until `at`, then takes the input, if there is one. */
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
    // What the input causes at this very instant reaches the bot now.
    for (
      let next = nextSimulationAt(run.state());
      next !== undefined && next <= at;
      next = nextSimulationAt(run.state())
    )
      run.pass(next)
  }
  return { simulation: run.state(), outputs: run.outputs }
}

/** One advance in the making; nothing outside sees it half done. */
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

  /** Plays what is due at `at`: what was on its way arrives before the world moves on. */
  pass(at: number): void {
    const taken = takeNext(this.#transit)
    if (taken === undefined || taken.next.at > at) {
      this.enter(at)
      return
    }
    this.#transit = taken.rest
    this.#arrive(at, taken.next.what)
  }

  /** Moves the world. Its answer to a request is sent off before the news it makes. */
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
        const { network, fate } = decideRequest(this.#network, at, request.operation, request.callId)
        this.#network = network
        this.#plan(at + fate.requestDelayMs, { type: 'request', ticket, request, fate })
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
        const { ticket, request, fate } = transit
        const isExecuted = fate.fate !== 'lost' && (fate.status === undefined || fate.status.isExecuted === true)
        const answer = (response: ServiceResponse): void => {
          if (fate.fate === 'arrives')
            this.#plan(at + fate.responseDelayMs, {
              type: 'answer',
              ticket,
              response: fate.isEmptied === true ? emptied(response) : response,
            })
          else this.outputs.push({ at, type: 'lost', ticket, isExecuted })
        }
        if (fate.status !== undefined) answer(this.#errorOf(fate.status))
        if (isExecuted) this.enter(at, { type: 'request', request }, fate.status === undefined ? answer : undefined)
        else if (fate.status === undefined) this.outputs.push({ at, type: 'lost', ticket, isExecuted })
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
  }: Omit<Notification, 'number'> & { readonly at: number }): void {
    const notification = { number: this.#notifications, callId, appId, tenantId, callbackUri, kind, body }
    this.#notifications += 1
    const { network, arrivals } = decideNotification(this.#network, at, kind, callId)
    this.#network = network
    if (arrivals.length === 0) this.outputs.push({ at, type: 'missed', notification })
    for (const delayMs of arrivals) this.#plan(at + delayMs, { type: 'notification', notification })
  }

  #errorOf({ status, code, message, retryAfterSeconds }: NonNullable<RequestFate['status']>): ServiceResponse {
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

/** A list with nobody in it; any other answer stays as it is. */
function emptied(response: ServiceResponse): ServiceResponse {
  return Array.isArray(response.body?.['value'])
    ? { ...response, nextSkip: undefined, body: { ...response.body, value: [] } }
    : response
}
