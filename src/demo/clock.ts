/**
 * The bot's clock in the demo: the emulator's, so that a minute of ringing is a minute to both, however fast it runs.
 * @module
 */
import type { Clock } from '../host/ports.ts'

/** Somebody who knows the time. */
export interface TimeSource {
  /** Milliseconds since `epochMs`, running `speed` times faster than real ones. */
  now(): number
}

/** A clock that follows a faster one. */
export function followingClock(source: TimeSource, epochMs: number, speed: number): Clock {
  const now = (): number => epochMs + source.now()
  return {
    now,
    schedule(atMs, run) {
      let timer: NodeJS.Timeout
      const wake = (): void => (now() < atMs ? arm() : run())
      const arm = (): void => {
        timer = setTimeout(wake, Math.max(0, Math.ceil((atMs - now()) / speed)))
        timer.unref()
      }
      arm()
      return () => clearTimeout(timer)
    },
  }
}
