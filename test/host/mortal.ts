/**
 * Hosts that die: a store, a transport and a clock that stop for good at the n-th step, as a killed process does.
 *
 * A step is the moment before or after anything a host asks of its surroundings; dead ones never hear an answer again.
 * @module
 */
import type { Clock, Store, Transport } from '../../src/host/ports.ts'

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
    begin: (callId, effectId, lease) => life.through('begin', () => store.begin(callId, effectId, lease)),
    renew: (lease) => life.through('renew', () => store.renew(lease)),
    release: (holder) => life.through('release', () => store.release(holder)),
    listOpen: () => life.through('listOpen', () => store.listOpen()),
    listDue: (before) => life.through('listDue', () => store.listDue(before)),
    readJournal: (after, limit) => life.through('readJournal', () => store.readJournal(after, limit)),
    journalEnd: () => life.through('journalEnd', () => store.journalEnd()),
    readCursor: (name) => life.through('readCursor', () => store.readCursor(name)),
    writeCursor: (name, position) => life.through('writeCursor', () => store.writeCursor(name, position)),
    watch: (holder, listener, clock) => store.watch(holder, () => { if (!life.isDead) listener() }, clock),
    close: () => life.isDead ? Promise.resolve() : store.close(),
  }
}

/** What a host of that life sees of a service. */
export function mortalTransport(transport: Transport, life: Life, onRequest: (method: string, subject: string) => void): Transport {
  const ask = <T>(method: string, subject: string, act: () => Promise<T>): Promise<T> => life.through(method, () => {
    onRequest(method, subject)
    return act()
  })
  return {
    createCall: (body, options) => ask('createCall', '', () => transport.createCall(body, options)),
    getCall: (callId, options) => ask('getCall', callId, () => transport.getCall(callId, options)),
    keepAlive: (callId, options) => ask('keepAlive', callId, () => transport.keepAlive(callId, options)),
    hangUp: (callId, options) => ask('hangUp', callId, () => transport.hangUp(callId, options)),
    invite: (callId, invitation, options) => ask('invite', invitation.clientContext, () => transport.invite(callId, invitation, options)),
    listParticipants: (callId, options) => ask('listParticipants', callId, () => transport.listParticipants(callId, options)),
    deleteParticipant: (callId, id, options) => ask('deleteParticipant', id, () => transport.deleteParticipant(callId, id, options)),
    muteParticipant: (callId, id, clientContext, options) => ask('muteParticipant', id, () => transport.muteParticipant(callId, id, clientContext, options)),
  }
}

/** The clock of the world as a host of that life sees it. */
export function mortalClock(clock: Clock, life: Life): Clock {
  return {
    now: () => clock.now(),
    schedule: (atMs, run) => clock.schedule(atMs, () => { if (!life.isDead) run() }),
  }
}
