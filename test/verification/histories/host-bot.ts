/**
 * The host bot: `createRollcall` with mailbox, store, outbox and leases, on one instance or two, which may be restarted
 * gracefully or die between any two steps.
 *
 * Rule 1: any instance may receive any notification: the instances take turns.
 * Rule 2: a notification whose instance dies over it is posted again, to an instance that runs.
 * @module
 */
import type { Call } from '../../../src/call/model/call.ts'
import { decodeParts } from '../../../src/call/codec/codec.ts'
import { isRollcallError } from '../../../src/call/model/errors.ts'
import type { CallReport, InboundEvent } from '../../../src/call/model/events.ts'
import type { CallOptions } from '../../../src/call/model/options.ts'
import type { Store } from '../../../src/host/ports/ports.ts'
import type { PublishedChange } from '../../../src/host/ports/published-change.ts'
import type { Clock } from '../../../src/time/clock.ts'
import { createRollcall, type Rollcall } from '../../../src/host/api/rollcall.ts'
import {
  isBeingRemoved,
  isOpen,
  isPending,
  isPresent,
  isRemovalPending,
  type Participant,
} from '../../../src/participant/participant.ts'
import type { MonitoredStep, StepMonitor } from '../../../src/testing/step-monitors.ts'
import type { Belief, PlayedBot } from '../../../src/testing/histories/bot.ts'
import {
  ProcessLifetime,
  mortalClock,
  mortalStore,
  mortalTransport,
} from '../../../src/testing/histories/crash-injection.ts'
import { callId } from '../../../src/testing/histories/test-environment.ts'
import { presentIds } from './step-bot.ts'
import type { TappedTransport } from '../../../src/testing/histories/tapped-transport.ts'

/** The parts of a host bot. */
export interface HostBotSettings {
  readonly store: Store
  readonly tapped: TappedTransport
  readonly clock: Clock
  /** Sets the wall clock of their machine; absent if it is never set. */
  readonly setClock?: ((byMs: number) => void) | undefined
  /** Called after all hosts are closed. */
  readonly close?: (() => void) | undefined
  readonly instances: number
  readonly options: Partial<CallOptions>
  /** Called for every step of any instance. */
  readonly watch: StepMonitor
}

interface Instance {
  readonly life: ProcessLifetime
  readonly rollcall: Rollcall
}

/** A dying process takes at most this many steps: the death falls between any two steps of one event. */
const STEPS_BEFORE_DEATH = 12

/** When the next death happens: after another number of steps each time. */
const DEATH_STRIDE = 5

/** Hosts in a run. */
export class HostBot implements PlayedBot {
  events = 0
  #complaint: string | undefined
  readonly #settings: HostBotSettings
  #instances: Instance[] = []
  #latest: Call | undefined
  #turn = 0
  #deaths = 0
  #ids = 0

  constructor(settings: HostBotSettings) {
    this.#settings = settings
    this.#instances = Array.from({ length: settings.instances }, () => this.#start())
  }

  get complaint(): string | undefined {
    return this.#complaint ?? this.#settings.tapped.complaint
  }

  get keepsOrder(): boolean {
    return this.#settings.instances === 1
  }

  begin(news?: CallReport): void {
    this.#try((rollcall) =>
      news === undefined
        ? rollcall.call(callId).read()
        : rollcall.receive([{ callId, event: { type: 'call.reported', ...news } }]),
    )
  }

  /** Receives events of the edge, by one instance or another. */
  async receive(observations: readonly InboundEvent[]): Promise<void> {
    for (;;) {
      this.#turn += 1
      const { life, rollcall } = this.#instances[this.#turn % this.#instances.length] as Instance
      const isTaken = await Promise.race([rollcall.receive(observations).then(() => true), life.over.then(() => false)])
      if (isTaken) return
      await Promise.resolve()
    }
  }

  invite(ids: readonly string[], options?: { readonly ringTimeoutMs?: number | undefined }): void {
    this.#try((rollcall) =>
      rollcall.call(callId).invite(
        ids.map((id) => ({ user: { id } })),
        options,
      ),
    )
  }

  remove(id: string): void {
    const found = this.#find((one) => isOpen(one) && !isBeingRemoved(one), id)
    if (found !== undefined) this.#try((rollcall) => rollcall.call(callId).remove(found.key))
  }

  cancel(id: string): void {
    const found = this.#find(isPending, id)
    if (found !== undefined) this.#try((rollcall) => rollcall.call(callId).cancel(found.key))
  }

  mute(id: string): void {
    const found = this.#find(isPresent, id)
    if (found !== undefined) this.#try((rollcall) => rollcall.call(callId).mute(found.key))
  }

  setClock(byMs: number): void {
    this.#settings.setClock?.(byMs)
  }

  hangUp(): void {
    this.#try((rollcall) => rollcall.call(callId).hangUp())
  }

  /** All instances are replaced gracefully, or one of them dies. */
  async restart(how: 'restart' | 'crash'): Promise<void> {
    if (how === 'crash') {
      this.#deaths += 1
      const { life } = this.#instances[this.#deaths % this.#instances.length] as Instance
      life.endAfter((this.#deaths * DEATH_STRIDE) % STEPS_BEFORE_DEATH)
      return
    }
    const old = this.#instances
    this.#instances = old.map(() => this.#start())
    await Promise.all(old.map(closeOf))
  }

  present(): ReadonlySet<string> {
    return presentIds(this.#latest?.participants.values() ?? [])
  }

  look(): Belief {
    return { call: this.#latest, participants: [...(this.#latest?.participants.values() ?? [])] }
  }

  /** The stored call, as any instance would show it. */
  async belief(): Promise<Belief> {
    const stored = await this.#settings.store.load(callId)
    const call = stored === undefined ? undefined : decodeParts(stored.core, stored.participants)
    return { call, participants: [...(call?.participants.values() ?? [])] }
  }

  async close(): Promise<void> {
    await Promise.all(this.#instances.map(closeOf))
    this.#settings.close?.()
  }

  #start(): Instance {
    const life = new ProcessLifetime()
    const { store, clock, tapped, options, watch } = this.#settings
    const rollcall = createRollcall({
      ...options,
      store: mortalStore(store, life),
      clock: mortalClock(clock, life),
      transport: mortalTransport(tapped.transport, life),
      createId: () => `invite-${(this.#ids += 1)}`,
      onError: (error) => this.#complain(`the host told of an error: ${String(error)}`),
    })
    rollcall.onStep((seen: MonitoredStep) => {
      if (life.isDead) return
      this.events += 1
      this.#latest = seen.result.call
      const wrong = watch(seen)
      if (wrong !== undefined) this.#complain(wrong)
    })
    const told = new Map<string | undefined, string>()
    rollcall.subscribe((change) => {
      if (!life.isDead) this.#hear(change, told)
    })
    const instance = { life, rollcall }
    void life.over.then(() => {
      this.#instances = this.#instances.map((each) => (each === instance ? this.#start() : each))
    })
    return instance
  }

  /**
   * The published changes of a participant form a chain, and so do those of the call. No participant with a pending removal
   * is published as present.
   */
  #hear({ key, from, to, participant }: PublishedChange, told: Map<string | undefined, string>): void {
    const before = told.get(key)
    if (before !== undefined && before !== from)
      this.#complain(
        `the application was told that ${key ?? 'the call'} is ${before}, and then of a change from ${from} to ${to}`,
      )
    told.set(key, to)
    if (key === undefined) return
    const isArrival = (to === 'active' || to === 'lobby') && (from === 'invited' || from === 'ringing')
    if (isArrival && isRemovalPending(participant))
      this.#complain(`the application was told that ${key}, whom it removed, has come`)
  }

  /** Lets some instance do something; another outcome than the wanted one is not an error. */
  #try(act: (rollcall: Rollcall) => Promise<unknown>): void {
    this.#turn += 1
    const { rollcall } = this.#instances[this.#turn % this.#instances.length] as Instance
    act(rollcall).catch((error: unknown) => {
      if (!isRollcallError(error)) this.#complain(`the host rejected with ${String(error)}`)
    })
  }

  #find(isMeant: (one: Participant) => boolean, id: string): Participant | undefined {
    return [...(this.#latest?.participants.values() ?? [])].find(
      (one) => isMeant(one) && one.identity['user']?.id === id,
    )
  }

  #complain(what: string): void {
    this.#complaint ??= what
  }
}

/** Closes the instance gracefully, unless it dies over it. */
function closeOf({ rollcall, life }: Instance): Promise<void> {
  return life.isDead ? life.over : Promise.race([rollcall.close(), life.over])
}
