/**
 * Sorts the events that an edge hands in by the calls they are about.
 *
 * Rule 1: the events of one call are taken in together or not at all; an invalid event of one call does not affect
 * others.
 * Rule 2: every event is checked before it is stepped, so that the stored call can be read again.
 * @module
 */
import { faultOfEvent } from '../../call/codec/event-schema.ts'
import type { RollcallError } from '../../call/model/errors.ts'
import { noCall, type InboundEvent } from '../../call/model/events.ts'
import { eventInvalid } from '../ports/errors.ts'
import { readCallId } from './call-id.ts'
import type { ReadTraits } from './traits.ts'

/** Events by call. */
export interface SortedEvents {
  /** The events of each call, in their order. */
  readonly byCall: ReadonlyMap<string, readonly InboundEvent['event'][]>
  /** Calls with an invalid event, and the first fault of each. They are not in `byCall`. */
  readonly invalid: ReadonlyMap<string, RollcallError>
  /** Events of no call. */
  readonly withoutCall: readonly InboundEvent[]
}

/**
 * Sorts events by their calls.
 * @throws RollcallError REQUEST_INVALID for a call id that no URL can hold; TypeError for one that is not a string
 */
export function sortEvents(events: readonly InboundEvent[], traits: Pick<ReadTraits, 'normaliseId'>): SortedEvents {
  const byCall = new Map<string, InboundEvent['event'][]>()
  const invalid = new Map<string, RollcallError>()
  const withoutCall: InboundEvent[] = []
  for (const [index, { callId: given, event }] of events.entries()) {
    const isOfNone = typeof given === 'string' && traits.normaliseId(given) === noCall
    const callId = isOfNone ? noCall : readCallId(given, traits)
    const fault = faultOfEvent(event)
    if (fault !== undefined) {
      if (!invalid.has(callId)) invalid.set(callId, eventInvalid(callId, index, fault))
    } else if (callId === noCall) withoutCall.push({ callId, event })
    else {
      const ofCall = byCall.get(callId)
      if (ofCall === undefined) byCall.set(callId, [event])
      else ofCall.push(event)
    }
  }
  for (const callId of invalid.keys()) byCall.delete(callId)
  return { byCall, invalid, withoutCall }
}
