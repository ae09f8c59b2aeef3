/**
 * Calls that are decoded in memory: their bound, and which of them make room.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { LoadedCalls } from '../../src/host/actor/loaded-calls.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import { callIs, stage } from './stage.ts'

/** A call that knows whether it is decoded. */
function call(callId: string, bytes: number) {
  return {
    callId,
    bytes,
    isLoaded: false,
    unload() {
      this.isLoaded = false
    },
  }
}

describe('loaded calls', () => {
  test('take no more than the limit together, whatever their sizes', () => {
    const loaded = new LoadedCalls(1_000)
    const calls = Array.from({ length: 100 }, (_, index) => call(`call-${index}`, 10 + (index % 7) * 30))
    for (let turn = 0; turn < 500; turn += 1) {
      const one = calls[(turn * 37) % calls.length] as (typeof calls)[number]
      one.isLoaded = true
      one.bytes += turn % 11
      loaded.used(one)
      const kept = calls.filter(({ isLoaded }) => isLoaded)
      expect(kept).toHaveLength(loaded.size)
      expect(kept).toContain(one)
      expect(kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(1_000)
    }
  })

  test('keep one call that is larger than the limit while it is used', () => {
    const loaded = new LoadedCalls(100)
    const [small, large] = [call('small', 10), call('large', 1_000)]
    for (const one of [small, large]) {
      one.isLoaded = true
      loaded.used(one)
    }
    expect([small.isLoaded, large.isLoaded]).toEqual([false, true])
  })

  test('count a call no more once it is dropped', () => {
    const loaded = new LoadedCalls(100)
    const calls = [1, 2, 3].map((number) => call(`call-${number}`, 50))
    for (const one of calls.slice(0, 2)) {
      one.isLoaded = true
      loaded.used(one)
    }
    loaded.drop(calls[0] as (typeof calls)[number])
    const third = calls[2] as (typeof calls)[number]
    third.isLoaded = true
    loaded.used(third)
    expect(calls.map(({ isLoaded }) => isLoaded)).toEqual([true, true, true])
  })

  test('are mostly found loaded where calls take turns and a few have no room', () => {
    const loaded = new LoadedCalls(1_000)
    const calls = Array.from({ length: 110 }, (_, index) => call(`call-${index}`, 10))
    let found = 0
    for (let turn = 0; turn < 2_200; turn += 1) {
      const one = calls[turn % calls.length] as (typeof calls)[number]
      if (one.isLoaded) found += 1
      one.isLoaded = true
      loaded.used(one)
    }
    expect(found / 2_200).toBeGreaterThan(0.7)
  })
})

test('a host whose cache has room for no call loads each one anew, and goes on', async () => {
  const kept = memoryStore()
  let loads = 0
  const store: Store = {
    ...kept,
    load(callId) {
      loads += 1
      return kept.load(callId)
    },
  }
  const { rollcall, clock } = stage({ store, cacheBytes: 1 })
  const ids = ['one', 'two', 'three']
  for (const state of ['establishing', 'established'] as const)
    for (const callId of ids) {
      await rollcall.receive([{ ...callIs(state), callId }])
      await clock.settle()
    }
  expect(loads).toBeGreaterThan(ids.length)
  for (const callId of ids) expect((await rollcall.call(callId).read()).state).toBe('established')
})
