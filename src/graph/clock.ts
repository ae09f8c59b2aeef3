/**
 * The machine's own clock: what the edge goes by until a host hands it another one. The only module here that
 * touches real time.
 * @module
 */
import type { Clock } from '../host/ports.ts'

/** `setTimeout` counts with 31 bits: Node fires longer delays at once. */
const LONGEST_DELAY_MS = 2_147_483_647

/** Real time. */
export const machineClock: Clock = {
  now: () => Date.now(),
  schedule(atMs, run) {
    let timer: ReturnType<typeof setTimeout>
    const wait = (): void => {
      const leftMs = atMs - Date.now()
      timer = leftMs > LONGEST_DELAY_MS ? setTimeout(wait, LONGEST_DELAY_MS) : setTimeout(run, Math.max(0, leftMs))
    }
    wait()
    return () => clearTimeout(timer)
  },
}
