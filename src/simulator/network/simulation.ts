/**
 * Simulation: the world and its network as one pure reducer. Requests of bots go in; answers and notifications come
 * out, with the instant they arrive.
 * @module
 */
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
import type { Dialect } from '../world/dialect.ts'
import type { NotificationKind } from '../world/face.ts'
import type { Fact } from '../world/tick.ts'
import type { NetworkFace } from './face.ts'
import {
  advanceWorld,
  createWorld,
  nextWorldAt,
  type World,
  type WorldInput,
  type WorldOptions,
} from '../world/world.ts'

/** Options of a simulation. */
export interface SimulationOptions<D extends Dialect = Dialect> extends WorldOptions<D> {
  /** Faults between the service and the bots. */
  readonly faults?: readonly FaultRule[] | undefined
}

/** A notification as it reaches the bot. */
export interface ServiceNotification<D extends Dialect = Dialect> {
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
  readonly body: D['body']
}

type Transit<D extends Dialect> =
  | {
      readonly type: 'request'
      readonly ticket: number
      readonly request: D['request']
      readonly outcome: RequestOutcome
    }
  | { readonly type: 'answer'; readonly ticket: number; readonly response: D['response'] }
  | { readonly type: 'notification'; readonly notification: ServiceNotification<D> }

/** A service, a network and the messages in transit. */
export interface Simulation<D extends Dialect = Dialect> {
  readonly face: NetworkFace<D>
  readonly world: World<D>
  /** The network between the service and the bots. */
  readonly network: Network
  readonly transit: EventQueue<Transit<D>>
  /** How many notifications the service has sent; the last one's number. */
  readonly notifications: number
}

/** An input: an act, a bot's request, or new fault rules. */
export type SimulationInput<D extends Dialect = Dialect> =
  /** `ticket` is the sender's number of the request; the answer carries it. */
  | { readonly type: 'send'; readonly ticket: number; readonly request: D['request'] }
  | { readonly type: 'act'; readonly act: Act<D> }
  | { readonly type: 'faults'; readonly rules: readonly FaultRule[] }

/** An output and its instant, in virtual milliseconds. */
export type SimulationOutput<D extends Dialect = Dialect> = { readonly at: number } & (
  | { readonly type: 'answer'; readonly ticket: number; readonly response: D['response'] }
  /** The request gets no answer. Whether it was executed is ground truth that the bot cannot see. */
  | { readonly type: 'lost'; readonly ticket: number; readonly isExecuted: boolean }
  | { readonly type: 'notification'; readonly notification: ServiceNotification<D> }
  /** The network lost a notification: ground truth, like `lost`. */
  | { readonly type: 'missed'; readonly notification: ServiceNotification<D> }
  | { readonly type: 'acted'; readonly acted: Acted }
  | { readonly type: 'fact'; readonly fact: Fact }
)

/**
 * A new simulation of a service.
 * @throws TypeError for settings that do not exist
 */
export function createSimulation<D extends Dialect>(
  face: NetworkFace<D>,
  options: SimulationOptions<D> = {},
): Simulation<D> {
  const world = createWorld(face, options)
  return {
    face,
    world,
    network: createNetwork(world.state.seed, options.faults),
    transit: emptyQueue(),
    notifications: 0,
  }
}

/** When the next thing happens by itself; undefined if nothing is planned. */
export function nextSimulationAt({ world, transit }: Simulation): number | undefined {
  const planned = nextWorldAt(world)
  const arrival = nextAt(transit)
  return planned === undefined || arrival === undefined ? (planned ?? arrival) : Math.min(planned, arrival)
}

/** Advances to `at`, then handles the input, if any. */
export function advanceSimulation<D extends Dialect>(
  simulation: Simulation<D>,
  at: number,
  input?: SimulationInput<D>,
): { readonly simulation: Simulation<D>; readonly outputs: readonly SimulationOutput<D>[] } {
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
class Run<D extends Dialect> {
  readonly outputs: SimulationOutput<D>[] = []
  readonly #face: NetworkFace<D>
  #world: World<D>
  #network: Network
  #transit: EventQueue<Transit<D>>
  #notifications: number

  constructor({ face, world, network, transit, notifications }: Simulation<D>) {
    this.#face = face
    this.#world = world
    this.#network = network
    this.#transit = transit
    this.#notifications = notifications
  }

  state(): Simulation<D> {
    return {
      face: this.#face,
      world: this.#world,
      network: this.#network,
      transit: this.#transit,
      notifications: this.#notifications,
    }
  }

  /** Handles everything due at `at`: messages in transit arrive before the world advances. */
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
  enter(at: number, input?: WorldInput<D>, answer?: (response: D['response']) => void): void {
    const { world, outputs } = advanceWorld(this.#world, at, input)
    this.#world = world
    for (const output of outputs) {
      if (output.type === 'response') answer?.(output.response)
      else if (output.type === 'notification') this.#dispatch(output)
      else this.outputs.push(output)
    }
  }

  take(at: number, input: SimulationInput<D>): void {
    switch (input.type) {
      case 'faults':
        this.#network = replaceRules(this.#network, input.rules)
        return
      case 'act':
        this.enter(at, input)
        return
      case 'send': {
        const { ticket, request } = input
        const { operation, callId } = this.#face.route(request)
        const { network, outcome } = decideRequest(this.#network, at, operation, callId)
        this.#network = network
        this.#plan(at + outcome.requestDelayMs, { type: 'request', ticket, request, outcome })
      }
    }
  }

  #arrive(at: number, transit: Transit<D>): void {
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
        const answer = (response: D['response']): void => {
          if (outcome.delivery === 'arrives')
            this.#plan(at + outcome.responseDelayMs, {
              type: 'answer',
              ticket,
              response: outcome.isEmptied === true ? this.#face.emptied(response) : response,
            })
          else this.outputs.push({ at, type: 'lost', ticket, isExecuted })
        }
        if (outcome.status !== undefined) {
          const { epochMs, now } = this.#world.state
          answer(this.#face.fail(outcome.status, epochMs + now))
        }
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
  }: Omit<ServiceNotification<D>, 'number'> & { readonly at: number }): void {
    const notification = { number: this.#notifications, callId, appId, tenantId, callbackUri, kind, body }
    this.#notifications += 1
    const { network, arrivals } = decideNotification(this.#network, at, kind, callId)
    this.#network = network
    if (arrivals.length === 0) this.outputs.push({ at, type: 'missed', notification })
    for (const delayMs of arrivals) this.#plan(at + delayMs, { type: 'notification', notification })
  }

  #plan(at: number, what: Transit<D>): void {
    this.#transit = plan(this.#transit, [{ at, what }])
  }
}
