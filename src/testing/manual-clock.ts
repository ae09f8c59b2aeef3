/**
 * A clock that moves only when it is told to, for tests: a host on it never touches real time.
 * @module
 */
import type { Clock } from '../host/ports/ports.ts'
import { checkValue, milliseconds } from './options.ts'

/** A clock in the test's hands. */
export interface ManualClock extends Clock {
  /** How many alarms are set. */
  readonly pending: number
  /** When the next alarm rings. */
  readonly next: number | undefined
  /** Moves the time on, ringing what falls due in its order, and lets everything that follows from each alarm happen. */
  advance(ms: number): Promise<void>
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>
}

interface Alarm {
  readonly at: number
  readonly run: () => void
}

/** How many turns of the event loop count as everything: a request over loopback is not among what is waited for. */
const SETTLING_TURNS = 3

/** A clock that stands at `startMs` (milliseconds since the epoch). @throws TypeError */
export function manualClock(startMs = Date.UTC(2030, 0, 1)): ManualClock {
  checkValue('manualClock: the first argument', startMs, milliseconds)
  const alarms = new Set<Alarm>()
  let now = startMs

  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  // Alarms of the same time ring in the order they were set.
  const earliest = (): Alarm | undefined => {
    let found: Alarm | undefined
    for (const alarm of alarms) if (found === undefined || alarm.at < found.at) found = alarm
    return found
  }

  return {
    now: () => now,
    schedule(atMs, run) {
      const alarm = { at: atMs, run }
      alarms.add(alarm)
      return () => void alarms.delete(alarm)
    },
    get pending() {
      return alarms.size
    },
    get next() {
      return earliest()?.at
    },
    settle,
    async advance(ms) {
      if (!(ms >= 0)) throw new TypeError('advance: expected milliseconds, 0 or more')
      const target = now + ms
      await settle()
      for (let alarm = earliest(); alarm !== undefined && alarm.at <= target; alarm = earliest()) {
        alarms.delete(alarm)
        now = Math.max(now, alarm.at)
        alarm.run()
        await settle()
      }
      now = target
    },
  }
}
