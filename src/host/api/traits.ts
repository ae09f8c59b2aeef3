/**
 * Traits: what the transport says its service is like, read once and checked, with nothing left out.
 *
 * Rule: what cannot be is refused when the host is made, before anything depends on it.
 * @module
 */
import type { CallOptions } from '../../call/model/options.ts'
import { INVITEES_PER_REQUEST, LEAST_RESYNC_MS } from '../ports/limits.ts'
import type { TransportTraits } from '../ports/ports.ts'

/** Traits with nothing left out. */
export interface ReadTraits {
  /** The most invitees of one request. */
  readonly inviteesPerRequest: number
  /** The shortest and the longest ring time, in milliseconds. */
  readonly ringTimeoutMs: readonly [least: number, most: number]
  /** The one spelling of an id. */
  readonly normaliseId: (id: string) => string
  /** The traits that are stored with each call. */
  readonly callOptions: Partial<CallOptions>
}

/** No bounds of ring times. */
const ANY_RING: readonly [number, number] = [0, Infinity]

/** Reads the traits of a transport. @throws TypeError for a trait that cannot be */
export function readTraits(traits: TransportTraits | undefined = {}): ReadTraits {
  if (typeof traits !== 'object' || traits === null) throw wrong('traits', 'an object')
  const { inviteesPerRequest = INVITEES_PER_REQUEST, ringTimeoutMs = ANY_RING, normaliseId } = traits
  if (!Number.isSafeInteger(inviteesPerRequest) || inviteesPerRequest < 1)
    throw wrong('traits.inviteesPerRequest', 'a whole number, 1 or more')
  if (ringTimeoutMs !== ANY_RING && !isRange(ringTimeoutMs))
    throw wrong('traits.ringTimeoutMs', 'the least and the most milliseconds, [least, most], both more than 0')
  if (normaliseId !== undefined && typeof normaliseId !== 'function') throw wrong('traits.normaliseId', 'a function')
  return {
    inviteesPerRequest,
    ringTimeoutMs: [ringTimeoutMs[0], ringTimeoutMs[1]],
    normaliseId: normaliseId === undefined ? asItIs : checked(normaliseId),
    callOptions: readCallTraits(traits),
  }
}

/** A default is left out: a call stores what differs from it. */
function readCallTraits({ liveness = 'push', isBotOnRoster = true, resyncMs }: TransportTraits): Partial<CallOptions> {
  if (liveness !== 'push' && liveness !== 'poll') throw wrong('traits.liveness', "'push' or 'poll'")
  if (typeof isBotOnRoster !== 'boolean') throw wrong('traits.isBotOnRoster', 'true or false')
  if (resyncMs !== undefined && !(Number.isFinite(resyncMs) && resyncMs >= LEAST_RESYNC_MS))
    throw wrong('traits.resyncMs', `milliseconds, ${LEAST_RESYNC_MS} or more`)
  return {
    ...(liveness === 'push' ? {} : { liveness }),
    ...(isBotOnRoster ? {} : { isBotOnRoster }),
    ...(resyncMs === undefined ? {} : { resyncMs }),
  }
}

function isRange(range: unknown): range is readonly [number, number] {
  if (!Array.isArray(range) || range.length !== 2) return false
  const [least, most] = range as readonly unknown[]
  return (
    Number.isFinite(least) && Number.isFinite(most) && (least as number) > 0 && (least as number) <= (most as number)
  )
}

function asItIs(id: string): string {
  return id
}

/** A transport is foreign code: its result is checked. */
function checked(normaliseId: (id: string) => unknown): (id: string) => string {
  return (id) => {
    const normalised = normaliseId(id)
    if (typeof normalised !== 'string') throw new TypeError('transport.traits.normaliseId: it did not return a string')
    return normalised
  }
}

function wrong(name: string, expected: string): TypeError {
  return new TypeError(`transport.${name}: expected ${expected}`)
}
