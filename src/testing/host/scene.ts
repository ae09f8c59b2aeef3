/**
 * The scene of a host law: a host, the simulated service it talks to, a slow store, and the requests that were sent.
 * @module
 */
import type { RequestEffect } from '../../call/model/effects.ts'
import type { Verdict } from '../../call/model/events.ts'
import type { Commit, RequestOptions, Store, Transport, TransportTraits } from '../../host/ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import type { Rollcall } from '../../host/api/rollcall.ts'
import { simulatedTransport, type SimulatedTransport } from '../../simulator/graph/transport.ts'
import { DEFAULT_EPOCH_MS } from '../../simulator/world/world.ts'
import { memoryStore } from '../../host/ports/memory-store.ts'
import { ProcessLifetime, mortalClock, mortalStore, mortalTransport } from '../histories/crash-injection.ts'
import { virtualClock } from '../../time/virtual-clock.ts'
import { LawBroken } from '../law-broken.ts'
import { checkArgument, withMethods } from '../../call/codec/options.ts'

/** The dependencies of a host under test; it uses nothing else. */
export interface HostSurroundings {
  /** The store the host is to use. */
  readonly store: Store
  /** The transport the host is to use. */
  readonly transport: Transport
  /** The clock the host is to use. */
  readonly clock: Clock
  /** Receives the errors that the host reports. An error that the law did not cause breaks the law. */
  readonly onError: (error: unknown) => void
}

/** Makes a host: a new one for every law, and for every process within a law. */
export type MakeHost = (surroundings: HostSurroundings) => Rollcall

/** How a host's transport sends. */
export interface TransportManner {
  /** Default true: the transport calls `beforeSend` itself, right before it sends. */
  readonly fencesSends?: boolean | undefined
  /** Each request waits for this before it is sent, as for a token or a slot. */
  readonly queue?: Promise<void> | undefined
  /** Default: the traits of the simulated service. */
  readonly traits?: TransportTraits | undefined
  /** Changes the transport before the host receives it. */
  readonly tap?: ((transport: Transport) => Transport) | undefined
  /** Changes the store before the host gets it. */
  readonly tapStore?: ((store: Store) => Store) | undefined
}

/** The call of every law. */
export const callId = 'call'

/** A host whose store is slow, so that anything done before the commit becomes visible. */
export class Scene {
  readonly clock = virtualClock(DEFAULT_EPOCH_MS, { settlingTurns: 1 })
  readonly service: SimulatedTransport
  /** The `clientContext` of each invite sent to the service. */
  readonly sent: string[] = []
  /** Requests that no finished commit contained when they were sent, as sentences. */
  readonly unwritten: string[] = []
  /** Requests that finished commits say are unanswered: the name of each by its effect's id. */
  readonly #written = new Map<string, string>()
  readonly #make: MakeHost
  readonly #kept = memoryStore()
  /** Every commit waits for this. */
  gate: Promise<void> | undefined
  isBroken = false
  /** The error of a broken store. */
  readonly diskFull = new Error('the disk is full')
  /** The error of a failing subscriber. */
  readonly subscriberFailed = new Error('the subscriber failed')
  /** Errors that hosts reported while their process ran. */
  readonly reported: unknown[] = []
  /** From now on requests hang; each is kept here, with the signal that would abort it. */
  isHanging = false
  readonly hanging: { readonly name: string; readonly signal: AbortSignal | undefined }[] = []
  /** The difference between the hosts' wall clock and the world's time, in milliseconds. */
  setMs = 0

  constructor(make: MakeHost) {
    this.#make = make
    this.service = simulatedTransport({
      clock: this.clock,
      seed: 'host',
      historyLimit: 0,
      defaultScript: { type: 'noAnswer' },
    })
  }

  /** Makes a host on the store. There may be several, one after the other. */
  host(life = new ProcessLifetime(), manner: TransportManner = {}): Rollcall {
    const rollcall = this.#make({
      store: mortalStore((manner.tapStore ?? asItIs)(this.#slowStore()), life),
      transport: mortalTransport((manner.tap ?? asItIs)(this.#watchedTransport(manner)), life),
      clock: mortalClock(this.#settableClock(), life),
      onError: (error) => {
        if (!life.isDead) this.reported.push(error)
      },
    })
    checkArgument(
      'hostLaws: what was made',
      rollcall,
      withMethods('call', 'createCall', 'subscribe', 'receive', 'close'),
    )
    this.deliverTo(rollcall, life)
    return rollcall
  }

  /** Sends the service's notifications to that host from now on. */
  deliverTo(rollcall: Rollcall, life = new ProcessLifetime()): void {
    this.service.deliverTo({
      receive: (observations) => (life.isDead ? new Promise(() => undefined) : rollcall.receive(observations)),
    })
  }

  /** Makes a host that is in the call of the laws. */
  async begin(manner: TransportManner = {}): Promise<Rollcall> {
    const rollcall = this.host(undefined, manner)
    this.service.act({ act: 'placeCall', callId, callbackUri: 'https://bot.example/callback' })
    await this.clock.advance(1_000)
    await rollcall.call(callId).read()
    return rollcall
  }

  /** Lets everything happen except that a commit finishes. */
  async whileCommitsWait<T>(act: () => Promise<T>): Promise<T> {
    let open: () => void = () => undefined
    this.gate = new Promise((resolve) => {
      open = resolve
    })
    try {
      return await act()
    } finally {
      this.gate = undefined
      open()
      await this.clock.advance(100)
    }
  }

  async pass(ms = 100): Promise<void> {
    await this.clock.advance(ms)
  }

  /** Spans are measured in the world's time, whatever the wall clock says. */
  #settableClock(): Clock {
    const { clock } = this
    const now = (): number => clock.now() + this.setMs
    return { now, schedule: (atMs, run) => clock.schedule(clock.now() + atMs - now(), run) }
  }

  #slowStore(): Store {
    return {
      ...this.#kept,
      commit: async (commit: Commit) => {
        await this.gate
        if (this.isBroken) throw this.diskFull
        const position = await this.#kept.commit(commit)
        for (const id of commit.acknowledgedEffects) this.#written.delete(id)
        for (const effect of commit.effects) this.#written.set(effect.id, nameOf(effect))
        return position
      },
      close: async () => undefined,
    }
  }

  #watchedTransport({ fencesSends = true, queue, traits = this.service.traits }: TransportManner): Transport {
    const { service, sent } = this
    const send = async <T>(
      name: string,
      options: RequestOptions | undefined,
      request: () => Promise<Verdict<T>>,
      context?: string,
    ): Promise<Verdict<T>> => {
      await queue
      if (options?.beforeSend !== undefined && !(await options.beforeSend()))
        return {
          verdict: 'refused',
          failure: { reason: 'other', code: 'aborted', message: 'it was aborted before it was sent' },
        }
      if (context !== undefined) sent.push(context)
      if (![...this.#written.values()].includes(name)) this.unwritten.push(`${name} was sent before it was committed`)
      if (!this.isHanging) return request()
      this.hanging.push({ name, signal: options?.signal })
      return new Promise(() => undefined)
    }
    return {
      traits,
      fencesSends,
      // No call exists yet to commit it with.
      createCall: (body, options) => service.createCall(body, options),
      getCall: (id, options) => send('the GET of the call', options, () => service.getCall(id, claimed(options))),
      keepAlive: (id, options) => send('the keepAlive', options, () => service.keepAlive(id, claimed(options))),
      listParticipants: (id, options) =>
        send('the GET of the participants', options, () => service.listParticipants(id, claimed(options))),
      hangUp: (id, options) => send('the hangUp', options, () => service.hangUp(id, claimed(options))),
      invite: (id, invitation, options) =>
        send(
          `the invite ${invitation.clientContext}`,
          options,
          () => service.invite(id, invitation, claimed(options)),
          invitation.clientContext,
        ),
      deleteParticipant: (id, participantId, options) =>
        send(`the DELETE of ${participantId}`, options, () =>
          service.deleteParticipant(id, participantId, claimed(options)),
        ),
      muteParticipant: (id, participantId, clientContext, options) =>
        send(`the mute ${clientContext}`, options, () =>
          service.muteParticipant(id, participantId, clientContext, claimed(options)),
        ),
    }
  }
}

function asItIs<T>(it: T): T {
  return it
}

/** The options of a request that is claimed already. */
function claimed(options: RequestOptions | undefined): RequestOptions {
  return { ...options, beforeSend: undefined }
}

/** The name of a request, the same in the outbox and on the way. */
function nameOf(effect: RequestEffect): string {
  switch (effect.type) {
    case 'participants.invite':
      return `the invite ${effect.invitation}`
    case 'participant.delete':
      return `the DELETE of ${effect.participantId}`
    case 'participant.mute':
      return `the mute ${effect.clientContext}`
    case 'call.hangUp':
      return 'the hangUp'
    case 'call.fetch':
      return 'the GET of the call'
    case 'call.keepAlive':
      return 'the keepAlive'
    case 'roster.fetch':
      return 'the GET of the participants'
  }
}

/** Throws unless both values are equal as JSON. @throws LawBroken */
export function same(found: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(expected)]
  demand(is === should, `${what}: expected ${should}, not ${is}`)
}

/** Throws unless the condition holds. @throws LawBroken */
export function demand(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new LawBroken(otherwise)
}
