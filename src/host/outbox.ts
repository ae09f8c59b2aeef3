/**
 * The outbox of a host: carries out what calls asked for and have committed, so many at a time, and brings the
 * answers back.
 *
 * Rule 1: nothing is sent before the store has granted the lease for it; another host's is waited for.
 * Rule 2: an invite that somebody began before is not posted again; it is answered `unconfirmed`. So is a cancel that was
 * left by another process: the participant may have answered since, and the call fetches the roster first.
 * Rule 3: nothing is sent for a call that has ended, and no cancel for an invitation that has been answered. What is under
 * way when the call ends is given up: its repetitions and further pages are requests, too.
 * Rule 4: what was begun and not given to the transport before the host closed was not sent: it is handed back, so
 * that the next host sends it.
 * @module
 */
import type { RequestEffect } from '../call/effects.ts'
import { BEGIN_RETRY_MS, RENEWALS_PER_LEASE, REQUESTS_IN_FLIGHT, REQUESTS_IN_FLIGHT_PER_CALL } from './limits.ts'
import type { HostLog } from './log.ts'
import type { Beginning, Clock, Lease, Store, Transport } from './ports.ts'
import { CALL_ENDED_UNSENT, carryOut, refused, unconfirmed, type Answer, type Sending } from './requests.ts'
import type { Sender } from './sender.ts'

/** Whose effects they are. */
export interface EffectOwner {
  readonly callId: string
  /** True when the call has ended. */
  readonly isOver: boolean
  /** True when the effect is not to be sent any more, whatever the service would say; asked right before it is. */
  isPointless(effect: RequestEffect): Promise<boolean>
  /** Takes the answer in; resolves once it is recorded. */
  answered(effect: RequestEffect, answer: Answer): Promise<void>
  /** Takes an effect back that was begun and not sent; resolves once that is recorded. */
  returned(effect: RequestEffect): Promise<void>
  /** Somebody else recorded the answer. */
  settledElsewhere(effect: RequestEffect): void
  /** The outbox has nothing of this call any more. */
  emptied(): void
}

/** What an outbox works with. */
export interface OutboxSettings {
  readonly store: Store
  readonly transport: Transport
  readonly clock: Clock
  readonly sender: Sender
  readonly holder: string
  readonly leaseMs: number
  readonly log: HostLog | undefined
  readonly onError: (error: unknown, callId?: string) => void
}

function isCancel(effect: RequestEffect): boolean {
  return effect.type === 'participant.delete' && effect.isCancelOnly === true
}

const pointless: Sending = async () => refused('answered', 'the participant answered before this was sent')

interface Lane {
  readonly owner: EffectOwner
  /** Every effect from being added to its answer being recorded, so that none is carried out twice at a time. */
  readonly known: Map<string, RequestEffect>
  readonly waiting: RequestEffect[]
  /** Ids of effects that another process left. */
  readonly inherited: Set<string>
  /** Aborted when the call ends. */
  readonly ended: AbortController
  inFlight: number
}

/** Carries out effects. */
export class Outbox {
  readonly #settings: OutboxSettings
  readonly #lanes = new Map<string, Lane>()
  /** Calls that have something to send and a place for it, in turn. */
  readonly #ready = new Set<Lane>()
  readonly #timers = new Set<() => void>()
  #inFlight = 0
  #cancelRenewal: (() => void) | undefined
  #isStopped = false
  #idle: PromiseWithResolvers<void> | undefined

  constructor(settings: OutboxSettings) {
    this.#settings = settings
  }

  /** Adds effects of a call, `fresh` ones asked for just now; those it has already are left alone. */
  add(owner: EffectOwner, effects: Iterable<RequestEffect>, fresh: readonly RequestEffect[]): void {
    const lane = this.#laneOf(owner)
    for (const effect of effects) {
      if (lane.known.has(effect.id)) continue
      lane.known.set(effect.id, effect)
      lane.waiting.push(effect)
      if (!fresh.some(({ id }) => id === effect.id)) lane.inherited.add(effect.id)
    }
    this.#settle(lane)
    this.#pump()
  }

  /** The call has ended: gives up what is under way. */
  end(callId: string): void {
    this.#lanes.get(callId)?.ended.abort()
  }

  /** True while something of the call is to be sent, is under way, or is not recorded. */
  has(callId: string): boolean {
    return this.#lanes.has(callId)
  }

  /** Begins nothing more; resolves when nothing is under way. */
  async drain(): Promise<void> {
    this.#isStopped = true
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
    if (this.#inFlight === 0) return
    this.#idle ??= Promise.withResolvers()
    await this.#idle.promise
  }

  #laneOf(owner: EffectOwner): Lane {
    let lane = this.#lanes.get(owner.callId)
    if (lane === undefined) this.#lanes.set(owner.callId, lane = { owner, known: new Map(), waiting: [], inherited: new Set(), ended: new AbortController(), inFlight: 0 })
    return lane
  }

  #settle(lane: Lane): void {
    const hasPlace = lane.waiting.length > 0 && lane.inFlight < REQUESTS_IN_FLIGHT_PER_CALL
    if (hasPlace) this.#ready.add(lane)
    else this.#ready.delete(lane)
    if (lane.known.size > 0 || this.#lanes.get(lane.owner.callId) !== lane) return
    this.#lanes.delete(lane.owner.callId)
    lane.owner.emptied()
  }

  #pump(): void {
    while (!this.#isStopped && this.#inFlight < REQUESTS_IN_FLIGHT) {
      const [lane] = this.#ready
      const effect = lane?.waiting.shift()
      if (lane === undefined || effect === undefined) return
      this.#ready.delete(lane)
      lane.inFlight += 1
      this.#inFlight += 1
      this.#settle(lane)
      void this.#begin(lane, effect)
    }
  }

  #finish(lane: Lane): void {
    lane.inFlight -= 1
    this.#inFlight -= 1
    this.#settle(lane)
    this.#pump()
    if (this.#inFlight > 0) return
    this.#cancelRenewal?.()
    this.#cancelRenewal = undefined
    this.#idle?.resolve()
  }

  async #begin(lane: Lane, effect: RequestEffect): Promise<void> {
    const { owner } = lane
    const { log } = this.#settings
    try {
      const beginning = await this.#askLease(owner, effect)
      if (beginning.state === 'granted') {
        log?.begun(owner.callId, effect, beginning.wasBegun)
        const isPointless = await this.#isPointless(owner, effect)
        if (isPointless === undefined) return this.#again(lane, effect, this.#settings.clock.now() + BEGIN_RETRY_MS)
        const sending = isPointless ? pointless : this.#sendingOf(lane, effect, beginning.wasBegun)
        if (sending === undefined) return void this.#record(lane, effect, owner.returned(effect))
        const answer = await carryOut(effect, owner.callId, this.#settings.transport, sending)
        log?.answered(owner.callId, effect, answer)
        void this.#record(lane, effect, owner.answered(effect, answer))
      } else if (beginning.state === 'held') this.#again(lane, effect, beginning.until)
      else this.#forget(lane, effect)
    } finally {
      this.#finish(lane)
    }
  }

  /** Asks the store; when that fails, nothing was sent, and it is asked again later. */
  async #askLease(owner: EffectOwner, effect: RequestEffect): Promise<Beginning> {
    const { store, clock, onError } = this.#settings
    try {
      const beginning = await store.begin(owner.callId, effect.id, this.#lease())
      if (beginning.state === 'granted') this.#renewLater()
      return beginning
    } catch (error) {
      onError(error, owner.callId)
      return { state: 'held', until: clock.now() + BEGIN_RETRY_MS }
    }
  }

  /** Only a cancel can have become pointless; undefined when the call could not be read. */
  async #isPointless(owner: EffectOwner, effect: RequestEffect): Promise<boolean | undefined> {
    if (!isCancel(effect)) return false
    try {
      return await owner.isPointless(effect)
    } catch (error) {
      this.#settings.onError(error, owner.callId)
      return undefined
    }
  }

  /** How it is sent, or answered without; undefined when the host closes and it is not to be sent any more. */
  #sendingOf({ owner, inherited, ended }: Lane, effect: RequestEffect, wasBegun: boolean): Sending | undefined {
    const { sender } = this.#settings
    if (owner.isOver) return async () => refused(CALL_ENDED_UNSENT, 'the call ended before this was sent')
    if (wasBegun && effect.type === 'participants.invite') return async () => unconfirmed('restarted', 'a host began the invite and did not record its answer')
    if (isCancel(effect) && (wasBegun || inherited.has(effect.id))) return async () => unconfirmed('restarted', 'another process was to send the cancel and may have done so')
    return sender.isAborted ? undefined : (send, isValue) => sender.send(send, isValue, ended.signal)
  }

  async #record(lane: Lane, effect: RequestEffect, recorded: Promise<void>): Promise<void> {
    try {
      await recorded
    } catch {
      // The host is closed, or the answer could not be stepped, which was told: the effect stays in the store, and the
      // next host takes it from there.
      return
    }
    lane.known.delete(effect.id)
    lane.inherited.delete(effect.id)
    this.#settle(lane)
  }

  #forget(lane: Lane, effect: RequestEffect): void {
    lane.known.delete(effect.id)
    lane.owner.settledElsewhere(effect)
  }

  #again(lane: Lane, effect: RequestEffect, at: number): void {
    if (this.#isStopped) return
    const cancel = this.#settings.clock.schedule(at, () => {
      this.#timers.delete(cancel)
      lane.waiting.push(effect)
      this.#settle(lane)
      this.#pump()
    })
    this.#timers.add(cancel)
  }

  #lease(): Lease {
    const { clock, holder, leaseMs } = this.#settings
    const at = clock.now()
    return { holder, at, until: at + leaseMs }
  }

  /** While something is under way, its lease is kept up. */
  #renewLater(): void {
    if (this.#cancelRenewal !== undefined) return
    const { clock, leaseMs, store, onError } = this.#settings
    this.#cancelRenewal = clock.schedule(clock.now() + leaseMs / RENEWALS_PER_LEASE, () => {
      this.#cancelRenewal = undefined
      store.renew(this.#lease()).catch((error: unknown) => onError(error))
      this.#renewLater()
    })
  }
}
