/**
 * A hang-up that another host's news of the end of the call overtakes.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { fallibleStore } from '../../src/testing/host/fallible-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { callId, callIs, stage } from './stage.ts'

describe('a hang-up that is not sent because the call has ended', () => {
  test('resolves with the ended call when another host has seen the end: the service refused nothing', async () => {
    const shared = memoryStore()
    const clock = virtualClock()
    const store = fallibleStore(shared)
    const one = stage({ store, clock })
    await one.rollcall.receive([callIs('establishing'), callIs('established')])
    await clock.settle()
    const other = stage({ store: shared, clock })
    await other.rollcall.ready
    await clock.settle()
    store.faults = [{ method: 'reserve', how: 'hangs once done' }]
    const hungUp = one.rollcall.call(callId).hangUp()
    await clock.settle()
    store.faults = [
      { method: 'readJournal', how: 'hangs' },
      { method: 'load', how: 'hangs' },
    ]
    const reading = one.rollcall.call(callId).read()
    await clock.settle()
    await other.rollcall.receive([callIs('terminated')])
    await clock.settle()
    for (const method of ['readJournal', 'reserve', undefined] as const) {
      store.goOn(method)
      await clock.settle()
    }
    await reading
    await clock.advance(1_000)
    expect(await hungUp).toMatchObject({ state: 'terminated' })
    expect(one.transport.count('hangUp')).toBe(0)
  })
})
