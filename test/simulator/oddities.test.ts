/**
 * Unusual behaviours of the service that bots must handle: gathered rosters, empty lists, mailboxes, people who join
 * uninvited after they missed the ring.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { DriverOptions } from '../../src/simulator/graph/dialect.ts'
import type { Switches } from '../../src/simulator/graph/settings.ts'
import type { Timing } from '../../src/simulator/world/settings.ts'
import { TestService, type WireParticipant } from './service.ts'

const ann = { participants: [{ identity: { user: { id: 'ann' } } }] }

function serviceWith(switches: Partial<Switches>, timing: Partial<Timing> = {}, more: DriverOptions = {}): TestService {
  return new TestService({ settings: { switches, timing }, ...more })
}

/** The user ids of a list's entries, without the bot. */
async function listed(service: TestService, callId: string): Promise<readonly (string | undefined)[]> {
  const { body } = await service.ask({ operation: 'participants.list', callId })
  return (body.value as readonly WireParticipant[]).map(({ info }) => info.identity['user']?.id)
}

describe('The service', () => {
  test('a service that gathers changes reports a join and a leave as one departure', () => {
    const service = serviceWith({ rosterMode: 'delta' }, { rosterGatherMs: 1_000 })
    const callId = service.call()
    service.advance(1_000)
    service.act({ act: 'join', callId, person: 'ann' })
    service.advance(500)
    service.act({ act: 'leave', callId, who: 'ann' })
    service.advance(499)
    expect(service.received('roster')).toHaveLength(1)
    service.advance(1)
    const [, [{ participants, sequenceNumber }]] = service.received('roster') as [
      unknown,
      [{ participants: readonly WireParticipant[]; sequenceNumber: number }],
    ]
    expect(sequenceNumber).toBe(2)
    expect(
      participants.map(({ info, removedState }) => [info.identity['user']?.id, removedState !== undefined]),
    ).toEqual([['ann', true]])
  })

  test('a service that gathers changes reports them before it answers a list', async () => {
    const service = serviceWith({ rosterMode: 'delta' }, { rosterGatherMs: 1_000 })
    const callId = service.call()
    service.advance(1_000)
    service.act({ act: 'join', callId, person: 'ann' })
    expect(await listed(service, callId)).toEqual(['ann', undefined])
    expect(service.received('roster')).toHaveLength(2)
    service.advance(1_000)
    expect(service.received('roster')).toHaveLength(2)
  })

  test('a service that gathers changes shows only present participants in full rosters', () => {
    const service = serviceWith({}, { rosterGatherMs: 1_000 })
    const callId = service.call(['bob'])
    service.act({ act: 'join', callId, person: 'ann' })
    service.act({ act: 'leave', callId, who: 'bob' })
    service.advance(1_000)
    expect(service.rosters(callId)).toEqual([['ann']])
  })

  test('a list can be empty while people are in the call', async () => {
    const service = new TestService({
      faults: [{ on: 'request', only: 'participants.list', times: 1, fault: { type: 'emptyList' } }],
    })
    const callId = service.call(['ann'])
    expect(await listed(service, callId)).toEqual([])
    expect(await listed(service, callId)).toContain('ann')
  })

  test('a roster can come without ids while lists have them', async () => {
    const service = serviceWith({ rosterIds: 'list-only' })
    const callId = service.call(['ann'])
    const [entry] = service.received('roster').at(-1) as readonly WireParticipant[]
    const { body } = await service.ask({ operation: 'participants.list', callId })
    expect([entry?.id, entry?.info.participantId]).toEqual([null, undefined])
    expect(
      (body.value as readonly WireParticipant[]).map(
        ({ id, info }) => typeof id === 'string' && id === info.participantId,
      ),
    ).toEqual([true, true])
  })

  test.each([
    ['as-rosters', 'number'],
    ['none', 'undefined'],
  ] as const)('a list can lack the sequence numbers of deltas', async (listNumbers, type) => {
    const service = serviceWith({ rosterMode: 'delta', listNumbers })
    const callId = service.call(['ann'])
    const { body } = await service.ask({ operation: 'participants.list', callId })
    expect(
      (body.value as readonly WireParticipant[]).map(({ rosterSequenceNumber }) => typeof rosterSequenceNumber),
    ).toEqual([type, type])
  })

  test('a person who missed the ring joins uninvited under another id', async () => {
    const service = new TestService({ scripts: { ann: { type: 'noAnswer', joinsAfterwards: { afterMs: 2_000 } } } })
    const callId = service.call()
    const { body } = await service.ask({ operation: 'participants.invite', callId, body: ann })
    service.advance(61_999)
    expect(service.truth(callId).present).toEqual([])
    service.advance(1)
    expect(
      service
        .truth(callId)
        .present.map(({ identityId, id }) => [identityId, id === body.participants[0].participantId]),
    ).toEqual([['ann', false]])
  })

  test('a person whose ringing was cancelled joins uninvited', async () => {
    const service = new TestService({ scripts: { ann: { type: 'noAnswer', joinsAfterwards: { afterMs: 2_000 } } } })
    const callId = service.call()
    const { body } = await service.ask({ operation: 'participants.invite', callId, body: ann })
    await service.ask({ operation: 'participant.delete', callId, participantId: body.participants[0].participantId })
    service.advance(2_000)
    expect(service.truth(callId).present.map(({ identityId }) => identityId)).toEqual(['ann'])
  })

  test('a call of the bot can start while it is being established, and an incoming call can have a given id', () => {
    const service = new TestService()
    const { callId = '' } = service.act({ act: 'placeCall', callbackUri: 'http://bot.example/', isEstablishing: true })
    expect(service.truth(callId).state).toBe('establishing')
    service.advance(100)
    expect(service.truth(callId).state).toBe('established')
    service.act({ act: 'callBot', callbackUri: 'http://bot.example/', person: 'ann', callId: 'incoming' })
    expect(service.truth('incoming').state).toBe('incoming')
  })
})
