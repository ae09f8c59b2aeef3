/**
 * Commands over a host, for `fc.commands` with `fc.asyncModelRun` and `fc.scheduledModelRun`.
 *
 * The model is a map of the truth: who rings since when, and who is in the call. It has no states, keys, reports or
 * removals, and is much smaller than the system it judges.
 *
 * Rule 1: people are addressed by index modulo; a command that is not possible is skipped. A shorter history still
 * makes sense.
 * Rule 2: nothing is lost here. With a scheduler, notifications arrive in any order; the belief is then compared once,
 * after everything has arrived and the host was restarted.
 * @module
 */
import fc from 'fast-check'
import type { InboundEvent } from '../../src/call/model/events.ts'
import type { Store, Transport } from '../../src/host/ports/ports.ts'
import type { Clock } from '../../src/time/clock.ts'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import { isBeingRemoved, isOpen, isPending, isPresent, type Participant } from '../../src/participant/participant.ts'
import { DEFAULT_APP_ID } from '../../src/simulator/world/acts.ts'
import { simulatedTransport, type SimulatedTransport } from '../../src/simulator/graph/transport.ts'
import { DEFAULT_EPOCH_MS } from '../../src/simulator/world/world.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { ProcessLifetime, mortalStore } from '../../src/testing/histories/crash-injection.ts'
import { people } from '../../src/testing/histories/plan.ts'
import { virtualClock, type VirtualClock } from '../../src/time/virtual-clock.ts'
import { LawBroken } from '../../src/testing/laws.ts'
import { is, optional, wholeNumber } from '../../src/call/codec/schema.ts'
import { method, options, readOptions } from '../../src/call/codec/options.ts'
import { storeShape } from '../../src/host/ports/port-shapes.ts'

/** The truth about a person who rings or is in the call; nothing is kept about others. */
type PersonModel = { readonly is: 'ringing'; readonly since: number } | { readonly is: 'present' }

/** The people who ring or are in the call, by id. */
export type HostModel = Map<string, PersonModel>

/** Makes the host of a run. */
export type MakeCommandedHost = (surroundings: {
  readonly store: Store
  readonly transport: Transport
  readonly clock: Clock
}) => Rollcall

/** How a host under command is set up. */
export interface CommandedHostOptions {
  /** Default: the host of the library. */
  readonly make?: MakeCommandedHost | undefined
  /** Default: a store in memory. */
  readonly store?: Store | undefined
  /** Changes the order of notifications: `scheduler.scheduleFunction` of fast-check. Default: at once. */
  readonly schedule?:
    | ((
        deliver: (observations: readonly InboundEvent[]) => Promise<void>,
      ) => (observations: readonly InboundEvent[]) => Promise<void>)
    | undefined
}

const commandedShape = options<CommandedHostOptions>({
  make: optional(method),
  store: optional(storeShape),
  schedule: optional(method),
})

const CALL_ID = 'call'

/** How long an invitee rings. */
const RING_MS = 60_000

/** An adopted call is fetched within this time, and fetched again if rosters arrived meanwhile. */
const ADOPTION_MS = 1_000

/** All consequences of a request happen within this time. */
const MOMENT_MS = 100

/** A host with one established call, and the service it talks to. */
export class CommandedHost {
  readonly clock: VirtualClock = virtualClock(DEFAULT_EPOCH_MS, { settlingTurns: 1 })
  readonly service: SimulatedTransport
  readonly isScheduled: boolean
  readonly #make: MakeCommandedHost
  readonly #store: Store
  #rollcall: Rollcall
  #ids = 0

  private constructor({ make, store = memoryStore(), schedule }: CommandedHostOptions) {
    this.#make =
      make ??
      ((surroundings) =>
        createRollcall({
          ...surroundings,
          applicationId: DEFAULT_APP_ID,
          createId: () => `invite-${(this.#ids += 1)}`,
        }))
    // It outlives each of its hosts.
    this.#store = mortalStore(store, new ProcessLifetime())
    this.isScheduled = schedule !== undefined
    // People do only what commands say.
    this.service = simulatedTransport({
      clock: this.clock,
      seed: 'commands',
      historyLimit: 0,
      defaultScript: { type: 'noAnswer' },
    })
    this.#rollcall = this.#start()
    const deliver = (observations: readonly InboundEvent[]): Promise<void> => this.#rollcall.receive(observations)
    this.service.deliverTo({ receive: schedule === undefined ? deliver : schedule(deliver) })
  }

  /** Sets one up. @throws TypeError for an invalid option */
  static async begin(given: CommandedHostOptions = {}): Promise<CommandedHost> {
    const host = new CommandedHost(readOptions('CommandedHost.begin', commandedShape, given))
    host.service.act({ act: 'placeCall', callId: CALL_ID, callbackUri: 'https://bot.example/callback' })
    const reading = host.#rollcall.call(CALL_ID).read()
    await host.pass(ADOPTION_MS)
    await reading
    return host
  }

  /** Lets time pass. */
  pass(ms = MOMENT_MS): Promise<void> {
    return this.clock.advance(ms)
  }

  async invite(id: string): Promise<void> {
    this.#rollcall
      .call(CALL_ID)
      .invite({ user: { id } })
      .catch(() => undefined)
    await this.pass()
  }

  /** Removes the open participant with that id; returns whether there was one. */
  async remove(id: string): Promise<boolean> {
    const found = (await this.participants()).find(
      (one) => one.identity['user']?.id === id && isOpen(one) && !isBeingRemoved(one),
    )
    if (found === undefined) return false
    this.#rollcall
      .call(CALL_ID)
      .remove(found.key)
      .catch(() => undefined)
    await this.pass()
    return true
  }

  /** Performs an act of a person; it is possible, or the model would not perform it. */
  async act(act: 'join' | 'leave' | 'answer' | 'decline', id: string): Promise<void> {
    this.service.act(act === 'join' ? { act, callId: CALL_ID, person: id } : { act, callId: CALL_ID, who: id })
    await this.pass()
  }

  /** Another host continues from the store. */
  async restart(): Promise<void> {
    const old = this.#rollcall
    this.#rollcall = this.#start()
    await old.close()
    await this.pass()
  }

  /** All participants that the host knows. */
  async participants(): Promise<readonly Participant[]> {
    return [...(await this.#rollcall.call(CALL_ID).read()).participants.values()]
  }

  async close(): Promise<void> {
    await this.#rollcall.close()
  }

  #start(): Rollcall {
    return this.#make({ store: this.#store, transport: this.service, clock: this.clock })
  }
}

/** A command over a host. */
export type HostCommand = fc.AsyncCommand<HostModel, CommandedHost>

/** Options of commands. */
export interface HostCommandsOptions {
  /** The largest number of commands. Default 20. */
  readonly maxCommands?: number | undefined
  /**
   * Plays one failure again: what fast-check prints of it as `replayPath="…"`, beside the seed and the path that go to
   * `fc.assert`, and with the same `maxCommands`. The arbitrary is then good for that one run.
   */
  readonly replayPath?: string | undefined
}

/** The commands that ran and those that did not, as fast-check writes them. */
const replayPathShape = is<string>(
  'a replay path as fast-check prints it, like AAH:F',
  (value) => typeof value === 'string' && /^[\w+/]*:[\w+/]*$/.test(value),
)

const commandsShape = options<HostCommandsOptions>({
  maxCommands: optional(wholeNumber(0)),
  replayPath: optional(replayPathShape),
})

/** Sequences of commands. @throws TypeError for an invalid option */
export function hostCommands(given: HostCommandsOptions = {}): fc.Arbitrary<Iterable<HostCommand>> {
  const { maxCommands = 20, replayPath } = readOptions('hostCommands', commandsShape, given)
  const who = fc.nat(people.length - 1).map((index) => people[index] as string)
  return fc.commands(
    [
      who.map((id) => new Invite(id)),
      who.map((id) => new Remove(id)),
      who.map((id) => new Person(id, 'join')),
      who.map((id) => new Person(id, 'leave')),
      who.map((id) => new Person(id, 'answer')),
      who.map((id) => new Person(id, 'decline')),
      fc.constantFrom(1_000, 10_000, 40_000).map((ms) => new Wait(ms)),
      fc.constant(new Restart()),
    ],
    { maxCommands, ...(replayPath === undefined ? {} : { replayPath }) },
  )
}

/** Compares the belief of a host with the truth. @throws LawBroken */
async function compareHost(model: HostModel, host: CommandedHost): Promise<void> {
  const participants = await host.participants()
  for (const id of people) {
    const theirs = participants.filter(({ identity }) => identity['user']?.id === id)
    const believed = theirs.some(isPresent) ? 'present' : theirs.some(isPending) ? 'ringing' : 'away'
    const isSo = model.get(id)?.is ?? 'away'
    if (believed !== isSo)
      throw new LawBroken(
        `${id} is ${isSo} and is believed ${believed} (${theirs.map(({ key, state, ending }) => `${key} ${state}${ending === undefined ? '' : ` ${ending.cause}`}`).join(', ') || 'nothing'})`,
      )
  }
}

/** Ends a scheduled run: everything has arrived, and a restarted host has fetched the roster. @throws LawBroken */
export async function settleHost(model: HostModel, host: CommandedHost): Promise<void> {
  // Past every ring and every deadline: all rings have ended.
  await host.pass(4 * RING_MS)
  ringOut(model, host)
  await host.restart()
  await host.pass(RING_MS)
  await compareHost(model, host)
}

function ringOut(model: HostModel, host: CommandedHost): void {
  for (const [id, person] of model)
    if (person.is === 'ringing' && person.since + RING_MS <= host.clock.now()) model.delete(id)
}

abstract class Command implements HostCommand {
  abstract check(model: Readonly<HostModel>): boolean
  abstract act(model: HostModel, host: CommandedHost): Promise<void>
  abstract toString(): string

  async run(model: HostModel, host: CommandedHost): Promise<void> {
    await this.act(model, host)
    ringOut(model, host)
    if (!host.isScheduled) await compareHost(model, host)
  }
}

class Invite extends Command {
  readonly #id: string

  constructor(id: string) {
    super()
    this.#id = id
  }

  check(model: Readonly<HostModel>): boolean {
    // Inviting a person who rings or is present returns them as they are; a host that does not know yet is refused.
    return !model.has(this.#id)
  }

  async act(model: HostModel, host: CommandedHost): Promise<void> {
    const since = host.clock.now()
    await host.invite(this.#id)
    // A host that does not know yet that they left believes them present, and does not invite.
    const isAsked = host.service.truth(CALL_ID)?.ringing.some(({ identityId }) => identityId === this.#id) === true
    if (isAsked) model.set(this.#id, { is: 'ringing', since })
    else if (!host.isScheduled) throw new LawBroken(`${this.#id} was to be invited, and does not ring`)
  }

  toString(): string {
    return `invite ${this.#id}`
  }
}

class Remove extends Command {
  readonly #id: string

  constructor(id: string) {
    super()
    this.#id = id
  }

  check(model: Readonly<HostModel>): boolean {
    return model.has(this.#id)
  }

  async act(model: HostModel, host: CommandedHost): Promise<void> {
    const isAsked = await host.remove(this.#id)
    if (isAsked) model.delete(this.#id)
    else if (!host.isScheduled)
      throw new LawBroken(`${this.#id} was to be removed, and the host knows nobody of that id`)
  }

  toString(): string {
    return `remove ${this.#id}`
  }
}

class Person extends Command {
  readonly #id: string
  readonly #does: 'join' | 'leave' | 'answer' | 'decline'

  constructor(id: string, does: 'join' | 'leave' | 'answer' | 'decline') {
    super()
    this.#id = id
    this.#does = does
  }

  check(model: Readonly<HostModel>): boolean {
    const is = model.get(this.#id)?.is
    if (this.#does === 'join') return is === undefined
    return this.#does === 'leave' ? is === 'present' : is === 'ringing'
  }

  async act(model: HostModel, host: CommandedHost): Promise<void> {
    await host.act(this.#does, this.#id)
    if (this.#does === 'leave' || this.#does === 'decline') model.delete(this.#id)
    else model.set(this.#id, { is: 'present' })
  }

  toString(): string {
    return `${this.#id} ${this.#does}s`
  }
}

class Wait extends Command {
  readonly #ms: number

  constructor(ms: number) {
    super()
    this.#ms = ms
  }

  check(): boolean {
    return true
  }

  act(_model: HostModel, host: CommandedHost): Promise<void> {
    return host.pass(this.#ms)
  }

  toString(): string {
    return `${this.#ms / 1_000} s pass`
  }
}

class Restart extends Command {
  check(): boolean {
    return true
  }

  act(_model: HostModel, host: CommandedHost): Promise<void> {
    return host.restart()
  }

  toString(): string {
    return 'another host takes over'
  }
}
