/**
 * The host: calls, durable, on any instance.
 *
 * Rule 1: a host resumes the open calls of its store when it is made: overdue deadlines pass once, and requests without an
 * answer are asked again.
 * Rule 2: any instance may take any notification. The instance that committed last owns the call; when it dies, another one
 * resumes its calls.
 * Rule 3: the host knows no time but the clock's.
 * @module
 */
import { checkArgument, method, milliseconds, options, readOptions } from '../../call/codec/options.ts'
import { optional } from '../../call/codec/schema.ts'
import type { CallEvent, InboundEvent } from '../../call/model/events.ts'
import { CallActor } from '../actor/call-actor.ts'
import type { HostContext } from '../actor/host-context.ts'
import { LoadedCalls } from '../actor/loaded-calls.ts'
import { Recovery } from '../actor/recovery.ts'
import { within, readWait, type WaitOptions } from '../actor/wait-for.ts'
import { unlessAborted } from '../../time/abort.ts'
import type { Clock } from '../../time/clock.ts'
import { systemClock, watchWallClock } from '../../time/system-clock.ts'
import { ChangeFeed } from '../feed/change-feed.ts'
import { followCursor, subscribeShape, type SubscribeOptions } from '../feed/durable-subscription.ts'
import { StepListeners, type ObservedStep } from '../feed/listeners.ts'
import { OutboxDispatcher } from '../outbox/dispatcher.ts'
import { createEffectRunner } from '../outbox/effect-runner.ts'
import { closableStore } from '../ports/closable-store.ts'
import { hostClosed, isHostClosed } from '../ports/errors.ts'
import { DRAIN_MS } from '../ports/limits.ts'
import type { CreateCallBody } from '../ports/ports.ts'
import type { PublishedChange } from '../ports/published-change.ts'
import { createHandle, type CallHandle } from './call-handle.ts'
import { createDirectRequests } from './direct-requests.ts'
import { readCallId } from './call-id.ts'
import { closeHost } from './close-host.ts'
import { createCall } from './create-call.ts'
import { readHostOptions, type RollcallOptions } from './options.ts'
import { createReceiver, type ReceiveOptions } from './receive.ts'

/** A host of calls. */
export interface Rollcall {
  /** The clock the host uses. */
  readonly clock: Clock
  /** Resolves when every open call of the store has been resumed. Nothing needs to wait for it. */
  readonly ready: Promise<void>
  /**
   * A handle of a call, whether the store knows it or not.
   * @throws RollcallError REQUEST_INVALID for an id that no URL can hold
   * @example
   * ```ts
   * const call = rollcall.call('57dab8b1-894c-409a-b240-bd8beae78896')
   * console.log((await call.read()).state)
   * ```
   */
  call(callId: string): CallHandle
  /**
   * Makes a call; the body has the fields of the service (Graph: `callbackUri` and more), which the transport checks.
   * @throws RollcallError REQUEST_REFUSED | REQUEST_UNCONFIRMED | REQUEST_INVALID | WAIT_TIMEOUT | HOST_CLOSED. A call that
   * the service made and that could not be stored is REQUEST_UNCONFIRMED, with the call in `details.callId`
   * @example
   * ```ts
   * const call = await rollcall.createCall({ callbackUri: 'https://bot.example/callback' })
   * await call.established({ timeoutMs: 30_000 })
   * ```
   */
  createCall(body: CreateCallBody, options?: WaitOptions): Promise<CallHandle>
  /**
   * Calls the listener with every announced change of a participant and every change of a call's state, once, in order per
   * call; returns a function that stops it. With `cursor` a restarted process continues where it stopped, and a change at
   * which the listener throws or rejects is repeated until it is taken; without `cursor` such an error is reported to
   * `onError`, and the change is not repeated. With `facts` changes of facts are included (mute, hold, media, endpoint and
   * what else the service says of a participant): their `from` equals their `to`.
   * @example
   * ```ts
   * const stop = rollcall.subscribe((change) => {
   *   if (change.key === undefined) console.log('the call is', change.to)
   *   else console.log(change.key, change.from ?? 'new', '→', change.to, change.ending?.cause)
   * }, { cursor: 'billing' })
   * ```
   */
  subscribe(listener: (change: PublishedChange) => unknown, options?: SubscribeOptions): () => void
  /**
   * Calls the listener with every step this host takes from now on, ignored events included, once it is committed: for
   * inspectors and trace recorders. Returns a function that stops it.
   */
  onStep(listener: (step: ObservedStep) => void): () => void
  /**
   * Takes in what an edge observed; resolves once all of it is committed, the events of one call together. Events without a
   * call (an edge gives them an empty call id) are dropped; the log names them.
   * @throws RollcallError NOTIFICATION_INVALID for a value that is not an event, with `details.path`: no event of its call is
   * taken in, those of other calls are. MAILBOX_FULL | CALL_UNKNOWN | CALLS_UNPROVED | TOKEN_REFUSED | STORE_FAILED | STORE_REPLACED |
   * STORE_NEWER | STORE_CONFLICT | HOST_CLOSED. When some calls were committed all the same, `details.stored` names them and
   * the error is not definite. REQUEST_INVALID for a call id that no URL can hold
   * @example
   * ```ts
   * import { parseNotifications } from 'rollcall/graph'
   *
   * await rollcall.receive(parseNotifications(body))
   * ```
   */
  receive(events: readonly InboundEvent[], options?: ReceiveOptions): Promise<void>
  /**
   * Stops taking anything in, finishes what was taken in, gives requests under way `drainMs` milliseconds (default 5,000; 0
   * with a hand-made clock), and closes the store. Rejects for a wrong option alone; failures are reported to `onError`. Once it has resolved,
   * every promise of this host is settled, and nothing was stored or sent for what a definite error refused.
   * @example
   * ```ts
   * process.once('SIGTERM', () => void rollcall.close())
   * ```
   */
  close(options?: CloseOptions): Promise<void>
}

/** How to close a host. */
interface CloseOptions {
  readonly drainMs?: number | undefined
}

const closeShape = options<CloseOptions>({ drainMs: optional(milliseconds) })

/**
 * A host over a transport and a store.
 * @throws TypeError for options that cannot work
 * @example
 * ```ts
 * import { createRollcall } from 'rollcall'
 * import { graphTransport } from 'rollcall/graph'
 * import { sqliteStore } from 'rollcall/sqlite'
 *
 * const transport = graphTransport({ token: async () => process.env['GRAPH_TOKEN'] ?? '' })
 * const rollcall = createRollcall({ transport, store: sqliteStore('calls.db') })
 * ```
 */
export function createRollcall(options: RollcallOptions): Rollcall {
  const { transport, clock, createId, log, leaseMs, cacheBytes, traits, callOptions, ...read } =
    readHostOptions(options)
  const store = closableStore(read.store)
  const instanceId = crypto.randomUUID()
  const actors = new Map<string, CallActor>()
  const loaded = new LoadedCalls(cacheBytes)
  let isClosed = false
  // Something that hung when the host was closed is refused later: that is not an error to report.
  const onError: typeof read.onError = (error, callId) =>
    isClosed && isHostClosed(error) ? undefined : read.onError(error, callId)
  const readers = new Set<() => void>()
  /** Requests under way that no outbox has: creations of calls, and those that handles send themselves. */
  const underWay = new Set<Promise<unknown>>()
  const track = (request: Promise<unknown>): void => {
    const forget = (): void => void underWay.delete(request)
    underWay.add(request)
    request.then(forget, forget)
  }
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
      loaded.used(actor)
    },
    retire(actor) {
      loaded.drop(actor)
      if (actors.get(actor.callId) === actor) actors.delete(actor.callId)
    },
  }
  const unwatch = store.watch(instanceId, () => void feed.catchUp(), clock)
  const unwatchClock = watchWallClock(clock, () =>
    recovery.resume([...actors.values()].filter(({ isOwner }) => isOwner).map(({ callId }) => callId)),
  )
  const handleOf = (callId: string): CallHandle =>
    createHandle({
      callId,
      clock,
      createId,
      traits,
      openActor: (refuse) => openActor(callId, refuse),
      direct: createDirectRequests({
        callId,
        clock,
        createId,
        traits,
        transport,
        runner,
        log,
        openActor: () => openActor(callId),
        track,
      }),
    })

  const receive = createReceiver({
    clock,
    log,
    traits,
    isClosing: () => closing !== undefined,
    knownActor: (callId) => actors.get(callId),
    openActor,
    unprovedCount: () => host.outbox.unproved,
  })
  const creation = {
    transport,
    runner,
    clock,
    traits,
    store: (callId: string, events: readonly CallEvent[]): Promise<unknown> => {
      if (isClosed) return Promise.reject(hostClosed())
      const origin = closing === undefined ? 'outside' : 'host'
      return actorOf(callId).deliver({ type: 'events', events, unknownCall: 'adopt', origin })
    },
  }

  const close = (drainMs: number): Promise<void> => {
    recovery.stop()
    feed.stop()
    unwatchClock()
    for (const stop of readers) stop()
    const onClosed = (): void => {
      isClosed = true
    }
    const { outbox } = host
    const parts = { clock, instanceId, store, outbox, runner, actors, underWay, unwatch, onClosed, onError }
    return closeHost(parts, drainMs)
  }

  const rollcall: Rollcall = {
    clock,
    ready: recovery.run(),
    call: (callId) => handleOf(readCallId(callId, traits)),

    async createCall(body, wait = {}) {
      if (closing !== undefined) throw hostClosed()
      if (typeof body !== 'object' || body === null)
        throw new TypeError('createCall: expected the body of a call, an object')
      return within(clock, readWait('createCall', wait), 'The creation of the call', async (signal) => {
        const created = createCall(creation, body, signal)
        track(created)
        return handleOf(await unlessAborted(created, signal))
      })
    },

    onStep(listener) {
      checkArgument('onStep: the listener', listener, method)
      return stepListeners.add(listener)
    },

    subscribe(listener, options = {}) {
      checkArgument('subscribe: the listener', listener, method)
      const { cursor, facts = false } = readOptions('subscribe', subscribeShape, options)
      if (closing !== undefined) throw hostClosed()
      if (cursor === undefined) return feed.subscribe(listener, { facts })
      const stop = followCursor(
        { store, feed, clock, log, onError, name: cursor, facts, ready: () => recovery.listed() },
        listener,
      )
      readers.add(stop)
      return () => {
        readers.delete(stop)
        stop()
      }
    },

    receive,

    async close(options = {}) {
      const { drainMs = clock === systemClock ? DRAIN_MS : 0 } = readOptions('close', closeShape, options)
      return (closing ??= close(drainMs))
    },
  }
  return Object.freeze(rollcall)
}
