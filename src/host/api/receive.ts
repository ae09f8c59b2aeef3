/**
 * Receiving: events that an edge observed go to the actors of their calls, those of one call together.
 *
 * Rule: a receipt that can be refused as a whole is refused before any of it is delivered.
 * @module
 */
import { checkArgument, options, readOptions } from '../../call/codec/options.ts'
import { list, object, oneOf, optional, text } from '../../call/codec/schema.ts'
import { isRollcallError } from '../../call/model/errors.ts'
import type { CallEvent, InboundEvent } from '../../call/model/events.ts'
import type { CallActor } from '../actor/call-actor.ts'
import { callsUnproved, callUnknown, hostClosed, mailboxFull, ofAnotherTenant, partlyStored } from '../ports/errors.ts'
import { UNPROVED_CALLS } from '../ports/limits.ts'
import type { HostLog } from '../ports/log.ts'
import type { Clock } from '../../time/clock.ts'
import { sortEvents } from './sort-events.ts'
import type { ReadTraits } from './traits.ts'

/** What to do with events of calls that the store does not know, and the tenant that sent the events. */
export interface ReceiveOptions {
  /**
   * `adopt` (default): store the call and fetch what the service knows of it. `refuse`: reject with CALL_UNKNOWN, and
   * store nothing for any call, when one of them is not known.
   */
  readonly unknownCalls?: 'adopt' | 'refuse' | undefined
  /**
   * The tenant that the sender proved to speak for. A call belongs to the tenant of its first event for good: events of
   * another tenant are rejected with TOKEN_REFUSED, and nothing is stored for any call. Two first events of one call at the
   * same time are the exception: the other calls of the second receipt may be stored.
   */
  readonly tenantId?: string | undefined
}

const shape = options<ReceiveOptions>({ unknownCalls: optional(oneOf('adopt', 'refuse')), tenantId: optional(text) })

/** Events; what is wrong within one is NOTIFICATION_INVALID. */
const eventsShape = list(object({}))

/** What a receiver needs of its host. */
export interface ReceiverSettings {
  readonly clock: Clock
  readonly log: HostLog | undefined
  readonly traits: ReadTraits
  readonly isClosing: () => boolean
  /** The actor of a call, if there is one now. */
  readonly knownActor: (callId: string) => CallActor | undefined
  /** The actor of a call. @throws RollcallError HOST_CLOSED once the host closes */
  readonly openActor: (callId: string) => CallActor
  /** How many adopted calls the service has not answered about yet. */
  readonly unprovedCount: () => number
}

/** A function that receives events for one host. */
export function createReceiver(
  settings: ReceiverSettings,
): (events: readonly InboundEvent[], options?: ReceiveOptions) => Promise<void> {
  const { clock, log, traits, isClosing, knownActor, openActor, unprovedCount } = settings
  /** Calls of receipts under way that have no actor yet: they may be new. */
  let arriving = 0

  const areStored = async (callIds: readonly string[]) =>
    Promise.all(callIds.map((callId) => openActor(callId).stored()))

  /** Refuses a receipt for several calls as a whole. A single call is refused where its events are stepped. */
  async function refuseForeign(callIds: readonly string[], { unknownCalls, tenantId }: ReceiveOptions): Promise<void> {
    if (callIds.length < 2) return
    const calls = await areStored(callIds)
    for (const [index, callId] of callIds.entries()) {
      const call = calls[index]
      if (call === undefined && unknownCalls === 'refuse') throw callUnknown(callId)
      if (tenantId !== undefined && call?.tenant !== undefined && call.tenant !== tenantId)
        throw ofAnotherTenant(callId)
    }
  }

  return async (events, given = {}) => {
    const { unknownCalls = 'adopt', tenantId } = readOptions('receive', shape, given)
    checkArgument('receive: the events', events, eventsShape)
    if (isClosing()) throw hostClosed()
    const at = clock.now()
    const { byCall, invalid, withoutCall } = sortEvents(events, traits)
    log?.withoutCall(withoutCall)
    const callIds = [...byCall.keys()]
    if (unknownCalls === 'refuse' || tenantId !== undefined) await refuseForeign(callIds, { unknownCalls, tenantId })
    for (const [callId, { length }] of byCall)
      if (knownActor(callId)?.hasRoomFor(length) === false) throw mailboxFull(callId)
    const newcomers = callIds.filter((callId) => knownActor(callId) === undefined)
    const isTooMany = unknownCalls === 'adopt' && unprovedCount() + arriving + newcomers.length > UNPROVED_CALLS
    if (isTooMany && (await areStored(newcomers)).includes(undefined)) throw callsUnproved()
    arriving += newcomers.length
    const results = await Promise.allSettled(
      [...byCall].map(async ([callId, ofCall]) =>
        openActor(callId).deliver({
          type: 'events',
          events: ofCall.map((event) => ({ ...event, at }) as CallEvent),
          unknownCall: unknownCalls,
          tenantId,
        }),
      ),
    )
    arriving -= newcomers.length
    const rejected = results.filter((result) => result.status === 'rejected').map(({ reason }): unknown => reason)
    const failures = [...rejected, ...invalid.values()]
    if (failures.length === 0) return
    const isStored = (_: string, index: number): boolean => results[index]?.status === 'fulfilled'
    const stored = callIds.filter(isStored)
    if (stored.length > 0)
      log?.partlyStored(stored, [...callIds.filter((callId, index) => !isStored(callId, index)), ...invalid.keys()])
    // The receipt is definite where every failure is.
    throw partlyStored(failures.find((error) => !isRollcallError(error) || !error.definite) ?? failures[0], stored)
  }
}
