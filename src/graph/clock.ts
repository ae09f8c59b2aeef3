/**
 * The machine's own clock: what the edge goes by until a host hands it another one. The only module here that
 * touches real time.
 *
 * Rule: `now` is the wall clock; spans are measured by the monotonic clock, whatever the wall clock is set to meanwhile.
 * @module
 */
import type { Clock } from '../host/ports/ports.ts'

/** `setTimeout` counts with 31 bits: Node fires longer delays at once. */
const LONGEST_DELAY_MS = 2_147_483_647

/** Real time. */
export const machineClock: Clock = {
  now: () => Date.now(),
  schedule(atMs, run) {
    const until = performance.now() + Math.max(0, atMs - Date.now())
    let timer: ReturnType<typeof setTimeout>
    const wait = (): void => {
      const leftMs = Math.ceil(until - performance.now())
      timer = setTimeout(leftMs > LONGEST_DELAY_MS ? wait : run, Math.min(Math.max(0, leftMs), LONGEST_DELAY_MS))
    }
    wait()
    return () => clearTimeout(timer)
  },
}

/** Lets everything else in the process that waits have its turn. */
export function giveWay(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 0))
}
