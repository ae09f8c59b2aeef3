/**
 * What the memory store drops: ended calls and old commits, by number and by bytes.
 */
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/host/ports/ports.ts'
import { ENDED_CALLS_BYTES, ENDED_CALLS_LIMIT, JOURNAL_BYTES, memoryStore } from '../../src/host/ports/memory-store.ts'
import { change, commit, fetch } from '../../src/testing/store/checks.ts'

/** Eight of them fill what may be kept: a text of so many characters counts twice as many bytes. */
const EIGHTH = ENDED_CALLS_BYTES / 16

const text = 'x'.repeat(EIGHTH - 1_000)

async function ended(store: Store, callId: string, core = text): Promise<void> {
  await store.commit(commit({ callId, core, isEnded: true }))
}

async function kept(store: Store, callIds: readonly string[]): Promise<readonly string[]> {
  const loaded = await Promise.all(callIds.map((callId) => store.load(callId)))
  return callIds.filter((_, index) => loaded[index] !== undefined)
}

const names = Array.from({ length: 20 }, (_, index) => `call-${index}`)

describe('of ended calls the memory store keeps', () => {
  test('as many bytes as its limit: the oldest are dropped first', async () => {
    const store = memoryStore()
    for (const name of names) await ended(store, name)
    expect(await kept(store, names)).toEqual(names.slice(-8))
  })

  test('bytes of all parts: participants and their number as well', async () => {
    const store = memoryStore()
    for (const callId of names) {
      await store.commit(
        commit({
          callId,
          participants: new Map([
            ['ann', text.slice(0, EIGHTH / 2)],
            ['bob', text.slice(0, EIGHTH / 2 - 1_000)],
          ]),
        }),
      )
      await store.commit(commit({ callId, expectedVersion: 1, isEnded: true }))
    }
    expect(await kept(store, names)).toEqual(names.slice(-8))
  })

  test('as many bytes as a call has after another commit', async () => {
    const store = memoryStore()
    for (const name of names.slice(0, 8)) await ended(store, name)
    await store.commit(commit({ callId: 'call-7', expectedVersion: 1, core: 'small', isEnded: true }))
    await ended(store, 'another')
    expect(await kept(store, names)).toEqual(names.slice(0, 8))
    await ended(store, 'a third')
    expect(await kept(store, names)).toEqual(names.slice(1, 8))
  })

  test('the latest, however large, and those that still have requests', async () => {
    const store = memoryStore()
    await store.commit(commit({ callId: 'asking', effects: [fetch('f')], isEnded: true }))
    await store.commit(commit({ callId: 'open', core: text }))
    await ended(store, 'small', 'small')
    await store.commit(
      commit({ callId: 'large', participants: new Map(names.map((name) => [name, text])), isEnded: true }),
    )
    expect(await kept(store, ['asking', 'open', 'small', 'large'])).toEqual(['asking', 'open', 'large'])
    await store.commit(commit({ callId: 'asking', expectedVersion: 1, acknowledgedEffects: ['f'], isEnded: true }))
    expect(await kept(store, ['asking', 'open', 'small', 'large'])).toEqual(['asking', 'open'])
  })

  test('as many as its limit', async () => {
    const store = memoryStore()
    const many = Array.from({ length: ENDED_CALLS_LIMIT + 5 }, (_, index) => `call-${index}`)
    for (const name of many) await ended(store, name, 'small')
    expect(await kept(store, many)).toEqual(many.slice(5))
  })
})

test('of commits the memory store keeps as many bytes as its limit, at least the latest, and without a gap', async () => {
  const store = memoryStore()
  const large = { ...change('call', 1), key: 'x'.repeat(JOURNAL_BYTES / 16 - 1_000) }
  const positions = async (): Promise<readonly number[]> =>
    (await store.readJournal(0, 100)).map(({ position }) => position)
  for (let version = 0; version < 8; version += 1)
    await store.commit(commit({ expectedVersion: version, changes: [large] }))
  expect(await positions()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  await store.commit(commit({ expectedVersion: 8, changes: [large] }))
  expect(await positions()).toEqual([6, 7, 8, 9])
  await store.commit(commit({ expectedVersion: 9, changes: Array.from({ length: 17 }, () => large) }))
  expect(await positions()).toEqual([10])
  expect((await store.readJournal(9, 1))[0]).not.toHaveProperty('bytes')
  await store.commit(commit({ expectedVersion: 10 }))
  expect(await positions()).toEqual([11])
})
