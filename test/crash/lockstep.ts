/**
 * Lockstep: one virtual time for the service, the bots and the histories. The parent owns it.
 *
 * Rule 1: time passes only when nothing is under way: every callback is answered, every bot is idle, every start and
 * every death is complete. How long that takes the machine changes nothing.
 * Rule 2: a step goes to the next timer, of the parent or of a bot, within the bounds of a step.
 * @module
 */
import type { Emulator } from '../../src/emulator/server.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import type { Waits } from './waits.ts'

/** A step is at least so long: what is due within it happens in one. */
const SHORTEST_STEP_MS = 100

/** A step is at most so long: the service does not say when it will do something next. */
const LONGEST_STEP_MS = 250

/** Who keeps up with the time. */
export interface Follower {
  /** When something next happens there by itself; undefined when nothing will, or it is not known. */
  readonly nextAt: number | undefined
  /** Lets time pass there until then; resolves when everything that needs no more time has been done. */
  advance(toMs: number): Promise<void>
}

/** The service, by its stepped clock. */
export type SteppedService = Pick<Emulator, 'now' | 'advance' | 'settled'>

/** Virtual time. */
export class Lockstep {
  readonly #service: SteppedService
  readonly #waits: Waits
  readonly #agenda = virtualClock(0, { settlingTurns: 1 })
  readonly #holds = new Set<Promise<unknown>>()
  #followers: readonly Follower[] = []
  #signs = 0

  constructor(service: SteppedService, waits: Waits) {
    this.#service = service
    this.#waits = waits
  }

  /** Milliseconds since the start. */
  now(): number {
    return this.#agenda.now()
  }

  follow(followers: readonly Follower[]): void {
    this.#followers = followers
  }

  /** Something happened that may make work for a follower: all are asked again before time passes. */
  stir(): void {
    this.#signs += 1
  }

  /** Time stands still until `promise` has settled; resolves and rejects as it does. */
  async standing<T>(what: string, promise: Promise<T>): Promise<T> {
    const held = this.#waits.during(`time, at ${this.now()} ms: ${what}`, promise)
    this.#holds.add(held)
    try {
      return await held
    } finally {
      this.#holds.delete(held)
      this.stir()
    }
  }

  /** Resolves after so many milliseconds. */
  async pass(ms: number): Promise<void> {
    if (ms > 0)
      await new Promise<void>((resolve) => {
        this.#agenda.schedule(this.now() + ms, resolve)
      })
  }

  /** Calls back after so many milliseconds; returns what takes it back. */
  after(ms: number, run: () => void): () => void {
    return this.#agenda.schedule(this.now() + ms, run)
  }

  /** Lets time pass until `isOver`. */
  async run(isOver: () => boolean): Promise<void> {
    await this.#settle(this.now())
    while (!isOver()) {
      const now = this.now()
      const due = Math.min(
        ...[this.#agenda.nextAt, ...this.#followers.map(({ nextAt }) => nextAt)].map((at) => at ?? Infinity),
      )
      const next = Math.ceil(Math.min(now + LONGEST_STEP_MS, Math.max(now + SHORTEST_STEP_MS, due)))
      const seen = this.#signs
      const followed = this.#advanceAll(next)
      await this.#service.advance(next - this.#service.now())
      await this.#agenda.advance(next - now)
      await followed
      await turn()
      if (this.#signs !== seen || this.#holds.size > 0) await this.#settle(next)
    }
  }

  /** Resolves when nothing is under way. */
  async #settle(at: number): Promise<void> {
    for (let seen = -1; seen !== this.#signs || this.#holds.size > 0; ) {
      seen = this.#signs
      await Promise.allSettled(this.#holds)
      await this.#service.settled()
      await this.#advanceAll(at)
      await turn()
      await this.#service.settled()
    }
  }

  async #advanceAll(toMs: number): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.advance(toMs)))
  }
}

/** A turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
