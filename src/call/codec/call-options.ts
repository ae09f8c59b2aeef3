/**
 * Options of a call where the application says them. Those of a stored call are read more leniently, by
 * `snapshot-schema.ts`: a newer version may have stored more.
 * @module
 */
import type { CallOptions } from '../model/options.ts'
import { LONGEST_MS, milliseconds, numberFrom, options } from './options.ts'
import { flag, oneOf, optional, text, wholeNumber, type Fields, type Shape } from './schema.ts'

/** The options of a call that are not traits of its service. */
export type CallTimes = Partial<Omit<CallOptions, 'liveness' | 'isBotOnRoster' | 'resyncMs'>>

/** The checks of those options. `duration` and `count` say whether 0 is one. */
export function callTimeFields(duration: Shape<number>, count: Shape<number>): Fields<CallTimes> {
  return {
    ringTimeoutMs: optional(duration),
    graceMs: optional(duration),
    confirmTimeoutMs: optional(duration),
    reorderWindowMs: optional(duration),
    keepAliveMs: optional(duration),
    tombstoneMs: optional(duration),
    tombstoneLimit: optional(count),
    applicationId: optional(text),
  }
}

/** The options of `openCall`. */
export const openCallShape = options<Partial<CallOptions>>({
  ...callTimeFields(milliseconds, wholeNumber(0)),
  liveness: optional(oneOf('push', 'poll')),
  isBotOnRoster: optional(flag),
  resyncMs: optional(numberFrom(0, LONGEST_MS, 'milliseconds')),
})
