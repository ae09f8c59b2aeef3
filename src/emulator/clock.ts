/**
 * Pace: how virtual time follows real time — as it is, faster, or only when told to. The only module of the emulator
 * that reads the machine's clock or sets a timer for the world.
 * @module
 */

/** `real` is one to one; a speed of 60 makes a minute of ringing one second; `stepped` moves by `advance` only. */
export type ClockMode = 'real' | 'stepped' | { readonly speed: number }

/** Virtual time, milliseconds since the emulator began. */
export interface EmulatorClock {
  readonly mode: ClockMode
  now(): number
  /** Runs `wake` once virtual time has reached `at`; replaces what was asked for before. Never, when stepped. */
  wakeAt(at: number | undefined, wake: () => void): void
  /** Moves a stepped clock. */
  moveTo(at: number): void
  stop(): void
}

/** `setTimeout` takes no longer delay than this; a longer one is waited for in parts. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** A pace of the given mode that begins at `startAt`.
 * @throws TypeError for a speed that is not a positive number. */
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
    throw new TypeError(`The clock's speed is a positive number, not ${String(speed)}.`)
  const began = performance.now()
  let timer: NodeJS.Timeout | undefined
  const now = (): number => startAt + Math.floor((performance.now() - began) * speed)
  const arm = (at: number, wake: () => void): void => {
    const delayMs = Math.max(0, Math.ceil((at - now()) / speed))
    timer = setTimeout(
      () => {
        if (now() < at) arm(at, wake)
        else wake()
      },
      Math.min(delayMs, LONGEST_TIMER_MS),
    )
  }
  return {
    mode,
    now,
    wakeAt: (at, wake) => {
      clearTimeout(timer)
      if (at !== undefined) arm(at, wake)
    },
    moveTo: () => undefined,
    stop: () => clearTimeout(timer),
  }
}
