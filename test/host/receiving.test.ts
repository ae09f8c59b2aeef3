/**
 * How a host receives events: it adopts calls, commits and refuses.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { InboundEvent } from '../../src/call/model/events.ts'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import type { LogFields } from '../../src/host/ports/log.ts'
import { MAILBOX_LIMIT } from '../../src/host/ports/limits.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { done, refused } from './fake-transport.ts'
import { faultyStore } from './faulty-store.ts'
import { bot, callId, callIs, entry, roster, stage, told } from './stage.ts'

const noise = (of = callId): InboundEvent => ({
  callId: of,
  event: { type: 'notification.unrecognised', resource: '/x', what: 'noise' },
})

describe('an unknown call', () => {
  test('is fetched, with its roster, if its first event is not its beginning', async () => {
    const { rollcall, transport, clock } = stage()
    transport.roster = [bot, entry('ann')]
    await rollcall.receive([noise()])
    await clock.settle()
    expect(transport.requests.map(({ method }) => method).sort()).toEqual(['getCall', 'listParticipants'])
    const { state, participants } = await rollcall.call(callId).read()
    expect(state).toBe('established')
    expect([...participants.values()].map(({ id }) => id)).toEqual(['ann'])
  })

  test.each(['incoming', 'establishing'] as const)(
    'that is %s is known from its beginning and not fetched',
    async (state) => {
      const { rollcall, transport, clock } = stage()
      await rollcall.receive([callIs(state)])
      await clock.settle()
      expect(transport.requests).toEqual([])
      expect(await rollcall.call(callId).read()).toMatchObject({ state })
    },
  )

  test('is adopted by the first use of a handle, not by creating one', async () => {
    const { rollcall, transport, store, clock } = stage()
    const call = rollcall.call('57DAB8B1894C409AB240BD8BEAE78896')
    await clock.settle()
    expect(await store.listOpen()).toEqual([])
    expect(await call.read()).toMatchObject({ id: '57dab8b1-894c-409a-b240-bd8beae78896', state: 'unknown' })
    await clock.settle()
    expect(transport.count('getCall')).toBe(1)
    expect(await call.read()).toMatchObject({ state: 'established' })
  })

  test('that the service does not know either is over', async () => {
    const { rollcall, transport, clock } = stage()
    transport.script('getCall', refused(404, '8522'))
    const call = rollcall.call(callId)
    transport.script('keepAlive', refused(404, '8522'))
    await call.read()
    await clock.advance(0)
    expect(await call.read()).toMatchObject({ state: 'terminated', ending: { cause: 'lost' } })
  })

  test('that this host created is not over because the service does not show it', async () => {
    const { rollcall, transport, clock } = stage()
    transport.script('createCall', done({ callId, state: 'established' }))
    for (const question of ['getCall', 'listParticipants'] as const)
      for (let times = 0; times < 3; times += 1) transport.script(question, refused(403, '7504'))
    const call = await rollcall.createCall({ callbackUri: 'https://bot.example/callback' })
    await clock.advance(60_000)
    expect(await call.read()).toMatchObject({ state: 'established' })
  })

  test('is refused if the options say so, and nothing is stored', async () => {
    const { rollcall, store, clock, transport } = stage()
    await expect(rollcall.receive([callIs('establishing')], { unknownCalls: 'refuse' })).rejects.toMatchObject({
      code: 'CALL_UNKNOWN',
      status: 404,
    })
    await clock.settle()
    expect(await store.load(callId)).toBeUndefined()
    expect(transport.requests).toEqual([])
  })

  test('is refused together with the rest of its body', async () => {
    const { rollcall, store, clock } = stage()
    await rollcall.receive([callIs('establishing')])
    const together = [callIs('terminated'), callIs('terminated', { callId: 'nobody' })]
    await expect(rollcall.receive(together, { unknownCalls: 'refuse' })).rejects.toMatchObject({
      code: 'CALL_UNKNOWN',
      details: { callId: 'nobody' },
    })
    await clock.settle()
    expect(await store.load('nobody')).toBeUndefined()
    expect(await rollcall.call(callId).read()).toMatchObject({ state: 'establishing' })
    await rollcall.receive([callIs('establishing', { callId: 'nobody' })])
    await rollcall.receive(together, { unknownCalls: 'refuse' })
    expect(await rollcall.call(callId).read()).toMatchObject({ state: 'terminated' })
  })

  test('is not refused once it is known', async () => {
    const { rollcall } = stage()
    await rollcall.receive([callIs('establishing')])
    await rollcall.receive([callIs('established')], { unknownCalls: 'refuse' })
    expect(await rollcall.call(callId).read()).toMatchObject({ state: 'established' })
  })

  test('needs a name', () => {
    const { rollcall } = stage()
    expect(() => rollcall.call('  ')).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
    expect(() => rollcall.call(undefined as never)).toThrow(TypeError)
  })
})

describe('events of one body', () => {
  test('without a call are dropped and logged, and the others are accepted', async () => {
    const records: string[] = []
    const say = (name: string, { event }: LogFields) => void records.push(`${name} ${String(event)}`)
    const { rollcall, store, clock, transport } = stage({
      logger: { debug: () => undefined, info: () => undefined, warn: say, error: say },
    })
    const body = {
      value: [
        { changeType: 'created', resourceUrl: '/communications/onlineMeetings/x', resourceData: {} },
        {
          changeType: 'created',
          resourceUrl: `/communications/calls/${callId}`,
          resourceData: { '@odata.type': '#microsoft.graph.call', state: 'establishing' },
        },
      ],
    }
    await rollcall.receive(parseNotifications(body), { unknownCalls: 'adopt' })
    await rollcall.receive(parseNotifications(body), { unknownCalls: 'refuse' })
    await clock.settle()
    expect(await store.listOpen()).toEqual([callId])
    expect(transport.requests).toEqual([])
    expect(records).toEqual([
      'evidence.withoutCall notification.unrecognised',
      'evidence.withoutCall notification.unrecognised',
    ])
  })

  test('are grouped by call, in order, with one commit for each', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, changes } = stage({ store })
    await rollcall.receive([
      callIs('establishing'),
      callIs('establishing', { callId: 'other' }),
      callIs('established'),
      roster(entry('ann')),
    ])
    expect(store.commits).toBe(2)
    expect(told(changes.filter((change) => change.callId === callId))).toEqual([
      'call: - → establishing',
      'call: establishing → established',
      expect.stringContaining('→ active'),
    ])
  })

  test('are stored when the promise resolves, and not before', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, changes } = stage({ store })
    const { promise, resolve } = Promise.withResolvers<void>()
    store.beforeCommit = () => promise
    let isTaken = false
    const receiving = rollcall.receive([callIs('establishing')]).then(() => {
      isTaken = true
    })
    await new Promise((settled) => setImmediate(settled))
    expect(isTaken).toBe(false)
    expect(changes).toEqual([])
    resolve()
    await receiving
    expect((await store.load(callId))?.version).toBe(1)
  })

  test('share a commit with events that came meanwhile', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall, changes } = stage({ store })
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        rollcall.receive([callIs(index === 0 ? 'establishing' : 'established'), noise()]),
      ),
    )
    expect(store.commits).toBeLessThan(6)
    expect(told(changes)).toEqual(['call: - → establishing', 'call: establishing → established'])
  })

  test('write nothing if they change nothing', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall } = stage({ store })
    await rollcall.receive([callIs('establishing')])
    await rollcall.receive([callIs('establishing')])
    expect(store.commits).toBe(1)
  })
})

describe('a full mailbox', () => {
  test('refuses events beyond its limit, and accepts them again later', async () => {
    const store = faultyStore(memoryStore())
    const { rollcall } = stage({ store })
    const { promise, resolve } = Promise.withResolvers<void>()
    store.beforeCommit = () => promise
    const first = rollcall.receive([callIs('establishing')])
    await new Promise((settled) => setImmediate(settled))
    const fill = Array.from({ length: MAILBOX_LIMIT }, () => rollcall.receive([noise()]))
    await expect(rollcall.receive([noise()])).rejects.toMatchObject({
      code: 'MAILBOX_FULL',
      status: 503,
      details: { limit: MAILBOX_LIMIT },
    })
    await expect(rollcall.receive([noise('other'), noise()])).rejects.toMatchObject({ code: 'MAILBOX_FULL' })
    resolve()
    await Promise.all([first, ...fill])
    await rollcall.receive([noise()])
    expect(await store.load('other')).toBeUndefined()
  })
})
