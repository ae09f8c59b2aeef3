/**
 * Simulated transport: a simulation in place of a call service, for a host under a virtual clock.
 *
 * Rule 1: answers and notifications have the wire's shapes, and the readers of the real service's messages read them.
 * Rule 2: a request is sent once. The host sees the effect of faults; nothing is retried here.
 * Rule 3: a request without an answer is unconfirmed, after the time a client would wait.
 * @module
 */
import type { CallReport, InboundEvent, OperationReport, ServiceFailure, Verdict } from '../../call/model/events.ts'
import { root, type JsonPath } from '../../graph/wire/json-reader.ts'
import { parseNotifications } from '../../graph/wire/notifications.ts'
import { answerBody, muteAllBody, redirectBody, rejectBody, transferBody } from '../../graph/wire/operation-bodies.ts'
import { inviteBody } from '../../graph/wire/request-bodies.ts'
import { readCall, readOperation, readParticipants } from '../../graph/wire/resources.ts'
import { readFailure } from '../../graph/wire/result-codes.ts'
import { isDefinite, isTransient } from '../../graph/wire/retry.ts'
import { graphTraits } from '../../graph/wire/traits.ts'
import type { CreatedCall, RequestOptions, Transport } from '../../host/ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import { DEFAULT_APP_ID, type Acted } from '../world/acts.ts'
import type { Act } from './dialect.ts'
import { Driver } from './service.ts'
import { driverFields, readScripts } from './options.ts'
import type { ScriptAnswer, DriverOptions } from './dialect.ts'
import { method, milliseconds, options, readOptions, withMethods } from '../../call/codec/options.ts'
import { isObject, optional, text, type Fields } from '../../call/codec/schema.ts'
import type { FaultRule } from '../network/network.ts'
import type { OperationName, ServiceRequest, ServiceResponse } from './operations.ts'
import type { ServiceNotification, SimulationOutput } from './dialect.ts'
import type { CallTruth } from '../world/ground-truth.ts'
import { virtualClock, type VirtualClock } from '../../time/virtual-clock.ts'
import { DEFAULT_EPOCH_MS } from '../world/world.ts'
import { redeliveryMs } from '../network/redelivery.ts'
import { DeadlinePassed, withDeadline } from '../../time/with-deadline.ts'

/** Receives events: a host. */
export interface EventReceiver {
  /** Takes events in; a promise that rejects means that they are to come again. */
  receive(observations: readonly InboundEvent[]): unknown
}

/** Options of a simulated service. */
export interface SimulatedServiceOptions extends DriverOptions {
  /** The clock of the world until a host brings its own. Default: a virtual clock at the world's epoch. */
  readonly clock?: VirtualClock | undefined
  /** How long to wait for a lost answer, in milliseconds. Default 15,000. */
  readonly requestTimeoutMs?: number | undefined
  /** Receives every output of the world and the network, in order: ground truth for tests. */
  readonly onOutput?: ((output: SimulationOutput) => void) | undefined
  /** Receives every request when it is sent, by a transport or with `send`. */
  readonly onRequest?: ((request: ServiceRequest) => void) | undefined
}

const serviceFields: Fields<SimulatedServiceOptions> = {
  ...driverFields,
  clock: optional(withMethods('now', 'schedule', 'advance', 'settle')),
  requestTimeoutMs: optional(milliseconds),
  onOutput: optional(method),
  onRequest: optional(method),
}

const serviceShape = options<SimulatedServiceOptions>(serviceFields)

const transportShape = options<SimulatedServiceOptions & { readonly appId?: string | undefined }>({
  ...serviceFields,
  appId: optional(text),
})

/** A simulated service for several bots. */
export interface SimulatedService {
  /** The clock to pass to a host. */
  readonly clock: VirtualClock
  /** A transport for one application. */
  transport(appId?: string): Transport & {
    /** Sets the receiver of the application's notifications. */
    deliverTo(sink: EventReceiver): void
  }
  /** Performs an act. Throws an Error with the reason if the act is refused. */
  act(act: Act): Extract<
    Acted,
    {
      /** True: a refused act throws. */
      done: true
    }
  >
  /** Replaces the fault rules. */
  setFaults(rules: readonly FaultRule[]): void
  /** Sends a request in wire form; resolves when its answer arrives, or when none will. */
  send(request: ServiceRequest): Promise<ScriptAnswer>
  /** The true state of a call; undefined for a call the service does not know. */
  truth(callId: string): CallTruth | undefined
  /** The history so far, as text. */
  history(): string
  /** Advances the service's own clock by virtual milliseconds. */
  advance(ms: number): Promise<void>
}

/** A simulated service with its only transport. */
export type SimulatedTransport = SimulatedService &
  Transport & {
    /** Sets the receiver of notifications. */
    deliverTo(sink: EventReceiver): void
  }

/** The limit of one attempt, as in `graphTransport`. */
const REQUEST_TIMEOUT_MS = 15_000

/**
 * A simulated service with one transport, for `createRollcall` in place of `graphTransport`.
 * @throws TypeError for an option, setting, script, fault or act that does not exist, or that cannot be
 * @example
 * ```ts
 * import { createRollcall } from 'rollcall'
 * import { simulatedTransport } from 'rollcall/simulator'
 *
 * const service = simulatedTransport({ defaultScript: { type: 'answer', afterMs: 3_000 } })
 * const rollcall = createRollcall({ transport: service, clock: service.clock })
 * service.deliverTo(rollcall)
 * await service.advance(10_000) // ten seconds, at once
 * ```
 */
export function simulatedTransport(
  options: SimulatedServiceOptions & { readonly appId?: string | undefined } = {},
): SimulatedTransport {
  const { appId, ...given } = readOptions('simulatedTransport', transportShape, options)
  const service = new Service({ ...given, scripts: readScripts('simulatedTransport', given.scripts) })
  return Object.assign(service.transport(appId), service)
}

/**
 * A simulated service.
 * @throws TypeError for an option, setting, script, fault or act that does not exist, or that cannot be
 */
export function simulatedService(options: SimulatedServiceOptions = {}): SimulatedService {
  const given = readOptions('simulatedService', serviceShape, options)
  return new Service({ ...given, scripts: readScripts('simulatedService', given.scripts) })
}

class Service implements SimulatedService {
  readonly clock: VirtualClock
  readonly #driver: Driver
  readonly #sinks = new Map<string, EventReceiver>()
  readonly #requestTimeoutMs: number
  readonly #onRequest: ((request: ServiceRequest) => void) | undefined
  #time: Clock
  #began: number
  #cancelWake: () => void = () => undefined

  constructor({
    clock,
    requestTimeoutMs = REQUEST_TIMEOUT_MS,
    onOutput,
    onRequest,
    ...options
  }: SimulatedServiceOptions) {
    this.clock = clock ?? virtualClock(options.epochMs ?? DEFAULT_EPOCH_MS)
    this.#time = this.clock
    this.#began = this.clock.now()
    this.#requestTimeoutMs = requestTimeoutMs
    this.#onRequest = onRequest
    this.#driver = new Driver(
      { ...options, epochMs: options.epochMs ?? this.#began },
      {
        notified: (notification) => this.#deliver(notification, 0),
        planned: () => this.#arm(),
        ...(onOutput === undefined ? {} : { said: onOutput }),
      },
    )
  }

  act = (act: Act): Extract<Acted, { done: true }> => {
    const acted = this.#driver.act(this.#now(), act)
    if (!acted.done) throw new Error(`${act.act}: ${acted.reason}`)
    return acted
  }

  setFaults = (rules: readonly FaultRule[]): void => this.#driver.setFaults(this.#now(), rules)

  send = (request: ServiceRequest): Promise<ScriptAnswer> => {
    this.#onRequest?.(request)
    return this.#driver.send(this.#now(), request)
  }

  truth = (callId: string): CallTruth | undefined => this.#driver.truth(callId)

  history = (): string => this.#driver.history()

  advance = (ms: number): Promise<void> => this.clock.advance(ms)

  transport = (appId: string = DEFAULT_APP_ID): Transport & { deliverTo(sink: EventReceiver): void } => {
    const ask = <T>(
      request: Omit<ServiceRequest, 'appId'>,
      read: (response: ServiceResponse) => T,
      options?: RequestOptions,
    ): Promise<Verdict<T>> => this.#ask({ ...request, appId }, read, options)
    const nothing = (): undefined => undefined
    return {
      traits: graphTraits,
      fencesSends: true,
      useClock: (clock) => this.#follow(clock),
      deliverTo: (sink) => {
        this.#sinks.set(appId, sink)
      },
      createCall: (body, options) => ask({ operation: 'call.create', body }, readCreated, options),
      getCall: (callId, options) =>
        ask({ operation: 'call.get', callId }, ({ body }): CallReport => readCall(body, root).report, options),
      keepAlive: (callId, options) => ask({ operation: 'call.keepAlive', callId }, nothing, options),
      hangUp: (callId, options) => ask({ operation: 'call.delete', callId }, nothing, options),
      // Async, so that an invalid invitation rejects, as it does over HTTP.
      invite: async (callId, { clientContext, invitees }, options) =>
        ask(
          { operation: 'participants.invite', callId, body: inviteBody(invitees, clientContext) },
          readOperationOf(clientContext),
          options,
        ),
      listParticipants: (callId, options) =>
        ask(
          { operation: 'participants.list', callId },
          ({ body }) => {
            const at: JsonPath = { parent: root, step: 'value' }
            return { entries: readParticipants(body?.['value'], at, 'full') }
          },
          options,
        ),
      deleteParticipant: (callId, participantId, options) =>
        ask({ operation: 'participant.delete', callId, participantId }, nothing, options),
      muteParticipant: (callId, participantId, clientContext, options) =>
        ask(
          { operation: 'participant.mute', callId, participantId, body: { clientContext } },
          readOperationOf(clientContext),
          options,
        ),
      answer: async (callId, body, options) =>
        ask({ operation: 'call.answer', callId, body: answerBody(body) }, nothing, options),
      reject: async (callId, request, options) =>
        ask({ operation: 'call.reject', callId, body: rejectBody(request) }, nothing, options),
      redirect: async (callId, request, options) =>
        ask({ operation: 'call.redirect', callId, body: redirectBody(request) }, nothing, options),
      transfer: async (callId, request, options) =>
        ask({ operation: 'call.transfer', callId, body: transferBody(request) }, nothing, options),
      muteAll: async (callId, participantIds, clientContext, options) =>
        ask(
          { operation: 'participants.muteAll', callId, body: muteAllBody(participantIds, clientContext) },
          readOperationOf(clientContext),
          options,
        ),
    }
  }

  async #ask<T>(
    request: ServiceRequest,
    read: (response: ServiceResponse) => T,
    { signal, beforeSend }: RequestOptions = {},
  ): Promise<Verdict<T>> {
    const isGivenUp = (): boolean => signal?.aborted === true
    if (isGivenUp() || (beforeSend !== undefined && !(await beforeSend())) || isGivenUp())
      return {
        verdict: 'refused',
        failure: { reason: 'other', code: 'aborted', message: 'the caller gave up before it was sent' },
      }
    const deadline = { clock: this.#time, timeoutMs: this.#requestTimeoutMs, signals: [signal] }
    const answer = await withDeadline(deadline, () => this.#answerTo(request)).catch((error: unknown): ScriptAnswer => {
      if (error instanceof DeadlinePassed || isGivenUp()) return { type: 'lost' }
      throw error
    })
    return judge(answer, isRepeatable(request.operation), read)
  }

  /** The answer to a request; for one that is lost, the promise never settles. */
  async #answerTo(request: ServiceRequest): Promise<ScriptAnswer> {
    const answer = await this.send(request)
    return answer.type === 'lost' ? new Promise<never>(() => undefined) : answer
  }

  #deliver(notification: ServiceNotification, failures: number): void {
    const sink = this.#sinks.get(notification.appId)
    if (sink === undefined) return
    void (async () => {
      try {
        await sink.receive(parseNotifications(notification.body))
      } catch {
        // A host that cannot accept a notification answers 5xx over HTTP; the service then posts it again.
        const delayMs = redeliveryMs(failures + 1)
        if (delayMs !== undefined)
          this.#time.schedule(this.#time.now() + delayMs, () => this.#deliver(notification, failures + 1))
      }
    })()
  }

  /** Switches to a host's clock; virtual time continues where it was. */
  #follow(clock: Clock): void {
    if (clock === this.#time) return
    const now = this.#now()
    this.#time = clock
    this.#began = clock.now() - now
    this.#arm()
  }

  #now(): number {
    return this.#time.now() - this.#began
  }

  #arm(): void {
    this.#cancelWake()
    const next = this.#driver.nextAt()
    if (next === undefined) return
    this.#cancelWake = this.#time.schedule(this.#began + next, () => this.#driver.advance(this.#now()))
  }
}

/** True for operations whose repetition has no further effect, as in the real service's transport. */
function isRepeatable(operation: OperationName): boolean {
  return !sentOnce.has(operation)
}

/** As in the real service's transport: the second request would be refused because the first one worked. */
const sentOnce: ReadonlySet<OperationName> = new Set([
  'call.create',
  'call.answer',
  'call.reject',
  'call.redirect',
  'call.transfer',
  'participants.invite',
])

function judge<T>(answer: ScriptAnswer, isSafe: boolean, read: (response: ServiceResponse) => T): Verdict<T> {
  if (answer.type === 'lost')
    return { verdict: 'unconfirmed', failure: { reason: 'other', code: 'timeout', message: 'no answer came in time' } }
  const { response } = answer
  if (response.status < 300) return { verdict: 'done', value: read(response) }
  const trouble = { kind: 'status', status: response.status } as const
  const isRefused = isDefinite(trouble) && !(isSafe && isTransient(trouble))
  return { verdict: isRefused ? 'refused' : 'unconfirmed', failure: failureOf(response) }
}

function failureOf({ status, body, retryAfterSeconds }: ServiceResponse): ServiceFailure {
  const error = body !== undefined && isObject(body['error']) ? body['error'] : {}
  return readFailure({
    status,
    code: typeof error['code'] === 'string' ? error['code'] : String(status),
    message: typeof error['message'] === 'string' ? error['message'] : '',
    ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: Math.round(retryAfterSeconds * 1_000) }),
  })
}

function readCreated({ body = {}, location }: ServiceResponse): CreatedCall {
  return { ...readCall(body, root).report, callId: location ?? '' }
}

function readOperationOf(clientContext: string): (response: ServiceResponse) => OperationReport {
  return ({ body = {} }) => ({ clientContext, ...readOperation(body, root).report })
}
