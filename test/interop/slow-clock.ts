/**
 * Slow clock: loaded before a program (`node --import`), it has the program's time nearly stand still: a second takes
 * more than a quarter of an hour. So no deadline of the program passes while a test waits, however slow the machine is.
 *
 * SLOW_CLOCK_SINCE is the real time from which it goes slowly, SLOW_CLOCK_AHEAD_MS how much later it begins; both in
 * milliseconds.
 * @module
 */

const SLOWNESS = 1_000

/** `setTimeout` counts with 31 bits. */
const LONGEST_MS = 2 ** 31 - 1

const since = Number(process.env['SLOW_CLOCK_SINCE'])
const ahead = Number(process.env['SLOW_CLOCK_AHEAD_MS'])
const { now } = Date
const { setTimeout: wait } = globalThis

Date.now = () => Math.floor(since + ahead + (now() - since) / SLOWNESS)
globalThis.setTimeout = Object.assign(
  (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    wait(run, Math.min(ms * SLOWNESS, LONGEST_MS), ...args),
  wait,
) as typeof setTimeout
