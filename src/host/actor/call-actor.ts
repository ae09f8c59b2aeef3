/**
 * The actor of one call: mailbox → step → one commit → what follows it, one batch at a time.
 *
 * Rule 1: nothing is shown, answered or sent before it is committed ({@link afterCommit}).
 * Rule 2: a batch is stepped from the latest version ({@link CommitLoop}).
 * Rule 3: a commit that failed may have been written all the same: the call is loaded again and resumed as it is then.
 * Rule 4: a message of the host is tried until it is committed; one from outside is refused, and its sender sends it
 * again.
 * Rule 5: once the host is closed, every wait has ended, and no further commit is started.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import type { CallEvent } from '../../call/model/events.ts'
import type { EffectOwner } from '../outbox/dispatcher.ts'
import type { Pointlessness } from '../outbox/claim.ts'
import type { EffectAnswer } from '../outbox/effect-runner.ts'
import { hostClosed, mailboxFull, waitClosed } from '../ports/errors.ts'
import { BATCH_LIMIT, LONGEST_STORE_RETRY_MS, MAILBOX_LIMIT, STORE_RETRY_MS } from '../ports/limits.ts'
import type { JournalEntry } from '../ports/ports.ts'
import { afterCommit, type ActorParts } from './after-commit.ts'
import { isOver, whyPointless } from './batch.ts'
import { CallRepository } from './call-repository.ts'
import { CommitLoop } from './commit-loop.ts'
import type { HostContext } from './host-context.ts'
import { eventsOf, isFromHost, Mailbox, type Envelope, type Message, type Reply } from './mailbox.ts'
import { Ownership } from './ownership.ts'
import type { Watchable } from './wait-for.ts'
import { Waiters, type Waiter } from './waiters.ts'
import { backoffMs } from '../../time/backoff.ts'
import { onAbort } from '../../time/abort.ts'

/** How to deliver a message. */
export interface DeliveryOptions {
  /**
   * Once it is aborted the delivery rejects with its reason; a message that has not been taken from the mailbox is
   * withdrawn.
   */
  readonly signal?: AbortSignal | undefined
  /** Called when a message of the host could not be committed just now and is to be tried again. */
  readonly onStalled?: (() => void) | undefined
}

/** Runs one call. */
export class CallActor implements EffectOwner, Watchable {
  readonly callId: string
  readonly #host: HostContext
  readonly #mailbox = new Mailbox(MAILBOX_LIMIT)
  readonly #repository: CallRepository
  readonly #commitLoop: CommitLoop
  readonly #ownership: Ownership
  readonly #waiters = new Waiters()
  readonly #parts: ActorParts
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
    this.#ownership = new Ownership(this, host.outbox, host.clock, (deadline, at) => this.#onDeadline(deadline, at))
    this.#parts = {
      callId,
      host,
      repository: this.#repository,
      waiters: this.#waiters,
      ownership: this.#ownership,
      commitLoop: this.#commitLoop,
      mayOwn: () => this.#phase === 'open',
    }
  }

  get isOver(): boolean {
    return this.#repository.isOver
  }

  /** The call's reference, as far as it is known here. */
  get reference(): string | undefined {
    return this.#repository.reference
  }

  /** True while this instance keeps the call's timers and sends its requests. */
  get isOwner(): boolean {
    return this.#ownership.isOwner
  }

  hasRoomFor(count: number): boolean {
    return this.#mailbox.hasRoomFor(count)
  }

  /**
   * Takes a message in; resolves once it is committed.
   * @throws RollcallError MAILBOX_FULL | CALL_UNKNOWN | TOKEN_REFUSED | STORE_FAILED | STORE_CONFLICT | HOST_CLOSED; the reason of
   * the signal
   */
  deliver(message: Message, { signal, onStalled }: DeliveryOptions = {}): Promise<Reply> {
    const isOwn = isFromHost(message)
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
    if (this.#phase === 'closed' || (this.#phase === 'closing' && !isOwn)) return Promise.reject(hostClosed())
    if (!isOwn && !this.#mailbox.hasRoomFor(eventsOf(message).length)) return Promise.reject(mailboxFull(this.callId))
    return new Promise((resolve, reject) => {
      let stopListening = (): void => undefined
      const envelope: Envelope = {
        message,
        onStalled,
        resolve(reply) {
          stopListening()
          resolve(reply)
        },
        reject(error) {
          stopListening()
          reject(error as Error)
        },
      }
      if (signal !== undefined)
        stopListening = onAbort(signal, () => {
          this.#mailbox.withdraw(envelope)
          reject(signal.reason as Error)
        })
      this.#mailbox.put(envelope)
      this.#run()
    })
  }

  /** The call as it is stored now, whichever instance committed last. A call that is not known yet is adopted. */
  async read(): Promise<Call> {
    if (this.#phase !== 'open') throw hostClosed()
    this.#readers += 1
    try {
      const caughtUp = this.#host.feed.catchUp()
      const cached = await this.#exclusively(async () => {
        await caughtUp
        return this.#repository.load()
      })
      if (cached !== undefined) {
        this.#host.used(this)
        return cached.call
      }
      return (await this.deliver({ type: 'adopt' })).call as Call
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

  /**
   * Shows the waiter everything from now on; returns a function that removes it. A waiter that is added in the turn in
   * which a reply came is shown everything after that reply: the next batch begins later.
   * @throws RollcallError HOST_CLOSED, not definite
   */
  watch(waiter: Waiter): () => void {
    if (this.#phase === 'closed') throw waitClosed()
    const stop = this.#waiters.add(waiter)
    if (waiter.effectId !== undefined) {
      const { cached } = this.#repository
      if (cached === undefined) this.#refresh()
      else if (!cached.outbox.has(waiter.effectId)) this.#waiters.answer(waiter.effectId, undefined, cached.call)
    }
    return () => {
      stop()
      this.#retireIfIdle()
    }
  }

  async answered(effect: RequestEffect, answer: EffectAnswer): Promise<void> {
    const event = { ...answer, at: this.#host.clock.now() } as CallEvent
    await this.deliver({ type: 'answer', effectId: effect.id, event })
  }

  async whyPointless(effect: RequestEffect): Promise<Pointlessness | undefined> {
    const cached = await this.#exclusively(() => this.#host.feed.catchUp().then(() => this.#repository.load()))
    return whyPointless(effect, cached, this.#host.clock.now())
  }

  async returned(effect: RequestEffect): Promise<void> {
    await this.deliver({ type: 'returned', effect })
  }

  settledElsewhere(): void {
    if (!this.#waiters.isEmpty) this.#refresh()
  }

  emptied(): void {
    this.#retireIfIdle()
  }

  /**
   * Resumes the call: its deadlines, its requests, and what this instance may have missed. Resolves when that is done,
   * or has failed; a failure is reported and tried again.
   */
  resume(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.deliver({ type: 'resume' }, { onStalled: resolve }).then(() => resolve(), reject)
    })
  }

  /**
   * Another instance has committed to the call. Its version may be loaded already, and not shown to the waiters yet.
   */
  onForeignCommit(entry: JournalEntry): void {
    this.#ownership.superseded(entry.version, entry.isEnded)
    if (this.#repository.version < entry.version) this.#repository.superseded(entry.version, entry.isEnded)
    if (entry.isEnded) this.#host.outbox.end(this.callId)
    if (this.#waiters.isEmpty) return this.#retireIfIdle()
    this.#waiters.onForeignCommit(entry)
    this.#refresh()
  }

  /** Commits were dropped before this instance had read them: the call it has may be older than the stored one. */
  onCommitsLost(): void {
    this.#ownership.onCommitsLost()
    this.#repository.unload()
    if (this.#waiters.isEmpty) this.#retireIfIdle()
    else this.#refresh()
  }

  get bytes(): number {
    return this.#repository.bytes
  }

  /** Drops the decoded call; timers and waits go on. */
  unload(): void {
    if (this.#isRunning) return
    this.#repository.unload()
    this.#retireIfIdle()
  }

  /** Stops accepting messages from outside and cancels timers. */
  beginClosing(): void {
    if (this.#phase === 'open') this.#phase = 'closing'
    this.#ownership.release()
  }

  /** Resolves when everything that was taken in is finished, as far as the store lets it. */
  async drain(): Promise<void> {
    do await this.#exclusively(async () => undefined)
    while (this.#isRunning)
  }

  /**
   * Refuses what has not been taken from the mailbox, and ends every wait. A batch under way ends as the store lets it.
   */
  close(): void {
    this.#phase = 'closed'
    this.#cancelRetry?.()
    for (const { reject } of this.#mailbox.takeAll()) reject(hostClosed())
    this.#waiters.close()
  }

  #onDeadline(deadline: string, at: number): void {
    const event: CallEvent = { type: 'deadline.passed', deadline, at }
    // A rejection means that the host is closed, or that the event could not be stepped, which was reported. The
    // deadline is stored.
    this.deliver({ type: 'events', events: [event], unknownCall: 'drop', origin: 'host' }).catch(() => undefined)
  }

  /** Has the call loaded and shown. A message of the host that waits already does as much. */
  #refresh(): void {
    if (this.#mailbox.hasHostMessage) return
    // A rejection means that the host is closed, and no wait is left.
    this.deliver({ type: 'refresh' }).catch(() => undefined)
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
    // A message from outside that came during the failure does not wait for the next try.
    if (this.#mailbox.hasOutsideMessage) this.#run()
    this.#retireIfIdle()
  }

  /** Returns true when something is to be tried again later. */
  async #runBatch(): Promise<boolean> {
    const envelopes = this.#mailbox.take(BATCH_LIMIT)
    try {
      const committed = await this.#commitLoop.run(envelopes.map(({ message }) => message))
      await afterCommit(this.#parts, committed, envelopes)
      // A commit that came before a waiter did is not among what the waiter was shown.
      if (committed.batch.call !== undefined && this.#isBehind(committed.batch.cached?.version, committed.position))
        this.#refresh()
      this.#host.used(this)
      this.#failures = 0
      return false
    } catch (error) {
      return this.#fail(envelopes, error)
    }
  }

  #isBehind(versionBefore = 0, position: number | undefined): boolean {
    const shown = versionBefore + (position === undefined ? 0 : 1)
    return shown < this.#repository.version && !this.#waiters.isEmpty
  }

  /** Refuses messages from outside and keeps those of the host for later; returns true when there are some. */
  #fail(envelopes: readonly Envelope[], error: unknown): boolean {
    const { clock, onError } = this.#host
    onError(error, this.callId)
    const kept = this.#phase === 'closed' ? [] : envelopes.filter(({ message }) => isFromHost(message))
    if (this.#commitLoop.isInDoubt && kept.length === 0) this.#refresh()
    for (const envelope of envelopes) if (!kept.includes(envelope)) envelope.reject(error)
    for (const { onStalled } of kept) onStalled?.()
    if (kept.length === 0) return false
    // Messages from outside that came meanwhile would have to wait for those of the host.
    for (const { reject } of this.#mailbox.takeOutside()) reject(error)
    this.#mailbox.putBack(kept)
    this.#failures += 1
    const waitMs = backoffMs(this.#failures, { firstMs: STORE_RETRY_MS, longestMs: LONGEST_STORE_RETRY_MS })
    if (this.#phase === 'open') this.#cancelRetry = clock.schedule(clock.now() + waitMs, () => this.#run())
    return true
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
