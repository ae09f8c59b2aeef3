/**
 * Stepped time: the clocks of a bot and of an emulator in one process, advanced together. Time passes only when no
 * message is in transit between the two, so the result does not depend on the machine's speed.
 *
 * Rule 1: one thing at a time. A step goes to the next instant at which the service or the bot has something planned.
 * Rule 2: a request is in transit from the bot's `fetch` until its answer has been read, unless the service holds it
 * until a later instant; a notification is in transit until the bot has answered it.
 * @module
 */
import { options, readOptions } from '../call/codec/options.ts'
import { is, optional } from '../call/codec/schema.ts'
import type { Emulator } from './server.ts'
import type { Clock } from '../time/clock.ts'
import { giveWay, holdingSystemClock, systemClock } from '../time/system-clock.ts'
import { sleep } from '../time/sleep.ts'

/** The methods used of an emulator with a `stepped` clock. */
export type SteppedService = Pick<Emulator, 'now' | 'nextAt' | 'pending' | 'advance' | 'settled'>

/**
 * Turns of the event loop without a new message after which nothing is in transit; promises take less than one turn.
 */
const QUIET_TURNS = 3

/** Real milliseconds between two advances in `live`. */
const LIVE_TICK_MS = 50

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** Options of {@link steppedTime}. */
export interface SteppedTimeOptions {
  /** How many times faster than real time instants follow each other. Default: without any delay. */
  readonly speed?: number | undefined
}

const shape = options<SteppedTimeOptions>({
  speed: optional(is('a number, more than 0', (value) => typeof value === 'number' && value > 0)),
})

/**
 * The common time of a stepped emulator and of the bots in this process: minutes of a call pass in milliseconds, and the
 * result is the same on every machine. Bots use {@link SteppedTime.clock} and {@link SteppedTime.fetch}.
 *
 * @example
 * const emulator = await startEmulator({ clock: 'stepped' })
 * const time = steppedTime(emulator)
 * const transport = graphTransport({ token: async () => 'token', baseUrl: emulator.url, fetch: time.fetch })
 * const rollcall = createRollcall({ transport, clock: time.clock })
 * await time.advance(300_000)
 * @throws TypeError for an option that does not exist, and for a speed that is not above 0
 */
export function steppedTime(emulator: Emulator, given: SteppedTimeOptions = {}): SteppedTime {
  const { speed = Infinity } = readOptions('steppedTime', shape, given)
  return new SteppedTime(emulator, emulator.epochMs, speed)
}

/** The common time of one emulator and of the bots in this process. */
export class SteppedTime {
  /** The bots' clock: the argument `clock` of `createRollcall`. */
  readonly clock: Clock
  readonly #service: SteppedService
  readonly #epochMs: number
  readonly #speed: number
  readonly #timers = new Set<Timer>()
  /** Requests the bots have started, and those still open. */
  #started = 0
  #open = 0

  /** Instants follow each other as in real time, `speed` times faster; without delay if the speed is infinite. */
  constructor(service: SteppedService, epochMs: number, speed = Infinity) {
    this.#service = service
    this.#epochMs = epochMs
    this.#speed = speed
    this.clock = {
      now: () => epochMs + service.now(),
      schedule: (at, run) => {
        const timer = { at, run }
        this.#timers.add(timer)
        return () => void this.#timers.delete(timer)
      },
    }
  }

  /** The platform's `fetch` for a bot: time stands still while one of its requests is in transit. */
  readonly fetch = this.counted((input: string | URL | Request, init?: RequestInit) => fetch(input, init))

  /** Another `fetch` for a bot: time stands still while one of its requests is in transit. */
  counted<A extends readonly unknown[]>(
    send: (...request: A) => Promise<Response>,
  ): (...request: A) => Promise<Response> {
    return async (...request) => {
      this.#started += 1
      this.#open += 1
      try {
        const response = await send(...request)
        const body = await response.arrayBuffer()
        return new Response(body.byteLength === 0 ? null : body, response)
      } finally {
        this.#open -= 1
      }
    }
  }

  /**
   * Lets time pass until the promise settles; resolves or rejects as the promise does.
   * @throws Error if the promise has not settled and nothing is planned
   */
  async during<T>(work: Promise<T>): Promise<T> {
    let isOver = false
    const end = (): void => {
      isOver = true
    }
    work.then(end, end)
    for (;;) {
      await this.#quiet()
      if (isOver) return work
      const next = this.#nextAt()
      if (next === undefined)
        throw new Error('The promise has not settled, and neither the bot nor the service has anything planned.')
      if (this.#speed !== Infinity) await sleep(holdingSystemClock, Math.max(0, next - this.clock.now()) / this.#speed)
      await this.#step(next)
    }
  }

  /**
   * Lets time pass as in real time, `speed` times faster, until the promise settles: other programs may use the
   * service.
   */
  async live<T>(work: Promise<T>, speed: number): Promise<T> {
    let isOver = false
    const end = (): void => {
      isOver = true
    }
    work.then(end, end)
    while (!isOver) {
      await sleep(holdingSystemClock, LIVE_TICK_MS)
      const until = this.clock.now() + LIVE_TICK_MS * speed
      for (let next = this.#nextAt(); next !== undefined && next <= until; next = this.#nextAt()) {
        await this.#step(next)
        await this.#quiet()
      }
      await this.#service.advance(until - this.clock.now())
    }
    return work
  }

  /**
   * Lets virtual milliseconds pass, instant by instant; resolves once everything they brought has arrived.
   * @throws TypeError unless `ms` is a finite number, 0 or more
   */
  async advance(ms: number): Promise<void> {
    if (!(Number.isFinite(ms) && ms >= 0))
      throw new TypeError(`advance: expected milliseconds, 0 or more; found ${String(ms)}`)
    await this.during(this.pass(ms))
  }

  /** Resolves after milliseconds of the bots' clock. Time passes only in `advance`, `during` and `live`. */
  async pass(ms: number): Promise<void> {
    await sleep(this.clock, ms)
  }

  /** When the next thing happens, by the bots' clock. */
  #nextAt(): number | undefined {
    const service = this.#service.nextAt()
    const instants = [
      ...(service === undefined ? [] : [this.#epochMs + service]),
      ...[...this.#timers].map(({ at }) => at),
    ]
    return instants.length === 0 ? undefined : Math.min(...instants)
  }

  /** Advances to the instant. Events of the service come before timers of the bots; timers run one per step. */
  async #step(at: number): Promise<void> {
    const now = this.clock.now()
    const service = this.#service.nextAt()
    await this.#service.advance(Math.max(0, at - now))
    if (service !== undefined && this.#epochMs + service <= at) return
    const timer = [...this.#timers].find((one) => one.at <= at)
    if (timer === undefined) return
    this.#timers.delete(timer)
    timer.run()
  }

  /** Resolves once nothing is in transit. */
  async #quiet(): Promise<void> {
    for (let [quietTurns, started] = [0, this.#started]; quietTurns < QUIET_TURNS; ) {
      await this.#service.settled()
      await giveWay(systemClock)
      const isQuiet = this.#open <= this.#service.pending() && started === this.#started
      quietTurns = isQuiet ? quietTurns + 1 : 0
      started = this.#started
    }
  }
}
