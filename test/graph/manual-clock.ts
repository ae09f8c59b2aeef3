/**
 * A hand-made clock for these tests: time passes only when it is told to, and what is due runs in order.
 * @module
 */
import type { Clock } from '../../src/host/ports/ports.ts'

export interface ManualClock extends Clock {
  /** Lets time pass, letting promises settle before, between and after what is due. */
  advance(ms: number): Promise<void>
  /** How many timers are armed. */
  readonly armed: number
}

export function manualClock(startMs = Date.parse('2026-01-01T00:00:00Z')): ManualClock {
  let now = startMs
  const timers = new Map<number, { atMs: number; run: () => void }>()
  let next = 0
  return {
    now: () => now,
    schedule(atMs, run) {
      const id = next
      next += 1
      timers.set(id, { atMs, run })
      return () => {
        timers.delete(id)
      }
    },
    get armed() {
      return timers.size
    },
    async advance(ms) {
      const until = now + ms
      await settle()
      for (;;) {
        const due = [...timers]
          .filter(([, timer]) => timer.atMs <= until)
          .sort((a, b) => a[1].atMs - b[1].atMs || a[0] - b[0])[0]
        if (due === undefined) break
        timers.delete(due[0])
        now = Math.max(now, due[1].atMs)
        due[1].run()
        await settle()
      }
      now = until
    },
  }
}

/** Lets everything that is ready go on: several turns of the event loop, no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
