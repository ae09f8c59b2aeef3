/**
 * Hosts that die: a store, a transport and a clock that stop for good at the n-th step, as a killed process does.
 *
 * A step is the moment before or after anything a host asks of its surroundings; dead ones never hear an answer again.
 * @module
 */
import type { RequestOptions, Store, Transport } from '../../src/host/ports/ports.ts'
import type { Clock } from '../../src/time/clock.ts'
import { tellOfSending } from '../../src/testing/sending.ts'

/** A named step, and which of them is the last. */
export interface LastStep {
  readonly step: string
  readonly count: number
}

/** The life of one host: as many steps as that, or until a named one. */
export class Life {
  /** How many steps it lived, those that count. */
  steps = 0
  readonly #limit: number
  readonly #named: string | undefined
  readonly #onDeath: (step: string) => void
  #isDead = false

  constructor(limit: number | LastStep, onDeath: (step: string) => void = () => undefined) {
    this.#limit = typeof limit === 'number' ? limit : limit.count
    this.#named = typeof limit === 'number' ? undefined : limit.step
    this.#onDeath = onDeath
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Ends it here and now. */
  end(step: string): void {
    if (this.#isDead) return
    this.#isDead = true
    this.#onDeath(step)
  }

  /** Does something, unless it is over before, and comes back with it, unless it is over after. */
  async through<T>(name: string, act: () => Promise<T>): Promise<T> {
    await this.#step(`before ${name}`)
    const result = await act()
    await this.#step(`after ${name}`)
    return result
  }

  /** Counts a step. */
  reach(name: string): void {
    if (this.#named !== undefined && this.#named !== name) return
    this.steps += 1
    if (this.steps === this.#limit) this.end(name)
  }

  async #step(name: string): Promise<void> {
    this.reach(name)
    if (this.#isDead) await new Promise(() => undefined)
  }
}

/** What a host of that life sees of a store. */
export function mortalStore(store: Store, life: Life): Store {
  return {
    load: (callId) => life.through('load', () => store.load(callId)),
    commit: (commit) => life.through('commit', () => store.commit(commit)),
    reserve: (callId, effectId, lease) => life.through('reserve', () => store.reserve(callId, effectId, lease)),
    claim: (callId, effectId, lease) => life.through('begin', () => store.claim(callId, effectId, lease)),
    renew: (lease) => life.through('renew', () => store.renew(lease)),
    release: (instanceId) => life.through('release', () => store.release(instanceId)),
    listOpen: () => life.through('listOpen', () => store.listOpen()),
    listDue: (before) => life.through('listDue', () => store.listDue(before)),
    readJournal: (after, limit) => life.through('readJournal', () => store.readJournal(after, limit)),
    journalEnd: () => life.through('journalEnd', () => store.journalEnd()),
    readCursor: (name) => life.through('readCursor', () => store.readCursor(name)),
    writeCursor: (name, position) => life.through('writeCursor', () => store.writeCursor(name, position)),
    watch: (instanceId, listener, clock) =>
      store.watch(
        instanceId,
        () => {
          if (!life.isDead) listener()
        },
        clock,
      ),
    close: () => (life.isDead ? Promise.resolve() : store.close()),
  }
}

/** What a host of that life sees of a service. */
export function mortalTransport(
  transport: Transport,
  life: Life,
  onRequest: (method: string, subject: string) => void,
): Transport {
  const ask = <T>(
    method: string,
    subject: string,
    options: RequestOptions | undefined,
    act: (options: RequestOptions | undefined) => Promise<T>,
  ): Promise<T> => life.through(method, () => act(tellOfSending(transport, options, () => onRequest(method, subject))))
  return {
    traits: transport.traits,
    fencesSends: transport.fencesSends,
    createCall: (body, options) => ask('createCall', '', options, (own) => transport.createCall(body, own)),
    getCall: (callId, options) => ask('getCall', callId, options, (own) => transport.getCall(callId, own)),
    keepAlive: (callId, options) => ask('keepAlive', callId, options, (own) => transport.keepAlive(callId, own)),
    hangUp: (callId, options) => ask('hangUp', callId, options, (own) => transport.hangUp(callId, own)),
    invite: (callId, invitation, options) =>
      ask('invite', invitation.clientContext, options, (own) => transport.invite(callId, invitation, own)),
    listParticipants: (callId, options) =>
      ask('listParticipants', callId, options, (own) => transport.listParticipants(callId, own)),
    deleteParticipant: (callId, id, options) =>
      ask('deleteParticipant', id, options, (own) => transport.deleteParticipant(callId, id, own)),
    muteParticipant: (callId, id, clientContext, options) =>
      ask('muteParticipant', id, options, (own) => transport.muteParticipant(callId, id, clientContext, own)),
  }
}

/** The clock of the world as a host of that life sees it. */
export function mortalClock(clock: Clock, life: Life): Clock {
  return {
    now: () => clock.now(),
    schedule: (atMs, run) =>
      clock.schedule(atMs, () => {
        if (!life.isDead) run()
      }),
  }
}
