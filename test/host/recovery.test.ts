/**
 * Processes die: the next host continues from what the last one left.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/host/ports/ports.ts'
import { LEASE_MS, REQUEST_TIMEOUT_MS } from '../../src/host/ports/limits.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { fakeTransport, lost } from './fake-transport.ts'
import { faultyStore } from './faulty-store.ts'
import { bot, callId, callIs, entry, operation, roster, stage, told } from './stage.ts'
import { bob } from './conversation.ts'

/** Two hosts one after the other: the first dies without a word. */
function lives() {
  const store = memoryStore()
  const clock = virtualClock()
  const first = stage({ store: mortal(store), clock })
  return {
    store,
    clock,
    first,
    /** The first host's process is gone: nothing it does reaches the store any more, nor the service. */
    restart(transport = fakeTransport()) {
      ;(first.store as ReturnType<typeof mortal>).failing = 'before'
      first.transport.script('deleteParticipant', () => new Promise(() => undefined))
      return stage({ store, clock, transport })
    },
  }
}

function mortal(store: ReturnType<typeof memoryStore>) {
  return faultyStore(store)
}

describe('after a restart', () => {
  test('a call continues where it was, and its roster is fetched', async () => {
    const { first, restart, clock } = lives()
    await first.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
    const { rollcall, transport } = restart()
    transport.roster = [bot, entry('ann'), entry('cy')]
    await rollcall.ready
    await clock.settle()
    expect(transport.count('listParticipants')).toBe(1)
    const { participants, state } = await rollcall.call(callId).read()
    expect(state).toBe('established')
    expect([...participants.values()].map(({ id }) => id)).toEqual(['ann', 'cy'])
  })

  test('a ring deadline that passed meanwhile happens once, after a fetch', async () => {
    const { first, restart, clock } = lives()
    await first.rollcall.receive([callIs('establishing'), callIs('established')])
    const { key } = await first.rollcall.call(callId).invite(bob)
    await clock.settle()
    const transport = fakeTransport()
    transport.roster = [bot, entry('bob')]
    const answer = transport.hold('listParticipants')
    const { rollcall, changes } = restart(transport)
    // The first host's alarms are dead with it; the clock of the world goes on.
    await clock.advance(1_000)
    expect(transport.count('listParticipants')).toBe(1)
    answer({ verdict: 'done', value: { entries: transport.roster } })
    await clock.settle()
    expect(told(changes)).toEqual([`${key}: ringing → active`])
    await clock.advance(300_000)
    expect((await rollcall.call(callId).read()).participants.get(key)).toMatchObject({ state: 'active' })
  })

  test('an overdue grace waits for the fetch and then ends the invitation, once', async () => {
    const store = memoryStore()
    const early = virtualClock()
    const first = stage({ store: faultyStore(store), clock: early, ringTimeoutMs: 1_000, graceMs: 1_000 })
    await first.rollcall.receive([callIs('establishing'), callIs('established')])
    const { key } = await first.rollcall.call(callId).invite(bob)
    await early.advance(1_500)
    const transport = fakeTransport()
    const answer = transport.hold('listParticipants')
    const late = stage({ store, clock: virtualClock(early.now() + 600_000), transport })
    await late.clock.settle()
    expect(told(late.changes)).toEqual([])
    answer(lost)
    await late.clock.settle()
    expect(told(late.changes)).toEqual([`${key}: ringing → cancelled`])
    expect(late.changes[0]?.ending).toMatchObject({ cause: 'noAnswer', by: 'deadline' })
    expect((await late.rollcall.call(callId).read()).participants.get(key)?.ending?.at).toBe(late.clock.now())
  })

  test('an overdue deadline waits for a fetch without an answer until that is aborted', async () => {
    const store = memoryStore()
    const early = virtualClock()
    const first = stage({ store, clock: early, ringTimeoutMs: 1_000, graceMs: 1_000 })
    await first.rollcall.receive([callIs('establishing'), callIs('established')])
    const { key } = await first.rollcall.call(callId).invite(bob)
    await early.advance(1_500)
    const transport = fakeTransport()
    transport.hold('listParticipants')
    const late = stage({ store, clock: virtualClock(early.now() + 600_000), transport })
    await late.clock.advance(REQUEST_TIMEOUT_MS - 1)
    expect(told(late.changes)).toEqual([])
    await late.clock.advance(1)
    expect(told(late.changes)).toEqual([`${key}: ringing → cancelled`])
  })

  test('an invite that was claimed is never posted again, and is reconciled', async () => {
    const { first, restart, clock, store } = lives()
    await first.rollcall.receive([callIs('establishing'), callIs('established')])
    first.transport.hold('invite')
    const { key } = await first.rollcall.call(callId).invite(bob)
    await clock.settle()
    expect(first.transport.count('invite')).toBe(1)
    const { rollcall, transport } = restart()
    await clock.advance(LEASE_MS + 1)
    expect(transport.count('invite')).toBe(0)
    expect((await store.load(callId))?.outbox.filter(({ effect }) => effect.type === 'participants.invite')).toEqual([])
    await rollcall.receive([operation('id-1', 'completed'), roster(entry('bob'))])
    expect((await rollcall.call(callId).read()).participants.get(key)).toMatchObject({ state: 'active' })
  })

  test('an invite that was committed and not claimed is posted, once', async () => {
    const { first, restart, clock } = lives()
    await first.rollcall.receive([callIs('establishing'), callIs('established')])
    const store = first.store as ReturnType<typeof faultyStore>
    store.failing = 'before'
    store.method = 'claim'
    await first.rollcall.call(callId).invite(bob)
    await clock.settle()
    store.method = undefined
    const { transport } = restart()
    // The dead host had reserved it.
    await clock.advance(LEASE_MS + 1)
    expect(first.transport.count('invite')).toBe(0)
    expect(transport.requests.filter(({ method }) => method === 'invite')).toMatchObject([{ clientContext: 'id-1' }])
  })

  test("a DELETE whose answer was not recorded is repeated, once the dead host's lease has run out", async () => {
    const { first, restart, clock } = lives()
    await first.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('bob'))])
    first.transport.hold('deleteParticipant')
    const call = first.rollcall.call(callId)
    const [key = ''] = (await call.read()).participants.keys()
    call.remove(key).catch(() => undefined)
    await clock.settle()
    expect(first.transport.count('deleteParticipant')).toBe(1)
    const { rollcall, transport } = restart()
    transport.roster = [bot, entry('bob')]
    await clock.settle()
    expect(transport.count('deleteParticipant')).toBe(0)
    await clock.advance(LEASE_MS + 1)
    expect(transport.count('deleteParticipant')).toBe(1)
    const removed = rollcall.call(callId).waitFor(key, 'removed')
    await clock.advance(3_000)
    await rollcall.receive([roster()])
    expect(await removed).toMatchObject({ ending: { cause: 'removed', by: 'local' } })
  })

  test('a durable subscriber continues where it stopped', async () => {
    const { first, restart, clock } = lives()
    const heard: string[] = []
    first.rollcall.subscribe(({ to }) => void heard.push(`first ${to}`), { cursor: 'billing' })
    await clock.settle()
    await first.rollcall.receive([callIs('establishing')])
    await clock.settle()
    expect(heard).toEqual(['first establishing'])
    first.rollcall.subscribe(() => undefined)
    const { rollcall } = restart()
    await rollcall.receive([callIs('established')])
    rollcall.subscribe(({ to }) => void heard.push(`second ${to}`), { cursor: 'billing' })
    await clock.settle()
    await rollcall.receive([callIs('terminated')])
    await clock.settle()
    expect(heard).toEqual(['first establishing', 'second established', 'second terminated'])
  })

  test('a call that cannot be read is reported, and the others continue', async () => {
    const store = memoryStore()
    const first = stage({ store })
    await first.rollcall.receive([callIs('establishing'), callIs('establishing', { callId: 'other' })])
    const stored = await store.load('other')
    await store.commit({
      callId: 'other',
      expectedVersion: stored?.version ?? 0,
      instanceId: 'vandal',
      at: 0,
      core: { schema: 99 },
      participants: new Map(),
      deletedParticipants: [],
      effects: [],
      acknowledgedEffects: [],
      changes: [],
      isEnded: false,
    })
    const { rollcall, errors } = stage({ store })
    await rollcall.ready
    await rollcall.receive([callIs('established')])
    await expect(rollcall.receive([callIs('established', { callId: 'other' })])).rejects.toMatchObject({
      code: 'SNAPSHOT_NEWER',
    })
    expect(errors).toContainEqual(expect.objectContaining({ code: 'SNAPSHOT_NEWER' }))
  })
})

describe('closing', () => {
  test('accepts no events, leaves no alarm, and can be done twice', async () => {
    const { rollcall, clock } = stage()
    await rollcall.receive([callIs('establishing'), callIs('established')])
    const call = rollcall.call(callId)
    await call.invite(bob)
    await clock.settle()
    expect(clock.pending).toBeGreaterThan(0)
    await Promise.all([rollcall.close(), rollcall.close()])
    expect(clock.pending).toBe(0)
    for (const attempt of [
      () => rollcall.receive([callIs('established')]),
      () => call.read(),
      () => call.invite(bob),
      () => rollcall.createCall({ callbackUri: 'x' }),
      () => call.waitFor('id-1', 'active'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'HOST_CLOSED', status: 503 })
    }
  })

  test('finishes accepted events', async () => {
    const store = memoryStore()
    const { rollcall } = stage({ store })
    await rollcall.ready
    const taken = rollcall.receive([callIs('establishing')])
    await rollcall.close()
    await taken
    expect((await store.load(callId))?.version).toBe(1)
  })

  test('waits for requests under way for drainMs, and records their answers', async () => {
    const store = memoryStore()
    const { rollcall, transport, clock } = stage({ store })
    await rollcall.receive([callIs('establishing'), callIs('established')])
    const answer = transport.hold('invite')
    await rollcall.call(callId).invite(bob)
    await clock.settle()
    const closing = rollcall.close({ drainMs: 1_000 })
    await clock.settle()
    answer({ verdict: 'done', value: { status: 'running' } })
    await closing
    expect((await store.load(callId))?.outbox).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test.each([0, 50])(
    'leaves an invite that was acknowledged and not sent to the next host (the store takes %d ms to grant it)',
    async (grantMs) => {
      const store = memoryStore()
      const clock = virtualClock()
      const slow: Store = {
        ...store,
        async claim(...asked) {
          const beginning = await store.claim(...asked)
          if (grantMs > 0) await new Promise<void>((resolve) => void clock.schedule(clock.now() + grantMs, resolve))
          return beginning
        },
      }
      const { rollcall, transport } = stage({ store: slow, clock })
      await rollcall.receive([callIs('establishing'), callIs('established')])
      const { key } = await rollcall.call(callId).invite(bob)
      await Promise.all([rollcall.close(), clock.advance(grantMs)])
      expect(transport.count('invite')).toBe(0)
      expect((await store.load(callId))?.outbox).toMatchObject([
        { effect: { type: 'participants.invite' }, isClaimed: false },
      ])
      const next = stage({ store, clock })
      await next.rollcall.ready
      await clock.settle()
      expect(next.transport.requests.filter(({ method }) => method === 'invite')).toMatchObject([
        { clientContext: key },
      ])
      expect((await next.rollcall.call(callId).read()).participants.get(key)).toMatchObject({ state: 'ringing' })
    },
  )

  test('leaves unsent requests to a host that runs already', async () => {
    const store = memoryStore()
    const clock = virtualClock()
    const { rollcall, transport } = stage({ store, clock })
    const other = stage({ store, clock, transport })
    await other.rollcall.ready
    await rollcall.receive([callIs('establishing'), callIs('established')])
    await rollcall.call(callId).invite(bob)
    await rollcall.close()
    expect(transport.count('invite')).toBe(0)
    await clock.advance(3 * LEASE_MS)
    expect(transport.count('invite')).toBe(1)
  })

  test('aborts requests that take longer: they may have happened, and are not repeated', async () => {
    const store = memoryStore()
    const clock = virtualClock()
    const { rollcall, transport } = stage({ store, clock })
    await rollcall.receive([callIs('establishing'), callIs('established')])
    transport.hold('invite')
    await rollcall.call(callId).invite(bob)
    await clock.settle()
    await rollcall.close()
    expect(transport.requests.at(-1)?.signal?.aborted).toBe(true)
    const next = stage({ store, clock })
    await next.rollcall.ready
    await clock.settle()
    expect(next.transport.count('invite')).toBe(0)
    expect((await store.load(callId))?.outbox.filter(({ effect }) => effect.type === 'participants.invite')).toEqual([])
  })
})
