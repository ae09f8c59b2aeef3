/**
 * A span of time that is over when either of two measures says so: the wall clock, which counts while the process is stopped, or
 * a timer, which counts on when the wall clock is set back.
 * @module
 */
import type { Clock } from './clock.ts'

/** A span that has been started. */
export interface Span {
  /** True once the span has passed by the wall clock or by the timer. */
  isOver(): boolean
  /** Cancels the timer. What `isOver` says by the timer stays as it is. */
  stop(): void
}

/** Starts a span of `ms` milliseconds, 0 or more. */
export function startSpan(clock: Clock, ms: number): Span {
  const until = clock.now() + ms
  let hasFired = false
  const stop = clock.schedule(until, () => {
    hasFired = true
  })
  return { isOver: () => hasFired || clock.now() >= until, stop }
}
