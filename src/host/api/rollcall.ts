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
import { isRollcallError, RollcallError } from '../../call/model/errors.ts'
import type { CallEvent, CallReport, InboundEvent } from '../../call/model/events.ts'
import { closableStore } from '../ports/closable-store.ts'
import { holdingClock, systemClock, watchWallClock } from '../../time/system-clock.ts'
import {
  callNotStored,
  callsUnproved,
  callUnknown,
  hostClosed,
  isHostClosed,
  mailboxFull,
  ofAnotherTenant,
  partlyStored,
  requestRefused,
  requestUnconfirmed,
  storeHangs,
} from '../ports/errors.ts'
import { ChangeFeed } from '../feed/change-feed.ts'
import { callGuarded } from '../feed/listeners.ts'
import { createHandle, type CallHandle } from './call-handle.ts'
import type { HostContext, LoadedCall } from '../actor/host-context.ts'
import { CallActor } from '../actor/call-actor.ts'
import { DRAIN_MS, LOADED_CALLS, STORE_CLOSING_MS, UNPROVED_CALLS } from '../ports/limits.ts'
import { callIdFault } from '../../call/model/ids.ts'
import { readOptions, type RollcallOptions } from './options.ts'
import { StepListeners, type ObservedStep } from '../feed/listeners.ts'
import { OutboxDispatcher } from '../outbox/dispatcher.ts'
import type { CreateCallBody, PublishedChange } from '../ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import { Recovery } from '../actor/recovery.ts'
import { createEffectRunner } from '../outbox/effect-runner.ts'
import { followCursor, type SubscribeOptions } from '../feed/durable-subscription.ts'
import { isCreatedCall } from '../outbox/verdicts.ts'
import { within, type WaitOptions } from '../actor/wait-for.ts'
import { unlessAborted } from '../../time/abort.ts'
import { DeadlinePassed, withDeadline } from '../../time/with-deadline.ts'

/** What to do with observations of calls nobody here knows. */
export interface ReceiveOptions {
  /**
   * `adopt` (default): take the call in and fetch what is known of it. `refuse`: reject with CALL_UNKNOWN and keep
   * nothing, of any call, when one of them is not known.
   */
  readonly unknownCalls?: 'adopt' | 'refuse' | undefined
  /**
   * The tenant the sender proved to speak for. A call belongs to the first one it was told of by, for good: what another
   * says is rejected with TOKEN_REFUSED, and nothing is kept, of any call; but for two first callbacks of one call at one time.
   */
  readonly tenantId?: string | undefined
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
   * Makes a call; the body has the fields of the service (Graph: `callbackUri` and more), which the transport checks.
   * @throws RollcallError REQUEST_REFUSED | REQUEST_UNCONFIRMED | REQUEST_INVALID | WAIT_TIMEOUT | HOST_CLOSED. A call that
   * the service made and that could not be stored here is REQUEST_UNCONFIRMED; `details.callId` names it then
   */
  createCall(body: CreateCallBody, options?: WaitOptions): Promise<CallHandle>
  /**
   * Tells of every change that is announced and of the call's own, once, in order per call; returns what stops it.
   * With a `cursor` a restarted process goes on where it stopped, and a change that `tell` throws at, or rejects, is told again
   * until it is taken; without one it is told of by `onError` and lost. With `facts` it tells of changes of facts as well: mute,
   * hold, media, endpoint, and what else the service says of a participant; `from` is `to` then.
   */
  subscribe(tell: (change: PublishedChange) => unknown, options?: SubscribeOptions): () => void
  /**
   * Shows every step this host takes from now on, ignored events included, once it is committed: for inspectors and
   * recorders of traces. Returns what stops it.
   */
  onStep(listener: (seen: ObservedStep) => void): () => void
  /**
   * Takes in what an edge observed; resolves once all of it is committed, what is of one call together. What is of no
   * call (an edge says so by an empty call id) is kept nowhere; the log names it.
   * @throws RollcallError MAILBOX_FULL | CALL_UNKNOWN | CALLS_UNPROVED | TOKEN_REFUSED | STORE_FAILED | STORE_REPLACED |
   * STORE_NEWER | STORE_CONFLICT | HOST_CLOSED, whose
   * `details.stored` names the calls that are committed all the same, and which is not definite then; REQUEST_INVALID for a
   * call id that no URL can hold
   */
  receive(observations: readonly InboundEvent[], options?: ReceiveOptions): Promise<void>
  /**
   * Takes nothing in any more, finishes what was taken in, gives requests under way a moment, and closes the store.
   * `drainMs`: that moment; 5 s, and none by a hand-made clock, which nobody might move. Never rejects: what goes wrong is told
   * to `onError`. Once it has resolved, every promise of this host is settled; what is definite was neither stored nor sent.
   */
  close(options?: { readonly drainMs?: number | undefined }): Promise<void>
}

/** A host over a transport and a store. @throws TypeError for options that cannot work */
export function createRollcall(options: RollcallOptions): Rollcall {
  const { transport, clock, createId, log, leaseMs, traits, callOptions, ...read } = readOptions(options)
  const { normaliseId } = traits
  const store = closableStore(read.store)
  const instanceId = crypto.randomUUID()
  const actors = new Map<string, CallActor>()
  const loaded = new Set<LoadedCall>()
  const closed = new AbortController()
  // What hangs when the host is closed, and is refused when it goes on, is no news.
  const onError: typeof read.onError = (error, callId) =>
    closed.signal.aborted && isHostClosed(error) ? undefined : read.onError(error, callId)
  const readers = new Set<() => void>()
  /** Creations under way: the service may have made the call. */
  const creations = new Set<Promise<unknown>>()
  /** Calls of receipts under way that no actor has yet: they may be new. */
  let arriving = 0
  let closing: Promise<void> | undefined
  transport.useClock?.(clock)

  const openActor = (callId: string, refuse = hostClosed): CallActor => {
    if (closing !== undefined) throw refuse()
    return actorOf(callId)
  }
  const actorOf = (callId: string): CallActor => {
    let actor = actors.get(callId)
    if (actor === undefined) actors.set(callId, (actor = new CallActor(callId, host)))
    return actor
  }
  const recovery = new Recovery({
    store,
    clock,
    leaseMs,
    onError,
    resume: async (callId) => openActor(callId).resume(),
    prepare: () => feed.start(),
  })
  const feed = new ChangeFeed({
    store,
    clock,
    instanceId,
    onForeign(entry) {
      recovery.onForeignCommit(entry)
      actors.get(entry.callId)?.onForeignCommit(entry)
    },
    onLost() {
      recovery.relistOpen()
      for (const actor of actors.values()) actor.onCommitsLost()
    },
    onError,
  })
  const runner = createEffectRunner(clock, onError)
  const stepListeners = new StepListeners(onError)
  const host: HostContext = {
    store,
    clock,
    instanceId,
    callOptions,
    feed,
    stepListeners,
    onError,
    log,
    outbox: new OutboxDispatcher({ store, transport, clock, runner, instanceId, leaseMs, log, onError }),
    ready: () => recovery.listed(),
    resuming: recovery.resuming,
    owns: (callId) => recovery.owns(callId),
    used(actor) {
      loaded.delete(actor)
      loaded.add(actor)
      const [oldest] = loaded
      if (loaded.size <= LOADED_CALLS || oldest === undefined) return
      loaded.delete(oldest)
      oldest.unload()
    },
    retire(actor) {
      loaded.delete(actor)
      if (actors.get(actor.callId) === actor) actors.delete(actor.callId)
    },
  }
  const unwatch = store.watch(instanceId, () => void feed.catchUp(), clock)
  const unwatchClock = watchWallClock(clock, () =>
    recovery.resume([...actors.values()].filter(({ isOwner }) => isOwner).map(({ callId }) => callId)),
  )
  const handleOf = (callId: string): CallHandle =>
    createHandle({ callId, clock, createId, traits, openActor: (refuse) => openActor(callId, refuse) })

  async function close(drainMs: number): Promise<void> {
    recovery.stop()
    feed.stop()
    unwatchClock()
    for (const stop of readers) stop()
    for (const actor of actors.values()) actor.beginClosing()
    const drained = Promise.allSettled([host.outbox.drain(), ...creations])
    if (drainMs > 0) await finish(drained, drainMs)
    runner.abort()
    // What was begun is handed back or answered now, before the actors close.
    await finish(drained, STORE_CLOSING_MS, 'Handing back what was not sent')
    callGuarded(unwatch, onError)
    await finish(drainActors(), STORE_CLOSING_MS, 'Storing what was taken in')
    endWaiting()
    await finish(drainActors(), STORE_CLOSING_MS)
    await finish(store.release(instanceId), STORE_CLOSING_MS, 'Releasing the leases')
    await finish(store.close(), STORE_CLOSING_MS, 'Closing the store')
  }

  const drainActors = (): Promise<unknown> => Promise.all([...actors.values()].map((actor) => actor.drain()))

  /** Nothing waits any more, and nothing more is asked of the store, whatever still hangs. */
  function endWaiting(): void {
    for (const actor of actors.values()) actor.close()
    closed.abort()
    store.cutOff()
  }

  /**
   * Waits for something, for so long at most: a request that hangs need not keep the process alive, and neither does this
   * host, but closing does. What it rejects with is told; that it took too long, if it has a name to be told by.
   */
  async function finish(done: Promise<unknown>, timeoutMs: number, name?: string): Promise<void> {
    const told = done.catch((error: unknown) => onError(error))
    try {
      await withDeadline({ clock: holdingClock(clock), timeoutMs }, () => told)
    } catch (error) {
      if (!(error instanceof DeadlinePassed)) throw error
      if (name !== undefined) onError(storeHangs(name))
    }
  }

  /** One body is taken in whole, or refused whole. */
  async function refuseForeign(
    callIds: readonly string[],
    unknownCalls: 'adopt' | 'refuse',
    tenantId: string | undefined,
  ): Promise<void> {
    // One alone is refused where it is stepped.
    if (callIds.length < 2) return
    const calls = await Promise.all(callIds.map((callId) => openActor(callId).stored()))
    for (const [index, callId] of callIds.entries()) {
      const call = calls[index]
      if (call === undefined && unknownCalls === 'refuse') throw callUnknown(callId)
      if (tenantId !== undefined && call?.tenant !== undefined && call.tenant !== tenantId)
        throw ofAnotherTenant(callId)
    }
  }

  async function isAnyUnknown(callIds: readonly string[]): Promise<boolean> {
    return (await Promise.all(callIds.map((callId) => openActor(callId).stored()))).includes(undefined)
  }

  /** Has the service make a call, and stores it. What goes wrong once it is made leaves a call that is there. */
  async function create(body: CreateCallBody, signal: AbortSignal): Promise<CallHandle> {
    const verdict = await runner.run((request) => transport.createCall(body, request), isCreatedCall, { signal })
    if (verdict.verdict === 'refused' && verdict.failure.code === 'REQUEST_INVALID')
      throw new RollcallError('REQUEST_INVALID', verdict.failure.message)
    if (verdict.verdict === 'refused')
      throw requestRefused('The service refused to create the call', verdict.failure, {})
    if (verdict.verdict === 'unconfirmed')
      throw requestUnconfirmed('The service did not confirm that it created the call', verdict.failure, {})
    const { callId: given, ...report } = verdict.value
    const events = creationOf({ ...report, state: report.state ?? 'establishing' }, clock.now())
    try {
      const callId = readCallId(given, normaliseId)
      if (closed.signal.aborted) throw hostClosed()
      // A host that closes stores it, too.
      const origin = closing === undefined ? 'outside' : 'host'
      await actorOf(callId).deliver({ type: 'events', events, unknownCall: 'adopt', origin })
      return handleOf(callId)
    } catch (error) {
      throw callNotStored(normaliseId(given), error)
    }
  }

  const rollcall: Rollcall = {
    clock,
    ready: recovery.run(),
    call: (callId) => handleOf(readCallId(callId, normaliseId)),

    async createCall(body, wait = {}) {
      if (closing !== undefined) throw hostClosed()
      if (typeof body !== 'object' || body === null)
        throw new TypeError('createCall: expected the body of a call, an object')
      return within(clock, wait, 'The creation of the call', async (signal) => {
        const creation = create(body, signal)
        creations.add(creation)
        const forget = (): void => void creations.delete(creation)
        creation.then(forget, forget)
        return unlessAborted(creation, signal)
      })
    },

    onStep(listener) {
      if (typeof listener !== 'function') throw new TypeError('observe: expected a function')
      return stepListeners.add(listener)
    },

    subscribe(tell, options = {}) {
      if (typeof tell !== 'function') throw new TypeError('subscribe: expected a function')
      const { cursor, facts = false } = options
      if (cursor !== undefined && typeof cursor !== 'string')
        throw new TypeError('subscribe: expected a text for cursor, the name of the reader')
      if (closing !== undefined) throw hostClosed()
      if (cursor === undefined) return feed.subscribe(tell, { facts })
      const stop = followCursor(
        { store, feed, clock, log, onError, name: cursor, facts, ready: () => recovery.listed() },
        tell,
      )
      readers.add(stop)
      return () => {
        readers.delete(stop)
        stop()
      }
    },

    async receive(observations, { unknownCalls = 'adopt', tenantId } = {}) {
      if (closing !== undefined) throw hostClosed()
      const at = clock.now()
      const byCall = Map.groupBy(observations, ({ callId }) => normaliseId(callId))
      log?.withoutCall(byCall.get('') ?? [])
      byCall.delete('')
      for (const callId of byCall.keys()) readCallId(callId, normaliseId)
      if (unknownCalls === 'refuse' || tenantId !== undefined)
        await refuseForeign([...byCall.keys()], unknownCalls, tenantId)
      for (const [callId, { length }] of byCall)
        if (actors.get(callId)?.hasRoomFor(length) === false) throw mailboxFull(callId)
      const strangers = [...byCall.keys()].filter((callId) => !actors.has(callId))
      const isTooMany = unknownCalls === 'adopt' && host.outbox.unproved + arriving + strangers.length > UNPROVED_CALLS
      if (isTooMany && (await isAnyUnknown(strangers))) throw callsUnproved()
      arriving += strangers.length
      const taken = await Promise.allSettled(
        [...byCall].map(([callId, ofCall]) =>
          openActor(callId).deliver({
            type: 'events',
            events: ofCall.map(({ event }) => ({ ...event, at }) as CallEvent),
            unknownCall: unknownCalls,
            tenantId,
          }),
        ),
      )
      arriving -= strangers.length
      const failures = taken.filter((result) => result.status === 'rejected').map(({ reason }): unknown => reason)
      if (failures.length === 0) return
      const [stored, failed] = [true, false].map((isStored) =>
        [...byCall.keys()].filter((_, index) => (taken[index]?.status === 'fulfilled') === isStored),
      ) as [string[], string[]]
      if (stored.length > 0) log?.partlyStored(stored, failed)
      // What is said of all of it is definite where it is so of each call.
      throw partlyStored(failures.find((error) => !isRollcallError(error) || !error.definite) ?? failures[0], stored)
    },

    close({ drainMs = clock === systemClock ? DRAIN_MS : 0 } = {}) {
      return (closing ??= close(drainMs))
    },
  }
  return Object.freeze(rollcall)
}

function readCallId(callId: unknown, normaliseId: (id: string) => string): string {
  if (typeof callId !== 'string') throw new TypeError('callId: expected a string')
  const normalised = normaliseId(callId)
  const fault = callIdFault(normalised)
  if (fault !== undefined) throw new RollcallError('REQUEST_INVALID', `callId: expected ${fault}.`, { expected: fault })
  return normalised
}

/** What the answer to its creation says of a call. One that is up already is asked about, and the service knows it. */
function creationOf(report: CallReport, at: number): readonly CallEvent[] {
  if (report.state === 'establishing' || report.state === 'incoming') return [{ type: 'call.reported', ...report, at }]
  return [
    { type: 'call.adopted', at },
    { type: 'call.fetched', answer: { verdict: 'done', value: report }, at },
  ]
}
