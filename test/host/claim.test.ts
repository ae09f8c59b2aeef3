/**
 * The claim of a request: a queued request while its process dies or stalls, its time passes, or its host closes.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { CLAIM_RETRY_MS, LEASE_MS, REQUEST_TIMEOUT_MS } from '../../src/host/ports/limits.ts'
import type { ClaimResult, Store } from '../../src/host/ports/ports.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { faultyStore } from './faulty-store.ts'
import { callId, callIs, stage } from './stage.ts'
import { bob, queueing, setUp } from './queueing.ts'

/** A store that has written the claim of an invite, and does not say so before it is told to. */
function slowToClaim(): { readonly kept: Store; readonly slow: Store; readonly grant: () => void } {
  const kept = memoryStore()
  const gate = Promise.withResolvers<void>()
  const slow: Store = {
    ...kept,
    async claim(...asked): Promise<ClaimResult> {
      const granted = await kept.claim(...asked)
      if (asked[1].startsWith('invite')) await gate.promise
      return granted
    },
  }
  return { kept, slow, grant: () => gate.resolve() }
}

async function invitesOf(store: Store): Promise<readonly boolean[]> {
  return (
    (await store.load(callId))?.outbox.flatMap(({ effect, isClaimed }) =>
      effect.type === 'participants.invite' ? [isClaimed] : [],
    ) ?? []
  )
}

describe('an invite that is queued', () => {
  test('is claimed when it is sent, not before', async () => {
    const { rollcall, transport, store, clock } = await setUp()
    const { key } = await rollcall.call(callId).invite(bob)
    await clock.settle()
    expect(await invitesOf(store)).toEqual([false])
    transport.letGo()
    await clock.settle()
    expect(transport.claims).toEqual([true])
    expect(transport.count('invite')).toBe(1)
    expect((await rollcall.call(callId).read()).participants.get(key)).toMatchObject({ state: 'ringing' })
  })

  test('is posted by the next host when its process dies, once', async () => {
    const store = memoryStore()
    const dying = faultyStore(store)
    const { rollcall, clock } = await setUp({ store: dying })
    await rollcall.call(callId).invite(bob)
    await clock.settle()
    dying.failing = 'before'
    const next = stage({ store, clock, transport: queueing() })
    await clock.advance(LEASE_MS + 1)
    ;(next.transport as ReturnType<typeof queueing>).letGo()
    await clock.settle()
    expect(next.transport.count('invite')).toBe(1)
    expect((await next.rollcall.call(callId).read()).participants.get('id-1')).toMatchObject({ state: 'ringing' })
  })

  test('keeps its lease, so that no other host resumes the call', async () => {
    const store = memoryStore()
    const clock = virtualClock()
    const other = stage({ store, clock })
    await other.rollcall.ready
    const { rollcall, transport } = await setUp({ store, clock })
    await rollcall.call(callId).invite(bob)
    await clock.advance(10 * LEASE_MS)
    expect(other.transport.requests).toEqual([])
    transport.letGo()
    await clock.settle()
    expect(transport.count('invite')).toBe(1)
  })

  test('is not posted after its ring time: it was not answered', async () => {
    const { rollcall, clock, transport, store } = await setUp()
    const { key } = await rollcall.call(callId).invite(bob, { ringTimeoutMs: 20_000 })
    await clock.advance(60_000)
    transport.letGo()
    await clock.settle()
    expect(transport.claims).toEqual([false])
    expect(transport.count('invite')).toBe(0)
    expect(await invitesOf(store)).toEqual([])
    await clock.advance(60_000)
    expect((await rollcall.call(callId).read()).participants.get(key)?.ending).toMatchObject({
      cause: 'noAnswer',
      by: 'deadline',
    })
  })

  test('is not posted after a cancel: the invitation ends at once, as cancelled by the application', async () => {
    const { rollcall, clock, transport, store } = await setUp()
    const call = rollcall.call(callId)
    const { key } = await call.invite(bob)
    await clock.settle()
    const cancelling = call.cancel(key)
    await clock.settle()
    transport.letGo()
    expect(await cancelling).toMatchObject({ state: 'cancelled', ending: { cause: 'cancelled', by: 'local' } })
    await clock.settle()
    expect(transport.claims).toEqual([false])
    expect(transport.requests.filter(({ method }) => method === 'invite' || method === 'deleteParticipant')).toEqual([])
    expect(await invitesOf(store)).toEqual([])
  })

  test('is posted while one of its invitees is not cancelled', async () => {
    const { rollcall, clock, transport } = await setUp()
    const call = rollcall.call(callId)
    const [first] = await call.invite([bob, { user: { id: 'carol' } }])
    await clock.settle()
    call.cancel((first as { readonly key: string }).key).catch(() => undefined)
    await clock.settle()
    transport.letGo()
    await clock.settle()
    expect(transport.count('invite')).toBe(1)
  })

  test.each([true, false])(
    'is left to the next host, which does not post it once it was cancelled (a host had begun it: %s)',
    async (isBegun) => {
      const kept = memoryStore()
      const clock = virtualClock()
      const dying = faultyStore(kept)
      const { rollcall, transport } = await setUp({ store: dying, clock })
      const { key } = await rollcall.call(callId).invite(bob, { ringTimeoutMs: 20_000 })
      await clock.settle()
      rollcall
        .call(callId)
        .cancel(key)
        .catch(() => undefined)
      await clock.settle()
      const [invite] = (await kept.load(callId))?.outbox ?? []
      dying.failing = 'before'
      if (isBegun) {
        await kept.release('dead')
        const until = clock.now() + LEASE_MS
        await kept.claim(callId, invite?.effect.id ?? '', { instanceId: 'dead', at: Infinity, until })
      }
      const next = stage({ store: kept, clock })
      await next.rollcall.ready
      await clock.advance(4 * LEASE_MS)
      expect(transport.count('invite') + next.transport.count('invite')).toBe(0)
      const told = (await next.rollcall.call(callId).read()).participants.get(key)
      if (isBegun) expect(told?.ending).toBeUndefined()
      else expect(told?.ending).toMatchObject({ cause: 'cancelled', by: 'local' })
    },
  )

  test('is left to the next host when its host closes', async () => {
    const { rollcall, clock, store, transport } = await setUp()
    await rollcall.call(callId).invite(bob)
    await clock.settle()
    await rollcall.close()
    expect(await invitesOf(store)).toEqual([false])
    transport.letGo()
    await clock.settle()
    expect(transport.claims).toEqual([false])
    const next = stage({ store, clock })
    await next.rollcall.ready
    await clock.settle()
    expect(next.transport.count('invite')).toBe(1)
  })

  test('is left to the next host when its host closes while the store grants the claim', async () => {
    const { slow, kept, grant } = slowToClaim()
    const { rollcall, clock, transport } = await setUp({ store: slow })
    await rollcall.call(callId).invite(bob)
    await clock.settle()
    transport.letGo()
    await clock.settle()
    expect(await invitesOf(kept)).toEqual([true])
    const closed = rollcall.close()
    await clock.settle()
    grant()
    await closed
    expect(await invitesOf(kept)).toEqual([false])
    const next = stage({ store: kept, clock })
    await next.rollcall.ready
    await clock.settle()
    expect(transport.count('invite') + next.transport.count('invite')).toBe(1)
  })

  test.each(['waits to be claimed again', 'is refused the claim again while it closes'])(
    'is left to the next host when it was claimed too late and %s',
    async (when) => {
      const { slow, kept, grant } = slowToClaim()
      const failing = faultyStore(slow)
      const { rollcall, clock, transport } = await setUp({ store: failing })
      await rollcall.call(callId).invite(bob)
      await clock.settle()
      transport.letGo()
      await clock.advance(LEASE_MS + 1)
      failing.failing = 'before'
      failing.method = 'claim'
      if (when === 'waits to be claimed again') {
        grant()
        await clock.settle()
        await rollcall.close()
      } else {
        const closed = rollcall.close({ drainMs: LEASE_MS })
        grant()
        await clock.settle()
        await closed
      }
      expect(await invitesOf(kept)).toEqual([false])
      const next = stage({ store: kept, clock })
      await next.rollcall.ready
      await clock.settle()
      expect(transport.count('invite') + next.transport.count('invite')).toBe(1)
    },
  )

  test('is not posted after the call has ended', async () => {
    const { rollcall, clock, transport, store } = await setUp()
    await rollcall.call(callId).invite(bob)
    await clock.settle()
    await rollcall.receive([callIs('terminated')])
    transport.letGo()
    await clock.settle()
    expect(transport.count('invite')).toBe(0)
    expect(await invitesOf(store)).toEqual([])
  })

  test('has its full time for the answer, however long it was queued', async () => {
    const { rollcall, clock, transport } = await setUp()
    const answer = transport.hold('invite')
    const { key } = await rollcall.call(callId).invite(bob, { ringTimeoutMs: 3 * REQUEST_TIMEOUT_MS })
    await clock.advance(REQUEST_TIMEOUT_MS - 1_000)
    transport.letGo()
    await clock.advance(REQUEST_TIMEOUT_MS - 1_000)
    answer({ verdict: 'done', value: { status: 'running', clientContext: key } })
    await clock.settle()
    expect((await rollcall.call(callId).read()).participants.get(key)).toMatchObject({ state: 'ringing' })
  })

  test('is claimed again if the store fails to grant the claim', async () => {
    const failing = faultyStore(memoryStore())
    const { rollcall, clock, transport, errors } = await setUp({ store: failing })
    await rollcall.call(callId).invite(bob)
    await clock.settle()
    failing.failing = 'before'
    failing.method = 'claim'
    transport.letGo()
    await clock.settle()
    expect(transport.count('invite')).toBe(0)
    expect(errors).toHaveLength(1)
    failing.failing = undefined
    await clock.advance(CLAIM_RETRY_MS)
    transport.letGo()
    await clock.settle()
    expect(transport.claims).toEqual([false, true])
    expect(transport.count('invite')).toBe(1)
  })
})
