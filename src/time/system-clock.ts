/**
 * The system clock: real time. The only module that reads the machine's clocks or sets its timers for the library
 * (a test lists the few exceptions).
 *
 * Rule 1: `now` is the wall clock, which people and daemons set. Spans are measured by the monotonic clock: a timer
 * fires when as much time has passed as lay ahead when it was set, whatever the wall clock says by then (ADR 0017).
 * Rule 2: the timers of {@link systemClock} do not keep a process alive; the server that takes a bot's callbacks does.
 * Where a process must live until a bounded wait is over, {@link holdingClock} keeps it alive.
 * @module
 */
import type { Clock } from './clock.ts'

/** `setTimeout` counts with 31 bits (Node fires longer delays at once); longer waits are split. */
const LONGEST_DELAY_MS = 2_147_483_647

/** How often the two clocks are compared, to find out that the wall clock was set or the machine slept. */
const COMPARING_MS = 5_000

/** A smaller difference between two comparisons is drift, which time daemons correct bit by bit. */
const JUMP_MS = 1_000

/** Real time. Its timers do not keep the process alive. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  schedule: (atMs: number, run: () => void) => schedule(atMs, run, false),
})

/** Real time. Its timers keep the process alive. */
export const holdingSystemClock: Clock = Object.freeze({
  now: () => Date.now(),
  schedule: (atMs: number, run: () => void) => schedule(atMs, run, true),
})

/** The same time with timers that keep the process alive. A clock other than the system clock is returned as it is. */
export function holdingClock(clock: Clock): Clock {
  return clock === systemClock ? holdingSystemClock : clock
}

/** Milliseconds by the monotonic clock, from an arbitrary origin: for spans that no change of the date may alter. */
export function monotonicMs(): number {
  return performance.now()
}

/**
 * Calls `onForward` when the wall clock was set forward or the machine slept, because stored times may then be due.
 * A wall clock that is set back changes no span, so it is not reported. Does nothing for a clock other than the system
 * clock. Returns a function that stops watching.
 */
export function watchWallClock(clock: Clock, onForward: () => void): () => void {
  if (!isSystemTime(clock)) return () => undefined
  let lead = Date.now() - performance.now()
  return repeatEvery(COMPARING_MS, () => {
    const before = lead
    lead = Date.now() - performance.now()
    if (lead - before > JUMP_MS) onForward()
  })
}

/**
 * Calls `run` every `everyMs` milliseconds of real time. Does not keep the process alive. Returns a function that stops it.
 */
export function repeatEvery(everyMs: number, run: () => void): () => void {
  const timer = setInterval(run, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** Taken when this module is loaded: tests that replace the timers must not stop work that waits for no time. */
const laterTurn = globalThis.setImmediate as typeof setImmediate | undefined

/**
 * Resolves after a turn of the event loop, so that long work does not hold up the rest of the process. Resolves at once
 * for a clock other than the system clock: on virtual time nothing else waits.
 */
export function giveWay(clock: Clock): Promise<void> {
  return isSystemTime(clock) ? new Promise((resolve) => void (laterTurn ?? setImmediate)(resolve)) : Promise.resolve()
}

function isSystemTime(clock: Clock): boolean {
  return clock === systemClock || clock === holdingSystemClock
}

function schedule(atMs: number, run: () => void, holdsProcess: boolean): () => void {
  const until = performance.now() + Math.max(0, atMs - Date.now())
  let timer: ReturnType<typeof setTimeout>
  const arm = (): void => {
    const leftMs = Math.max(0, Math.ceil(until - performance.now()))
    timer = setTimeout(wake, Math.min(leftMs, LONGEST_DELAY_MS))
    if (!holdsProcess) timer.unref()
  }
  // Timers may fire a moment early.
  const wake = (): void => (performance.now() < until ? arm() : run())
  arm()
  return () => clearTimeout(timer)
}
