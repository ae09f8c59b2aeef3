/**
 * Bot clock: an emulator's time as a clock for bots, so that their deadlines pass at the speed of the service they talk to.
 *
 * Rule 1: while the emulator's time runs by itself, timers wait in real time, divided by its speed. Like those of the
 * system clock they do not keep a process alive.
 * Rule 2: while the emulator is stepped, timers run when its time is advanced past them.
 * @module
 */
import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/system-clock.ts'
import { TimerQueue } from '../time/timer-queue.ts'

/** The time that a bot clock follows. */
export interface FollowedTime {
  /** Milliseconds since the epoch. */
  now(): number
  /** Virtual milliseconds per real millisecond; 0 while time passes only when it is advanced. */
  speed(): number
}

/** A clock that follows an emulator. */
export class BotClock implements Clock {
  readonly #time: FollowedTime
  readonly #timers = new TimerQueue()
  #cancelWake = (): void => undefined

  constructor(time: FollowedTime) {
    this.#time = time
  }

  now(): number {
    return this.#time.now()
  }

  schedule(atMs: number, run: () => void): () => void {
    const cancel = this.#timers.add(atMs, run)
    this.rearm()
    return cancel
  }

  /** The time of the next timer, in milliseconds since the epoch; undefined if none is set. */
  get nextAt(): number | undefined {
    return this.#timers.nextAt
  }

  /** Runs the timers that are due by now, also those that they set. */
  runDue(): void {
    const now = this.now()
    try {
      for (let run = this.#timers.takeDue(now); run !== undefined; run = this.#timers.takeDue(now)) run()
    } finally {
      this.rearm()
    }
  }

  /** Waits for the next timer, at the speed of the present. */
  rearm(): void {
    this.#cancelWake()
    const [next, speed] = [this.#timers.nextAt, this.#time.speed()]
    if (next === undefined || speed === 0) return
    const delayMs = Math.max(0, Math.ceil((next - this.now()) / speed))
    this.#cancelWake = systemClock.schedule(systemClock.now() + delayMs, () => this.runDue())
  }
}
