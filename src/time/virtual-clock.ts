/**
 * The virtual clock: time that passes only when it is advanced, hundreds of thousands of instants a second. A host on it
 * never touches real time.
 *
 * Rule 1: timers run in order of time; those of the same time in the order they were set. A timer set for the past runs
 * at the present.
 * Rule 2: after each instant, everything that waits on promises runs before time passes on.
 * @module
 */
import type { Clock } from './clock.ts'
import { TimerQueue } from './timer-queue.ts'

/** A clock that a test advances. */
export interface VirtualClock extends Clock {
  /** The number of timers that are set. */
  readonly pending: number
  /** The time of the next timer, in milliseconds since the epoch. */
  readonly nextAt: number | undefined
  /** Called after everything of an instant has happened. */
  onInstant: (() => void) | undefined
  /**
   * Lets `ms` milliseconds pass, running the timers that become due, those that they set included.
   * @throws TypeError unless `ms` is a finite number, 0 or more
   */
  advance(ms: number): Promise<void>
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>
}

/** How a virtual clock settles. */
export interface VirtualClockOptions {
  /**
   * Turns of the event loop after each instant, 1 or more; 3 without it. One runs every chain of promises to its end.
   * More are needed only where code under test waits for turns of the event loop itself (`setImmediate`, streams).
   * Requests over a real socket are never waited for.
   */
  readonly settlingTurns?: number | undefined
}

/** Where a clock starts that is given no other time: a date that no real clock shows yet. */
const DEFAULT_START_MS = Date.UTC(2030, 0, 1)

const DEFAULT_SETTLING_TURNS = 3

/**
 * Creates a clock that stands at `startMs`, milliseconds since the epoch.
 * @throws TypeError unless `startMs` is a finite number, 0 or more, and `settlingTurns` a whole number, 1 or more
 */
export function virtualClock(startMs = DEFAULT_START_MS, options: VirtualClockOptions = {}): VirtualClock {
  const { settlingTurns = DEFAULT_SETTLING_TURNS } = options
  checkMilliseconds('virtualClock', startMs)
  if (!(Number.isSafeInteger(settlingTurns) && settlingTurns >= 1))
    throw new TypeError(
      `virtualClock: settlingTurns: expected a whole number, 1 or more; found ${String(settlingTurns)}`,
    )
  const timers = new TimerQueue()
  let present = startMs

  const runDue = (): void => {
    for (let run = timers.takeDue(present); run !== undefined; run = timers.takeDue(present)) run()
  }
  const clock: VirtualClock = {
    onInstant: undefined,
    now: () => present,
    schedule: (atMs, run) => timers.add(Math.max(atMs, present), run),
    get pending() {
      return timers.size
    },
    get nextAt() {
      return timers.nextAt
    },
    async advance(ms) {
      checkMilliseconds('advance', ms)
      const until = present + ms
      await clock.settle()
      clock.onInstant?.()
      for (let next = timers.nextAt; next !== undefined && next <= until; next = timers.nextAt) {
        present = Math.max(present, next)
        runDue()
        await clock.settle()
        clock.onInstant?.()
      }
      present = until
    },
    settle: settlingTurns === 1 ? turn : () => turns(settlingTurns),
  }
  return clock
}

function checkMilliseconds(where: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0))
    throw new TypeError(`${where}: expected milliseconds, 0 or more; found ${String(value)}`)
}

/** Resolves after one turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

async function turns(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await turn()
}
