/**
 * The virtual clock with its options checked, as the package exports it. The layer of clocks imports nothing, and so
 * checks no options.
 * @module
 */
import { checkArgument, options, readOptions } from '../call/codec/options.ts'
import { also, optional, time, wholeNumber } from '../call/codec/schema.ts'
import {
  virtualClock as createVirtualClock,
  type VirtualClock,
  type VirtualClockOptions,
} from '../time/virtual-clock.ts'

const shape = options<VirtualClockOptions>({ settlingTurns: optional(wholeNumber(1)) })

const startShape = also(time, (value) =>
  value >= 0 ? undefined : { path: '', expected: 'a time in milliseconds, 0 or more', found: value },
)

/**
 * Creates a clock that stands at `startMs`, milliseconds since the epoch. Default: 1 January 2030.
 * @throws TypeError unless `startMs` is a time from 0, and for an option that does not exist, or that cannot be
 */
export function virtualClock(startMs?: number, given: VirtualClockOptions = {}): VirtualClock {
  checkArgument('virtualClock: the start', startMs, optional(startShape))
  return createVirtualClock(startMs, readOptions('virtualClock', shape, given))
}
