import { describe, expect, test } from 'vitest'
import type { CalleeScript } from '../../src/simulator/graph/dialect.ts'
import { TestService } from './service.ts'
import { switched } from './switched.ts'

describe('a call', () => {
  test('for one person is a two-party call: it is established by the answer, and has no roster', async () => {
    const service = new TestService({ scripts: { ann: { type: 'answer', afterMs: 5_000 } } })
    const { body } = await service.ask({
      operation: 'call.create',
      body: { callbackUri: 'http://bot.example/', targets: [{ identity: { user: { id: 'ann' } } }] },
    })
    service.advance(5_000)
    expect(service.states(body.id)).toEqual(['establishing'])
    service.advance(1_000)
    expect(service.states(body.id)).toEqual(['establishing', 'established', 'established'])
    expect(service.received('roster')).toEqual([])
    expect((await service.ask({ operation: 'participants.list', callId: body.id })).body.value).toEqual([])
  })

  test.each([
    ['declines', { type: 'decline' }, 603],
    ['does not answer', { type: 'noAnswer' }, 408],
  ] as const)('between two ends without being established if the other %s', async (_, script, code) => {
    const service = new TestService({ defaultScript: script })
    const { body } = await service.ask({
      operation: 'call.create',
      body: { callbackUri: 'http://bot.example/', targets: [{ identity: { user: { id: 'ann' } } }] },
    })
    service.advance(120_000)
    expect(service.states(body.id)).toEqual(['establishing', 'terminated'])
    expect(service.received('call').at(-1).resultInfo.code).toBe(code)
  })

  test('between two ends when the other hangs up', async () => {
    const service = new TestService({ defaultScript: { type: 'answer', afterMs: 0, leaves: { afterMs: 9_000 } } })
    const { body } = await service.ask({
      operation: 'call.create',
      body: { callbackUri: 'http://bot.example/', targets: [{ identity: { user: { id: 'ann' } } }] },
    })
    service.advance(10_000)
    expect(service.received('call', body.id).at(-1)).toMatchObject({
      state: 'terminated',
      resultInfo: { code: 200, subcode: 4521 },
    })
  })

  test('between two becomes a group call with the first invite, and then has rosters', async () => {
    const service = new TestService({ defaultScript: { type: 'answer', afterMs: 1_000 } })
    const { body } = await service.ask({
      operation: 'call.create',
      body: { callbackUri: 'http://bot.example/', targets: [{ identity: { user: { id: 'ann' } } }] },
    })
    service.advance(2_000)
    await service.invite(body.id, 'bob')
    service.advance(2_000)
    expect(service.received('call', body.id).at(-1).chatInfo.threadId).toMatch(/@thread\.v2$/)
    expect(service.rosters(body.id)).toEqual([['ann'], ['bob', 'ann']])
  })

  test('for several targets is established at once and rings them all', async () => {
    const service = new TestService({ scripts: { ann: { type: 'answer', afterMs: 1_000 }, bob: { type: 'decline' } } })
    const targets = ['ann', 'bob'].map((id) => ({ identity: { user: { id } } }))
    const { body } = await service.ask({
      operation: 'call.create',
      body: { callbackUri: 'http://bot.example/', targets },
    })
    service.advance(60_000)
    expect(service.rosters(body.id)).toEqual([[], ['ann']])
    expect(service.received('operation')).toEqual([])
  })

  test("can have the bot's participant id only in the GET of the call", async () => {
    for (const [ownParticipantId, isReported] of [
      ['present', true],
      ['absent', false],
    ] as const) {
      const service = new TestService(switched({ ownParticipantId }))
      const { body } = await service.ask({ operation: 'call.create', body: { callbackUri: 'http://bot.example/' } })
      service.advance(1_000)
      expect(service.received('call').map(({ myParticipantId }) => myParticipantId !== undefined)).toEqual(
        service.received('call').map(() => isReported),
      )
      const fetched = await service.ask({ operation: 'call.get', callId: body.id })
      expect([body.myParticipantId, fetched.body.myParticipantId]).toEqual(
        Array(2).fill(service.rosters(body.id).length === 0 ? undefined : body.myParticipantId),
      )
    }
  })

  test('can admit the bot under its first participant id or a new one', async () => {
    for (const [botAdmission, isSame] of [
      ['keeps-id', true],
      ['new-id', false],
    ] as const) {
      const service = new TestService(switched({ botAdmission }))
      const { body } = await service.ask({ operation: 'call.create', body: { callbackUri: 'http://bot.example/' } })
      service.advance(1_000)
      const fetched = await service.ask({ operation: 'call.get', callId: body.id })
      expect(fetched.body.myParticipantId === body.myParticipantId).toBe(isSame)
      expect(service.truth(body.id).selfId).toBe(fetched.body.myParticipantId)
      service.act({ act: 'join', callId: body.id, person: 'ann' })
      const listed = await service.ask({ operation: 'participants.list', callId: body.id })
      expect(listed.body.value.map(({ id }: { id: string }) => id)).toContain(fetched.body.myParticipantId)
    }
  })

  test('of a meeting is a leg: two bots with one thread are in one conversation, and one may leave', async () => {
    const service = new TestService()
    const create = async (appId: string) =>
      (
        await service.ask({
          operation: 'call.create',
          appId,
          body: { callbackUri: 'http://bot.example/', chatInfo: { threadId: '19:m@thread.v2' }, meetingInfo: {} },
        })
      ).body.id
    const [one, other] = [await create('one'), await create('other')]
    service.advance(1_000)
    service.act({ act: 'join', callId: one, person: 'ann' })
    expect(service.truth(other).present.map(({ identityId }) => identityId)).toEqual(['one', 'ann'])
    await service.ask({ operation: 'call.delete', appId: 'one', callId: one })
    service.advance(1_000)
    expect(service.states(one).at(-1)).toBe('terminated')
    expect(service.truth(other)).toMatchObject({ state: 'established', present: [{ identityId: 'ann' }] })
    expect(service.received('roster', other).at(-1)).toHaveLength(2)
  })

  test("of a meeting survives the last member's departure while another bot is joining", async () => {
    const service = new TestService()
    const create = async (appId: string) =>
      (
        await service.ask({
          operation: 'call.create',
          appId,
          body: { callbackUri: 'http://bot.example/', chatInfo: { threadId: 't' } },
        })
      ).body.id
    const one = await create('one')
    service.advance(1_000)
    const other = await create('other')
    service.act({ act: 'endCall', callId: one })
    service.advance(1_000)
    expect(service.received('roster', other).at(-1)).toHaveLength(1)
    service.act({ act: 'endCall', callId: other })
    expect(service.driver.simulation.world.state.conversations.size).toBe(0)
  })

  test('to the bot can be answered within fifteen seconds', async () => {
    const service = new TestService()
    const { callId } = service.act({ act: 'callBot', callbackUri: 'http://bot.example/', person: 'ann' })
    expect(service.received('call', callId)).toMatchObject([
      { state: 'incoming', direction: 'incoming', source: { identity: { user: { id: 'ann' } } } },
    ])
    service.advance(14_999)
    expect((await service.ask({ operation: 'call.answer', callId, body: {} })).status).toBe(202)
    service.advance(1_000)
    expect(service.states(callId ?? '')).toEqual(['incoming', 'establishing', 'established', 'established'])
    expect((await service.ask({ operation: 'call.answer', callId, body: {} })).status).toBe(412)
    const late = service.act({ act: 'callBot', callbackUri: 'http://bot.example/', person: 'bob' })
    service.advance(15_000)
    expect(service.received('call', late.callId).at(-1)).toMatchObject({
      state: 'terminated',
      resultInfo: { code: 408 },
    })
  })

  test('to the bot has the caller on its roster once another person is invited', async () => {
    const service = new TestService()
    const { callId = '' } = service.act({ act: 'callBot', callbackUri: 'http://bot.example/', person: 'ann' })
    expect((await service.ask({ operation: 'call.answer', callId, body: {} })).status).toBe(202)
    service.advance(1_000)
    expect(service.received('roster', callId)).toEqual([])
    await service.ask({
      operation: 'participants.invite',
      callId,
      body: { participants: [{ identity: { user: { id: 'bob' } } }], clientContext: 'c' },
    })
    service.advance(1_000)
    expect(
      service
        .received('roster', callId)
        .at(-1)
        .map(({ info }: { info: { identity: { user?: { id: string } } } }) => info.identity.user?.id ?? 'the bot')
        .sort(),
    ).toEqual(['ann', 'the bot'])
  })

  test('to the bot can be rejected', async () => {
    const service = new TestService()
    const { callId } = service.act({ act: 'callBot', callbackUri: 'http://bot.example/', person: 'ann' })
    expect((await service.ask({ operation: 'call.reject', callId })).status).toBe(202)
    service.advance(1_000)
    expect(service.states(callId ?? '')).toEqual(['incoming', 'terminated'])
  })

  test('to the bot can be redirected, and then ends for the bot', async () => {
    const service = new TestService()
    const { callId } = service.act({ act: 'callBot', callbackUri: 'http://bot.example/', person: 'ann' })
    expect((await service.ask({ operation: 'call.redirect', callId, body: {} })).status).toBe(400)
    expect(
      (
        await service.ask({
          operation: 'call.redirect',
          callId,
          body: { targets: [{ identity: { user: { id: 'bob' } } }] },
        })
      ).status,
    ).toBe(202)
    service.advance(1_000)
    expect(service.states(callId ?? '')).toEqual(['incoming', 'redirecting', 'terminated'])
  })

  test.each([
    [
      'is accepted and ends the leg',
      { type: 'answer', afterMs: 1_000 },
      ['transferring', 'transferAccepted', 'terminated'],
      { code: 0, subcode: 7015 },
    ],
    [
      'fails and falls back to established',
      { type: 'decline', afterMs: 1_000 },
      ['transferring', 'established'],
      { code: 500, subcode: 7000 },
    ],
  ] as const)('that is transferred %s', async (_, script, states, resultInfo) => {
    const service = new TestService({ defaultScript: script as CalleeScript })
    const callId = service.call(['ann'])
    expect(
      (
        await service.ask({
          operation: 'call.transfer',
          callId,
          body: { transferTarget: { identity: { user: { id: 'carl' } } } },
        })
      ).status,
    ).toBe(202)
    service.advance(10_000)
    expect(service.states(callId).slice(2)).toEqual(states)
    expect(service.received('call', callId).at(-1).resultInfo).toMatchObject(resultInfo)
  })

  test('ends with the reason if a person removes the bot', () => {
    const service = new TestService()
    const callId = service.call(['ann'])
    service.act({ act: 'remove', callId, who: service.received('call')[0].myParticipantId })
    expect(service.received('call', callId).at(-1)).toMatchObject({
      state: 'terminated',
      resultInfo: { code: 200, subcode: 5000 },
    })
  })

  test('ends for every leg when the conversation ends', () => {
    const service = new TestService()
    const callId = service.call(['ann'])
    service.act({ act: 'endConversation', callId })
    expect(service.received('call', callId).at(-1)).toMatchObject({
      state: 'terminated',
      resultInfo: { code: 200, subcode: 5001 },
    })
    expect(service.truth(callId).present).toEqual([])
  })

  test.each([
    ['stays', 'established'],
    ['ends', 'terminated'],
  ] as const)('whose last other participant leaves %s', (emptyCall, state) => {
    const service = new TestService(switched({ emptyCall }))
    const callId = service.call(['ann'])
    service.act({ act: 'leave', callId, who: 'ann' })
    service.advance(10_000)
    expect(service.truth(callId).state).toBe(state)
  })

  test('that would end empty continues if a person rejoins in time', () => {
    const service = new TestService(switched({ emptyCall: 'ends' }))
    const callId = service.call(['ann'])
    service.act({ act: 'leave', callId, who: 'ann' })
    service.advance(500)
    service.act({ act: 'join', callId, person: 'ann' })
    service.advance(10_000)
    expect(service.truth(callId).state).toBe('established')
  })
})
