/**
 * The system clock: real time for a host that is given no other. The only module of the host that touches it.
 *
 * Rule 1: `now` is the wall clock, which people and daemons set. Spans are measured by the monotonic clock: an alarm
 * rings when as much time has passed as lay ahead when it was set, whatever the wall clock says by then.
 * Rule 2: its timers do not keep a process alive. What keeps a bot running is the server that takes its callbacks.
 * Only a host that closes holds the process, for a bounded time: {@link holdingClock}.
 * @module
 */
import type { Clock } from './ports/ports.ts'

/** `setTimeout` counts with 31 bits (Node: longer delays fire at once); longer waits go in pieces. */
const LONGEST_DELAY_MS = 2_147_483_647

/** How often the two clocks are compared, to find out that the wall clock was set or the machine slept. */
const COMPARING_MS = 5_000

/** A smaller difference between two comparisons is drift, which time daemons correct bit by bit. */
const JUMP_MS = 1_000

/** Real time. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  schedule: (atMs: number, run: () => void) => schedule(atMs, run, false),
})

/** Real time whose timers keep the process alive. */
const holdingSystemClock: Clock = Object.freeze({
  now: () => Date.now(),
  schedule: (atMs: number, run: () => void) => schedule(atMs, run, true),
})

/** The same time by timers that keep the process alive, where the clock is real; a hand-made clock as it is. */
export function holdingClock(clock: Clock): Clock {
  return clock === systemClock ? holdingSystemClock : clock
}

/**
 * Tells of the wall clock being set forward, or of the machine having slept: stored times may be due. Set back, it
 * needs no telling, as spans go on. Does nothing for a hand-made clock; returns what stops it.
 */
export function watchWallClock(clock: Clock, onForward: () => void): () => void {
  if (clock !== systemClock) return () => undefined
  let lead = Date.now() - performance.now()
  const timer = setInterval(() => {
    const before = lead
    lead = Date.now() - performance.now()
    if (lead - before > JUMP_MS) onForward()
  }, COMPARING_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** Lets everything else in the process that waits have its turn, before the next piece of long work. Nothing waits for a hand-made clock. */
export function giveWay(clock: Clock): Promise<void> {
  return clock === systemClock ? new Promise((resolve) => void setImmediate(resolve)) : Promise.resolve()
}

function schedule(atMs: number, run: () => void, holdsProcess: boolean): () => void {
  const until = performance.now() + Math.max(0, atMs - Date.now())
  let timer: NodeJS.Timeout
  const arm = (): void => {
    timer = setTimeout(wake, Math.min(Math.ceil(until - performance.now()), LONGEST_DELAY_MS))
    if (!holdsProcess) timer.unref()
  }
  // Timers may fire a moment early.
  const wake = (): void => (performance.now() < until ? arm() : run())
  arm()
  return () => clearTimeout(timer)
}
