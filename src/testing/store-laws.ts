/**
 * Store laws: what every `Store` must keep to, as tests that any runner can run.
 *
 * `for (const { name, run } of storeLaws(open)) test(name, run)` — with vitest, Jest or `node:test`. A law that is
 * broken throws a `LawBroken` that says how.
 * @module
 */
import fc from 'fast-check'
import type { CachedCall } from '../host/actor/batch.ts'
import type { Json } from '../host/ports/ports.ts'
import { LawBroken } from './laws.ts'
import { histories, interpret } from './random-moves.ts'
import { CallHarness } from './call-harness.ts'
import { flag, wholeNumber } from '../call/codec/schema.ts'
import { checkOptions, checkValue, method } from './options.ts'
import {
  change,
  commit,
  conflicting,
  everything,
  fetch,
  handClock,
  lease,
  loaded,
  nextTurn,
  oddNames,
  people,
  rejected,
  same,
  sorted,
} from './store-checks.ts'
import { durableLaws, fileLaws } from './store-file-laws.ts'
import { groupLaws } from './store-group-laws.ts'
import { writeNext } from './store-histories.ts'
import { openStore, type OpenStore, type StoreUnderTest } from './store-under-test.ts'
import { rollcallSystem } from './system.ts'

/** How much to try. */
export interface StoreLawOptions {
  /** Fixes the random histories. Default 1. */
  readonly seed?: number | undefined
  /** How many random histories are stored and read back. Default 50. */
  readonly histories?: number | undefined
  /**
   * Whether the store outlives its process: durability is then among the laws, and what is opened has `reopen`.
   * Default false.
   */
  readonly isDurable?: boolean | undefined
  /**
   * Whether the store is a file with a name: what links, crashes and a shell do to it is then among the laws, and what
   * is opened has `file`; durable it is as well. Default false.
   */
  readonly isFile?: boolean | undefined
}

/** One law as a test. */
export interface StoreLaw {
  readonly name: StoreLawName
  /** @throws LawBroken */
  run(): Promise<void>
}

/** The names of the laws. */
export type StoreLawName = keyof typeof laws

/**
 * The laws for a store; `open` makes a fresh one for each. A law rejects with a TypeError when what it opened is no store.
 * @throws TypeError for an option that cannot be meant
 */
export function storeLaws(open: OpenStore, options: StoreLawOptions = {}): readonly StoreLaw[] {
  checkValue('storeLaws: the first argument', open, method)
  checkOptions('storeLaws', options, {
    seed: wholeNumber(),
    histories: wholeNumber(1),
    isDurable: flag,
    isFile: flag,
  })
  const { seed = 1, histories: runs = 50, isFile = false, isDurable = isFile } = options
  const names = (Object.keys(laws) as StoreLawName[]).filter(
    (name) => (isDurable || !(name in durableLaws)) && (isFile || !(name in fileLaws)),
  )
  return names.map((name) => ({
    name,
    async run() {
      const under = await openStore(open, { isDurable, isFile })
      try {
        await laws[name](under, { seed, runs, open })
      } finally {
        await under.dispose?.()
      }
    },
  }))
}

interface Trial {
  readonly seed: number
  readonly runs: number
  readonly open: OpenStore
}

type Law = (under: StoreUnderTest, trial: Trial) => Promise<void>

const laws = {
  async 'a commit can be read back whole'({ store }) {
    await store.commit(
      commit({
        core: { a: [1, null, 'ä', { b: true }] },
        participants: people('ann', 'bob'),
        effects: [fetch('one'), fetch('two')],
        at: 1_000,
        nextDeadlineAt: 5.5,
      }),
    )
    same(
      [await store.listDue(5.5), await store.listDue(5.75)],
      [[], ['call']],
      'calls due by a deadline between two milliseconds',
    )
    await store.commit(
      commit({
        expectedVersion: 1,
        core: { b: 2 },
        participants: new Map([
          ['bob', { is: 'changed' }],
          ['cy', { is: 'new' }],
        ]),
        deletedParticipants: ['ann'],
        effects: [fetch('three')],
        acknowledgedEffects: ['one'],
        at: 1_000,
        nextDeadlineAt: 9,
      }),
    )
    const stored = await loaded(store)
    same(stored.version, 2, 'the version')
    same(stored.core, { b: 2 }, 'the core')
    same(
      sorted(stored.participants),
      [
        ['bob', { is: 'changed' }],
        ['cy', { is: 'new' }],
      ],
      'the participants',
    )
    same(
      stored.outbox,
      [
        { effect: fetch('two'), isClaimed: false },
        { effect: fetch('three'), isClaimed: false },
      ],
      'the outbox, in the order it was asked for',
    )
    same([await store.listDue(9), await store.listDue(10)], [[], ['call']], 'calls due by the later deadline')
    same(await store.load('nobody'), undefined, 'a call that is not there')
  },

  async 'atomicity: a commit that cannot be written changes nothing'({ store }) {
    await store.commit(commit({ participants: people('ann'), effects: [fetch('one')], at: 1_000, nextDeadlineAt: 1 }))
    const before = await everything(store)
    const unwritable = new Map<string, Json>([
      ['bob', { is: 'fine' }],
      [
        'cy',
        {
          toJSON() {
            throw new Error('no JSON')
          },
        } as unknown as Json,
      ],
    ])
    await rejected(
      store.commit(
        commit({
          expectedVersion: 1,
          core: 'later',
          participants: unwritable,
          deletedParticipants: ['ann'],
          effects: [fetch('two')],
          acknowledgedEffects: ['one'],
          at: 2_000,
          nextDeadlineAt: 700,
          isEnded: true,
        }),
      ),
      'a commit with a value that is no JSON',
    )
    same(await everything(store), before, 'what is stored after the commit failed')
    await store.commit(commit({ expectedVersion: 1, core: 'later' }))
    same((await loaded(store)).version, 2, 'the version after the next commit')
  },

  async 'conflict: a commit from another version is refused and changes nothing'({ store }) {
    for (const expectedVersion of [1, 7])
      await conflicting(
        store.commit(commit({ expectedVersion })),
        `version ${expectedVersion} of a call that is not stored`,
      )
    same(await store.load('call'), undefined, 'a call nothing was written of')
    await store.commit(commit({ core: 1 }))
    await store.commit(commit({ core: 2, expectedVersion: 1 }))
    const before = await everything(store)
    for (const expectedVersion of [0, 1, 3]) {
      await conflicting(
        store.commit(commit({ expectedVersion, core: 'late', participants: people('ann'), effects: [fetch('late')] })),
        `version ${expectedVersion} of a call at version 2`,
      )
    }
    same(await everything(store), before, 'what is stored after the conflicts')
  },

  async 'conflict: of several commits from one version exactly one is written'({ store, reopen }) {
    const other = (await reopen?.()) ?? store
    for (let version = 0; version < 20; version += 1) {
      const tried = await Promise.allSettled(
        [store, other, store, other].map((each, writer) =>
          each.commit(commit({ expectedVersion: version, core: writer })),
        ),
      )
      same(tried.filter(({ status }) => status === 'fulfilled').length, 1, `writers that won version ${version + 1}`)
      same(
        (await loaded(store)).core,
        tried.findIndex(({ status }) => status === 'fulfilled'),
        'what the winner wrote',
      )
    }
    if (other !== store) await other.close()
  },

  async 'isolation: calls share nothing but the store'({ store }) {
    await store.commit(
      commit({
        callId: 'one',
        core: 1,
        participants: people('ann'),
        effects: [fetch('f')],
        at: 1_000,
        nextDeadlineAt: 1,
      }),
    )
    await store.commit(
      commit({
        callId: 'two',
        core: 2,
        participants: people('ann'),
        effects: [fetch('f')],
        at: 1_000,
        nextDeadlineAt: 2,
      }),
    )
    await store.claim('one', 'f', lease('a', 0, 10))
    await store.commit(
      commit({
        callId: 'one',
        expectedVersion: 1,
        core: 3,
        deletedParticipants: ['ann'],
        acknowledgedEffects: ['f'],
        isEnded: true,
      }),
    )
    const two = await loaded(store, 'two')
    same(
      [two.version, two.core, sorted(two.participants), two.outbox, await store.listDue(3)],
      [1, 2, [['ann', { is: 'ann' }]], [{ effect: fetch('f'), isClaimed: false }], ['two']],
      'the other call',
    )
    same(await store.listOpen(), ['two'], 'open calls')
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.commit(commit({ callId: `many-${index}`, core: index }))),
    )
    for (let index = 0; index < 20; index += 1)
      same((await loaded(store, `many-${index}`)).core, index, `call ${index} of those committed at once`)
  },

  async 'isolation: nothing handed in or out is shared'({ store }) {
    const core = { list: [1] }
    const participants = new Map<string, Json>([['ann', { name: 'ann' }]])
    await store.commit(commit({ core, participants }))
    core.list.push(2)
    participants.set('bob', 'late')
    const first = await loaded(store)
    Object.assign(first.core as object, { list: 'spoiled' })
    Object.assign(first.participants.get('ann') as object, { name: 'spoiled' })
    const again = await loaded(store)
    same([again.core, sorted(again.participants)], [{ list: [1] }, [['ann', { name: 'ann' }]]], 'what is stored')
  },

  async 'names: any string names a call, a participant, an effect, a host, a reader'({ store }) {
    for (const [index, callId] of oddNames.entries()) {
      await store.commit(
        commit({
          callId,
          core: index,
          instanceId: callId,
          participants: people(...oddNames),
          effects: oddNames.map((id) => fetch(id)),
        }),
      )
      await store.writeCursor(callId, index)
    }
    for (const [index, callId] of oddNames.entries()) {
      const stored = await loaded(store, callId)
      same(stored.core, index, `the core of ${JSON.stringify(callId)}`)
      same(new Set(stored.participants.keys()), new Set(oddNames), 'the participants')
      same(
        stored.outbox.map(({ effect }) => effect.id),
        oddNames,
        'the effects',
      )
      same(await store.readCursor(callId), index, 'the cursor')
      for (const id of oddNames)
        same(
          (await store.claim(callId, id, lease(callId, 0, 10))).state,
          'granted',
          `the lease of ${JSON.stringify(id)}`,
        )
    }
    same(
      (await store.readJournal(0, 100)).map(({ callId, instanceId }) => [callId, instanceId]),
      oddNames.map((name) => [name, name]),
      'the journal',
    )
    same(new Set(await store.listOpen()), new Set(oddNames), 'open calls')
  },

  async 'lease: an effect is carried out by one holder at a time'({ store }) {
    await store.commit(commit({ effects: [fetch('f'), fetch('g')] }))
    same(
      await store.claim('call', 'f', lease('a', 0, 100)),
      { state: 'granted', wasClaimed: false },
      'the first beginning',
    )
    same(
      (await loaded(store)).outbox.map(({ isClaimed }) => isClaimed),
      [true, false],
      'what is marked as begun',
    )
    same(
      await store.claim('call', 'f', lease('b', 99, 200)),
      { state: 'held', until: 100, lengthMs: 100 },
      "another holder's beginning",
    )
    same(
      await store.claim('call', 'f', lease('a', 99, 200)),
      { state: 'granted', wasClaimed: false },
      "the holder's own",
    )
    same(
      await store.claim('call', 'f', lease('b', 150, 300)),
      { state: 'held', until: 200, lengthMs: 101 },
      "another holder's, after the lease was taken again",
    )
    same(
      await store.claim('call', 'f', lease('b', 200, 300)),
      { state: 'granted', wasClaimed: true },
      "another holder's, when the lease has run out",
    )
    same(
      await store.claim('call', 'f', lease('b', 250, 300)),
      { state: 'granted', wasClaimed: true },
      "that holder's own, who did not begin it first",
    )
    same(
      await store.claim('call', 'g', lease('a', 0, 100)),
      { state: 'granted', wasClaimed: false },
      "another effect's",
    )
    for (const [callId, effectId] of [
      ['call', 'none'],
      ['none', 'f'],
    ] as const)
      same(await store.claim(callId, effectId, lease('a', 0, 1)), { state: 'settled' }, 'what is not there')
    await store.commit(commit({ expectedVersion: 1, acknowledgedEffects: ['f'] }))
    same(await store.claim('call', 'f', lease('a', 0, 1)), { state: 'settled' }, 'what is settled')
  },

  async 'lease: what was begun stays begun, whatever else is committed'({ store }) {
    await store.commit(commit({ effects: [fetch('f'), fetch('g')] }))
    await store.claim('call', 'f', lease('a', 0, 100))
    await store.commit(
      commit({
        expectedVersion: 1,
        instanceId: 'b',
        core: 'later',
        participants: people('ann'),
        effects: [fetch('h')],
        acknowledgedEffects: ['g'],
        nextDeadlineAt: 1,
      }),
    )
    await store.commit(commit({ callId: 'other', instanceId: 'b' }))
    same(
      (await loaded(store)).outbox,
      [
        { effect: fetch('f'), isClaimed: true },
        { effect: fetch('h'), isClaimed: false },
      ],
      'the outbox',
    )
    same(
      await store.claim('call', 'f', lease('b', 50, 200)),
      { state: 'held', until: 100, lengthMs: 100 },
      "another holder's beginning while the lease lasts",
    )
    same(
      await store.claim('call', 'f', lease('b', 100, 200)),
      { state: 'granted', wasClaimed: true },
      "another holder's beginning, when the lease has run out",
    )
  },

  async 'lease: what is reserved is held and not begun'({ store }) {
    await store.commit(commit({ effects: [fetch('f')] }))
    same(
      await store.reserve('call', 'f', lease('a', 0, 100)),
      { state: 'granted', wasClaimed: false },
      'the first reservation',
    )
    same((await loaded(store)).outbox[0]?.isClaimed, false, 'whether it is begun')
    same(
      await store.reserve('call', 'f', lease('b', 50, 200)),
      { state: 'held', until: 100, lengthMs: 100 },
      "another holder's reservation",
    )
    same(
      await store.reserve('call', 'f', lease('b', 100, 200)),
      { state: 'granted', wasClaimed: false },
      "another holder's, when the lease has run out",
    )
    same(
      await store.claim('call', 'f', lease('a', 150, 300)),
      { state: 'held', until: 200, lengthMs: 100 },
      'the beginning of a holder whose lease has run out',
    )
    same(
      await store.claim('call', 'f', lease('b', 150, 250)),
      { state: 'granted', wasClaimed: false },
      "the holder's beginning",
    )
    same(
      await store.reserve('call', 'f', lease('a', 250, 300)),
      { state: 'granted', wasClaimed: true },
      'the reservation of what another holder began',
    )
  },

  async 'lease: it can be kept up, and given up'({ store }) {
    await store.commit(commit({ effects: [fetch('f'), fetch('g')] }))
    await store.claim('call', 'f', lease('a', 0, 100))
    await store.claim('call', 'g', lease('b', 0, 100))
    await store.renew(lease('a', 90, 190))
    same(
      await store.claim('call', 'f', lease('c', 150, 300)),
      { state: 'held', until: 190, lengthMs: 100 },
      'a lease that was renewed',
    )
    same(
      await store.claim('call', 'g', lease('c', 150, 300)),
      { state: 'granted', wasClaimed: true },
      'one that was not',
    )
    await store.release('a')
    same(
      await store.claim('call', 'f', lease('d', 150, 300)),
      { state: 'granted', wasClaimed: true },
      'one that was given up',
    )
    same(
      await store.claim('call', 'g', lease('d', 150, 400)),
      { state: 'held', until: 300, lengthMs: 150 },
      'one of another holder',
    )
  },

  async 'lease: it begins anew with a new effect of the same id'({ store }) {
    await store.commit(commit({ effects: [fetch('f')] }))
    await store.claim('call', 'f', lease('a', 0, 100))
    await store.commit(commit({ expectedVersion: 1, acknowledgedEffects: ['f'], effects: [fetch('f')] }))
    same((await loaded(store)).outbox, [{ effect: fetch('f'), isClaimed: false }], 'the outbox')
    same(await store.claim('call', 'f', lease('b', 1, 100)), { state: 'granted', wasClaimed: false }, 'its beginning')
  },

  async 'open: calls that have not ended, or still ask for something, are listed'({ store }) {
    await store.commit(commit({ callId: 'open' }))
    await store.commit(commit({ callId: 'over', isEnded: true }))
    await store.commit(commit({ callId: 'asking', effects: [fetch('f')] }))
    await store.commit(commit({ callId: 'asking', expectedVersion: 1, isEnded: true }))
    same([...(await store.listOpen())].sort(), ['asking', 'open'], 'open calls')
    await store.commit(commit({ callId: 'asking', expectedVersion: 2, acknowledgedEffects: ['f'], isEnded: true }))
    same(await store.listOpen(), ['open'], 'open calls, when nothing is asked any more')
    same((await loaded(store, 'over')).version, 1, 'a call that is over can still be read')
  },

  async 'due: what nobody sees to is found'({ store }) {
    await store.commit(commit({ callId: 'late', nextDeadlineAt: 100 }))
    await store.commit(commit({ callId: 'waiting', at: 50, effects: [fetch('f')] }))
    await store.commit(commit({ callId: 'quiet', at: 50, nextDeadlineAt: 5_000 }))
    await store.commit(commit({ callId: 'over', nextDeadlineAt: 1 }))
    await store.commit(commit({ callId: 'over', expectedVersion: 1, nextDeadlineAt: 1, isEnded: true }))
    const due = async (before: number): Promise<readonly string[]> => [...(await store.listDue(before))].sort()
    same(await due(50), [], 'calls before anything was due')
    same(await due(51), ['waiting'], 'calls with a request nobody began')
    same(await due(101), ['late', 'waiting'], 'calls with a deadline that passed')
    await store.claim('waiting', 'f', lease('a', 60, 200))
    same(await due(150), ['late'], 'calls while somebody holds the lease')
    same(await due(201), ['late', 'waiting'], 'calls when the lease has run out')
    await store.commit(commit({ callId: 'late', expectedVersion: 1, nextDeadlineAt: 160 }))
    same([await due(160), await due(161)], [[], ['late']], 'calls when the deadline has moved')
    await store.commit(commit({ callId: 'late', expectedVersion: 2 }))
    same(await due(190), [], 'calls when the deadline is gone')
  },

  async 'order: the journal has every commit, in one order, without a gap'({ store }) {
    same(await store.journalEnd(), 0, 'the end of an empty journal')
    const positions: number[] = []
    for (let index = 0; index < 30; index += 1) {
      const callId = `call-${index % 3}`
      positions.push(
        await store.commit(
          commit({
            callId,
            instanceId: `host-${index % 2}`,
            expectedVersion: Math.floor(index / 3),
            changes: [change(callId, index)],
            isEnded: index >= 27,
          }),
        ),
      )
      await store.commit(commit({ callId, expectedVersion: 99 })).catch(() => undefined)
    }
    same(
      positions,
      positions.map((_, index) => (positions[0] ?? 0) + index),
      'the places of the commits',
    )
    same(await store.journalEnd(), positions.at(-1), 'the end of the journal')
    const entries = [...(await store.readJournal(0, 12)), ...(await store.readJournal(positions[11] as number, 100))]
    same(
      entries,
      positions.map((position, index) => ({
        position,
        callId: `call-${index % 3}`,
        version: Math.floor(index / 3) + 1,
        instanceId: `host-${index % 2}`,
        changes: [change(`call-${index % 3}`, index)],
        isEnded: index >= 27,
      })),
      'the journal',
    )
    same(await store.readJournal(positions.at(-1) as number, 100), [], 'the journal after its end')
  },

  async "cursors: a reader's place is kept by name"({ store }) {
    same(await store.readCursor('one'), undefined, 'the place of a new reader')
    await store.writeCursor('one', 0)
    await store.writeCursor('two', 7)
    same(await store.readCursor('one'), 0, 'the place of a reader')
    await store.writeCursor('one', 12)
    same([await store.readCursor('one'), await store.readCursor('two')], [12, 7], 'the places of two readers')
  },

  async "watching: commits of others are told; one's own are not, but by a look"({ store, reopen }) {
    const { clock, look, alarms } = handClock()
    const told: string[] = []
    const watched = (await reopen?.()) ?? store
    const off = watched.watch('a', () => void told.push('a'), clock)
    look()
    told.length = 0
    await watched.commit(commit({ callId: 'own', instanceId: 'a' }))
    await nextTurn()
    same(told, [], "what was told of a commit of one's own")
    // Whoever looks may see that something is new before it sees whose it is.
    look()
    told.length = 0
    await store.commit(commit({ callId: 'one', instanceId: 'b' }))
    look()
    same(told.length > 0, true, 'whether a commit by another holder was told')
    off()
    told.length = 0
    await store.commit(commit({ callId: 'two', instanceId: 'b' }))
    look()
    same(told, [], 'what was told after watching had stopped')
    same(alarms.size, 0, 'alarms left behind')
    if (watched !== store) await watched.close()
  },

  async 'round trip: every reachable call is read back as it was written, at every step'(_under, { seed, runs, open }) {
    const details = await fc.check(
      fc.asyncProperty(histories(), async (moves) => {
        const { store, dispose } = await open()
        const player = new CallHarness(rollcallSystem)
        let held: CachedCall | undefined
        for (const move of moves) {
          player.at += move.waitMs
          const message = interpret(player, move)
          if (message !== undefined) player.tell(message)
          held = await writeNext(store, held, player)
        }
        await dispose?.()
      }),
      { seed, numRuns: runs },
    )
    if (details.failed)
      throw new LawBroken(`${String(details.errorInstance)}; ${fc.defaultReportMessage(details) ?? ''}`, {
        cause: details.errorInstance,
      })
  },
  ...groupLaws,
  ...durableLaws,
  ...fileLaws,
} as const satisfies Readonly<Record<string, Law>>
