import { describe, expect, test } from 'vitest'
import { TestService } from './service.ts'

describe('a request in transit', () => {
  test('that is lost is not executed; one whose answer is lost is', async () => {
    for (const [type, ringing] of [
      ['lose', 0],
      ['loseResponse', 1],
    ] as const) {
      const service = new TestService({ faults: [{ on: 'request', only: 'participants.invite', fault: { type } }] })
      const callId = service.call()
      const answer = await service.send({
        operation: 'participants.invite',
        callId,
        body: { participants: [{ identity: { user: { id: 'ann' } } }] },
      })
      expect(answer.type).toBe('lost')
      expect(service.truth(callId).ringing).toHaveLength(ringing)
    }
  })

  test('can be answered with an error, executed or not', async () => {
    for (const isExecuted of [false, true]) {
      const service = new TestService({
        faults: [{ on: 'request', fault: { type: 'status', status: 500, isExecuted } }],
      })
      const callId = service.call()
      expect(await service.invite(callId, 'ann')).toMatchObject({
        status: 500,
        body: { error: { code: '9999', message: 'Unknown internal server error.' } },
      })
      expect(service.truth(callId).ringing).toHaveLength(isExecuted ? 1 : 0)
    }
  })

  test('that is delayed is executed late; one that is slow is answered late', async () => {
    for (const [type, executedAt] of [
      ['delay', 500],
      ['slow', 0],
    ] as const) {
      const service = new TestService({ faults: [{ on: 'request', fault: { type, ms: 500 } }] })
      const callId = service.call()
      let isAnswered = false
      void service
        .send({
          operation: 'participants.invite',
          callId,
          body: { participants: [{ identity: { user: { id: 'ann' } } }] },
        })
        .then(() => {
          isAnswered = true
        })
      service.advance(499)
      await Promise.resolve()
      expect({ ringing: service.truth(callId).ringing.length, isAnswered }).toEqual({
        ringing: executedAt === 0 ? 1 : 0,
        isAnswered: false,
      })
      service.advance(1)
      await Promise.resolve()
      expect({ ringing: service.truth(callId).ringing.length, isAnswered }).toEqual({ ringing: 1, isAnswered: true })
    }
  })

  test('is affected by a rule as often as the rule says', async () => {
    const service = new TestService({ faults: [{ on: 'request', times: 2, fault: { type: 'status', status: 503 } }] })
    const callId = service.call()
    const statuses: number[] = []
    for (let time = 0; time < 4; time += 1) statuses.push((await service.ask({ operation: 'call.get', callId })).status)
    expect(statuses).toEqual([503, 503, 200, 200])
  })
})

describe('a notification in transit', () => {
  test('can be lost, duplicated, and late', () => {
    const arrivals = (fault: Parameters<typeof serviceWith>[0]) => {
      const service = serviceWith(fault)
      service.call()
      const counts: number[] = [service.notifications.length]
      service.advance(1_000)
      return [...counts, service.notifications.length]
    }
    expect(arrivals({ type: 'lose' })).toEqual([0, 0])
    expect(arrivals({ type: 'duplicate', afterMs: 200 })).toEqual([3, 6])
    expect(arrivals({ type: 'delay', ms: 1_000 })).toEqual([0, 3])
  })

  test('keeps its number when duplicated', () => {
    const service = serviceWith({ type: 'duplicate' })
    service.call()
    expect(service.notifications.map(({ number }) => number)).toEqual([0, 0, 1, 1, 2, 2])
  })

  test('can be overtaken, by the seed', () => {
    const orders = ['one', 'two', 'three'].map((seed) => {
      const service = new TestService({
        seed,
        faults: [{ on: 'notification', only: 'roster', fault: { type: 'delay', ms: { min: 0, max: 1_000 } } }],
      })
      const callId = service.call()
      for (const person of ['a', 'b', 'c', 'd']) service.act({ act: 'join', callId, person })
      service.advance(1_000)
      return service.notifications
        .filter(({ kind }) => kind === 'roster')
        .map(({ number }) => number)
        .join()
    })
    expect(new Set(orders).size).toBe(3)
    expect(orders.some((order) => order !== [...order.split(',')].sort((a, b) => Number(a) - Number(b)).join())).toBe(
      true,
    )
  })

  test('does not cross a partition, and neither does a request', async () => {
    const service = new TestService({
      faults: [{ on: 'both', fromMs: 1_000, untilMs: 2_000, fault: { type: 'lose' } }],
    })
    const callId = service.call()
    const counts: number[] = [service.notifications.length]
    service.advance(1_000)
    service.act({ act: 'join', callId, person: 'ann' })
    expect((await service.send({ operation: 'call.get', callId })).type).toBe('lost')
    counts.push(service.notifications.length)
    service.advance(1_000)
    service.act({ act: 'join', callId, person: 'bob' })
    expect((await service.send({ operation: 'call.get', callId })).type).toBe('response')
    counts.push(service.notifications.length)
    expect(counts).toEqual([3, 3, 4])
  })
})

test('faults change deliveries, never the world', () => {
  const play = (faults: NonNullable<ConstructorParameters<typeof TestService>[0]>['faults']) => {
    const service = new TestService({
      seed: 'same',
      faults,
      defaultScript: { type: 'answer', afterMs: { min: 0, max: 50_000 } },
    })
    const callId = service.call()
    for (const person of ['a', 'b', 'c'])
      service.act({ act: 'join', callId, person, stay: { leaves: { afterMs: { min: 1, max: 90_000 } } } })
    service.advance(60_000)
    return service.truth(callId)
  }
  expect(
    play([
      { on: 'notification', probability: 0.5, fault: { type: 'lose' } },
      { on: 'both', fault: { type: 'delay', ms: { min: 0, max: 999 } } },
    ]),
  ).toEqual(play([]))
})

function serviceWith(
  fault: { type: 'lose' } | { type: 'duplicate'; afterMs?: number } | { type: 'delay'; ms: number },
): TestService {
  return new TestService({ faults: [{ on: 'notification', fault }] })
}
