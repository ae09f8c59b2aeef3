/**
 * The dispatcher: sends the committed requests of all calls, a bounded number at a time, and delivers the answers.
 *
 * Rule 1: nothing is queued before the store has granted the lease for it, and nothing is sent before it is claimed
 * (`claim.ts`): by a transport that fences its sends, right before it leaves; for any other, before its method is
 * called.
 * Rule 2: nothing is sent for a call that has ended, and no cancel for an invitation that has been answered. A request
 * under way when the call ends is given up: its repetitions and further pages are requests, too.
 * Rule 3: commands of the application and queries of the host have slots of their own: neither waits for the other.
 * Within each, calls take turns.
 * Rule 4: what was not sent before the host closed stays in the outbox for the next host. A request that was claimed
 * and not sent is handed back as not claimed: also when the store granted the claim while the host was closing, and
 * when the request waits for its next attempt.
 * @module
 */
import type { RequestEffect } from '../../call/model/effects.ts'
import { Claim, type ClaimOwner } from './claim.ts'
import {
  QUERIES_IN_FLIGHT,
  RENEWALS_PER_LEASE,
  REQUESTS_IN_FLIGHT_PER_CALL,
  COMMANDS_IN_FLIGHT,
} from '../ports/limits.ts'
import type { HostLog } from '../ports/log.ts'
import type { Lease, RequestOptions, Store, Transport } from '../ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import { carryOut, type EffectAnswer, type EffectRunner, type InFlightRequest } from './effect-runner.ts'

/** The call that effects belong to. */
export interface EffectOwner extends ClaimOwner {
  /** The call's reference, as far as it is known here. */
  readonly reference: string | undefined
  /** Takes the answer in; resolves once it is recorded. */
  answered(effect: RequestEffect, answer: EffectAnswer): Promise<void>
  /** Takes an effect back that was claimed and not sent; resolves once that is recorded. */
  returned(effect: RequestEffect): Promise<void>
  /** Another instance recorded the answer. */
  settledElsewhere(effect: RequestEffect): void
  /** The outbox has nothing left of this call. */
  emptied(): void
}

/** What a dispatcher needs. */
export interface OutboxSettings {
  readonly store: Store
  readonly transport: Transport
  readonly clock: Clock
  readonly runner: EffectRunner
  readonly instanceId: string
  readonly leaseMs: number
  readonly log: HostLog | undefined
  readonly onError: (error: unknown, callId?: string) => void
}

/** `command`: the application asked for it. `query`: the call wants to know something. */
type Kind = 'command' | 'query'

const kinds: { readonly [T in RequestEffect['type']]: Kind } = {
  'participants.invite': 'command',
  'participant.delete': 'command',
  'participant.mute': 'command',
  'call.hangUp': 'command',
  'roster.fetch': 'query',
  'call.fetch': 'query',
  'call.keepAlive': 'query',
}

const slots: { readonly [K in Kind]: number } = { command: COMMANDS_IN_FLIGHT, query: QUERIES_IN_FLIGHT }

const bothKinds = ['command', 'query'] as const satisfies readonly Kind[]

interface Lane {
  readonly owner: EffectOwner
  /** Every effect from being added until its answer is recorded, so that none is sent twice at a time. */
  readonly known: Map<string, RequestEffect>
  readonly waiting: { readonly [K in Kind]: RequestEffect[] }
  /** Ids of effects that another process left. */
  readonly inherited: Set<string>
  /** The claims of effects that were tried, by effect id. */
  readonly claims: Map<string, Claim>
  /** Ids of effects that are under way. */
  readonly trying: Set<string>
  /** Aborted when the call ends. */
  readonly ended: AbortController
  inFlight: number
}

/** Sends effects. */
export class OutboxDispatcher {
  readonly #settings: OutboxSettings
  readonly #lanes = new Map<string, Lane>()
  /** Calls that have something to send and a place for it, in turn. */
  readonly #ready: { readonly [K in Kind]: Set<Lane> } = { command: new Set(), query: new Set() }
  readonly #timers = new Set<() => void>()
  readonly #inFlight: { [K in Kind]: number } = { command: 0, query: 0 }
  #unproved = 0
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
      if (isProof(effect)) this.#unproved += 1
      lane.waiting[kinds[effect.type]].push(effect)
      if (!fresh.some(({ id }) => id === effect.id)) lane.inherited.add(effect.id)
    }
    this.#settle(lane)
    this.#pump()
  }

  /** The call has ended: gives up the requests in flight. */
  end(callId: string): void {
    this.#lanes.get(callId)?.ended.abort()
  }

  /** True while something of the call is to be sent, is under way, or is not recorded. */
  has(callId: string): boolean {
    return this.#lanes.has(callId)
  }

  /** How many adopted calls the service has not answered about yet. */
  get unproved(): number {
    return this.#unproved
  }

  /** Begins nothing more; resolves when nothing is under way. */
  async drain(): Promise<void> {
    this.#isStopped = true
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
    for (const lane of this.#lanes.values()) this.#handBackWaiting(lane)
    if (this.#isIdle) return
    this.#idle ??= Promise.withResolvers()
    await this.#idle.promise
  }

  #laneOf(owner: EffectOwner): Lane {
    let lane = this.#lanes.get(owner.callId)
    if (lane === undefined)
      this.#lanes.set(
        owner.callId,
        (lane = {
          owner,
          known: new Map(),
          waiting: { command: [], query: [] },
          inherited: new Set(),
          claims: new Map(),
          trying: new Set(),
          ended: new AbortController(),
          inFlight: 0,
        }),
      )
    return lane
  }

  get #isIdle(): boolean {
    return this.#inFlight.command === 0 && this.#inFlight.query === 0
  }

  #settle(lane: Lane): void {
    for (const kind of bothKinds) {
      const hasPlace = lane.waiting[kind].length > 0 && lane.inFlight < REQUESTS_IN_FLIGHT_PER_CALL
      if (hasPlace) this.#ready[kind].add(lane)
      else this.#ready[kind].delete(lane)
    }
    if (lane.known.size > 0 || this.#lanes.get(lane.owner.callId) !== lane) return
    this.#lanes.delete(lane.owner.callId)
    lane.owner.emptied()
  }

  #pump(): void {
    for (const kind of bothKinds) {
      while (!this.#isStopped && this.#inFlight[kind] < slots[kind]) {
        const [lane] = this.#ready[kind]
        const effect = lane?.waiting[kind].shift()
        if (lane === undefined || effect === undefined) break
        this.#ready[kind].delete(lane)
        lane.inFlight += 1
        this.#inFlight[kind] += 1
        this.#settle(lane)
        void this.#begin(lane, effect)
      }
    }
  }

  #finish(lane: Lane, { type }: RequestEffect): void {
    lane.inFlight -= 1
    this.#inFlight[kinds[type]] -= 1
    this.#settle(lane)
    this.#pump()
    if (!this.#isIdle) return
    this.#cancelRenewal?.()
    this.#cancelRenewal = undefined
    this.#idle?.resolve()
  }

  async #begin(lane: Lane, effect: RequestEffect): Promise<void> {
    const { owner, ended } = lane
    const { transport, runner, onError } = this.#settings
    const claim = this.#claimOf(lane, effect)
    lane.trying.add(effect.id)
    try {
      const isFenced = transport.fencesSends === true
      const isReady = (await claim.reserve()) && (isFenced || (await claim.take(() => runner.isAborted)))
      if (!isReady || runner.isAborted) return this.#leave(lane, effect, claim)
      const take = isFenced ? (isGivenUp: () => boolean) => claim.take(isGivenUp) : undefined
      const answer = await this.#carryOut(lane, effect, (send, shape) =>
        runner.run((options) => send(withReference(options, owner)), shape, { signal: ended.signal, claim: take }),
      )
      // The store may grant a claim that is under way after all: then it is handed back.
      if (runner.isAborted) await claim.taken()
      if (claim.unsent !== undefined || (!claim.isSent && runner.isAborted)) return this.#leave(lane, effect, claim)
      if (!claim.isSent && isDone(answer))
        onError(
          new TypeError('transport: it has fencesSends, and sent a request without awaiting beforeSend'),
          owner.callId,
        )
      this.#answered(lane, effect, answer)
    } finally {
      lane.trying.delete(effect.id)
      this.#finish(lane, effect)
    }
  }

  #claimOf({ owner, inherited, claims }: Lane, effect: RequestEffect): Claim {
    let claim = claims.get(effect.id)
    if (claim === undefined) {
      const settings = { ...this.#settings, lease: () => this.#lease(), onLease: () => this.#renewLater() }
      claims.set(effect.id, (claim = new Claim(settings, owner, effect, { isInherited: inherited.has(effect.id) })))
    }
    return claim
  }

  #carryOut({ owner }: Lane, effect: RequestEffect, sending: InFlightRequest): Promise<EffectAnswer> {
    return carryOut(effect, owner.callId, this.#settings.transport, sending)
  }

  #answered(lane: Lane, effect: RequestEffect, answer: EffectAnswer): void {
    this.#settings.log?.answered(lane.owner.callId, effect, 'answer' in answer ? answer.answer : undefined)
    void this.#record(lane, effect, lane.owner.answered(effect, answer))
  }

  /** What becomes of a request that is not sent. */
  async #leave(lane: Lane, effect: RequestEffect, claim: Claim): Promise<void> {
    const { unsent } = claim
    switch (unsent?.next) {
      case 'again':
        return this.#isStopped ? this.#handBack(lane, effect, claim) : this.#again(lane, effect, unsent.at)
      case 'forget':
        return this.#forget(lane, effect)
      case 'answer':
        return this.#answered(lane, effect, await this.#carryOut(lane, effect, async () => unsent.verdict))
      // The host closes. A request that was not claimed is in the store as it was.
      case undefined:
        return this.#handBack(lane, effect, claim)
    }
  }

  /** Hands back what was claimed and waits to be tried again. */
  #handBackWaiting(lane: Lane): void {
    for (const [id, claim] of lane.claims) {
      const effect = lane.known.get(id)
      if (effect !== undefined && !lane.trying.has(id)) this.#handBack(lane, effect, claim)
    }
  }

  #handBack(lane: Lane, effect: RequestEffect, { isReturnable }: Claim): void {
    if (isReturnable) void this.#record(lane, effect, lane.owner.returned(effect))
  }

  async #record(lane: Lane, effect: RequestEffect, recorded: Promise<void>): Promise<void> {
    try {
      await recorded
    } catch {
      // The host is closed, or the answer could not be stepped, which was reported: the effect stays in the store for
      // the next instance.
      return
    }
    this.#drop(lane, effect)
    this.#settle(lane)
  }

  #forget(lane: Lane, effect: RequestEffect): void {
    this.#drop(lane, effect)
    lane.owner.settledElsewhere(effect)
  }

  #drop({ known, inherited, claims }: Lane, { id }: RequestEffect): void {
    const effect = known.get(id)
    if (effect !== undefined && isProof(effect)) this.#unproved -= 1
    known.delete(id)
    inherited.delete(id)
    claims.delete(id)
  }

  #again(lane: Lane, effect: RequestEffect, at: number): void {
    const cancel = this.#settings.clock.schedule(at, () => {
      this.#timers.delete(cancel)
      lane.waiting[kinds[effect.type]].push(effect)
      this.#settle(lane)
      this.#pump()
    })
    this.#timers.add(cancel)
  }

  #lease(): Lease {
    const { clock, instanceId, leaseMs } = this.#settings
    const at = clock.now()
    return { instanceId, at, until: at + leaseMs }
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

/** The first query about an adopted call: its answer says whether there is such a call. */
function isProof({ type, id }: RequestEffect): boolean {
  return type === 'call.fetch' && id === 'call'
}

/** The options of a request about a call: with its reference, where it has one. */
function withReference(options: RequestOptions, { reference }: EffectOwner): RequestOptions {
  return reference === undefined ? options : { ...options, reference }
}

function isDone(answer: EffectAnswer): boolean {
  return 'answer' in answer && answer.answer.verdict === 'done'
}
