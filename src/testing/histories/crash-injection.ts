/**
 * Crash injection: a store, a transport and a clock that stop for ever when their process dies, and for a while when it
 * stalls.
 *
 * Rule 1: a process dies before or after any call to its surroundings, and never receives an answer again.
 * Rule 2: a process stalls at the same moments. It receives its answers and alarms when it continues.
 * @module
 */
import type { RequestOptions, Store, Transport } from '../../host/ports/ports.ts'
import type { Clock } from '../../time/clock.ts'

/** The lifetime of one process. */
export class ProcessLifetime {
  isDead = false
  /** Resolves when the process has ended. */
  readonly over: Promise<void>
  readonly #abort = new AbortController()
  #end: () => void = () => undefined
  #stepsLeft = Number.POSITIVE_INFINITY
  #stallsIn = Number.POSITIVE_INFINITY
  #stalled: PromiseWithResolvers<void> | undefined

  constructor() {
    this.over = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  /** Ends the process now. */
  end(): void {
    this.isDead = true
    this.#abort.abort()
    this.#end()
  }

  /** Aborted with the process: nothing of a dead process is retried. */
  givingUp(options: RequestOptions = {}): RequestOptions {
    const { signal } = options
    return {
      ...options,
      signal: signal === undefined ? this.#abort.signal : AbortSignal.any([signal, this.#abort.signal]),
    }
  }

  /** Ends the process after that many steps. */
  endAfter(steps: number): void {
    this.#stepsLeft = steps
  }

  /** Stalls the process after that many steps, until it is woken. */
  stallAfter(steps: number): void {
    this.#stallsIn = steps
  }

  wake(): void {
    this.#stallsIn = Number.POSITIVE_INFINITY
    this.#stalled?.resolve()
    this.#stalled = undefined
  }

  /** Runs something when the process is awake, unless it has ended. */
  whenAwake(run: () => void): void {
    if (this.isDead) return
    if (this.#stalled === undefined) run()
    else void this.#stalled.promise.then(() => this.whenAwake(run))
  }

  /** Runs something unless the process has ended before, and returns the result unless it has ended after. */
  async through<T>(act: () => Promise<T>): Promise<T> {
    await this.#step()
    const result = await act()
    await this.#step()
    return result
  }

  async #step(): Promise<void> {
    this.#stepsLeft -= 1
    if (this.#stepsLeft <= 0 && !this.isDead) this.end()
    this.#stallsIn -= 1
    if (this.#stallsIn <= 0) this.#stalled ??= Promise.withResolvers()
    await this.#stalled?.promise
    if (this.isDead) await new Promise(() => undefined)
  }
}

/** The store as that process sees it. */
export function mortalStore(store: Store, life: ProcessLifetime): Store {
  return {
    load: (callId) => life.through(() => store.load(callId)),
    commit: (commit) => life.through(() => store.commit(commit)),
    reserve: (callId, effectId, lease) => life.through(() => store.reserve(callId, effectId, lease)),
    claim: (callId, effectId, lease) => life.through(() => store.claim(callId, effectId, lease)),
    renew: (lease) => life.through(() => store.renew(lease)),
    release: (instanceId) => life.through(() => store.release(instanceId)),
    listOpen: () => life.through(() => store.listOpen()),
    listDue: (before) => life.through(() => store.listDue(before)),
    readJournal: (after, limit) => life.through(() => store.readJournal(after, limit)),
    journalEnd: () => life.through(() => store.journalEnd()),
    readCursor: (name) => life.through(() => store.readCursor(name)),
    writeCursor: (name, position) => life.through(() => store.writeCursor(name, position)),
    watch: (instanceId, listener, clock) => store.watch(instanceId, () => life.whenAwake(listener), clock),
    // The store outlives its hosts: the next one uses it.
    close: () => Promise.resolve(),
  }
}

/** The service as that process sees it. It uses the world's clock, not that of a host. */
export function mortalTransport(transport: Transport, life: ProcessLifetime): Transport {
  return {
    traits: transport.traits,
    fencesSends: transport.fencesSends,
    createCall: (body, options) => life.through(() => transport.createCall(body, life.givingUp(options))),
    getCall: (callId, options) => life.through(() => transport.getCall(callId, life.givingUp(options))),
    keepAlive: (callId, options) => life.through(() => transport.keepAlive(callId, life.givingUp(options))),
    hangUp: (callId, options) => life.through(() => transport.hangUp(callId, life.givingUp(options))),
    invite: (callId, invitation, options) =>
      life.through(() => transport.invite(callId, invitation, life.givingUp(options))),
    listParticipants: (callId, options) =>
      life.through(() => transport.listParticipants(callId, life.givingUp(options))),
    deleteParticipant: (callId, participantId, options) =>
      life.through(() => transport.deleteParticipant(callId, participantId, life.givingUp(options))),
    muteParticipant: (callId, participantId, clientContext, options) =>
      life.through(() => transport.muteParticipant(callId, participantId, clientContext, life.givingUp(options))),
  }
}

/** The clock as that process sees it. */
export function mortalClock(clock: Clock, life: ProcessLifetime): Clock {
  return {
    ...clock,
    now: () => clock.now(),
    schedule: (atMs, run) => clock.schedule(atMs, () => life.whenAwake(run)),
  }
}
