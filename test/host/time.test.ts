/**
 * Time: services slower than deadlines, calls without notifications, and wall clocks that are set.
 * @module
 */
import { describe, expect, vi, test } from 'vitest'
import { systemClock } from '../../src/time/system-clock.ts'
import type { Clock } from '../../src/time/clock.ts'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock, type VirtualClock } from '../../src/time/virtual-clock.ts'
import { done, fakeTransport, type FakeTransport } from './fake-transport.ts'
import { settableClock } from './settable-clock.ts'
import { bot, callId, callIs, entry, roster, stage, told } from './stage.ts'

const hour = 3_600_000
const bob = { user: { id: 'bob' } }

/** Every GET of the roster is answered truthfully, after that long. */
function slowly(transport: FakeTransport, clock: Clock, ms: number): void {
  transport.script(
    'listParticipants',
    () =>
      new Promise((resolve) => {
        clock.schedule(clock.now() + ms, () => resolve(done({ entries: transport.roster })))
      }),
  )
}

describe('a removal whose notification is lost', () => {
  async function withRemovalAccepted() {
    const at = stage()
    await at.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
    await at.clock.advance(5_000)
    at.transport.roster = [bot]
    return at
  }

  test.each([9_000, 11_000, 60_000])(
    'is proved by a GET that truthfully takes %d ms, the only one in two hours',
    async (ms) => {
      const { rollcall, transport, clock } = await withRemovalAccepted()
      slowly(transport, clock, ms)
      const removed = rollcall.call(callId).remove('ann')
      await clock.advance(10_000 + ms)
      expect(await removed).toMatchObject({ state: 'removed', ending: { cause: 'removed', by: 'local' } })
      await clock.advance(2 * hour)
      expect(transport.count('listParticipants')).toBe(1)
    },
  )

  test('is proved by the second GET when the first is answered 429 with Retry-After: 10', async () => {
    const { rollcall, transport, clock } = await withRemovalAccepted()
    let asked = 0
    transport.script('listParticipants', () => {
      asked += 1
      if (asked > 1) return done({ entries: transport.roster })
      return {
        verdict: 'unconfirmed',
        failure: { reason: 'throttled', status: 429, code: '429', message: 'not now', retryAfterMs: 10_000 },
      }
    })
    const removed = rollcall.call(callId).remove('ann')
    await clock.advance(19_999)
    expect(asked).toBe(1)
    await clock.advance(1)
    expect((await removed).ending).toMatchObject({ cause: 'removed', by: 'local' })
    await clock.advance(2 * hour)
    expect(asked).toBe(2)
  })
})

describe('a call without any notification', () => {
  test('that was created is found established, with all participants', async () => {
    const { rollcall, transport, clock } = stage()
    transport.roster = [bot, entry('ann')]
    const call = await rollcall.createCall({ callbackUri: 'https://bot.example/callback' })
    await clock.advance(60_000)
    const { state, participants } = await call.read()
    expect([state, [...participants.values()].map(({ id }) => id)]).toEqual(['established', ['ann']])
    expect([transport.count('getCall'), transport.count('listParticipants')]).toEqual([1, 1])
  })

  test('that is incoming, and whose caller hangs up, is found to be over', async () => {
    const { rollcall, transport, clock, changes } = stage()
    transport.script('getCall', {
      verdict: 'refused',
      failure: { reason: 'gone', status: 404, code: '404', message: 'no such call' },
    })
    transport.script('keepAlive', {
      verdict: 'refused',
      failure: { reason: 'gone', status: 404, code: '404', message: 'no such call' },
    })
    await rollcall.receive([callIs('incoming')])
    await clock.advance(24 * hour)
    expect(told(changes)).toEqual(['call: - → incoming', 'call: incoming → terminated'])
    expect(transport.requests).toHaveLength(2)
  })

  test.each(['incoming', 'establishing'] as const)('that is %s is queried after a restart', async (state) => {
    const store = memoryStore()
    const first = stage({ store })
    await first.rollcall.receive([callIs(state)])
    await first.rollcall.close()
    const { transport, clock, rollcall } = stage({ store })
    transport.roster = [bot, entry('ann')]
    await clock.settle()
    expect(transport.count('getCall')).toBe(1)
    expect((await rollcall.call(callId).read()).state).toBe('established')
    expect(transport.count('listParticipants')).toBe(1)
  })
})

describe('a wall clock that is set back an hour', () => {
  /** A host that lives through it, or one that starts after it. */
  async function setBack(restarts: boolean, more: { readonly ringTimeoutMs?: number } = {}) {
    const time = virtualClock()
    const clock = settableClock(time)
    const store = memoryStore()
    const transport = fakeTransport()
    transport.roster = [bot]
    const before = createRollcall({ transport, store, clock, onError: () => undefined })
    await before.receive([callIs('establishing'), callIs('established')])
    const { key } = await before.call(callId).invite(bob, more)
    await time.advance(10_000)
    if (restarts) await before.close()
    clock.set(-hour)
    const rollcall = restarts ? createRollcall({ transport, store, clock, onError: () => undefined }) : before
    await time.settle()
    return { rollcall, transport, time, key, clock }
  }

  const endingOf = async ({ rollcall, key }: Awaited<ReturnType<typeof setBack>>) =>
    (await rollcall.call(callId).read()).participants.get(key)?.ending

  test.each([
    [false, 79_999],
    [true, 89_999],
  ])('puts no ring deadline off (after a restart: %s)', async (restarts, ms) => {
    const at = await setBack(restarts)
    await at.time.advance(ms)
    expect(await endingOf(at)).toBeUndefined()
    await at.time.advance(1)
    expect(await endingOf(at)).toMatchObject({ cause: 'noAnswer', by: 'deadline' })
    await at.rollcall.close()
  })

  test('delays no deadline while two hosts take turns with the events', async () => {
    const time = virtualClock()
    const clock = settableClock(time)
    const [transport, store] = [fakeTransport(), memoryStore()]
    const [one, other] = [1, 2].map(() => createRollcall({ transport, store, clock, onError: () => undefined })) as [
      Rollcall,
      Rollcall,
    ]
    const callOf = one.call(callId)
    await one.receive([callIs('establishing'), callIs('established'), roster()])
    await time.advance(100)
    clock.set(-hour)
    const invited = callOf.invite(bob, { ringTimeoutMs: 20_000 })
    await time.advance(100)
    const { key } = await invited
    for (let turn = 0; turn < 4 * 55; turn += 1) {
      await (turn % 2 === 0 ? other : one).receive([roster(entry(`guest-${turn}`))])
      await time.advance(15_000)
    }
    const { participants } = await callOf.read()
    expect(participants.get(key)?.state ?? 'forgotten').not.toBe('ringing')
    expect(transport.count('keepAlive')).toBeGreaterThanOrEqual(3)
    await other.close()
    await one.close()
  })

  test.each([false, true])('delays no keepAlive (after a restart: %s)', async (restarts) => {
    const at = await setBack(restarts)
    await at.time.advance(45 * 60_000)
    // A host that takes the call up by such a clock asks at once as well: nothing says how long the call was left alone.
    expect(at.transport.count('keepAlive')).toBe(restarts ? 4 : 3)
    await at.rollcall.close()
  })

  test('lets no request hang: it is aborted after its timeout', async () => {
    const at = await setBack(false)
    at.transport.hold('muteParticipant')
    await at.rollcall.receive([roster(entry('ann'))])
    const muting = at.rollcall.call(callId).mute('ann')
    muting.catch(() => undefined)
    await at.time.settle()
    at.clock.set(-hour)
    await at.time.advance(120_000)
    await expect(muting).rejects.toMatchObject({ code: 'REQUEST_UNCONFIRMED' })
    await at.rollcall.close()
  })

  test('does not move the time of a call back: endings are in order, and an acceptance is before the fetch that proves it', async () => {
    const at = await setBack(false)
    await at.rollcall.receive([roster(entry('ann'))])
    const removed = at.rollcall.call(callId).remove('ann')
    await at.time.settle()
    at.clock.set(-hour)
    await at.time.advance(10_000)
    const { removalRequestedAt = NaN, ending } = await removed
    expect(ending).toMatchObject({ cause: 'removed', by: 'local' })
    expect(ending?.at).toBeGreaterThanOrEqual(removalRequestedAt)
    expect(at.transport.count('listParticipants')).toBe(1)
    await at.rollcall.close()
  })
})

describe('a wall clock that jumps forward, as when the machine slept', () => {
  test('queries every call, and overdue deadlines pass after a fetch of the roster', async () => {
    vi.useFakeTimers({
      now: Date.UTC(2030, 0, 1),
      toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    })
    const transport = fakeTransport()
    const rollcall = createRollcall({ transport, clock: systemClock, onError: () => undefined })
    try {
      await rollcall.receive([callIs('establishing'), callIs('established')])
      const { key } = await rollcall.call(callId).invite(bob, { ringTimeoutMs: 60_000 })
      await vi.advanceTimersByTimeAsync(1_000)
      transport.roster = [bot, entry('bob')]
      vi.setSystemTime(Date.now() + 40 * 60_000)
      await vi.advanceTimersByTimeAsync(5_000)
      const steps = async (): Promise<void> => {
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      }
      await steps()
      expect((await rollcall.call(callId).read()).participants.get(key)).toMatchObject({ state: 'active' })
      expect([
        transport.count('listParticipants'),
        transport.count('keepAlive'),
        transport.count('deleteParticipant'),
      ]).toEqual([1, 1, 0])
    } finally {
      vi.useRealTimers()
      await rollcall.close({ drainMs: 0 })
    }
  })
})

describe('a wall clock that is set back, and forward again by less', () => {
  test('delays no ring deadline', async () => {
    vi.useFakeTimers({
      now: Date.UTC(2030, 0, 1),
      toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    })
    const transport = fakeTransport()
    transport.roster = [bot]
    const rollcall = createRollcall({ transport, clock: systemClock, onError: () => undefined })
    const steps = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    }
    try {
      await rollcall.receive([callIs('establishing'), callIs('established')])
      const { key } = await rollcall.call(callId).invite(bob, { ringTimeoutMs: 60_000 })
      const endingOf = async () => (await rollcall.call(callId).read()).participants.get(key)?.ending
      vi.setSystemTime(Date.now() - hour)
      await vi.advanceTimersByTimeAsync(50_000)
      vi.setSystemTime(Date.now() + 10 * 60_000)
      await vi.advanceTimersByTimeAsync(9_000)
      await steps()
      expect(await endingOf()).toBeUndefined()
      await vi.advanceTimersByTimeAsync(1_000)
      await steps()
      expect(await endingOf()).toMatchObject({ cause: 'noAnswer', by: 'deadline' })
    } finally {
      vi.useRealTimers()
      await rollcall.close({ drainMs: 0 })
    }
  })
})

describe('a request under way when a call ends', () => {
  /** A host whose requests of that kind hang. */
  async function hanging(method: 'invite' | 'listParticipants', time: VirtualClock) {
    const at = stage({ clock: time })
    await at.rollcall.receive([callIs('establishing'), callIs('established')])
    at.transport.hold(method)
    if (method === 'invite') await at.rollcall.call(callId).invite(bob)
    else
      await at.rollcall.receive([
        { callId, event: { type: 'roster.reported', kind: 'delta', sequence: 7, entries: [] } },
      ])
    await time.settle()
    const signal = at.transport.requests.findLast((request) => request.method === method)?.signal
    expect(signal?.aborted).toBe(false)
    return { ...at, signal }
  }

  test.each(['invite', 'listParticipants'] as const)('is aborted: %s', async (method) => {
    const { rollcall, signal, transport, store, clock } = await hanging(method, virtualClock())
    await rollcall.receive([callIs('terminated')])
    await clock.settle()
    expect(signal?.aborted).toBe(true)
    expect((await store.load(callId))?.outbox).toEqual([])
    const { length } = transport.requests
    await clock.advance(24 * hour)
    expect(transport.requests).toHaveLength(length)
  })

  test('is aborted when another host receives the end', async () => {
    const { signal, store, clock } = await hanging('invite', virtualClock())
    const other = stage({ store, clock })
    await other.rollcall.receive([callIs('terminated')])
    await clock.settle()
    expect(signal?.aborted).toBe(true)
  })

  test('is not aborted in another call', async () => {
    const { rollcall, signal, clock } = await hanging('invite', virtualClock())
    await rollcall.receive([callIs('establishing', { callId: 'other' })])
    await rollcall.receive([callIs('terminated', { callId: 'other' })])
    await clock.settle()
    expect(signal?.aborted).toBe(false)
  })

  test('an aborted mute rejects with the end of the call', async () => {
    const { rollcall, transport, clock } = stage()
    await rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
    transport.hold('muteParticipant')
    const muting = rollcall.call(callId).mute('ann')
    muting.catch(() => undefined)
    await clock.settle()
    await rollcall.receive([callIs('terminated')])
    await expect(muting).rejects.toMatchObject({ code: 'CALL_ENDED' })
  })
})
