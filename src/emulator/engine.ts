/**
 * Engine: runs the world's driver on a clock, and posts its callbacks.
 * @module
 */
import { emptyQueue, nextAt, plan, takeNext, type EventQueue } from '../simulator/world/event-queue.ts'
import { Driver } from '../simulator/graph/service.ts'
import type { ScriptAnswer, DriverOptions } from '../simulator/graph/dialect.ts'
import type { FaultRule } from '../simulator/network/network.ts'
import type { Act } from '../simulator/graph/dialect.ts'
import type { Acted } from '../simulator/world/acts.ts'
import type { ServiceRequest } from '../simulator/graph/operations.ts'
import type { Settings } from '../simulator/graph/dialect.ts'
import type { CallTruth } from '../simulator/world/ground-truth.ts'
import { settingsOf } from '../simulator/graph/settings.ts'
import { CALLBACK_TIMEOUT_MS, Callbacks, type CallbackContext } from './callbacks.ts'
import { RequestLog } from './request-log.ts'
import { BotClock } from './bot-clock.ts'
import { createEmulatorClock, type ClockMode, type EmulatorClock } from './clock.ts'
import { systemClock } from '../time/system-clock.ts'

/** Options of an engine. */
export interface EngineOptions extends DriverOptions {
  readonly clock?: ClockMode | undefined
  readonly authorize?: CallbackContext['authorize'] | undefined
  /** Limit of a bot's answer to a notification, in real milliseconds; 0: no limit. Default 10,000. */
  readonly callbackTimeoutMs?: number | undefined
  /** Receives one line per request and notification. */
  readonly log?: ((line: string) => void) | undefined
}

/** Runs the world in virtual time. */
export class Engine {
  readonly requestLog: RequestLog
  /** The time of this engine as a clock for bots. */
  readonly botClock: BotClock
  #clock: EmulatorClock
  readonly #driver: Driver
  readonly #callbacks: Callbacks
  #timers: EventQueue<() => void> = emptyQueue()
  #pending = 0
  #isClosed = false

  constructor({ clock = 'real', authorize, callbackTimeoutMs = CALLBACK_TIMEOUT_MS, log, ...options }: EngineOptions) {
    this.requestLog = new RequestLog(log)
    this.#clock = createEmulatorClock(clock)
    this.#callbacks = new Callbacks({
      log: this.requestLog,
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
    this.botClock = new BotClock({ now: () => this.epochMs + this.now(), speed: () => speedOf(this.clockMode) })
  }

  /** Virtual milliseconds since the start. */
  now(): number {
    return this.#clock.now()
  }

  /** The seed of the world. */
  get seed(): string {
    return this.#driver.simulation.world.state.seed
  }

  /** The clock's mode. */
  get clockMode(): ClockMode {
    return this.#clock.mode
  }

  /**
   * Sets how time passes.
   * @throws TypeError for a speed that is not a positive number
   */
  setClock(mode: ClockMode): void {
    const next = createEmulatorClock(mode, this.now())
    this.#clock.stop()
    this.#clock = next
    this.#arm()
    this.botClock.rearm()
  }

  /** The world's time at its start, in milliseconds since the epoch. */
  get epochMs(): number {
    return this.#driver.simulation.world.state.epochMs
  }

  /** The service's tenant id, lower case. */
  get tenantId(): string {
    return this.settings.tenant.id.toLowerCase()
  }

  /** Switches, times and the tenant. */
  get settings(): Settings {
    return settingsOf(this.#driver.simulation.world.state)
  }

  /** The history so far, as text. */
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

  /** Number of requests whose answers are due later. */
  get pending(): number {
    return this.#pending
  }

  /** Performs an act. */
  act(act: Act): Acted {
    return this.#driver.act(this.now(), act)
  }

  /** Replaces the fault rules. */
  setFaults(rules: readonly FaultRule[]): void {
    this.#driver.setFaults(this.now(), rules)
  }

  /** The true state of a call; undefined for an unknown call. */
  truth(callId: string): CallTruth | undefined {
    return this.#driver.truth(callId)
  }

  /**
   * Advances a stepped clock by virtual milliseconds: one instant after the other, each after the bots have answered
   * the notifications of the one before. At each instant the timers of {@link botClock} run after the service's events.
   * @throws TypeError if the clock is not stepped, or `ms` is not a duration
   */
  async advance(ms: number): Promise<void> {
    if (this.#clock.mode !== 'stepped')
      throw new TypeError('Only a stepped clock can be advanced; this clock runs by itself.')
    if (!(ms >= 0 && Number.isFinite(ms)))
      throw new TypeError(`A clock can be advanced by 0 or more milliseconds, not ${String(ms)}.`)
    const until = this.now() + ms
    await this.#callbacks.idle()
    for (let next = this.#nextStep(); next !== undefined && next <= until && !this.#isClosed; next = this.#nextStep())
      await this.#stepTo(next)
    await this.#stepTo(until)
  }

  /** Moves a stepped clock to an instant; resolves once the bots have answered what is posted then. */
  async #stepTo(at: number): Promise<void> {
    this.#clock.moveTo(at)
    this.#catchUp()
    await this.#callbacks.idle()
    this.botClock.runDue()
    await this.#callbacks.idle()
  }

  /** The next instant at which the service or a bot has something planned, in virtual milliseconds. */
  #nextStep(): number | undefined {
    const [service, bot] = [this.nextAt(), this.botClock.nextAt]
    if (bot === undefined) return service
    return Math.min(service ?? Infinity, Math.max(bot - this.epochMs, this.now()))
  }

  /** Resolves once the bots have answered everything posted so far. */
  idle(): Promise<void> {
    return this.#callbacks.idle()
  }

  /** Stops time and drops everything not delivered. */
  close(): void {
    this.#isClosed = true
    this.#clock.stop()
    this.#callbacks.close()
  }

  #after(ms: number, run: () => void): void {
    this.#timers = plan(this.#timers, [{ at: this.now() + ms, what: run }])
    this.#arm()
  }

  /** When the next thing happens by itself, in virtual milliseconds; undefined if nothing is planned. */
  nextAt(): number | undefined {
    const happening = this.#driver.nextAt()
    const errand = nextAt(this.#timers)
    return happening === undefined || errand === undefined ? (happening ?? errand) : Math.min(happening, errand)
  }

  #arm(): void {
    if (!this.#isClosed) this.#clock.wakeAt(this.nextAt(), () => this.#catchUp())
  }

  #catchUp(): void {
    if (this.#isClosed) return
    const now = this.now()
    for (
      let taken = takeNext(this.#timers);
      taken !== undefined && taken.next.at <= now;
      taken = takeNext(this.#timers)
    ) {
      this.#timers = taken.rest
      taken.next.what()
    }
    this.#driver.advance(now)
  }
}

/** Virtual milliseconds per real millisecond; 0 for a clock that is only advanced. */
function speedOf(mode: ClockMode): number {
  if (mode === 'stepped') return 0
  return mode === 'real' ? 1 : mode.speed
}
