/**
 * Store laws of listings: open calls, due calls, the journal, cursors, and the notifications of `watch`.
 * @module
 */
import { change, commit, fetch, handClock, lease, loaded, nextTurn, same } from './checks.ts'
import type { Law } from './law-body.ts'

/** The laws, by name. */
export const listingLaws = {
  async 'open: calls that have not ended or still have requests are listed'({ store }) {
    await store.commit(commit({ callId: 'open' }))
    await store.commit(commit({ callId: 'over', isEnded: true }))
    await store.commit(commit({ callId: 'asking', effects: [fetch('f')] }))
    await store.commit(commit({ callId: 'asking', expectedVersion: 1, isEnded: true }))
    same([...(await store.listOpen())].sort(), ['asking', 'open'], 'open calls')
    await store.commit(commit({ callId: 'asking', expectedVersion: 2, acknowledgedEffects: ['f'], isEnded: true }))
    same(await store.listOpen(), ['open'], 'open calls, after the last request was acknowledged')
    same((await loaded(store, 'over')).version, 1, 'the version of an ended call')
  },

  async 'due: calls with a passed deadline or a request without a lease are listed'({ store }) {
    await store.commit(commit({ callId: 'late', nextDeadlineAt: 100 }))
    await store.commit(commit({ callId: 'waiting', at: 50, effects: [fetch('f')] }))
    await store.commit(commit({ callId: 'quiet', at: 50, nextDeadlineAt: 5_000 }))
    await store.commit(commit({ callId: 'over', nextDeadlineAt: 1 }))
    await store.commit(commit({ callId: 'over', expectedVersion: 1, nextDeadlineAt: 1, isEnded: true }))
    const due = async (before: number): Promise<readonly string[]> => [...(await store.listDue(before))].sort()
    same(await due(50), [], 'calls before anything was due')
    same(await due(51), ['waiting'], 'calls with a request without a lease')
    same(await due(101), ['late', 'waiting'], 'calls with a deadline that passed')
    await store.claim('waiting', 'f', lease('a', 60, 200))
    same(await due(150), ['late'], 'calls while an instance holds the lease')
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
      'the positions of the commits',
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

  async 'cursors: the position of each reader is stored by name'({ store }) {
    same(await store.readCursor('one'), undefined, 'the position of a new reader')
    await store.writeCursor('one', 0)
    await store.writeCursor('two', 7)
    same(await store.readCursor('one'), 0, 'the position of a reader')
    await store.writeCursor('one', 12)
    same([await store.readCursor('one'), await store.readCursor('two')], [12, 7], 'the positions of two readers')
  },

  async 'watching: a watcher is notified of commits by other instances; of its own only when it polls'({
    store,
    reopen,
  }) {
    const { clock, look, alarms } = handClock()
    const told: string[] = []
    const watched = (await reopen?.()) ?? store
    const off = watched.watch('a', () => void told.push('a'), clock)
    look()
    told.length = 0
    await watched.commit(commit({ callId: 'own', instanceId: 'a' }))
    await nextTurn()
    same(told, [], 'notifications of its own commit')
    // A poll may find something new before it knows which instance wrote it.
    look()
    told.length = 0
    await store.commit(commit({ callId: 'one', instanceId: 'b' }))
    look()
    same(told.length > 0, true, 'whether a commit by another instance was notified')
    off()
    told.length = 0
    await store.commit(commit({ callId: 'two', instanceId: 'b' }))
    look()
    same(told, [], 'notifications after watching had stopped')
    same(alarms.size, 0, 'alarms that are still set')
    if (watched !== store) await watched.close()
  },
} as const satisfies Readonly<Record<string, Law>>
