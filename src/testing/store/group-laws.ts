/**
 * Store laws of writes that are asked for at the same time. A store may write them together; each is answered as if it
 * were alone.
 * @module
 */
import type { Json } from '../../host/ports/ports.ts'
import { LawBroken } from '../law-broken.ts'
import { change, commit, conflicting, fetch, lease, loaded, people, rejected, same } from './checks.ts'
import type { Law } from './law-body.ts'

/** More writes than a store would write together. */
const MANY = 300

/** A value that cannot be stored. */
const unwritable = {
  toJSON() {
    throw new Error('no JSON')
  },
} as unknown as Json

/** The laws, by name. */
export const groupLaws = {
  async 'at the same time: a write that is refused takes no other along'({ store }) {
    await store.commit(commit({ callId: 'kept', effects: [fetch('one')] }))
    const writes = [
      store.commit(commit({ callId: 'ann', participants: people('ann'), changes: [change('ann', 1)] })),
      conflicting(store.commit(commit({ callId: 'kept', expectedVersion: 7 })), 'a commit from another version'),
      rejected(
        store.commit(commit({ callId: 'cy', participants: people('cy'), core: unwritable })),
        'a commit with a value that is not JSON',
      ),
      store.claim('kept', 'one', lease('host', 0, 1_000)).then((result) => result.state),
      store.claim('kept', 'two', lease('host', 0, 1_000)).then((result) => result.state),
      store.commit(commit({ callId: 'ann', expectedVersion: 1, core: 'later' })),
      store.commit(commit({ callId: 'bob', participants: people('bob') })),
    ]
    const answers = await Promise.allSettled(writes)
    const failed = answers.find((answer) => answer.status === 'rejected')
    if (failed?.reason instanceof LawBroken) throw failed.reason
    if (failed !== undefined)
      throw new LawBroken(`expected a write to be taken though others are refused, not ${String(failed.reason)}`)
    const [ann, , , claim, missing, later, bob] = answers.map((answer) => 'value' in answer && answer.value)
    same([ann, later, bob], [2, 3, 4], 'the positions of the commits, in the order they were asked for')
    same([claim, missing], ['granted', 'settled'], 'the claims of an effect and of none')
    same((await loaded(store, 'ann')).core, 'later', 'the core of a call that was committed twice')
    same([...(await loaded(store, 'bob')).participants.keys()], ['bob'], 'the participants of a call')
    same(await store.load('cy'), undefined, 'the call whose commit was refused')
    same((await loaded(store, 'kept')).version, 1, 'the version of the call whose commit came from another version')
    const journal = await store.readJournal(1, MANY)
    same(
      journal.map(({ callId, version }) => [callId, version]),
      [
        ['ann', 1],
        ['ann', 2],
        ['bob', 1],
      ],
      'the journal',
    )
  },

  async 'at the same time: a write is refused with the error that it would have alone'({ store }) {
    const refused = (): Promise<unknown> =>
      rejected(store.commit(commit({ callId: 'cy', core: unwritable })), 'a commit with a value that is not JSON')
    const together = await Promise.all([refused(), store.commit(commit({ callId: 'ann' })), refused()])
    const alone = String(await refused())
    same([String(together[0]), String(together[2])], [alone, alone], 'the errors of commits at the same time')
  },

  async 'at the same time: any number of commits are stored, each once and in order'({ store }) {
    const positions = await Promise.all(
      Array.from({ length: MANY }, (_, index) => store.commit(commit({ callId: `call-${index}` }))),
    )
    same(
      positions,
      Array.from({ length: MANY }, (_, index) => index + 1),
      'the positions',
    )
    const journal = await store.readJournal(0, MANY + 1)
    same(
      journal.map(({ callId }) => callId),
      Array.from({ length: MANY }, (_, index) => `call-${index}`),
      'the journal',
    )
  },
} satisfies Readonly<Record<string, Law>>
