/**
 * Traits: what the transport says its service is like, with nothing left out. `port-shapes.ts` checks them.
 * @module
 */
import type { CallOptions } from '../../call/model/options.ts'
import { INVITEES_PER_REQUEST } from '../ports/limits.ts'
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

/** Completes the traits of a transport, which have their shape. */
export function readTraits({
  inviteesPerRequest = INVITEES_PER_REQUEST,
  ringTimeoutMs: [least, most] = [0, Infinity],
  normaliseId,
  ...stored
}: TransportTraits = {}): ReadTraits {
  return {
    inviteesPerRequest,
    ringTimeoutMs: [least, most],
    normaliseId: normaliseId === undefined ? asItIs : checked(normaliseId),
    callOptions: callOptionsOf(stored),
  }
}

/** A default is left out: a call stores what differs from it. */
function callOptionsOf({ liveness, isBotOnRoster, resyncMs }: TransportTraits): Partial<CallOptions> {
  return {
    ...(liveness === 'poll' ? { liveness } : {}),
    ...(isBotOnRoster === false ? { isBotOnRoster } : {}),
    ...(resyncMs === undefined ? {} : { resyncMs }),
  }
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
