import { describe, expect, test } from 'vitest'
import type { CalleeScript } from '../../src/simulator/callee.ts'
import type { Switches } from '../../src/simulator/settings.ts'
import { invitationOf, peopleOn, TestService, type WireParticipant } from './service.ts'

const switched = (switches: Partial<Switches>) => ({ settings: { switches } })

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

describe('an invite of several', () => {
  const scripts = {
    ann: { type: 'answer', afterMs: 1_000 },
    bob: { type: 'decline', afterMs: 2_000 },
    '+15550100': { type: 'noAnswer' },
  } as const

  test.each([
    ['failed-at-end', 60_000, 'failed'],
    ['failed-at-once', 2_000, 'failed'],
    ['completed', 60_000, 'completed'],
  ] as const)('has one status for all, %s', async (partialInvite, afterMs, status) => {
    const service = new TestService({ scripts, ...switched({ partialInvite }) })
    const callId = service.call()
    await service.invite(callId, 'ann', 'bob', '+15550100')
    service.advance(afterMs - 1)
    expect(service.received('operation')).toEqual([])
    service.advance(1)
    service.advance(120_000)
    expect(service.received('operation')).toMatchObject([{ status, clientContext: 'invite ann,bob,+15550100' }])
    expect(service.rosters(callId)).toEqual([[], ['ann']])
    if (status === 'failed')
      expect(service.received('operation')[0].resultInfo.message).toMatch(
        /^addParticipants failed for participant 8:orgid:bob\. Underlying reason: Callee Declined/,
      )
  })

  test('that replaces a call reads only the first invitee and ignores the others', async () => {
    const body = {
      participants: [
        { identity: { user: { id: 'ann' } }, replacesCallId: 'none' },
        { identity: { user: { id: 'bob' } } },
      ],
    }
    for (const [reading, count] of [
      ['first-only', 1],
      ['all', 2],
    ] as const) {
      const service = new TestService(switched({ replacementOfMany: reading }))
      const callId = service.call()
      expect((await service.ask({ operation: 'participants.invite', callId, body })).body.participants).toHaveLength(
        count,
      )
    }
  })

  test.each([
    ['no participants', []],
    ['six', ['a', 'b', 'c', 'd', 'e', 'f']],
    ['a person without an id', ['']],
  ])('of %s is 400', async (_, ids) => {
    const service = new TestService()
    expect(await service.invite(service.call(), ...ids)).toMatchObject({
      status: 400,
      body: { error: { code: '8523' } },
    })
  })

  test('who are invited or present already is 409', async () => {
    const service = new TestService()
    const callId = service.call(['ann'])
    await service.invite(callId, 'bob')
    for (const ids of [['ann'], ['bob'], ['carl', 'BOB'], ['dan', 'dan']]) {
      expect(await service.invite(callId, ...ids)).toMatchObject({ status: 409, body: { error: { code: '8519' } } })
    }
    expect(service.truth(callId).ringing.map(({ identityId }) => identityId)).toEqual(['bob'])
  })

  test('with a clientContext of more than 256 characters is 400', async () => {
    const service = new TestService()
    const body = { ...invitationOf('ann'), clientContext: 'x'.repeat(257) }
    expect((await service.ask({ operation: 'participants.invite', callId: service.call(), body })).status).toBe(400)
  })

  test('in a call that is not established is 400 8501', async () => {
    const service = new TestService({ settings: { switches: { earlyInvite: 'refused' } } })
    const { body } = await service.ask({ operation: 'call.create', body: { callbackUri: 'http://bot.example/' } })
    expect(await service.invite(body.id, 'ann')).toMatchObject({ status: 400, body: { error: { code: '8501' } } })
  })
})

describe('a cancel before the answer', () => {
  test('can be refused as not found, and the invitee keeps ringing', async () => {
    const service = new TestService(switched({ cancelBeforeAnswer: 'not-found' }))
    const callId = service.call()
    const { body } = await service.invite(callId, 'ann')
    expect(
      await service.ask({ operation: 'participant.delete', callId, participantId: body.participants[0].participantId }),
    ).toMatchObject({ status: 404, body: { error: { code: '8522' } } })
    service.advance(10_000)
    expect(service.rosters(callId).at(-1)).toEqual(['ann'])
  })

  test('has no id to address if the answer has none, but an id given by the client works', async () => {
    const service = new TestService({ ...switched({ inviteResponseId: 'null' }), defaultScript: { type: 'noAnswer' } })
    const callId = service.call()
    const participantId = '7d501bf1-5ee4-4605-ba92-0ae4513c611c'
    const invite = (participant: object) =>
      service.ask({ operation: 'participants.invite', callId, body: { participants: [participant] } })
    expect((await invite({ identity: { user: { id: 'ann' } } })).body.participants[0]).not.toHaveProperty(
      'participantId',
    )
    expect(
      (await invite({ identity: { user: { id: 'bob' } }, participantId })).body.participants[0].participantId,
    ).toBe(participantId)
    expect((await service.ask({ operation: 'participant.delete', callId, participantId })).status).toBe(204)
    expect(service.truth(callId).ringing.map(({ identityId }) => identityId)).toEqual(['ann'])
  })

  test('that crosses an answer where cancels are not found leaves the invitee in the call', async () => {
    const service = new TestService({
      ...switched({ cancelBeforeAnswer: 'not-found' }),
      defaultScript: { type: 'noAnswer', answersOnCancel: true },
    })
    const callId = service.call()
    const { body } = await service.invite(callId, 'ann')
    const { participantId } = body.participants[0]
    expect((await service.ask({ operation: 'participant.delete', callId, participantId })).status).toBe(404)
    service.advance(10_000)
    expect(service.rosters(callId)).toEqual([[], ['ann']])
    expect((await service.ask({ operation: 'participant.delete', callId, participantId })).status).toBe(204)
    service.advance(10_000)
    expect(service.rosters(callId).at(-1)).toEqual([])
  })

  test("that crosses an answer drops the callee after the script's time", async () => {
    const service = new TestService({ defaultScript: { type: 'noAnswer', answersOnCancel: { droppedAfterMs: 7_000 } } })
    const callId = service.call()
    const { body } = await service.invite(callId, 'ann')
    await service.ask({ operation: 'participant.delete', callId, participantId: body.participants[0].participantId })
    service.advance(6_999)
    expect(service.rosters(callId)).toEqual([[], ['ann']])
    service.advance(1)
    expect(service.rosters(callId)).toEqual([[], ['ann'], []])
  })

  test('of one of several leaves the others ringing', async () => {
    const service = new TestService({ defaultScript: { type: 'answer', afterMs: 5_000 } })
    const callId = service.call()
    const { body } = await service.invite(callId, 'ann', 'bob')
    await service.ask({ operation: 'participant.delete', callId, participantId: body.participants[0].participantId })
    service.advance(10_000)
    expect(service.rosters(callId).at(-1)).toEqual(['bob'])
    expect(service.received('operation')).toHaveLength(1)
  })
})

describe('an answer', () => {
  test.each([
    ['roster-first', ['roster', 'operation']],
    ['operation-first', ['operation', 'roster']],
  ] as const)('is reported %s', async (answerOrder, order) => {
    const service = new TestService(switched({ answerOrder }))
    const callId = service.call()
    await service.invite(callId, 'ann')
    service.notifications.length = 0
    service.advance(10_000)
    expect(service.notifications.map(({ kind }) => kind)).toEqual(order)
  })

  test('or a refusal can be given by the test while the callee rings', async () => {
    const service = new TestService({ defaultScript: { type: 'noAnswer' } })
    const callId = service.call()
    await service.invite(callId, 'ann')
    await service.invite(callId, '+15550100')
    service.act({ act: 'answer', callId, who: 'ann' })
    service.act({ act: 'decline', callId, who: '+15550100' })
    expect(service.rosters(callId).at(-1)).toEqual(['ann'])
    expect(service.received('operation')).toMatchObject([
      { status: 'completed' },
      { status: 'failed', resultInfo: { code: 603, subcode: 560603 } },
    ])
  })

  test('can differ with each call, and can come from a function', async () => {
    const attempts: number[] = []
    const service = new TestService({
      scripts: {
        ann: [{ type: 'busy' }, { type: 'decline', afterMs: 0 }, { type: 'answer', afterMs: 0 }],
        bob: ({ attempt }) => {
          attempts.push(attempt)
          return attempt === 0 ? { type: 'busy' } : { type: 'answer', afterMs: 0, displayName: 'Bob' }
        },
      },
    })
    const callId = service.call()
    for (let time = 0; time < 3; time += 1) {
      await service.invite(callId, 'ann')
      service.advance(1)
    }
    for (let time = 0; time < 2; time += 1) {
      await service.invite(callId, 'bob')
      service.advance(1)
    }
    expect(service.received('operation').map(({ resultInfo, status }) => resultInfo?.code ?? status)).toEqual([
      486,
      603,
      'completed',
      486,
      'completed',
    ])
    expect(attempts).toEqual([0, 1])
    const roster = service.received('roster').at(-1) as WireParticipant[]
    expect(roster.map(({ info }) => info.identity['user']?.displayName)).toContain('Bob')
  })
})

describe('a move', () => {
  test('out of a two-party call ends that call once the person has joined the other', async () => {
    const service = new TestService({
      scripts: {
        ann: [
          { type: 'answer', afterMs: 0 },
          { type: 'answer', afterMs: 3_000 },
        ],
      },
    })
    const { body } = await service.ask({
      operation: 'call.create',
      body: { callbackUri: 'http://bot.example/', targets: [{ identity: { user: { id: 'ann' } } }] },
    })
    service.advance(1_000)
    const callId = service.call()
    await service.ask({
      operation: 'participants.invite',
      callId,
      body: { participants: [{ identity: { user: { id: 'ann' } }, replacesCallId: body.id }] },
    })
    service.advance(2_999)
    expect(service.truth(body.id).state).toBe('established')
    service.advance(1)
    expect(service.received('call', body.id).at(-1)).toMatchObject({ state: 'terminated', resultInfo: { code: 200 } })
    expect(service.rosters(callId).at(-1)).toEqual(['ann'])
  })

  test('between two meetings keeps the given participant id', async () => {
    const service = new TestService({ defaultScript: { type: 'answer', afterMs: 0 } })
    const [from, to] = [service.call(['ann']), service.call()]
    const [ann] = service.truth(from).present
    await service.ask({
      operation: 'participants.invite',
      callId: to,
      body: { participants: [{ identity: { user: { id: 'ann' } }, replacesCallId: from, participantId: ann?.id }] },
    })
    service.advance(0)
    expect(service.truth(from)).toMatchObject({ present: [], past: [{ id: ann?.id, by: 'moved' }] })
    expect(service.truth(to).present).toMatchObject([{ id: ann?.id }])
  })
})

describe('a roster', () => {
  test('in delta mode is complete once, then only numbered changes with removals', () => {
    const service = new TestService(switched({ rosterMode: 'delta' }))
    const callId = service.call(['ann'])
    service.act({ act: 'join', callId, person: 'bob' })
    service.act({ act: 'mute', callId, who: 'bob' })
    service.act({ act: 'leave', callId, who: 'ann' })
    const deltas = service
      .received('roster', callId)
      .map(([delta]) => delta as { sequenceNumber: number; participants: WireParticipant[] })
    expect(deltas.map(({ participants }) => peopleOn(participants))).toEqual([['ann'], ['bob'], ['bob'], ['ann']])
    expect(deltas.map(({ sequenceNumber }) => sequenceNumber)).toEqual([2, 3, 4, 5])
    expect(deltas.at(-1)?.participants[0]).toMatchObject({
      removedState: { reason: 'Participant has left the meeting call.' },
      rosterSequenceNumber: 5,
    })
  })

  test('comes as deltas to a call that asks for them', async () => {
    const service = new TestService()
    const { body } = await service.ask({
      operation: 'call.create',
      body: { callbackUri: 'http://bot.example/', callOptions: { isDeltaRosterEnabled: true } },
    })
    service.advance(1_000)
    expect(service.received('roster', body.id)[0][0]['@odata.type']).toBe('#microsoft.graph.deltaParticipants')
  })

  test('can come without ids, or with them in the info only', () => {
    for (const [rosterIds, hasId, hasInfo] of [
      ['both', true, true],
      ['info-only', false, true],
      ['none', false, false],
    ] as const) {
      const service = new TestService(switched({ rosterIds }))
      service.call(['ann'])
      const [entry] = service.received('roster').at(-1) as WireParticipant[]
      expect({ hasId: entry?.id !== null, hasInfo: entry?.info.participantId !== undefined }).toEqual({
        hasId,
        hasInfo,
      })
    }
  })

  test("of the bot that hid an invitee may show it; another bot's never does", async () => {
    for (const [hiddenInvitee, seen] of [
      ['shown', ['ann']],
      ['absent', []],
    ] as const) {
      const service = new TestService({ ...switched({ hiddenInvitee }), defaultScript: { type: 'answer', afterMs: 0 } })
      const join = (appId: string) =>
        service.act({ act: 'placeCall', callbackUri: 'http://bot.example/', threadId: 't', appId }).callId ?? ''
      const [own, other] = [join('0efc74f7-41c3-47a4-8775-7259bfef4241'), join('other')]
      await service.ask({
        operation: 'participants.invite',
        callId: own,
        body: { participants: [{ identity: { user: { id: 'ann' } }, hidden: true }] },
      })
      service.advance(0)
      expect(service.rosters(own).at(-1)).toEqual(seen)
      expect(service.rosters(other).at(-1)).toEqual([])
    }
  })

  test('admits from the lobby with the same id or a new one', () => {
    for (const [lobbyAdmission, isSame] of [
      ['keeps-id', true],
      ['new-id', false],
    ] as const) {
      const service = new TestService(switched({ lobbyAdmission }))
      const callId = service.call()
      const { participantId } = service.act({
        act: 'join',
        callId,
        person: 'ann',
        stay: { lobby: { admittedAfterMs: 100 } },
      })
      service.advance(100)
      expect(service.truth(callId).present).toMatchObject([{ identityId: 'ann', isInLobby: false }])
      expect(service.truth(callId).present[0]?.id === participantId).toBe(isSame)
    }
  })

  test('loses a participant who waits in the lobby for half an hour', () => {
    const service = new TestService()
    const callId = service.call()
    service.act({ act: 'join', callId, person: 'ann', stay: { lobby: {} } })
    service.advance(30 * 60_000 - 1)
    expect(service.truth(callId).present).toHaveLength(1)
    service.advance(1)
    expect(service.truth(callId).past).toMatchObject([{ identityId: 'ann', by: 'lobbyTimeout' }])
  })

  test('can be listed page by page', async () => {
    const service = new TestService()
    const callId = service.call(['a', 'b', 'c'])
    const pages: WireParticipant[][] = []
    for (let skip: number | undefined = 0; skip !== undefined; ) {
      const { body, nextSkip } = await service.ask({ operation: 'participants.list', callId, top: 3, skip })
      pages.push(body.value)
      skip = nextSkip
    }
    expect(pages.map((page) => page.length)).toEqual([3, 1])
    expect(pages.flatMap(peopleOn)).toEqual(['c', 'b', 'a'])
  })

  test('writes enumerations as documented or as observed', () => {
    for (const [casing, expected] of [
      ['documented', ['updated', 'established']],
      ['observed', ['Updated', 'Established']],
    ] as const) {
      const service = new TestService(switched({ casing }))
      service.call()
      const [item] = (service.notifications[0] as (typeof service.notifications)[number]).body['value'] as [
        { changeType: string; resourceData: { state: string } },
      ]
      expect([item.changeType, item.resourceData.state]).toEqual(expected)
    }
  })
})

describe('a removal', () => {
  test('of the organizer is refused', async () => {
    const service = new TestService()
    const callId = service.call()
    const { participantId } = service.act({ act: 'join', callId, person: 'ann', isOrganizer: true })
    expect(await service.ask({ operation: 'participant.delete', callId, participantId })).toMatchObject({
      status: 403,
      body: { error: { code: '8552' } },
    })
  })

  test('twice before it takes effect is accepted twice and applied once', async () => {
    const service = new TestService()
    const callId = service.call(['ann'])
    const participantId = service.truth(callId).present[0]?.id
    for (let time = 0; time < 2; time += 1)
      expect((await service.ask({ operation: 'participant.delete', callId, participantId })).status).toBe(204)
    service.advance(1_000)
    expect(service.rosters(callId)).toEqual([['ann'], []])
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty', ''])('of the id %j is not found', async (participantId) => {
    const service = new TestService()
    expect(
      (await service.ask({ operation: 'participant.delete', callId: service.call(['ann']), participantId })).status,
    ).toBe(404)
  })

  test('by a person, a leave and a second device differ in the ground truth only', () => {
    const service = new TestService()
    const callId = service.call()
    service.act({
      act: 'join',
      callId,
      person: 'ann',
      stay: { secondDevice: { afterMs: 1_000 }, removedByHuman: { afterMs: 2_000 } },
    })
    service.advance(10_000)
    expect(service.rosters(callId).slice(1)).toEqual([['ann'], ['ann', 'ann'], ['ann']])
    expect(service.truth(callId).past).toMatchObject([{ identityId: 'ann', by: 'human' }])
  })
})

test('a timeline starts when its call is established', () => {
  const service = new TestService({
    timeline: [
      { afterMs: 1_000, act: { act: 'join', callId: '#1', person: 'ann' } },
      { afterMs: 2_000, act: { act: 'leave', callId: '#1', who: 'ann' } },
      { afterMs: 500, since: 'start', act: { act: 'callBot', callbackUri: 'http://bot.example/', person: 'bob' } },
      { afterMs: 3_000, act: { act: 'leave', callId: '#1', who: 'absent' } },
    ],
  })
  const callId = service.call()
  service.advance(10_000)
  expect(service.rosters(callId)).toEqual([[], ['ann'], []])
  expect(service.received('call').filter(({ state }) => state === 'incoming')).toHaveLength(1)
})

test('an act is performed or refused with a sentence', () => {
  const service = new TestService()
  const callId = service.call(['ann'])
  expect(() => service.act({ act: 'admit', callId, who: 'ann' })).toThrow('The participant is not in the lobby.')
  expect(() => service.act({ act: 'join', callId, person: { user: {} } })).toThrow('The person needs an id.')
  expect(() => service.act({ act: 'settings', settings: { switches: { casing: 'loud' as never } } })).toThrow(
    'The switch casing must be documented or observed, not loud.',
  )
  expect(() => service.act({ act: 'settings', settings: { timing: { ringMs: 0.5 } } })).toThrow('whole milliseconds')
})
