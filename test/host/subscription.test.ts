/**
 * Durable subscribers that fail: they keep their position, receive the same change again, and delay nothing else.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { LONGEST_SUBSCRIBER_RETRY_MS, SUBSCRIBER_RETRY_MS } from '../../src/host/ports/limits.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { faultyStore } from './faulty-store.ts'
import { callIs, entry, roster, stage } from './stage.ts'

const failure = new Error('the database is away')

/** A host in a call, and a subscriber that fails as long as it is told to. */
async function setUp(given: Parameters<typeof stage>[0] = {}) {
  const at = stage(given)
  const reader = { isFailing: true, tries: [] as string[], told: [] as string[] }
  const stop = at.rollcall.subscribe(
    ({ key = 'call', to }) => {
      reader.tries.push(`${key} ${to}`)
      if (reader.isFailing) throw failure
      reader.told.push(`${key} ${to}`)
    },
    { cursor: 'billing' },
  )
  await at.clock.settle()
  return { ...at, reader, stop }
}

describe('a durable subscriber that fails', () => {
  test('receives the same change again, later each time, and then every change after it', async () => {
    const { rollcall, clock, reader, errors } = await setUp()
    await rollcall.receive([callIs('establishing')])
    await rollcall.receive([callIs('established')])
    await clock.settle()
    expect(reader.tries).toEqual(['call establishing'])
    const gaps: number[] = []
    for (let waited = 0; gaps.length < 9; ) {
      const before = reader.tries.length
      await clock.advance(SUBSCRIBER_RETRY_MS)
      waited += SUBSCRIBER_RETRY_MS
      if (reader.tries.length === before) continue
      gaps.push(waited)
      waited = 0
    }
    expect(gaps.map((ms) => ms / SUBSCRIBER_RETRY_MS)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
    expect(new Set(reader.tries)).toEqual(new Set(['call establishing']))
    expect(new Set(errors)).toEqual(new Set([failure]))
    reader.isFailing = false
    await clock.advance(LONGEST_SUBSCRIBER_RETRY_MS)
    expect(reader.told).toEqual(['call establishing', 'call established'])
  })

  test('within a commit that the store drops meanwhile receives all of the commits after it', async () => {
    const inner = memoryStore()
    let dropped = 0
    const store = {
      ...inner,
      readJournal: (after: number, limit: number) => inner.readJournal(Math.max(after, dropped), limit),
    }
    const { rollcall, clock, errors } = stage({ store })
    const told: string[] = []
    rollcall.subscribe(
      ({ key = 'call', to }) => {
        if (to === 'established') throw failure
        told.push(`${key} ${to}`)
      },
      { cursor: 'billing' },
    )
    await clock.settle()
    await rollcall.receive([callIs('establishing'), callIs('established')])
    await clock.settle()
    expect(told).toEqual(['call establishing'])
    dropped = await inner.journalEnd()
    await rollcall.receive([roster(entry('ann'))])
    await clock.advance(LONGEST_SUBSCRIBER_RETRY_MS)
    expect(told).toEqual(['call establishing', 'ann active'])
    expect(errors).toContainEqual(expect.objectContaining({ code: 'CHANGES_LOST' }))
  })

  test('is not called more often because more happens', async () => {
    const { rollcall, clock, reader } = await setUp()
    await rollcall.receive([callIs('establishing')])
    for (let index = 0; index < 20; index += 1)
      await rollcall.receive([callIs('established'), roster(entry(`p${index}`))])
    await clock.settle()
    expect(reader.tries).toHaveLength(1)
  })

  test('that rejects is called again as well', async () => {
    const { rollcall, clock } = stage()
    let tries = 0
    rollcall.subscribe(
      () => {
        tries += 1
        return tries < 3 ? Promise.reject(failure) : undefined
      },
      { cursor: 'billing' },
    )
    await clock.settle()
    await rollcall.receive([callIs('establishing')])
    await clock.advance(10 * SUBSCRIBER_RETRY_MS)
    expect(tries).toBe(3)
  })

  test('does not receive again the changes of the same commit that it accepted', async () => {
    const { rollcall, clock } = stage()
    const told: string[] = []
    let isFailing = true
    rollcall.subscribe(
      ({ participant, to }) => {
        const name = participant?.id ?? to
        told.push(name)
        if (name === 'bob' && isFailing) throw failure
      },
      { cursor: 'billing' },
    )
    await clock.settle()
    await rollcall.receive([
      callIs('establishing'),
      callIs('established'),
      roster(entry('ann'), entry('bob'), entry('cy')),
    ])
    await clock.settle()
    expect(told).toEqual(['establishing', 'established', 'ann', 'bob'])
    isFailing = false
    await clock.advance(SUBSCRIBER_RETRY_MS)
    expect(told).toEqual(['establishing', 'established', 'ann', 'bob', 'bob', 'cy'])
  })

  test('keeps its position for the next process', async () => {
    const store = memoryStore()
    const { rollcall, clock, reader } = await setUp({ store })
    await rollcall.receive([callIs('establishing')])
    await clock.advance(10 * SUBSCRIBER_RETRY_MS)
    await rollcall.close()
    expect(reader.told).toEqual([])
    const next = stage({ store, clock })
    const told: string[] = []
    next.rollcall.subscribe(({ to }) => void told.push(to), { cursor: 'billing' })
    await clock.settle()
    expect(told[0]).toBe('establishing')
  })

  test('delays no other subscriber, no call and no closing', async () => {
    const { rollcall, clock, changes } = await setUp()
    const others: string[] = []
    rollcall.subscribe(({ to }) => void others.push(to), { cursor: 'search' })
    await clock.settle()
    await rollcall.receive([callIs('establishing'), callIs('established')])
    await clock.advance(5 * SUBSCRIBER_RETRY_MS)
    expect(others).toEqual(['establishing', 'established'])
    expect(changes).toHaveLength(2)
    await rollcall.close()
    expect(clock.pending).toBe(0)
  })

  test('that is stopped receives nothing more and leaves no alarm', async () => {
    const { rollcall, clock, reader, stop } = await setUp()
    const pending = clock.pending
    await rollcall.receive([callIs('establishing')])
    await rollcall.receive([callIs('terminated')])
    await clock.settle()
    stop()
    expect(clock.pending).toBe(pending)
    await clock.advance(LONGEST_SUBSCRIBER_RETRY_MS)
    expect(reader.tries).toHaveLength(1)
  })

  test('is named in the log, with its position and the time of the next attempt', async () => {
    const records: unknown[] = []
    const take = (name: string, fields: unknown): void => {
      if (name === 'subscriber.failed') records.push(fields)
    }
    const { rollcall, clock } = await setUp({ logger: { debug: take, info: take, warn: take, error: take } })
    await rollcall.receive([callIs('establishing')])
    await clock.advance(SUBSCRIBER_RETRY_MS)
    expect(records).toEqual([
      { cursor: 'billing', position: 0, failures: 1, retryInMs: SUBSCRIBER_RETRY_MS },
      { cursor: 'billing', position: 0, failures: 2, retryInMs: 2 * SUBSCRIBER_RETRY_MS },
    ])
  })
})

describe('a position that cannot be written', () => {
  test('is written later, without another change, and nothing is published twice', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, clock, reader } = await setUp({ store })
    reader.isFailing = false
    store.failing = 'before'
    store.method = 'writeCursor'
    await rollcall.receive([callIs('establishing')])
    await clock.settle()
    store.failing = undefined
    await clock.advance(SUBSCRIBER_RETRY_MS)
    expect(await store.readCursor('billing')).toBe(await store.journalEnd())
    expect(reader.told).toEqual(['call establishing'])
  })
})
