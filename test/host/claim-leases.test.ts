/**
 * Claims and leases: slow claims, transports that do not fence, and hosts with different leases.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { LEASE_MS } from '../../src/host/ports/limits.ts'
import type { ClaimResult, Store } from '../../src/host/ports/ports.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { fakeTransport } from './fake-transport.ts'
import { faultyStore } from './faulty-store.ts'
import { settableClock } from './settable-clock.ts'
import { callId, callIs, entry, roster, stage } from './stage.ts'
import { bob, queueing, setUp } from './queueing.ts'

describe('a claim that the store took longer to grant than its lease lasts', () => {
  test.each([
    { fencesSends: true, setBackMs: 0 },
    { fencesSends: false, setBackMs: 0 },
    { fencesSends: true, setBackMs: 3_600_000 },
  ])('is asked for again, and sends nothing that another host has seen to (%j)', async ({ fencesSends, setBackMs }) => {
    const kept = memoryStore()
    const clock = virtualClock()
    const wall = settableClock(clock)
    let grant = (): void => undefined
    const slow: Store = {
      ...kept,
      async claim(...asked): Promise<ClaimResult> {
        const beginning = await kept.claim(...asked)
        if (asked[1].startsWith('invite'))
          await new Promise<void>((resolve) => {
            grant = resolve
          })
        return beginning
      },
      // The host stalls: it keeps nothing up.
      renew: async () => undefined,
    }
    const fenced = queueing()
    const transport = fencesSends ? fenced : fakeTransport()
    const one = createRollcall({ store: slow, clock: wall, transport, onError: () => undefined })
    await one.receive([callIs('establishing'), callIs('established')])
    const { key } = await one.call(callId).invite(bob, { ringTimeoutMs: 20_000 })
    await clock.settle()
    fenced.letGo()
    await clock.settle()
    wall.set(-setBackMs)
    const two = stage({ store: kept, clock })
    await clock.advance(60_000)
    const told = (await two.rollcall.call(callId).read()).participants.get(key)
    grant()
    await clock.settle()
    expect(told?.ending).toMatchObject({ cause: 'noAnswer' })
    expect(transport.count('invite') + two.transport.count('invite')).toBe(0)
    await one.close()
  })
})

describe('a transport that says it fences its sends', () => {
  test('and sends without calling beforeSend is reported', async () => {
    const { rollcall, clock, transport, errors } = await setUp()
    transport.invite = fakeTransport().invite
    await rollcall.call(callId).invite(bob)
    await clock.settle()
    expect(errors).toEqual([
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining('beforeSend') as string }),
    ])
  })
})

describe('a host whose leases are shorter than those of another host', () => {
  test('sends nothing that the other host is sending', async () => {
    const store = memoryStore()
    const clock = virtualClock()
    const longer = stage({ store, clock, leaseMs: 12 * LEASE_MS })
    const shorter = stage({ store, clock })
    await shorter.rollcall.ready
    await longer.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('carol'))])
    await clock.settle()
    longer.transport.hold('deleteParticipant')
    longer.rollcall
      .call(callId)
      .remove('carol')
      .catch(() => undefined)
    await clock.settle()
    await shorter.rollcall.receive([roster(entry('carol', { isMuted: true }))])
    await clock.advance(20 * LEASE_MS)
    expect([longer, shorter].map(({ transport }) => transport.count('deleteParticipant'))).toEqual([1, 0])
  })

  test('sends it once the lease of the dead host was not renewed for its own length', async () => {
    const store = memoryStore()
    const clock = virtualClock()
    const dying = faultyStore(store)
    const longer = stage({ store: dying, clock, leaseMs: 4 * LEASE_MS })
    const shorter = stage({ store, clock })
    await shorter.rollcall.ready
    await longer.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('carol'))])
    await clock.settle()
    longer.transport.hold('deleteParticipant')
    longer.rollcall
      .call(callId)
      .remove('carol')
      .catch(() => undefined)
    await clock.settle()
    dying.failing = 'before'
    await shorter.rollcall.receive([roster(entry('carol', { isMuted: true }))])
    await clock.advance(4 * LEASE_MS - 1)
    expect(shorter.transport.count('deleteParticipant')).toBe(0)
    await clock.advance(1)
    expect(shorter.transport.count('deleteParticipant')).toBe(1)
  })
})
