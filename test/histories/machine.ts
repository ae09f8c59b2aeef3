/**
 * A machine for hosts in a run: its timers go by virtual time, and its wall clock can be set wrong. The host goes by the
 * system clock, the real one, on top of it.
 *
 * Rule: time is taken from the whole process while a run lasts; a run that has ended gives it back.
 * @module
 */
import { systemClock } from '../../src/time/system-clock.ts'
import type { Machine } from '../verification/histories/subjects.ts'
import type { TestEnvironment } from '../../src/testing/histories/test-environment.ts'

/** A timer as Node hands it out. */
interface Timer {
  readonly cancel: () => void
  ref(): Timer
  unref(): Timer
}

/** Puts a machine under the hosts of a run. */
export function machineOf({ service: { clock } }: TestEnvironment): Machine {
  const real = {
    now: Date.now,
    monotonic: performance.now,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
  }
  const began = clock.now()
  let offsetMs = 0
  Date.now = () => clock.now() + offsetMs
  performance.now = () => clock.now() - began
  globalThis.setTimeout = ((run: () => void, delayMs = 0): Timer => {
    const timer: Timer = { cancel: clock.schedule(clock.now() + delayMs, run), ref: () => timer, unref: () => timer }
    return timer
  }) as unknown as typeof setTimeout
  globalThis.clearTimeout = ((timer: Timer | undefined) => timer?.cancel?.()) as unknown as typeof clearTimeout
  return {
    clock: systemClock,
    setClock(byMs) {
      offsetMs += byMs
    },
    close() {
      Date.now = real.now
      performance.now = real.monotonic
      globalThis.setTimeout = real.setTimeout
      globalThis.clearTimeout = real.clearTimeout
    },
  }
}
