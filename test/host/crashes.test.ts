/**
 * Hosts die at any step, alone or two on one store: nothing is lost, and in the end the belief is the truth.
 * @module
 */
import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decodeParts } from '../../src/call/codec/codec.ts'
import type { InboundEvent } from '../../src/call/model/events.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import type { PublishedChange } from '../../src/host/ports/published-change.ts'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import { present, type CallView } from '../../src/host/ports/call-view.ts'
import { isOpen } from '../../src/participant/participant.ts'
import type { CalleeScript } from '../../src/simulator/graph/dialect.ts'
import { simulatedTransport, type SimulatedTransport } from '../../src/simulator/graph/transport.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { runs } from '../effort/runs.ts'
import { untilSettled } from '../waiting/waiting.ts'
import { Life, mortalClock, mortalStore, mortalTransport } from './mortal.ts'

const SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)
const RUNS = Number(process.env['ROLLCALL_CRASHES'] ?? runs(25, 50))

const people = [
  'aaaaaaaa-0000-4000-8000-000000000001',
  'bbbbbbbb-0000-4000-8000-000000000002',
  'cccccccc-0000-4000-8000-000000000003',
] as const

const scripts: readonly CalleeScript[] = [
  { type: 'answer', afterMs: 3_000 },
  { type: 'answer', afterMs: 2_000, leaves: { afterMs: 20_000 } },
  { type: 'answer', afterMs: 9_000, answersOnCancel: true },
  { type: 'answer', afterMs: 1_000, lobby: { admittedAfterMs: 8_000 } },
  { type: 'decline', afterMs: 4_000 },
  { type: 'noAnswer' },
  { type: 'busy' },
]

/** What the application does, and when hosts die. */
interface Plan {
  readonly rosterMode: 'full' | 'delta'
  readonly scripts: readonly number[]
  readonly acts: readonly { readonly kind: 'invite' | 'remove'; readonly person: number; readonly waitMs: number }[]
  /** For each host in turn: how many steps it lives, and how long nobody runs after it. */
  readonly deaths: readonly { readonly steps: number; readonly downMs: number }[]
}

const plans: fc.Arbitrary<Plan> = fc.record({
  rosterMode: fc.constantFrom('full', 'delta'),
  scripts: fc.tuple(...people.map(() => fc.nat(scripts.length - 1))),
  acts: fc.array(
    fc.record({
      kind: fc.constantFrom<'invite' | 'remove'>('invite', 'invite', 'remove'),
      person: fc.nat(people.length - 1),
      waitMs: fc.constantFrom(0, 10, 1_000, 2_500, 6_000, 30_000),
    }),
    { minLength: 2, maxLength: 7 },
  ),
  deaths: fc.array(
    fc.record({ steps: fc.integer({ min: 1, max: 90 }), downMs: fc.constantFrom(0, 50, 3_000, 70_000, 200_000) }),
    { minLength: 1, maxLength: 4 },
  ),
})

interface Host {
  readonly life: Life
  readonly rollcall: Rollcall
}

/** One history from beginning to end. */
class Run {
  readonly service: SimulatedTransport
  /** What the durable reader of each place was told, whichever host stood there. */
  readonly told: PublishedChange[][] = []
  /** What each host told a plain subscriber. */
  readonly heard: PublishedChange[][] = []
  readonly posts = new Map<string, number>()
  readonly deletes: string[] = []
  readonly deaths: string[] = []
  readonly #store: () => Store
  readonly #deaths: Plan['deaths'][number][]
  #hosts: Host[] = []
  #born = 0
  #turn = 0
  callId = ''

  constructor(plan: Plan, store: () => Store) {
    this.#store = store
    this.#deaths = [...plan.deaths]
    this.service = simulatedTransport({
      seed: 'crashes',
      settings: { switches: { rosterMode: plan.rosterMode } },
      scripts: Object.fromEntries(people.map((id, index) => [id, scripts[plan.scripts[index] ?? 0] as CalleeScript])),
    })
    this.service.deliverTo({ receive: (observations) => this.#receive(observations) })
  }

  /** The service knocks at the hosts in turn; a dead one does not open. */
  async #receive(observations: readonly InboundEvent[]): Promise<void> {
    this.#turn += 1
    const host = this.#hosts[this.#turn % this.#hosts.length]
    if (host === undefined || host.life.isDead) throw new Error('connection refused')
    await Promise.race([
      host.rollcall.receive(observations),
      new Promise((_, reject) =>
        this.service.clock.schedule(this.service.clock.now() + 10_000, () => reject(new Error('timeout'))),
      ),
    ])
  }

  #spawn(place: number): Host {
    const death = this.#deaths.shift()
    const life = new Life(death?.steps ?? Infinity, (step) => {
      this.deaths.push(step)
      this.service.clock.schedule(this.service.clock.now() + (death?.downMs ?? 0), () => {
        this.#hosts = this.#hosts.map((each) => (each.life === life ? this.#spawn(place) : each))
      })
    })
    this.#born += 1
    const name = this.#born
    let ids = 0
    const rollcall = createRollcall({
      store: mortalStore(this.#store(), life),
      clock: mortalClock(this.service.clock, life),
      transport: mortalTransport(this.service, life, (method, subject) => {
        if (method === 'invite') this.posts.set(subject, (this.posts.get(subject) ?? 0) + 1)
        if (method === 'deleteParticipant') this.deletes.push(subject)
      }),
      createId: () => `host-${name}-${(ids += 1)}`,
      // Longer than any history: what was asked for is looked up at its end.
      tombstoneMs: 24 * 60 * 60_000,
      onError: (error) => {
        throw error
      },
    })
    const told = (this.told[place] ??= [])
    const heard: PublishedChange[] = []
    this.heard.push(heard)
    rollcall.subscribe((change) => {
      if (!life.isDead) heard.push(change)
    })
    rollcall.subscribe(
      (change) => {
        if (!life.isDead) told.push(change)
      },
      { cursor: `reader-${place}` },
    )
    return { life, rollcall }
  }

  async begin(hosts: number): Promise<void> {
    this.#hosts = Array.from({ length: hosts }, (_, place) => this.#spawn(place))
    const placed = this.service.act({ act: 'placeCall', callbackUri: 'http://bot.example/callback' })
    this.callId = placed.callId ?? ''
    await this.service.advance(500)
  }

  /** The host that is up, after waiting for one if need be. */
  async #someHost(): Promise<Host> {
    for (;;) {
      const host = this.#hosts.find(({ life }) => !life.isDead)
      if (host !== undefined) return host
      await this.service.advance(1_000)
    }
  }

  /** Has an act done by some host, again when the host died over it. */
  async #insist(act: (rollcall: Rollcall) => Promise<unknown>): Promise<void> {
    for (;;) {
      const { life, rollcall } = await this.#someHost()
      let isDone = false
      act(rollcall).then(
        () => {
          isDone = true
        },
        (error: unknown) => {
          if ((error as { code?: unknown }).code !== 'CALL_ENDED') throw error
          isDone = true
        },
      )
      while (!isDone && !life.isDead) await this.service.advance(10)
      if (isDone) return
    }
  }

  async invite(person: number): Promise<void> {
    await this.#insist((rollcall) => rollcall.call(this.callId).invite({ user: { id: people[person] as string } }))
  }

  async remove(person: number): Promise<void> {
    await this.#insist(async (rollcall) => {
      const call = rollcall.call(this.callId)
      const { participants } = await call.read()
      for (const participant of participants.values()) {
        // Asked for, and not waited for: the intent is durable when the next reading shows it.
        if (
          participant.identity['user']?.id !== people[person] ||
          !isOpen(participant) ||
          participant.removal !== undefined
        )
          continue
        call.remove(participant.key).catch(() => undefined)
        while (
          isOpen(await this.#now(rollcall, participant.key)) &&
          (await this.#now(rollcall, participant.key)).removal === undefined
        )
          await Promise.resolve()
      }
    })
  }

  async #now(rollcall: Rollcall, key: string) {
    return (await rollcall.call(this.callId).read()).participants.get(key) as NonNullable<
      ReturnType<Awaited<ReturnType<ReturnType<Rollcall['call']>['read']>>['participants']['get']>
    >
  }

  /** Compares what is believed with what is so, after time enough, and one last start: a roster delivered late has misled nobody for good. */
  async check(): Promise<void> {
    await this.service.advance(400_000)
    for (const { life } of this.#hosts) life.end('the last start')
    this.#deaths.length = 0
    await this.service.advance(300_000)
    let seen: CallView | undefined
    await this.#insist(async (rollcall) => {
      seen = await rollcall.call(this.callId).read()
    })
    const now = seen as CallView
    const truth = this.service.truth(this.callId)
    expect(
      present(now)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(truth?.present.map(({ id }) => id).sort())
    expect(truth?.ringing).toEqual([])
    for (const participant of now.participants.values()) {
      if (isOpen(participant)) expect(participant).toMatchObject({ state: 'active', removal: undefined })
      const last = this.told
        .map((told) => told.findLast(({ key }) => key === participant.key))
        .filter((change) => change !== undefined)
      expect(last, `somebody told of ${participant.key}`).not.toEqual([])
      for (const change of last)
        expect(change, `the last change of ${participant.key}`).toMatchObject({ to: participant.state })
    }
    for (const heard of this.heard)
      expect(new Set(heard.map((change) => JSON.stringify(change))).size, 'changes told once').toBe(heard.length)
    for (const [invitation, count] of this.posts) expect(count, `POSTs of ${invitation}`).toBe(1)
    const wanted = new Set(
      [...now.participants.values()]
        .filter(({ removalRequestedAt }) => removalRequestedAt !== undefined)
        .flatMap(({ id, participantId }) => [id, participantId]),
    )
    for (const id of this.deletes) expect(wanted).toContain(id)
    const stored = await this.#store().load(this.callId)
    expect(stored?.outbox).toEqual([])
    const { deadlines } = decodeParts(stored?.core, stored?.participants ?? new Map())
    expect([...deadlines.keys()]).toEqual(['keepAlive'])
    for (const { life, rollcall: each } of this.#hosts) {
      if (!life.isDead) await each.close()
    }
  }
}

async function live(plan: Plan, hosts: number, store: () => Store): Promise<void> {
  const run = new Run(plan, store)
  await run.begin(hosts)
  for (const { kind, person, waitMs } of plan.acts) {
    await run[kind](person)
    await run.service.advance(waitMs)
  }
  await run.check()
}

describe(`hosts that die at any step (seed ${SEED}, ${RUNS} histories each)`, () => {
  const hold = (hosts: number, open: () => { readonly store: () => Store; readonly dispose?: () => void }) =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { store, dispose } = open()
        try {
          await untilSettled('every host of a history has come to its end', live(plan, hosts, store), { seed: SEED })
        } finally {
          dispose?.()
        }
      }),
      { seed: SEED, numRuns: RUNS },
    )

  const memory = () => {
    const store = memoryStore()
    return { store: () => store }
  }

  test('one after the other on one store lose nothing and repeat nothing', () => hold(1, memory))

  test('two at a time on one store lose nothing and repeat nothing', () => hold(2, memory))

  test('two at a time on one file lose nothing and repeat nothing', () =>
    hold(2, () => {
      const folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
      const stores: Store[] = []
      return {
        store: () => {
          const store = sqliteStore(join(folder, 'calls.db'), { synchronous: 'normal', pollMs: 5_000 })
          stores.push(store)
          return store
        },
        dispose: () => {
          for (const store of stores) void store.close()
          rmSync(folder, { recursive: true })
        },
      }
    }))
})
