/**
 * A hand-made clock whose wall time can be set, back or forward: alarms go on by the time that has passed.
 * @module
 */
import type { Clock } from '../../src/time/clock.ts'
import type { VirtualClock } from '../../src/time/virtual-clock.ts'

/** A wall clock over the time of a test. */
export interface SettableClock extends Clock {
  /** Sets the wall clock by so many milliseconds. */
  set(ms: number): void
}

/** A clock that shows the test's time until it is set. */
export function settableClock(time: VirtualClock): SettableClock {
  let lead = 0
  const now = (): number => time.now() + lead
  return {
    now,
    schedule: (atMs, run) => time.schedule(time.now() + atMs - now(), run),
    set(ms) {
      lead += ms
    },
  }
}
