import { describe, expect, test } from 'vitest'
import { peopleOn, TestService, type WireParticipant } from './service.ts'
import { switched } from './switched.ts'

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
    'settings: switches.casing: expected one of documented, observed; found "loud"',
  )
  expect(() => service.act({ act: 'settings', settings: { timing: { ringMs: 0.5 } } })).toThrow(
    'settings: timing.ringMs: expected a whole number, 0 or more; found 0.5',
  )
})
