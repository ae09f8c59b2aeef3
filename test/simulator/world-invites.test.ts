import { describe, expect, test } from 'vitest'
import { invitationOf, TestService, type WireParticipant } from './service.ts'
import { switched } from './switched.ts'

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
