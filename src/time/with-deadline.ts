/**
 * Work that is given up when its time is over.
 * @module
 */
import { onAbort, unlessAborted } from './abort.ts'
import type { Clock } from './clock.ts'

/** The time of some work was over before the work was. */
export class DeadlinePassed extends Error {
  /** The time it had, in milliseconds. */
  readonly timeoutMs: number

  constructor(timeoutMs: number) {
    super(`it was not over within ${timeoutMs} ms`)
    this.name = 'DeadlinePassed'
    this.timeoutMs = timeoutMs
  }
}

/** How long work may take, and what else gives it up. */
export interface Deadline {
  readonly clock: Clock
  /** Milliseconds, 0 or more. Without it, or with Infinity, there is no limit. */
  readonly timeoutMs?: number | undefined
  /** Each of them gives the work up with its reason. */
  readonly signals?: readonly (AbortSignal | undefined)[] | undefined
  /** The reason to give up with when the time is over; a {@link DeadlinePassed} without it. */
  readonly timeoutError?: (() => Error) | undefined
}

/**
 * Runs work for as long as it may take. When it is given up, its signal is aborted with the reason and the promise
 * rejects with it at once, whether or not the work heeds the signal. `restart` has the whole time begin anew. Nothing
 * runs if a signal is aborted already. When the promise settles, no timer and no listener is left behind.
 * @throws the reason for giving up; whatever the work rejects with
 */
export async function withDeadline<T>(
  { clock, timeoutMs = Infinity, signals = [], timeoutError = () => new DeadlinePassed(timeoutMs) }: Deadline,
  run: (signal: AbortSignal, restart: () => void) => Promise<T>,
): Promise<T> {
  for (const signal of signals) signal?.throwIfAborted()
  const given = new AbortController()
  let cancelTimer = (): void => undefined
  let isOver = false
  const restart = (): void => {
    cancelTimer()
    if (timeoutMs === Infinity || isOver || given.signal.aborted) return
    cancelTimer = clock.schedule(clock.now() + timeoutMs, () => given.abort(timeoutError()))
  }
  const stopListening = signals.map((signal) => onAbort(signal, () => given.abort(signal?.reason)))
  restart()
  try {
    return await unlessAborted(run(given.signal, restart), given.signal)
  } finally {
    isOver = true
    cancelTimer()
    for (const stop of stopListening) stop()
  }
}
