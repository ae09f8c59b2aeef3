/**
 * Stepped time: the clocks of a bot and of an emulator in one process, moved together. Time passes only when nothing is
 * on its way between the two, so what happens does not depend on how fast the machine is.
 *
 * Rule 1: one thing at a time. A step goes to the next instant at which the service or the bot has something planned.
 * Rule 2: a request counts from the bot's `fetch` until its answer has been read, unless the service holds it until a
 * later instant; a notification counts until the bot has answered it.
 * @module
 */
import type { Emulator } from '../emulator/server.ts'
import type { Fetch } from '../graph/transport/http-attempt.ts'
import type { Clock } from '../time/clock.ts'
import { giveWay, holdingSystemClock, systemClock } from '../time/system-clock.ts'
import { sleep } from '../time/sleep.ts'

/** What is needed of an emulator; its clock is `stepped`. */
export type SteppedService = Pick<Emulator, 'now' | 'nextAt' | 'pending' | 'advance' | 'settled'>

/** Nothing is on its way once the event loop has turned so often without anything new: promises take no turn at all. */
const QUIET_TURNS = 3

/** How often time that is shown live passes, real milliseconds. */
const LIVE_TICK_MS = 50

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** The time of one emulator and of the bots in this process. */
export class SteppedTime {
  /** The bots' clock. */
  readonly clock: Clock
  readonly #service: SteppedService
  readonly #epochMs: number
  readonly #speed: number
  readonly #timers = new Set<Timer>()
  /** Requests that the bots have begun, and those of them that have not ended. */
  #begun = 0
  #open = 0

  /** Instants follow each other as in real time, `speed` times faster; at once when the speed is infinite. */
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

  /** The `fetch` of a bot, whose requests count as on their way. */
  counted(fetch: Fetch): Fetch {
    return async (input, init) => {
      this.#begun += 1
      this.#open += 1
      try {
        const response = await fetch(input, init)
        const body = await response.arrayBuffer()
        return new Response(body.byteLength === 0 ? null : body, response)
      } finally {
        this.#open -= 1
      }
    }
  }

  /** Lets time pass until the promise settles, and resolves or rejects as it does.
   * @throws Error when it has not settled and nothing is planned any more. */
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
        throw new Error(
          'What is waited for has not happened, and neither the bot nor the service has anything planned.',
        )
      if (this.#speed !== Infinity) await sleep(holdingSystemClock, Math.max(0, next - this.clock.now()) / this.#speed)
      await this.#step(next)
    }
  }

  /** Lets time pass as real time does, `speed` times faster, until the promise settles: the service may have guests. */
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

  /** Resolves when so many milliseconds have passed. */
  async pass(ms: number): Promise<void> {
    await sleep(this.clock, ms)
  }

  /** When something happens next, by the bots' clock. */
  #nextAt(): number | undefined {
    const service = this.#service.nextAt()
    const instants = [
      ...(service === undefined ? [] : [this.#epochMs + service]),
      ...[...this.#timers].map(({ at }) => at),
    ]
    return instants.length === 0 ? undefined : Math.min(...instants)
  }

  /** Goes to the instant. What the service has planned then comes before the timers of the bots; those come one a step. */
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

  /** Resolves once nothing is on its way. */
  async #quiet(): Promise<void> {
    for (let [quietTurns, begun] = [0, this.#begun]; quietTurns < QUIET_TURNS; ) {
      await this.#service.settled()
      await giveWay(systemClock)
      const isQuiet = this.#open <= this.#service.pending() && begun === this.#begun
      quietTurns = isQuiet ? quietTurns + 1 : 0
      begun = this.#begun
    }
  }
}
