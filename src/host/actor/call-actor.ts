/**
 * The actor of one call: mailbox → step → one commit → tell → answer → requests, one batch at a time.
 *
 * Rule 1: nothing is told, answered or sent before it is committed.
 * Rule 2: what is committed is stepped from the latest version ({@link CommitLoop}).
 * Rule 3: a commit that failed may have been written all the same: the call is loaded again and taken up as it is then.
 * Rule 4: what the host owes itself is tried until it is committed; what comes from outside is refused and sent again.
 * Rule 5: when the host is closed nothing waits any more, and what is not on its way into the store never goes there.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import type { CallEvent } from '../../call/model/events.ts'
import { CallWaiters, type AnswerHook } from './waiters.ts'
import { isOver, isPointless, publishedChanges, type Batch } from './batch.ts'
import { Ownership } from './ownership.ts'
import { hostClosed, mailboxFull } from '../ports/errors.ts'
import { CallRepository } from './call-repository.ts'
import type { HostContext } from './host-context.ts'
import { BATCH_LIMIT, LONGEST_STORE_RETRY_MS, MAILBOX_LIMIT, STORE_RETRY_MS } from '../ports/limits.ts'
import { Mailbox, type Delivery, type DeliveryOptions, type Taken } from './mailbox.ts'
import type { EffectOwner } from '../outbox/dispatcher.ts'
import type { JournalEntry } from '../ports/ports.ts'
import type { EffectAnswer } from '../outbox/effect-runner.ts'
import { CommitLoop, type CommittedBatch } from './commit-loop.ts'
import type { Waiter } from './wait-for.ts'

/** Keeps one call. */
export class CallActor implements EffectOwner {
  readonly callId: string
  readonly #host: HostContext
  readonly #repository: CallRepository
  readonly #mailbox = new Mailbox(MAILBOX_LIMIT)
  readonly #commitLoop: CommitLoop
  readonly #ownership: Ownership
  readonly #waiters = new CallWaiters()
  #isRunning = false
  #readers = 0
  #phase: 'open' | 'closing' | 'closed' = 'open'
  #lock: Promise<unknown> = Promise.resolve()
  #failures = 0
  #cancelRetry: (() => void) | undefined

  constructor(callId: string, host: HostContext) {
    this.callId = callId
    this.#host = host
    this.#repository = new CallRepository(callId, host)
    this.#commitLoop = new CommitLoop(callId, this.#repository, host)
    this.#ownership = new Ownership(this, host.outbox, host.clock, (deadline, at) => this.#pass(deadline, at))
  }

  get isOver(): boolean {
    return this.#repository.isOver
  }

  /** The call's reference, as far as it is known here. */
  get reference(): string | undefined {
    return this.#repository.reference
  }

  /** True while this host keeps the alarms of the call and sends its requests. */
  get isOwner(): boolean {
    return this.#ownership.isOwner
  }

  hasRoomFor(count: number): boolean {
    return this.#mailbox.hasRoomFor(count)
  }

  /**
   * Takes events in; resolves once they are committed.
   * @throws RollcallError MAILBOX_FULL | CALL_UNKNOWN | STORE_FAILED | STORE_CONFLICT | HOST_CLOSED
   */
  deliver(events: readonly CallEvent[], options: DeliveryOptions): Promise<Taken> {
    const isOwn = options.isOwn ?? false
    if (this.#phase === 'closed' || (this.#phase === 'closing' && !isOwn)) return Promise.reject(hostClosed())
    if (!isOwn && !this.#mailbox.hasRoomFor(events.length)) return Promise.reject(mailboxFull(this.callId))
    return new Promise((resolve, reject) => {
      const take = (taken: Taken): void => {
        options.onTaken?.(taken)
        resolve(taken)
      }
      const delivery: Delivery = {
        events,
        unknownCall: options.unknownCall,
        tenantId: options.tenantId,
        settles: options.settles,
        returns: options.returns,
        isOwn,
        resolve: take,
        reject,
        onStalled: options.onStalled,
      }
      this.#mailbox.put(delivery)
      options.onQueued?.(delivery)
      this.#run()
    })
  }

  /** Takes a delivery back; false when it is too late for that. */
  withdraw(delivery: Delivery): boolean {
    return this.#mailbox.withdraw(delivery)
  }

  /**
   * The call as it is now, everything committed included, by whichever host; one that is not known yet is adopted. What is
   * taken in later waits until it is read.
   */
  async read(): Promise<Call> {
    if (this.#phase !== 'open') throw hostClosed()
    this.#readers += 1
    try {
      const caughtUp = this.#host.feed.catchUp()
      const held = await this.#exclusively(async () => {
        await caughtUp
        return this.#repository.load()
      })
      if (held !== undefined) {
        this.#host.used(this)
        return held.call
      }
      return (await this.deliver([], { unknownCall: 'adopt' })).call as Call
    } finally {
      this.#readers -= 1
      this.#retireIfIdle()
    }
  }

  /** The call as it is stored, without adopting it; undefined when it is not known. */
  async stored(): Promise<Call | undefined> {
    try {
      return (await this.#exclusively(() => this.#repository.load()))?.call
    } finally {
      this.#retireIfIdle()
    }
  }

  /** Lets somebody look at everything that happens from now on; returns what stops it. */
  watch(waiter: Waiter): () => void {
    return this.#retiringAfter(this.#waiters.add(waiter))
  }

  /** Calls back once, with the answer to an effect, after it is committed; without when it was not answered here. */
  onAnswer(effectId: string, hook: AnswerHook): () => void {
    return this.#retiringAfter(this.#waiters.onAnswer(effectId, hook))
  }

  async answered(effect: RequestEffect, answer: EffectAnswer): Promise<void> {
    await this.deliver([{ ...answer, at: this.#host.clock.now() } as CallEvent], {
      unknownCall: 'drop',
      isOwn: true,
      settles: effect.id,
    })
  }

  async isPointless(effect: RequestEffect): Promise<boolean> {
    return isPointless(
      effect,
      await this.#exclusively(() => this.#host.feed.catchUp().then(() => this.#repository.load())),
      this.#host.clock.now(),
    )
  }

  async returned(effect: RequestEffect): Promise<void> {
    await this.deliver([], { unknownCall: 'drop', isOwn: true, returns: effect })
  }

  settledElsewhere({ id }: RequestEffect): void {
    if (this.#waiters.isEmpty) return
    const onTaken = ({ call }: Taken): void => this.#waiters.answer(id, undefined, call)
    // Rejects when the host is closed: nobody waits any more.
    this.deliver([], { unknownCall: 'drop', isOwn: true, onTaken }).catch(() => undefined)
  }

  emptied(): void {
    this.#retireIfIdle()
  }

  /**
   * Takes the call up: its deadlines, its requests, and what it may have missed. Resolves when that is done, or has
   * met trouble that was told and will be tried again.
   */
  resume(): Promise<void> {
    this.#host.resuming.add(this.callId)
    return new Promise((resolve, reject) => {
      this.deliver([], { unknownCall: 'drop', isOwn: true, onStalled: resolve }).then(() => resolve(), reject)
    })
  }

  /** Another host has committed to the call. What it made may be known already, and shown to nobody yet. */
  onForeignCommit(entry: JournalEntry): void {
    this.#ownership.superseded(entry.version, entry.isEnded)
    if (this.#repository.version < entry.version) this.#repository.superseded(entry.version, entry.isEnded)
    if (entry.isEnded) this.#host.outbox.end(this.callId)
    if (this.#waiters.isEmpty) return this.#retireIfIdle()
    this.#waiters.onForeignCommit(entry)
    this.#lookAgain()
  }

  /** Commits were dropped before this host had read them: what it holds may be older than what is stored. */
  onCommitsLost(): void {
    this.#ownership.onCommitsLost()
    this.#repository.unload()
    if (this.#waiters.isEmpty) this.#retireIfIdle()
    else this.#lookAgain()
  }

  /** Lets go of the decoded call; deadlines and waiting go on. */
  unload(): void {
    if (this.#isRunning) return
    this.#repository.unload()
    this.#retireIfIdle()
  }

  /** Takes nothing in but what the host owes itself, and rings no alarm. */
  beginClosing(): void {
    if (this.#phase === 'open') this.#phase = 'closing'
    this.#ownership.release()
  }

  /** Resolves when what was taken in is finished, as far as the store lets it. */
  async drain(): Promise<void> {
    do await this.#exclusively(async () => undefined)
    while (this.#isRunning)
  }

  /** Takes nothing in any more, and refuses what has not been begun. What has been is answered as the store answers. */
  close(): void {
    this.#phase = 'closed'
    this.#cancelRetry?.()
    for (const { reject } of this.#mailbox.takeAll()) reject(hostClosed())
  }

  #pass(deadline: string, at: number): void {
    const event: CallEvent = { type: 'deadline.passed', deadline, at }
    // Rejects when the host is closed, or the event was no good: the deadline is in the store, and the error was told.
    this.deliver([event], { unknownCall: 'drop', isOwn: true }).catch(() => undefined)
  }

  #run(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    void this.#runBatches()
  }

  async #runBatches(): Promise<void> {
    let isStalled = false
    while (!this.#mailbox.isEmpty && !isStalled) isStalled = await this.#exclusively(() => this.#runBatch())
    this.#isRunning = false
    // What came from outside while this stalled does not wait for the next try.
    if (this.#mailbox.hasOutside) this.#run()
    this.#retireIfIdle()
  }

  /** Returns true when something is to be tried again later. */
  async #runBatch(): Promise<boolean> {
    const deliveries = this.#mailbox.take(BATCH_LIMIT)
    try {
      await this.#finish(await this.#commitLoop.run(deliveries), deliveries)
      this.#failures = 0
      return false
    } catch (error) {
      return this.#fail(deliveries, error)
    }
  }

  /** Refuses what came from outside and keeps the rest for later; returns true when there is a rest. */
  #fail(deliveries: readonly Delivery[], error: unknown): boolean {
    const { clock, onError } = this.#host
    onError(error, this.callId)
    const own = this.#phase === 'closed' ? [] : deliveries.filter(({ isOwn }) => isOwn)
    if (this.#commitLoop.isInDoubt && own.length === 0) this.#lookAgain()
    for (const delivery of deliveries) if (!own.includes(delivery)) delivery.reject(error)
    for (const { onStalled } of own) onStalled?.()
    if (own.length === 0) return false
    // What came from outside meanwhile would have to wait for the host's own.
    for (const { reject } of this.#mailbox.takeOutside()) reject(error)
    this.#mailbox.putBack(own)
    const wait = Math.min(STORE_RETRY_MS * 2 ** this.#failures, LONGEST_STORE_RETRY_MS)
    this.#failures += 1
    if (this.#phase === 'open') this.#cancelRetry = clock.schedule(clock.now() + wait, () => this.#run())
    return true
  }

  /** After the commit, or when there was nothing to commit: tell, answer, send. */
  async #finish({ batch, isResuming, position }: CommittedBatch, deliveries: readonly Delivery[]): Promise<void> {
    const { feed, resuming, instanceId, log, stepListeners } = this.#host
    const isCommitted = position !== undefined
    const version = (batch.cached?.version ?? 0) + (isCommitted ? 1 : 0)
    const { cached } = this.#repository
    this.#logIgnored(batch, deliveries)
    stepListeners.show(batch.seen)
    if (isResuming) {
      resuming.delete(this.callId)
      log?.resumed(this.callId)
    }
    if (isCommitted && cached !== undefined) {
      log?.committed(this.callId, cached.version, position, batch.steps.length)
      for (const { changes } of batch.steps) log?.changed(this.callId, changes)
      const changes = batch.steps.flatMap((step) => publishedChanges(this.callId, step.changes))
      await feed.announce({
        position,
        callId: this.callId,
        version: cached.version,
        instanceId,
        changes,
        isEnded: isOver(cached.call),
      })
    }
    if (this.isOver) this.#host.outbox.end(this.callId)
    for (const { settles, events } of deliveries)
      if (settles !== undefined) this.#waiters.answer(settles, events[0], batch.call)
    this.#waiters.show(batch, version)
    for (const delivery of deliveries) this.#answer(delivery, batch)
    if (cached !== undefined) this.#waiters.keepWaitingFor(cached.outbox, cached.call)
    // Another host may have committed meanwhile, and carries the call then.
    if (cached?.version === this.#repository.version && this.#phase === 'open') {
      this.#ownership.update(batch, cached, {
        isOurs: isCommitted || isResuming || this.#commitLoop.isInDoubt,
        isResuming,
      })
      this.#commitLoop.endDoubt()
      if (this.#ownership.isOwner) this.#host.owns(this.callId)
    }
    // What came while it was told, before those who wait now did, is not in what they were shown.
    if (batch.call !== undefined && version < this.#repository.version && !this.#waiters.isEmpty) this.#lookAgain()
    this.#host.used(this)
  }

  #logIgnored({ taken }: Batch, deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      const came = taken.get(delivery)
      if (came === undefined || 'error' in came) continue
      for (const [index, outcome] of came.outcomes.entries()) {
        const event = delivery.events[index]
        if (outcome.type === 'ignored' && event !== undefined)
          this.#host.log?.ignored(this.callId, event.type, outcome.reason)
      }
    }
  }

  #answer(delivery: Delivery, { taken }: Batch): void {
    const came = taken.get(delivery)
    if (came !== undefined && !('error' in came)) return delivery.resolve(came)
    if (delivery.isOwn) this.#host.onError(came?.error, this.callId)
    delivery.reject(came?.error)
  }

  /** Has the call loaded and shown, by a delivery of nothing: the host's own is tried until it succeeds. */
  #lookAgain(): void {
    if (this.#mailbox.hasOwn) return
    // Rejects when the host is closed: nobody waits any more.
    this.deliver([], { unknownCall: 'drop', isOwn: true }).catch(() => undefined)
  }

  #retiringAfter(stop: () => void): () => void {
    return () => {
      stop()
      this.#retireIfIdle()
    }
  }

  #retireIfIdle(): void {
    const isAwaited = this.#readers > 0 || !this.#waiters.isEmpty
    if (isAwaited || this.#isRunning || !this.#mailbox.isEmpty || this.#host.outbox.has(this.callId)) return
    const { cached } = this.#repository
    const isDone = cached === undefined ? this.#ownership.hasNoTimers : isOver(cached.call) && cached.outbox.size === 0
    if (isDone) this.#host.retire(this)
  }

  /** One thing at a time: batches and loading. */
  #exclusively<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#lock.then(act)
    this.#lock = done.catch(() => undefined)
    return done
  }
}
