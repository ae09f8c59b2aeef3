/**
 * The host: calls, durable, on any instance.
 *
 * Rule 1: recovery begins when the host is made: what was open is taken up, what is overdue happens once, what was
 * asked for and not answered is asked again.
 * Rule 2: any host may take any notification. The one that committed last carries the call; what it leaves behind
 * when it dies, another takes up.
 * Rule 3: all time is the clock's.
 * @module
 */
import { isRollcallError, RollcallError } from '../call/errors.ts'
import type { CallEvent, Observation } from '../call/events.ts'
import { holdingClock, systemClock, watchWallClock } from './clock.ts'
import { callNotStored, callUnknown, hostClosed, mailboxFull, partlyStored, requestRefused, requestUnconfirmed, storeHangs, waitClosed } from './faults.ts'
import { ChangeFeed } from './feed.ts'
import { createHandle, type CallHandle } from './handle.ts'
import type { Household, LoadedCall } from './household.ts'
import { CallKeeper } from './keeper.ts'
import { DRAIN_MS, LOADED_CALLS, STORE_CLOSING_MS } from './limits.ts'
import { callIdFault, normaliseId } from '../call/ids.ts'
import { readOptions, type RollcallOptions } from './options.ts'
import { Observers, type SeenStep } from './observers.ts'
import { Outbox } from './outbox.ts'
import type { Clock, CreateCallBody, PublishedChange } from './ports.ts'
import { Recovery } from './recovery.ts'
import { createSender } from './sender.ts'
import { followCursor, type SubscribeOptions } from './subscription.ts'
import { isCreatedCall } from './verdicts.ts'
import { within, type WaitOptions } from './waiting.ts'

/** What to do with observations of calls nobody here knows. */
export interface ReceiveOptions {
  /**
   * `adopt` (default): take the call in and fetch what is known of it. `refuse`: reject with CALL_UNKNOWN and keep
   * nothing, of any call, when one of them is not known.
   */
  readonly unknownCalls?: 'adopt' | 'refuse' | undefined
}

/** A host of calls. */
export interface Rollcall {
  /** The clock the host goes by. */
  readonly clock: Clock
  /** Resolves when what was open in the store has been taken up. Nothing needs to wait for it. */
  readonly ready: Promise<void>
  /** A handle to a call, known or not. @throws RollcallError REQUEST_INVALID for an id that no URL can hold */
  call(callId: string): CallHandle
  /**
   * Makes a call; the body has Graph's fields.
   * @throws RollcallError REQUEST_REFUSED | REQUEST_UNCONFIRMED | REQUEST_INVALID | WAIT_TIMEOUT
   */
  createCall(body: CreateCallBody, options?: WaitOptions): Promise<CallHandle>
  /**
   * Tells of every change that is announced and of the call's own, once, in order per call; returns what stops it.
   * With a `cursor` a restarted process goes on where it stopped. With `facts` it tells of changes of facts as well: mute,
   * hold, media, endpoint, and what else the service says of a participant; `from` is `to` then.
   */
  subscribe(tell: (change: PublishedChange) => unknown, options?: SubscribeOptions): () => void
  /**
   * Shows every step this host takes from now on, ignored events included, once it is committed: for inspectors and
   * recorders of traces. Returns what stops it.
   */
  observe(listener: (seen: SeenStep) => void): () => void
  /**
   * Takes in what an edge observed; resolves once all of it is committed, what is of one call together. What is of no
   * call (an edge says so by an empty call id) is kept nowhere; the log names it.
   * @throws RollcallError MAILBOX_FULL | CALL_UNKNOWN | STORE_FAILED | STORE_CONFLICT | HOST_CLOSED, whose
   * `details.stored` names the calls that are committed all the same; REQUEST_INVALID for a
   * call id that no URL can hold
   */
  receive(observations: readonly Observation[], options?: ReceiveOptions): Promise<void>
  /**
   * Takes nothing in any more, finishes what was taken in, gives requests under way a moment, and closes the store.
   * `drainMs`: that moment; 5 s, and none by a hand-made clock, which nobody might move.
   */
  close(options?: { readonly drainMs?: number | undefined }): Promise<void>
}

/** A host over a transport and a store. @throws TypeError for options that cannot work */
export function createRollcall(options: RollcallOptions): Rollcall {
  const { transport, store, clock, createId, onError, log, leaseMs, callOptions } = readOptions(options)
  const holder = crypto.randomUUID()
  const keepers = new Map<string, CallKeeper>()
  const loaded = new Set<LoadedCall>()
  const closed = new AbortController()
  const readers = new Set<() => void>()
  /** Creations under way: the service may have made the call. */
  const creations = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined
  transport.useClock?.(clock)

  const keeperOf = (callId: string): CallKeeper => {
    if (closing !== undefined) throw hostClosed()
    return keeperFor(callId)
  }
  const keeperFor = (callId: string): CallKeeper => {
    let keeper = keepers.get(callId)
    if (keeper === undefined) keepers.set(callId, keeper = new CallKeeper(callId, household))
    return keeper
  }
  const recovery = new Recovery({ store, clock, leaseMs, onError, takeUp: async (callId) => keeperOf(callId).takeUp(), begin: () => feed.start() })
  const feed = new ChangeFeed({
    store,
    holder,
    onForeign(entry) {
      recovery.heard(entry)
      keepers.get(entry.callId)?.heard(entry)
    },
    onLost() {
      recovery.lookAround()
      for (const keeper of keepers.values()) keeper.missed()
    },
    onError,
  })
  const sender = createSender(clock, onError)
  const observers = new Observers(onError)
  const household: Household = {
    store, clock, holder, callOptions, feed, observers, onError, log,
    outbox: new Outbox({ store, transport, clock, sender, holder, leaseMs, log, onError }),
    ready: () => recovery.listed(),
    resuming: recovery.resuming,
    carries: (callId) => recovery.carries(callId),
    used(keeper) {
      loaded.delete(keeper)
      loaded.add(keeper)
      const [oldest] = loaded
      if (loaded.size <= LOADED_CALLS || oldest === undefined) return
      loaded.delete(oldest)
      oldest.unload()
    },
    retire(keeper) {
      loaded.delete(keeper)
      if (keepers.get(keeper.callId) === keeper) keepers.delete(keeper.callId)
    },
  }
  const unwatch = store.watch(holder, () => void feed.catchUp(), clock)
  const unwatchClock = watchWallClock(clock, () => recovery.resume([...keepers.values()].filter(({ isCarrying }) => isCarrying).map(({ callId }) => callId)))
  const handleOf = (callId: string): CallHandle => createHandle({ callId, clock, closing: closed.signal, createId, keeper: () => keeperOf(callId), catchUp: async () => void await feed.catchUp() })

  async function close(drainMs: number): Promise<void> {
    recovery.stop()
    unwatchClock()
    for (const stop of readers) stop()
    for (const keeper of keepers.values()) keeper.beginClosing()
    const drained = Promise.all([household.outbox.drain(), ...creations])
    // A request that hangs need not keep the process alive, and neither does this host; closing does.
    if (drainMs > 0) await inTime(drained, holdingClock(clock), drainMs)
    sender.abort()
    // What was begun is handed back or answered now, before the keepers close.
    await finish('Handing back what was not sent', drained)
    unwatch()
    await finish('Storing what was taken in', Promise.all([...keepers.values()].map((keeper) => keeper.close())))
    closed.abort(waitClosed())
    await finish('Releasing the leases', store.release(holder))
    if (!await inTime(store.close(), holdingClock(clock), STORE_CLOSING_MS)) onError(storeHangs('Closing the store'))
  }

  /** Waits for what the store has to do, and closes without it when it fails or hangs. */
  async function finish(what: string, done: Promise<unknown>): Promise<void> {
    const told = done.catch((error: unknown) => onError(error))
    if (!await inTime(told, holdingClock(clock), STORE_CLOSING_MS)) onError(storeHangs(what))
  }

  async function refuseUnknown(callIds: readonly string[]): Promise<void> {
    // One alone is refused where it is stepped.
    if (callIds.length < 2) return
    const areKnown = await Promise.all(callIds.map((callId) => keeperOf(callId).isKnown()))
    const unknown = callIds.find((_, index) => !areKnown[index])
    if (unknown !== undefined) throw callUnknown(unknown)
  }

  /** Has the service make a call, and stores it. */
  async function create(body: Parameters<Rollcall['createCall']>[0], wait: NonNullable<Parameters<Rollcall['createCall']>[1]>): Promise<CallHandle> {
    const gaveUp = new AbortController()
    const verdict = await within<Awaited<ReturnType<typeof transport.createCall>>>({ clock, closing: closed.signal }, wait, 'The creation of the call', (settle) => {
      sender.send((request) => transport.createCall(body, request), isCreatedCall, gaveUp.signal).then(settle.resolve, settle.reject)
      return () => gaveUp.abort()
    })
    if (verdict.verdict === 'refused' && verdict.failure.code === 'REQUEST_INVALID') throw new RollcallError('REQUEST_INVALID', verdict.failure.message)
    if (verdict.verdict === 'refused') throw requestRefused('The service refused to create the call', verdict.failure, {})
    if (verdict.verdict === 'unconfirmed') throw requestUnconfirmed('The service did not confirm that it created the call', verdict.failure, {})
    const { callId: given, ...report } = verdict.value
    const callId = readCallId(given)
    const event: CallEvent = { type: 'call.reported', ...report, state: report.state ?? 'establishing', at: clock.now() }
    if (closed.signal.aborted) throw callNotStored(callId)
    try {
      // The call is there: a host that closes stores it, too.
      await keeperFor(callId).deliver([event], { unknownCall: 'adopt', isOwn: closing !== undefined })
    } catch (error) {
      throw isRollcallError(error) && error.code === 'HOST_CLOSED' ? callNotStored(callId) : error
    }
    return handleOf(callId)
  }

  const rollcall: Rollcall = {
    clock,
    ready: recovery.run(),
    call: (callId) => handleOf(readCallId(callId)),

    async createCall(body, wait = {}) {
      if (closing !== undefined) throw hostClosed()
      if (typeof body !== 'object' || body === null) throw new TypeError('createCall: expected the body of a call, an object')
      const creation = Promise.withResolvers<void>()
      creations.add(creation.promise)
      try {
        return await create(body, wait)
      } finally {
        creations.delete(creation.promise)
        creation.resolve()
      }
    },

    observe(listener) {
      if (typeof listener !== 'function') throw new TypeError('observe: expected a function')
      return observers.add(listener)
    },

    subscribe(tell, options = {}) {
      if (typeof tell !== 'function') throw new TypeError('subscribe: expected a function')
      const { cursor, facts = false } = options
      if (cursor === undefined) return feed.subscribe(tell, { facts })
      const stop = followCursor({ store, feed, onError, name: cursor, facts, ready: () => recovery.listed() }, tell)
      readers.add(stop)
      return () => {
        readers.delete(stop)
        stop()
      }
    },

    async receive(observations, { unknownCalls = 'adopt' } = {}) {
      if (closing !== undefined) throw hostClosed()
      const at = clock.now()
      const byCall = Map.groupBy(observations, ({ callId }) => normaliseId(callId))
      log?.ofNoCall(byCall.get('') ?? [])
      byCall.delete('')
      for (const callId of byCall.keys()) readCallId(callId)
      if (unknownCalls === 'refuse') await refuseUnknown([...byCall.keys()])
      for (const [callId, { length }] of byCall) if (keepers.get(callId)?.hasRoomFor(length) === false) throw mailboxFull(callId)
      const taken = await Promise.allSettled([...byCall].map(([callId, ofCall]) =>
        keeperOf(callId).deliver(ofCall.map(({ event }) => ({ ...event, at }) as CallEvent), { unknownCall: unknownCalls })))
      const failure = taken.find((result) => result.status === 'rejected')
      if (failure === undefined) return
      const [stored, failed] = [true, false].map((isStored) => [...byCall.keys()].filter((_, index) => (taken[index]?.status === 'fulfilled') === isStored)) as [string[], string[]]
      if (stored.length > 0) log?.partlyStored(stored, failed)
      throw partlyStored(failure.reason, stored)
    },

    close({ drainMs = clock === systemClock ? DRAIN_MS : 0 } = {}) {
      return (closing ??= close(drainMs))
    },
  }
  return Object.freeze(rollcall)
}

/** Waits for something, but not longer than so many milliseconds. False when that was not long enough. */
async function inTime(done: Promise<unknown>, clock: Clock, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>()
  const cancel = clock.schedule(clock.now() + timeoutMs, () => resolve(false))
  try {
    return await Promise.race([done.then(() => true), promise])
  } finally {
    cancel()
  }
}

function readCallId(callId: unknown): string {
  if (typeof callId !== 'string') throw new TypeError('callId: expected a string')
  const normalised = normaliseId(callId)
  const fault = callIdFault(normalised)
  if (fault !== undefined) throw new RollcallError('REQUEST_INVALID', `callId: expected ${fault}.`, { expected: fault })
  return normalised
}
