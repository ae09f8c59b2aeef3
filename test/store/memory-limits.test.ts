import { describe, expect, test } from 'vitest'
import { boundedMemoryStore } from '../../src/store/memory.ts'
import { change, commit } from '../../src/testing/store-checks.ts'

const many = 1_000_000
const limits = { endedCalls: many, endedSize: many, journal: many, journalSize: many }
const text = 'x'.repeat(400)

describe('a memory store', () => {
  test('forgets the ended calls that ended first when they are too large together, and not the one that ended last', async () => {
    const store = boundedMemoryStore({ ...limits, endedSize: 1_000 })
    for (const callId of ['a', 'b', 'c']) await store.commit(commit({ callId, core: text, isEnded: true }))
    expect(await Promise.all(['a', 'b', 'c'].map(async (callId) => (await store.load(callId)) !== undefined))).toEqual([false, true, true])
    await store.commit(commit({ callId: 'd', core: text.repeat(10), isEnded: true }))
    expect(await Promise.all(['b', 'c', 'd'].map(async (callId) => (await store.load(callId)) !== undefined))).toEqual([false, false, true])
  })

  test('counts what participants take, and what is forgotten or written anew no more', async () => {
    const store = boundedMemoryStore({ ...limits, endedSize: 1_000 })
    await store.commit(commit({ callId: 'a', core: text, participants: new Map([['p', text], ['q', text]]) }))
    await store.commit(commit({ callId: 'a', expectedVersion: 1, core: 1, forgotten: ['q'], participants: new Map([['p', 1]]), isEnded: true }))
    await store.commit(commit({ callId: 'b', core: text, isEnded: true }))
    await store.commit(commit({ callId: 'c', core: text, isEnded: true }))
    expect(await store.load('a')).toBeDefined()
    await store.commit(commit({ callId: 'a', expectedVersion: 2, core: text, isEnded: true }))
    await store.commit(commit({ callId: 'd', core: 1, isEnded: true }))
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(async (callId) => (await store.load(callId)) !== undefined))).toEqual([false, true, true, true])
  })

  test('keeps every call that is open, however large', async () => {
    const store = boundedMemoryStore({ ...limits, endedSize: 1_000 })
    for (const callId of ['a', 'b', 'c']) await store.commit(commit({ callId, core: text }))
    expect(await store.listOpen()).toEqual(['a', 'b', 'c'])
  })

  test('lets the oldest entries of its journal go when they are too large together, and keeps the latest', async () => {
    const store = boundedMemoryStore({ ...limits, journalSize: 1_000 })
    const size = JSON.stringify([change('call', 0)]).length
    for (let version = 0; version < 100; version += 1) await store.commit(commit({ expectedVersion: version, changes: [change('call', version)] }))
    const kept = await store.readJournal(0, many)
    expect(kept.length * size).toBeLessThan(2_100)
    expect([kept.at(-1)?.position, await store.journalEnd()]).toEqual([100, 100])
    expect(kept.map(({ position }) => position)).toEqual(kept.map((_, place) => 101 - kept.length + place))
    await store.commit(commit({ expectedVersion: 100, changes: [{ ...change('call', 1), key: 'x'.repeat(5_000) }] }))
    expect((await store.readJournal(0, many)).map(({ position }) => position)).toEqual([101])
  })
})
