/**
 * Calls from outside that the service has not confirmed yet: their number is limited.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { UNPROVED_CALLS } from '../../src/host/ports/limits.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { lost, refused } from './fake-transport.ts'
import { callId, callIs, entry, roster, stage } from './stage.ts'

/** Calls that nobody here has heard of. */
const strangers = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => callIs('established', { callId: `stranger-${from + index}` }))

const tooMany = { code: 'CALLS_UNPROVED', status: 503, definite: true, details: { limit: UNPROVED_CALLS } }

async function stored(store: Store): Promise<number> {
  return (await store.listOpen()).length
}

describe('calls that the service has not confirmed yet', () => {
  test('are accepted up to a limit, and beyond it the whole body is refused', async () => {
    const store = memoryStore()
    const { rollcall, transport, clock } = stage({ store })
    transport.script('getCall', lost)
    const answer = transport.hold('getCall')
    await rollcall.receive(strangers(0, UNPROVED_CALLS))
    await expect(rollcall.receive([...strangers(0, 1), ...strangers(UNPROVED_CALLS, 1)])).rejects.toMatchObject(tooMany)
    expect(await stored(store)).toBe(UNPROVED_CALLS)
    await clock.settle()
    answer(refused(403))
    await clock.settle()
    await rollcall.receive(strangers(UNPROVED_CALLS, 1))
    expect(await stored(store)).toBe(UNPROVED_CALLS + 1)
  })

  test('are limited as well when many bodies come at once', async () => {
    const store = memoryStore()
    const { rollcall, transport } = stage({ store })
    transport.hold('getCall')
    const size = UNPROVED_CALLS / 2
    const taken = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => rollcall.receive(strangers(index * size, size))),
    )
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(await stored(store)).toBe(UNPROVED_CALLS)
  })

  test('block no notification of a known call, in memory or in the store', async () => {
    const store = memoryStore()
    const before = stage({ store })
    await before.rollcall.receive([callIs('establishing'), callIs('established')])
    await before.clock.settle()
    await before.rollcall.close()
    const { rollcall, transport } = stage({ store })
    await rollcall.ready
    transport.hold('getCall')
    await rollcall.receive(strangers(0, UNPROVED_CALLS))
    await rollcall.receive([roster(entry('bob')), ...strangers(0, 1)])
    expect((await rollcall.call(callId).read()).participants.size).toBe(1)
  })

  test('block no call of the application', async () => {
    const { rollcall, transport } = stage()
    transport.hold('getCall')
    await rollcall.receive(strangers(0, UNPROVED_CALLS))
    expect((await rollcall.call('mine').read()).state).toBe('unknown')
  })
})
