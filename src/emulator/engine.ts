/**
 * Engine: the driver of the world, moved by a pace, with callbacks behind it.
 * @module
 */
import { emptyQueue, nextAt, plan, takeNext, type EventQueue } from '../simulator/event-queue.ts'
import { Driver, type ScriptAnswer, type DriverOptions } from '../simulator/driver.ts'
import type { FaultRule } from '../simulator/network.ts'
import type { Act, Acted } from '../simulator/acts.ts'
import type { ServiceRequest } from '../simulator/requests.ts'
import type { Settings } from '../simulator/settings.ts'
import type { CallTruth } from '../simulator/ground-truth.ts'
import { CALLBACK_TIMEOUT_MS, Callbacks, type CallbackSurroundings } from './callbacks.ts'
import { RequestLog } from './request-log.ts'
import { createEmulatorClock, type ClockMode, type EmulatorClock } from './clock.ts'
import { systemClock } from '../time/system-clock.ts'

/** What an engine is made from. */
export interface EngineOptions extends DriverOptions {
  readonly clock?: ClockMode | undefined
  readonly authorize?: CallbackSurroundings['authorize'] | undefined
  /** How long a bot may take to answer a notification, real milliseconds; 0: as long as it takes. Default 10,000. */
  readonly callbackTimeoutMs?: number | undefined
  /** Hears every request and notification in a line. */
  readonly log?: ((line: string) => void) | undefined
}

/** Runs the world in (virtual) time. */
export class Engine {
  readonly journal: RequestLog
  #pace: EmulatorClock
  readonly #driver: Driver
  readonly #callbacks: Callbacks
  #errands: EventQueue<() => void> = emptyQueue()
  #pending = 0
  #isClosed = false

  constructor({ clock = 'real', authorize, callbackTimeoutMs = CALLBACK_TIMEOUT_MS, log, ...options }: EngineOptions) {
    this.journal = new RequestLog(log)
    this.#pace = createEmulatorClock(clock)
    this.#callbacks = new Callbacks({
      journal: this.journal,
      now: () => this.now(),
      after: (ms, run) => this.#after(ms, run),
      authorize: authorize ?? (() => Promise.resolve(undefined)),
      timeoutMs: callbackTimeoutMs,
    })
    this.#driver = new Driver(
      { ...options, epochMs: options.epochMs ?? systemClock.now() },
      {
        notified: (notification) => this.#callbacks.deliver(notification),
        planned: () => this.#arm(),
      },
    )
  }

  /** Virtual milliseconds since the engine began. */
  now(): number {
    return this.#pace.now()
  }

  /** The seed of the world. */
  get seed(): string {
    return this.#driver.simulation.world.state.seed
  }

  /** How time passes. */
  get clockMode(): ClockMode {
    return this.#pace.mode
  }

  /** Lets time pass in another way from now on.
   * @throws TypeError for a speed that is not a positive number. */
  setClock(mode: ClockMode): void {
    const next = createEmulatorClock(mode, this.now())
    this.#pace.stop()
    this.#pace = next
    this.#arm()
  }

  /** The tenant the service belongs to, lower case. */
  get tenantId(): string {
    return this.settings.tenant.id.toLowerCase()
  }

  /** Switches, times and the tenant. */
  get settings(): Settings {
    return this.#driver.simulation.world.state.settings
  }

  /** Everything so far, to be replayed. */
  history(): string {
    return this.#driver.history()
  }

  /** Sends a request into the world. */
  async send(request: ServiceRequest): Promise<ScriptAnswer> {
    this.#pending += 1
    try {
      return await this.#driver.send(this.now(), request)
    } finally {
      this.#pending -= 1
    }
  }

  /** How many requests wait for a later instant to be answered at. */
  get pending(): number {
    return this.#pending
  }

  /** Does an act. */
  act(act: Act): Acted {
    return this.#driver.act(this.now(), act)
  }

  /** Replaces the rules by which things go wrong. */
  setFaults(rules: readonly FaultRule[]): void {
    this.#driver.setFaults(this.now(), rules)
  }

  /** What is so about a call. */
  truth(callId: string): CallTruth | undefined {
    return this.#driver.truth(callId)
  }

  /**
   * Lets so many virtual milliseconds pass on a stepped clock: one instant after the other, each waiting until the
   * bots have answered the notifications of the one before.
   * @throws TypeError when the clock is not stepped, or `ms` is no span of time.
   */
  async advance(ms: number): Promise<void> {
    if (this.#pace.mode !== 'stepped')
      throw new TypeError('Only a stepped clock is advanced by hand; this one runs by itself.')
    if (!(ms >= 0 && Number.isFinite(ms)))
      throw new TypeError(`A clock is advanced by milliseconds from 0, not ${String(ms)}.`)
    const until = this.now() + ms
    await this.#callbacks.idle()
    for (let next = this.nextAt(); next !== undefined && next <= until && !this.#isClosed; next = this.nextAt()) {
      this.#pace.moveTo(next)
      this.#catchUp()
      await this.#callbacks.idle()
    }
    this.#pace.moveTo(until)
    this.#catchUp()
    await this.#callbacks.idle()
  }

  /** Resolves once the bots have answered everything that was posted so far. */
  idle(): Promise<void> {
    return this.#callbacks.idle()
  }

  /** Stops time and gives up what was not delivered. */
  close(): void {
    this.#isClosed = true
    this.#pace.stop()
    this.#callbacks.close()
  }

  #after(ms: number, run: () => void): void {
    this.#errands = plan(this.#errands, [{ at: this.now() + ms, what: run }])
    this.#arm()
  }

  /** When something happens next by itself, virtual milliseconds. */
  nextAt(): number | undefined {
    const happening = this.#driver.nextAt()
    const errand = nextAt(this.#errands)
    return happening === undefined || errand === undefined ? (happening ?? errand) : Math.min(happening, errand)
  }

  #arm(): void {
    if (!this.#isClosed) this.#pace.wakeAt(this.nextAt(), () => this.#catchUp())
  }

  #catchUp(): void {
    if (this.#isClosed) return
    const now = this.now()
    for (
      let taken = takeNext(this.#errands);
      taken !== undefined && taken.next.at <= now;
      taken = takeNext(this.#errands)
    ) {
      this.#errands = taken.rest
      taken.next.what()
    }
    this.#driver.advance(now)
  }
}
