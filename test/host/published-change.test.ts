/**
 * What subscribers see of a change: whose it is, and what was not known before.
 */
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/host/ports/ports.ts'
import type { PublishedChange, ReportedCallState } from '../../src/host/ports/published-change.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { shownChange } from '../../src/host/ports/call-view.ts'
import { commit } from '../../src/testing/store/checks.ts'
import { stage } from './stage.ts'

/** The first change of a call as older versions stored it. */
const stored = { callId: 'call', from: 'unknown' as ReportedCallState, to: 'incoming', at: 1 } satisfies PublishedChange

const shown = { callId: 'call', to: 'incoming', at: 1 }

describe('a change of a call', () => {
  test('has no key, and no state before the first report', async () => {
    const { rollcall, clock, changes } = stage()
    for (const state of ['incoming', 'establishing'] as const)
      await rollcall.receive([{ callId: 'call', event: { type: 'call.reported', state } }])
    await clock.settle()
    expect(changes).toEqual([
      { callId: 'call', to: 'incoming', at: clock.now() },
      { callId: 'call', from: 'incoming', to: 'establishing', at: clock.now() },
    ])
    for (const change of changes) expect(Object.keys(change)).not.toContain('key')
    expect(Object.keys(changes[0] ?? {})).not.toContain('from')
    await rollcall.close()
  })

  test('that an older version stored is shown without the state that was not known', () => {
    expect(shownChange(stored)).toEqual(shown)
    expect(Object.keys(shownChange(stored))).not.toContain('from')
    expect(Object.isFrozen(shownChange(stored))).toBe(true)
  })

  test.each([
    ['a durable subscriber', { cursor: 'reader' }],
    ['a subscriber', {}],
  ])('that an older version stored reaches %s in the present form', async (_who, options) => {
    const store: Store = memoryStore()
    const { rollcall, clock } = stage({ store })
    await rollcall.ready
    const heard: PublishedChange[] = []
    rollcall.subscribe((change) => void heard.push(change), options)
    await clock.settle()
    await store.commit(commit({ instanceId: 'older', isEnded: true, changes: [stored] }))
    await clock.settle()
    expect(heard).toEqual([shown])
    await rollcall.close()
  })
})

test('a change of a participant that was not known has no state before, and the participant as it is', async () => {
  const { rollcall, clock, changes } = stage()
  const { key } = await rollcall.call('call').invite({ user: { id: 'bob' } })
  await clock.settle()
  const [first] = changes.filter((change) => change.key === key)
  expect(first).toMatchObject({ callId: 'call', key, to: 'invited', participant: { key, state: 'invited' } })
  expect(Object.keys(first ?? {})).not.toContain('from')
  await rollcall.close()
})
