/**
 * The block of code that bots outside this repository are written to, line by line.
 * @module
 */
import { describe, expect, test } from 'vitest'
import {
  createRollcall,
  isRollcallError,
  memoryStore,
  present,
  type Participant,
  type PublishedChange,
  type Rollcall,
} from '../../src/index.ts'
import { graphTransport, graphWebhook, parseNotifications } from '../../src/graph/index.ts'
import { GraphByTheFacts, graphError } from './graph-by-the-facts.ts'
import {
  annId,
  bobId,
  botId,
  establishedStage,
  handClock,
  itself,
  notification,
  person,
  roster,
  sample,
  settle,
  words,
} from './stage.ts'

describe('the façade over an injected fetch', () => {
  test('does every line of the contract', async () => {
    const graph = new GraphByTheFacts()
    const clock = handClock()
    const rollcall: Rollcall = createRollcall({
      transport: graphTransport({
        token: async () => 'secret',
        baseUrl: 'https://graph.microsoft.com',
        fetch: graph.fetch,
      }),
      store: memoryStore(),
      clock: { now: clock.now, schedule: clock.schedule },
      ringTimeoutMs: 90_000,
      confirmTimeoutMs: 10_000,
      reorderWindowMs: 2_000,
      keepAliveMs: 900_000,
      onError: () => undefined,
    })
    const told: PublishedChange[] = []
    const off = rollcall.subscribe((change) => {
      told.push(change)
    })
    const handle: (request: Request) => Promise<Response> = graphWebhook(rollcall, { authentication: 'off' })
    const post = async (body: unknown) =>
      (await handle(new Request('https://bot.contoso.com/callback', { method: 'POST', body: JSON.stringify(body) })))
        .status

    const created = await rollcall.createCall({
      '@odata.type': '#microsoft.graph.call',
      callbackUri: 'https://bot.contoso.com/callback',
      requestedModalities: ['audio'],
      mediaConfig: { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' },
      targets: [
        {
          '@odata.type': '#microsoft.graph.invitationParticipantInfo',
          identity: {
            '@odata.type': '#microsoft.graph.identitySet',
            user: { '@odata.type': '#microsoft.graph.identity', id: annId },
          },
        },
      ],
      tenantId: 'aa67bd4c-8475-432d-bd41-39f255720e0a',
    })
    const id = created.id
    expect(id).toMatch(/^2e1a0b00-/)
    expect(graph.asked[0]).toMatchObject({
      method: 'POST',
      path: '/communications/calls',
      body: { callbackUri: 'https://bot.contoso.com/callback', requestedModalities: ['audio'] },
    })
    expect((await created.read()).state).toBe('establishing')
    expect(
      await post(sample('docs-call-established-notification.json', { '2e1a0b00-b3c5-4b0f-99b3-c133bc1e6116': id })),
    ).toBe(202)
    expect((await created.read()).state).toBe('established')
    graph.roster = [itself()]
    await post(notification('/participants', [itself()], 'updated', id))

    const call = rollcall.call(id.toUpperCase().replaceAll('-', ''))
    expect(call.id).toBe(id)
    const bob = await call.invite(
      { user: { id: bobId } },
      {
        ringTimeoutMs: 30_000,
        participantId: '57dab8b1-894c-409a-b240-bd8beae78896',
        replacesCallId: 'a7ebfb2d-871e-419c-87af-27290b22e8db',
        hidden: false,
      },
    )
    expect(bob.state).toBe('invited')
    expect(typeof bob.key).toBe('string')
    const [ann, cem] = await call.invite([{ user: { id: annId } }, { phone: { id: '+15550100' } }])
    expect(ann?.identity).toMatchObject({ user: { id: annId } })
    expect(cem?.identity).toMatchObject({ phone: { id: '+15550100' } })
    await settle()
    const invites = graph.sent('POST', /invite$/)
    expect(invites).toHaveLength(2)
    expect(invites[0]?.body).toMatchObject({
      participants: [
        {
          replacesCallId: 'a7ebfb2d-871e-419c-87af-27290b22e8db',
          participantId: '57dab8b1-894c-409a-b240-bd8beae78896',
          identity: { user: { id: bobId } },
        },
      ],
    })
    expect(typeof invites[0]?.body.clientContext).toBe('string')

    const active = call.waitFor(bob.key, 'active', { timeoutMs: 60_000, signal: new AbortController().signal })
    graph.roster = [itself(), person('11111111-0000-0000-0000-000000000001', bobId)]
    await post(notification('/participants', graph.roster, 'updated', id))
    expect(await active).toMatchObject({
      key: bob.key,
      state: 'active',
      id: '11111111-0000-0000-0000-000000000001',
      isMuted: false,
    })
    await call.waitFor(bob.key, ['active', 'lobby'])
    await call.waitFor(bob.key, ({ activeAt }) => activeAt !== undefined)

    await call.mute(bob.key)
    expect(graph.count('POST', /mute$/)).toBe(1)

    const removal = call.remove(bob.key)
    await settle()
    expect(graph.count('DELETE', /participants\/11111111/)).toBe(1)
    graph.roster = [itself()]
    await clock.advance(3_000)
    await post(notification('/participants', graph.roster, 'updated', id))
    const removed: Participant = await removal
    expect(removed).toMatchObject({ key: bob.key, state: 'removed', ending: { cause: 'removed', by: 'local' } })

    const now = await call.read()
    expect(now).toMatchObject({ id, state: 'established', self: { participantId: botId } })
    expect(now.participants.get(bob.key)).toMatchObject({ state: 'removed' })
    expect(now.participants.has('__proto__')).toBe(false)
    expect(now.participants.size).toBe(3)
    expect([...now.participants.keys()]).toEqual([bob.key, ann?.key, cem?.key])
    expect([...now.participants.values()].map(({ key }) => key)).toEqual(
      [...now.participants.entries()].map(([key]) => key),
    )
    expect([...now.participants].map(([key]) => key)).toEqual([...now.participants.keys()])
    expect(present(now)).toEqual([])
    const why = await call.explain(bob.key)
    expect(JSON.stringify(why)).toContain('removed')

    const ended = call.hangUp()
    await settle()
    await post(
      notification(
        '',
        { '@odata.type': '#microsoft.graph.call', state: 'terminated', resultInfo: { code: 200, subcode: 7000 } },
        'deleted',
        id,
      ),
    )
    expect((await ended).state).toBe('terminated')
    expect((await call.read()).participants.get(ann?.key ?? '')).toMatchObject({
      state: 'cancelled',
      ending: { cause: 'callEnded' },
    })

    off()
    const until = told.length
    expect(told.every((change) => change.callId === id && typeof change.at === 'number')).toBe(true)
    expect(told.filter(({ key }) => key === undefined).map(({ to }) => to)).toEqual([
      'establishing',
      'established',
      'terminated',
    ])
    expect(words(told.filter(({ key }) => key === bob.key))).toEqual([
      '->invited',
      'invited>ringing',
      'ringing>active',
      'active>removed',
    ])
    await rollcall.close()
    expect(told).toHaveLength(until)
    await expect(rollcall.call(id).read()).rejects.toMatchObject({ code: 'HOST_CLOSED' })
    await rollcall.close()
  })

  test('accepts a TokenCredential as a token, and uses the system clock by default', async () => {
    const graph = new GraphByTheFacts()
    const scopes: unknown[] = []
    const credential = {
      async getToken(asked: string | string[]) {
        scopes.push(asked)
        return { token: 'secret', expiresOnTimestamp: Date.now() + 3_600_000 }
      },
    }
    const rollcall = createRollcall({ transport: graphTransport({ token: credential, fetch: graph.fetch }) })
    const call = await rollcall.createCall({ callbackUri: 'https://bot.contoso.com/callback' })
    expect((await call.read()).state).toBe('establishing')
    expect(JSON.stringify(scopes)).toContain('https://graph.microsoft.com/.default')
    await rollcall.close()
  })
})

describe('a hand-made clock', () => {
  test('is the only time that a host, its transport and its webhook use, retry and backoff included', async () => {
    const real = {
      setTimeout: globalThis.setTimeout,
      setInterval: globalThis.setInterval,
      now: Date.now,
      performance: performance.now,
    }
    const touched: string[] = []
    globalThis.setTimeout = ((...given: Parameters<typeof setTimeout>) => {
      touched.push(new Error('setTimeout').stack ?? '')
      return real.setTimeout(...given)
    }) as typeof setTimeout
    globalThis.setInterval = ((...given: Parameters<typeof setInterval>) => {
      touched.push(new Error('setInterval').stack ?? '')
      return real.setInterval(...given)
    }) as typeof setInterval
    Date.now = () => {
      touched.push(new Error('Date.now').stack ?? '')
      return real.now()
    }
    performance.now = () => {
      touched.push(new Error('performance.now').stack ?? '')
      return real.performance.call(performance)
    }
    try {
      const set = await establishedStage()
      set.graph.next('POST', /invite$/, {
        ...graphError(429, 'TooManyRequests', 'Please retry again later.'),
        headers: { 'retry-after': '2.128' },
      })
      const bob = await set.call.invite({ user: { id: bobId } })
      await set.clock.advance(5_000)
      expect(set.graph.count('POST', /invite$/)).toBe(2)
      await set.post(roster(itself(), person('p-1', bobId)))
      set.graph.roster = [itself(), person('p-1', bobId)]
      set.graph.next('DELETE', /participants/, graphError(503, 'ServiceUnavailable', 'later'))
      const removal = set.call.remove(bob.key, { timeoutMs: 100_000 })
      await set.clock.advance(5_000)
      expect(set.graph.count('DELETE', /participants/)).toBe(2)
      set.graph.roster = [itself()]
      await set.clock.advance(60_000)
      expect((await removal).state).toBe('removed')
      await expect(set.call.waitFor(bob.key, 'active')).rejects.toMatchObject({ code: 'PARTICIPANT_ENDED' })
      await set.clock.advance(3_600_000)
      await set.rollcall.close()
      expect(set.errors).toEqual([])
      expect(set.clock.pending()).toBe(0)
    } finally {
      Object.assign(globalThis, { setTimeout: real.setTimeout, setInterval: real.setInterval })
      Date.now = real.now
      performance.now = real.performance
    }
    expect(touched.filter((stack) => stack.includes('/src/'))).toEqual([])
  })
})

describe('bad use and bad limits', () => {
  test('are reported before any request', async () => {
    const set = await establishedStage()
    const users = Array.from({ length: 6 }, (_, index) => ({ user: { id: `u${index}` } }))
    await expect(set.call.invite(users)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    await expect(set.call.invite([])).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    await expect(set.call.invite(users.slice(0, 2), { replacesCallId: 'x' })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    })
    expect(set.graph.count('POST', /invite$/)).toBe(0)
    await expect(set.call.waitFor('nobody', 'active')).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' })
    await expect(set.call.remove('nobody')).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' })
    await expect(set.call.mute('nobody')).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' })
    await expect(set.call.explain('__proto__')).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' })
    await expect(set.call.waitFor('nobody', 'active').catch(isRollcallError)).resolves.toBe(true)
    expect(() => graphWebhook(set.rollcall, {} as never)).toThrow(TypeError)
    expect(parseNotifications(roster(itself()) as never)).toHaveLength(1)
    await set.rollcall.close()
  })

  test('an invite of several with the same person twice returns them in the given order', async () => {
    const set = await establishedStage()
    const [first, second, third] = await set.call.invite([
      { user: { id: bobId } },
      { user: { id: annId } },
      { user: { id: bobId.toUpperCase() } },
    ])
    expect(third?.key).toBe(first?.key)
    expect(second?.key).not.toBe(first?.key)
    await settle()
    expect(set.graph.sent('POST', /invite$/)[0]?.body.participants).toHaveLength(2)
    const again = await set.call.invite({ user: { id: bobId.replaceAll('-', '').toUpperCase() } })
    expect(again.key).toBe(first?.key)
    await settle()
    expect(set.graph.count('POST', /invite$/)).toBe(1)
    await set.rollcall.close()
  })
})
