/**
 * Port shapes: what a store and a transport have to have, checked when they are handed in.
 *
 * Rule: both are foreign code. A missing method is refused by name before anything depends on it.
 * @module
 */
import { LONGEST_MS, method, numberFrom, options } from '../../call/codec/options.ts'
import { flag, is, object, oneOf, optional, wholeNumber } from '../../call/codec/schema.ts'
import { LEAST_RESYNC_MS } from './limits.ts'
import type { Store, Transport, TransportTraits } from './ports.ts'

/** A store. */
export const storeShape = object<Store>({
  load: method,
  commit: method,
  reserve: method,
  claim: method,
  renew: method,
  release: method,
  listOpen: method,
  listDue: method,
  readJournal: method,
  journalEnd: method,
  readCursor: method,
  writeCursor: method,
  watch: method,
  close: method,
})

const bounds = is<readonly [number, number]>(
  'the least and the most milliseconds, [least, most], both more than 0',
  (value) => {
    if (!Array.isArray(value) || value.length !== 2) return false
    const [least, most] = value as readonly unknown[]
    return (
      Number.isFinite(least) && Number.isFinite(most) && (least as number) > 0 && (least as number) <= (most as number)
    )
  },
)

/** The traits of a transport. */
export const traitsShape = options<TransportTraits>({
  inviteesPerRequest: optional(wholeNumber(1)),
  ringTimeoutMs: optional(bounds),
  liveness: optional(oneOf('push', 'poll')),
  isBotOnRoster: optional(flag),
  resyncMs: optional(numberFrom(LEAST_RESYNC_MS, LONGEST_MS, 'milliseconds')),
  normaliseId: optional(method),
})

/** A transport. It may have methods of its own. */
export const transportShape = object<Transport>({
  createCall: method,
  getCall: method,
  keepAlive: method,
  hangUp: method,
  invite: method,
  listParticipants: method,
  deleteParticipant: method,
  muteParticipant: method,
  answer: optional(method),
  reject: optional(method),
  redirect: optional(method),
  transfer: optional(method),
  unmuteParticipant: optional(method),
  muteAll: optional(method),
  traits: optional(traitsShape),
  useClock: optional(method),
  fencesSends: optional(flag),
})
