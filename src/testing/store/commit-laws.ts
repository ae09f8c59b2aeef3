/**
 * Store laws of commits: stored whole, atomic, refused on a conflict, and isolated from one another.
 * @module
 */
import type { Json } from '../../host/ports/ports.ts'
import {
  commit,
  conflicting,
  everything,
  fetch,
  lease,
  loaded,
  oddNames,
  people,
  rejected,
  same,
  sorted,
} from './checks.ts'
import type { Law } from './law-body.ts'

/** The laws, by name. */
export const commitLaws = {
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
      'the outbox, in the order of the requests',
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
      'a commit with a value that is not JSON',
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
    same(await store.load('call'), undefined, 'a call without a commit')
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

  async 'isolation: values that are passed in or returned are copies'({ store }) {
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

  async 'names: any string can name a call, a participant, an effect, a host or a reader'({ store }) {
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
} as const satisfies Readonly<Record<string, Law>>
