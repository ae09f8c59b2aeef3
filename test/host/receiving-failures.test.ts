/**
 * How a host handles failures of the store, of the transport and of requests.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { faultyStore } from './faulty-store.ts'
import { bot, callId, callIs, entry, roster, stage, told } from './stage.ts'

describe('a store that fails', () => {
  test('refuses inbound events, applies nothing, and continues when it works again', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, changes, errors, transport, clock } = stage({ store })
    await rollcall.receive([callIs('establishing'), callIs('established')])
    store.failing = 'before'
    await expect(rollcall.receive([roster(entry('ann'))])).rejects.toMatchObject({
      code: 'STORE_FAILED',
      status: 503,
      definite: false,
    })
    await expect(rollcall.call(callId).invite({ user: { id: 'bob' } })).rejects.toMatchObject({ code: 'STORE_FAILED' })
    expect(changes).toHaveLength(2)
    store.failing = undefined
    await clock.advance(1_000)
    expect(transport.count('invite')).toBe(0)
    await rollcall.receive([roster(entry('ann'))])
    expect([...(await rollcall.call(callId).read()).participants.values()]).toMatchObject([
      { id: 'ann', state: 'active' },
    ])
    expect(errors.length).toBeGreaterThan(0)
  })

  test('does not lose the answer to a request', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, transport, clock } = stage({ store })
    await rollcall.receive([callIs('establishing'), callIs('established')])
    const answer = transport.hold('invite')
    const call = rollcall.call(callId)
    const { key } = await call.invite({ user: { id: 'bob' } })
    await clock.settle()
    store.failing = 'before'
    answer({ verdict: 'refused', failure: { reason: 'forbidden', status: 403, code: '7504', message: 'no' } })
    await clock.advance(10_000)
    expect(await store.load(callId).catch(() => undefined)).toBeUndefined()
    store.failing = undefined
    await clock.advance(30_000)
    expect((await call.read()).participants.get(key)).toMatchObject({ state: 'cancelled' })
    expect((await store.load(callId))?.outbox).toEqual([])
    expect(transport.count('invite')).toBe(1)
  })

  test('whose write succeeds and whose answer is lost counts once', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, changes, clock } = stage({ store })
    await rollcall.receive([callIs('establishing'), callIs('established')])
    store.failing = 'after'
    store.method = 'commit'
    await expect(rollcall.receive([roster(entry('ann'))])).rejects.toMatchObject({ code: 'STORE_FAILED' })
    store.failing = undefined
    await rollcall.receive([roster(entry('ann'))])
    await rollcall.receive([roster(entry('ann'), entry('cy'))])
    await clock.settle()
    expect(told(changes.slice(2))).toEqual([expect.stringMatching(/- → active/), expect.stringMatching(/- → active/)])
    expect((await rollcall.call(callId).read()).participants.size).toBe(2)
  })

  test('whose write succeeds and whose answer is lost leaves nothing undone, even if nothing else happens in the call', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, transport, clock } = stage({ store })
    await rollcall.receive([callIs('establishing'), callIs('established')])
    const call = rollcall.call(callId)
    store.failing = 'after'
    store.method = 'commit'
    await expect(call.invite({ user: { id: 'bob' } })).rejects.toMatchObject({ code: 'STORE_FAILED', definite: false })
    store.failing = undefined
    await clock.settle()
    expect(transport.count('invite')).toBe(1)
    await clock.advance(10 * 60_000)
    expect(await store.load(callId)).toMatchObject({ outbox: [] })
    const [bob] = (await store.load(callId))?.participants.values() ?? []
    expect(bob).toMatchObject({ state: 'cancelled', ending: { cause: 'noAnswer' } })
  })

  test('whose answer to the commit of a deadline is lost keeps the deadlines that follow from it', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, transport, clock } = stage({ store })
    await rollcall.receive([callIs('establishing'), callIs('established')])
    store.failing = 'after'
    store.method = 'commit'
    await clock.advance(15 * 60_000)
    store.failing = undefined
    await clock.advance(60 * 60_000)
    expect(transport.count('keepAlive')).toBe(5)
  })

  test('may fail when a request is claimed: it is sent once the store works again', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, transport, clock } = stage({ store })
    await rollcall.receive([callIs('establishing'), callIs('established')])
    store.failing = 'after'
    store.method = 'claim'
    await rollcall.call(callId).invite({ user: { id: 'bob' } })
    await clock.advance(3_000)
    expect(transport.count('invite')).toBe(0)
    store.failing = undefined
    await clock.advance(3_000)
    expect(transport.count('invite')).toBe(1)
  })

  test('that fails when the host starts is tried again', async () => {
    const inner = memoryStore()
    const store = faultyStore(inner)
    store.failing = 'before'
    const { rollcall, clock } = stage({ store })
    await expect(rollcall.receive([callIs('establishing')])).rejects.toMatchObject({ code: 'STORE_FAILED' })
    store.failing = undefined
    await clock.advance(1_000)
    await rollcall.ready
    await rollcall.receive([callIs('establishing')])
  })
})

describe('a transport that breaks its contract', () => {
  test('and throws counts as not confirmed, and is reported', async () => {
    const { rollcall, transport, clock, errors, store } = stage()
    await rollcall.receive([callIs('establishing'), callIs('established')])
    transport.script('invite', () => {
      throw new Error('oops')
    })
    const call = rollcall.call(callId)
    const { key } = await call.invite({ user: { id: 'bob' } })
    await clock.settle()
    expect(errors.map(String)).toEqual(['Error: oops'])
    expect((await call.read()).participants.get(key)?.state).toBe('invited')
    expect((await store.load(callId))?.outbox).toEqual([])
  })

  test.each([
    ['nothing', undefined],
    ['no list', { entries: 'ann' }],
    ['a hole in the list', { entries: [entry('ann'), null] }],
    ['an entry without an identity', { entries: [{ id: 'ann' }] }],
    ['a number that is none', { entries: [entry('ann', { sequence: Number.NaN })] }],
  ])('and lists participants as %s is asked again', async (_, value) => {
    const { rollcall, transport, clock, errors } = stage()
    let answers = 0
    transport.script('listParticipants', () => {
      answers += 1
      return { verdict: 'done', value: answers === 1 ? value : { entries: [bot, entry('ann')] } }
    })
    await rollcall.receive([
      callIs('establishing'),
      callIs('established'),
      { callId, event: { type: 'roster.reported', kind: 'delta', sequence: 7, entries: [] } },
    ])
    await clock.advance(60_000)
    expect(errors).toMatchObject([
      { name: 'TypeError', message: expect.stringContaining('the transport gave a wrong answer') },
    ])
    expect(answers).toBe(2)
    expect((await rollcall.call(callId).read()).participants.size).toBe(1)
  })

  test.each([
    ['no status', { verdict: 'done', value: {} }],
    ['no failure', { verdict: 'refused' }],
    ['no reason', { verdict: 'refused', failure: { status: 403, code: '7504', message: 'no' } }],
    ['a reason of its own', { verdict: 'refused', failure: { reason: 'full', code: 'full', message: 'no' } }],
    [
      'a wait without end',
      {
        verdict: 'refused',
        failure: { reason: 'throttled', status: 429, code: '429', message: 'no', retryAfterMs: Infinity },
      },
    ],
  ])('and answers an invite with %s has not confirmed it', async (_, answer) => {
    const { rollcall, transport, clock, errors, store } = stage()
    await rollcall.receive([callIs('establishing'), callIs('established')])
    transport.script('invite', answer as never)
    const { key } = await rollcall.call(callId).invite({ user: { id: 'bob' } })
    await clock.settle()
    expect(errors).toMatchObject([{ name: 'TypeError' }])
    expect(await store.load(callId)).toMatchObject({ outbox: [] })
    expect((await rollcall.call(callId).read()).participants.get(key)).toMatchObject({ state: 'invited' })
  })

  test('and creates a call without an id has not confirmed it', async () => {
    const { rollcall, transport } = stage()
    transport.script('createCall', { verdict: 'done', value: undefined })
    await expect(rollcall.createCall({ callbackUri: 'x' })).rejects.toMatchObject({ code: 'REQUEST_UNCONFIRMED' })
  })

  test('and never answers is aborted', async () => {
    const { rollcall, transport, clock, store } = stage()
    await rollcall.receive([callIs('establishing'), callIs('established')])
    transport.hold('invite')
    await rollcall.call(callId).invite({ user: { id: 'bob' } }, { ringTimeoutMs: 600_000 })
    await clock.settle()
    await clock.advance(130_000)
    expect(transport.requests.find(({ method }) => method === 'invite')?.signal?.aborted).toBe(true)
    expect((await store.load(callId))?.outbox).toEqual([])
  })
})

describe('requests', () => {
  test('of one call are sent several at a time, and not all at once', async () => {
    const { rollcall, transport, clock } = stage()
    await rollcall.receive([
      callIs('establishing'),
      callIs('established'),
      roster(...Array.from({ length: 20 }, (_, index) => entry(`p${index}`))),
    ])
    const call = rollcall.call(callId)
    const answer = transport.hold('deleteParticipant')
    const { participants } = await call.read()
    const removals = [...participants.keys()].map((key) =>
      call.remove(key, { timeoutMs: 1_000 }).catch(() => undefined),
    )
    await clock.settle()
    expect(transport.count('deleteParticipant')).toBe(8)
    for (let sent = 0; sent < 20; sent += 1) {
      answer()
      await clock.settle()
    }
    expect(transport.count('deleteParticipant')).toBe(20)
    await clock.advance(1_000)
    await Promise.all(removals)
  })

  test('are not sent for an ended call, and leave nothing behind', async () => {
    const { rollcall, transport, clock, store } = stage()
    await rollcall.receive([
      callIs('establishing'),
      callIs('established'),
      roster(...Array.from({ length: 20 }, (_, index) => entry(`p${index}`))),
    ])
    const call = rollcall.call(callId)
    const answer = transport.hold('deleteParticipant')
    const removals = [...(await call.read()).participants.keys()].map((key) => call.remove(key))
    await clock.settle()
    await rollcall.receive([callIs('terminated')])
    for (let sent = 0; sent < 8; sent += 1) answer()
    await clock.settle()
    await Promise.all(removals)
    expect(transport.count('deleteParticipant')).toBe(8)
    expect(await store.listOpen()).toEqual([])
    expect(clock.pending).toBe(0)
  })
})
