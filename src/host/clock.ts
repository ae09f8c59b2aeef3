/**
 * The system clock: real time for a host that is given no other. The only module of the host that touches it.
 *
 * Rule: its timers do not keep a process alive. What keeps a bot running is the server that takes its callbacks.
 * @module
 */
import type { Clock } from './ports.ts'

/** `setTimeout` counts with 31 bits (Node: longer delays fire at once); longer waits go in pieces. */
const LONGEST_DELAY_MS = 2_147_483_647

/** Real time. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  schedule(atMs: number, run: () => void) {
    let timer: NodeJS.Timeout
    const arm = (): void => {
      const delayMs = Math.min(Math.max(0, Math.ceil(atMs - Date.now())), LONGEST_DELAY_MS)
      timer = setTimeout(wake, delayMs)
      timer.unref()
    }
    // Timers go by another clock than `Date`, and `Date` may be set back: never earlier than asked for.
    const wake = (): void => (Date.now() < atMs ? arm() : run())
    arm()
    return () => clearTimeout(timer)
  },
})
