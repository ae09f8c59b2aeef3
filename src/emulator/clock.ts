/**
 * The emulator's clock: how virtual time follows real time — at the same speed, faster, or only when advanced.
 * @module
 */
import { holdingSystemClock, monotonicMs } from '../time/system-clock.ts'

/**
 * `real`: the speed of real time. `{ speed: 60 }`: a minute passes in one second. `stepped`: time passes only on
 * `advance`.
 */
export type ClockMode =
  | 'real'
  | 'stepped'
  | {
      /** How many virtual milliseconds pass in one. */
      readonly speed: number
    }

/** Virtual time, in milliseconds since the emulator started. */
export interface EmulatorClock {
  readonly mode: ClockMode
  now(): number
  /** Runs `wake` once virtual time has reached `at`; replaces the earlier call. Never runs on a stepped clock. */
  wakeAt(at: number | undefined, wake: () => void): void
  /** Advances a stepped clock. */
  moveTo(at: number): void
  stop(): void
}

/**
 * A clock of the given mode that starts at `startAt`, in virtual milliseconds.
 * @throws TypeError for a speed that is not a positive number
 */
export function createEmulatorClock(mode: ClockMode, startAt = 0): EmulatorClock {
  return mode === 'stepped' ? createStepped(startAt) : createRunning(mode, startAt)
}

function createStepped(startAt: number): EmulatorClock {
  let present = startAt
  return {
    mode: 'stepped',
    now: () => present,
    wakeAt: () => undefined,
    moveTo: (at) => {
      present = Math.max(present, at)
    },
    stop: () => undefined,
  }
}

function createRunning(mode: Exclude<ClockMode, 'stepped'>, startAt: number): EmulatorClock {
  const speed = mode === 'real' ? 1 : mode.speed
  if (!(speed > 0 && Number.isFinite(speed)))
    throw new TypeError(`The clock's speed must be a positive number, not ${String(speed)}.`)
  const began = monotonicMs()
  let cancel = (): void => undefined
  const now = (): number => startAt + Math.floor((monotonicMs() - began) * speed)
  const arm = (at: number, wake: () => void): void => {
    const delayMs = Math.max(0, Math.ceil((at - now()) / speed))
    cancel = holdingSystemClock.schedule(holdingSystemClock.now() + delayMs, () => {
      if (now() < at) arm(at, wake)
      else wake()
    })
  }
  return {
    mode,
    now,
    wakeAt: (at, wake) => {
      cancel()
      if (at !== undefined) arm(at, wake)
    },
    moveTo: () => undefined,
    stop: () => cancel(),
  }
}
