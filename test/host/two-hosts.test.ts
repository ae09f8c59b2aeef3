/**
 * Several hosts on one store.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { LEASE_MS } from '../../src/host/ports/limits.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { fakeTransport } from './fake-transport.ts'
import { faultyStore } from './faulty-store.ts'
import { bot, callId, callIs, entry, roster, stage, told } from './stage.ts'
import { bob } from './conversation.ts'

describe('two hosts on one store', () => {
  function pair() {
    const store = memoryStore()
    const clock = virtualClock()
    const transport = fakeTransport()
    return {
      store,
      clock,
      transport,
      one: stage({ store, clock, transport }),
      two: stage({ store, clock, transport, createId: () => crypto.randomUUID() }),
    }
  }

  test('take notifications in turn and both know everything', async () => {
    const { one, two, clock } = pair()
    await one.rollcall.receive([callIs('establishing')])
    await two.rollcall.receive([callIs('established')])
    const { key } = await one.rollcall.call(callId).invite(bob)
    const waiting = one.rollcall.call(callId).waitFor(key, 'active')
    await two.rollcall.receive([roster(entry('bob'))])
    expect(await waiting).toMatchObject({ id: 'bob' })
    await clock.settle()
    expect((await two.rollcall.call(callId).read()).participants.get(key)).toMatchObject({ state: 'active' })
    expect(told(one.changes)).toEqual(told(two.changes))
    expect(new Set(told(one.changes)).size).toBe(one.changes.length)
  })

  test('committing at the same time lose nothing', async () => {
    const { one, two, clock } = pair()
    await one.rollcall.receive([callIs('establishing'), callIs('established')])
    const sequence = Array.from({ length: 30 }, (_, index) => index)
    await Promise.all(
      sequence.map((index) =>
        (index % 2 === 0 ? one : two).rollcall.receive([
          {
            callId,
            event: { type: 'roster.reported', kind: 'delta', sequence: index + 1, entries: [entry(`p${index}`)] },
          },
        ]),
      ),
    )
    await clock.settle()
    for (const { rollcall } of [one, two]) expect((await rollcall.call(callId).read()).participants.size).toBe(30)
    expect(told(one.changes)).toEqual(told(two.changes))
    expect(one.changes).toHaveLength(32)
  })

  test('do not both send', async () => {
    const { one, two, clock, transport } = pair()
    await one.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('bob'))])
    const [key = ''] = (await one.rollcall.call(callId).read()).participants.keys()
    const removals = [one, two].map(({ rollcall }) => rollcall.call(callId).remove(key))
    await clock.advance(3_000)
    await two.rollcall.receive([roster()])
    for (const removal of removals) expect(await removal).toMatchObject({ state: 'removed', ending: { by: 'local' } })
    expect(transport.count('deleteParticipant')).toBe(1)
  })

  test('keep a deadline once', async () => {
    const { one, two, clock, transport } = pair()
    await one.rollcall.receive([callIs('establishing')])
    await two.rollcall.receive([callIs('established')])
    await clock.advance(15 * 60_000)
    expect(transport.count('keepAlive')).toBe(1)
    await one.rollcall.receive([roster(entry('bob'))])
    await clock.advance(15 * 60_000)
    expect(transport.count('keepAlive')).toBe(2)
  })

  test('one resumes what the other left when it died', async () => {
    const store = memoryStore()
    const clock = virtualClock()
    const dying = faultyStore(store)
    const one = stage({ store: dying, clock })
    const two = stage({ store, clock })
    await two.rollcall.ready
    await one.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('bob'))])
    one.transport.hold('deleteParticipant')
    const [key = ''] = (await one.rollcall.call(callId).read()).participants.keys()
    one.rollcall
      .call(callId)
      .remove(key)
      .catch(() => undefined)
    await clock.settle()
    dying.failing = 'before'
    two.transport.roster = [bot, entry('bob')]
    expect(two.transport.requests).toEqual([])
    await clock.advance(3 * LEASE_MS)
    expect(two.transport.count('deleteParticipant')).toBe(1)
    two.transport.roster = [bot]
    await clock.advance(60_000)
    expect((await two.rollcall.call(callId).read()).participants.get(key)).toMatchObject({
      state: 'removed',
      ending: { by: 'local' },
    })
    await clock.advance(15 * 60_000)
    expect(two.transport.count('keepAlive')).toBeGreaterThan(0)
  })

  test('a long request keeps its lease', async () => {
    const { one, two, clock, transport } = pair()
    await one.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('bob'))])
    const answer = transport.hold('deleteParticipant')
    const [key = ''] = (await one.rollcall.call(callId).read()).participants.keys()
    const removing = one.rollcall.call(callId).remove(key)
    await clock.settle()
    await two.rollcall.receive([
      { callId, event: { type: 'notification.unrecognised', resource: '/x', what: 'noise' } },
    ])
    await clock.advance(10 * LEASE_MS)
    expect(transport.count('deleteParticipant')).toBe(1)
    answer()
    await clock.settle()
    await one.rollcall.receive([roster()])
    expect(await removing).toMatchObject({ state: 'removed' })
    await clock.advance(10 * LEASE_MS)
    expect(transport.count('deleteParticipant')).toBe(1)
  })
})
