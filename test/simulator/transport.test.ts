import { afterEach, describe, expect, test } from 'vitest'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import type { PublishedChange } from '../../src/host/ports/published-change.ts'
import {
  simulatedTransport,
  type SimulatedServiceOptions,
  type SimulatedTransport,
} from '../../src/simulator/graph/transport.ts'

const bob = '278405a3-f568-4b3e-b684-009193463064'
const ann = '112f7296-5fa4-42ca-bae8-6a692b15d4b8'
let rollcall: Rollcall

afterEach(() => rollcall.close())

interface Stage {
  readonly service: SimulatedTransport
  readonly callId: string
  readonly changes: PublishedChange[]
}

async function begin(options: SimulatedServiceOptions = {}): Promise<Stage> {
  const service = simulatedTransport({ seed: 'transport', ...options })
  rollcall = createRollcall({ transport: service, store: memoryStore(), clock: service.clock })
  service.deliverTo(rollcall)
  const changes: PublishedChange[] = []
  rollcall.subscribe((change) => void changes.push(change))
  const [call] = await Promise.all([
    rollcall.createCall({ callbackUri: 'http://bot.example/callback' }),
    service.advance(1_000),
  ])
  return { service, callId: call.id, changes }
}

test('a host receives from the simulation what it would receive over HTTP', async () => {
  const { service, callId, changes } = await begin({
    scripts: { [bob]: { type: 'answer', afterMs: 3_000, leaves: { afterMs: 60_000 } } },
  })
  const call = rollcall.call(callId)
  const invited = await call.invite({ user: { id: bob } })
  await service.advance(10_000)
  expect((await call.read()).participants.get(invited.key)?.state).toBe('active')
  await service.advance(120_000)
  expect((await call.read()).participants.get(invited.key)?.ending).toMatchObject({ cause: 'left', by: 'remote' })
  expect(changes.filter(({ key }) => key !== undefined).map(({ to }) => to)).toEqual([
    'invited',
    'ringing',
    'active',
    'removed',
  ])
})

test('a removal resolves once the simulated roster lacks the participant', async () => {
  const { service, callId } = await begin()
  service.act({ act: 'join', callId, person: ann })
  await service.advance(100)
  const call = rollcall.call(callId)
  const [participant] = [...(await call.read()).participants.values()]
  const [removed] = await Promise.all([call.remove(participant?.key ?? ''), service.advance(1_000)])
  expect(removed.ending).toMatchObject({ cause: 'removed', by: 'local' })
  expect(service.truth(callId)).toMatchObject({ present: [], past: [{ identityId: ann, by: 'bot' }] })
})

test('a lost answer to an invite is found again by its operation', async () => {
  const { service, callId } = await begin({ scripts: { [bob]: { type: 'answer', afterMs: 20_000 } } })
  service.setFaults([{ on: 'request', only: 'participants.invite', fault: { type: 'loseResponse' }, times: 1 }])
  const call = rollcall.call(callId)
  const invited = await call.invite({ user: { id: bob } })
  await service.advance(16_000)
  expect((await call.read()).participants.get(invited.key)?.state).toBe('invited')
  await service.advance(20_000)
  expect((await call.read()).participants.get(invited.key)?.state).toBe('active')
})

describe('the verdicts of requests', () => {
  test.each([
    ['done', [], 'done'],
    [
      'refused when the service throttles what may not be repeated',
      [{ type: 'status', status: 429, retryAfterSeconds: 2.128 }],
      'refused',
    ],
    ['unconfirmed when the service fails', [{ type: 'status', status: 503 }], 'unconfirmed'],
    ['unconfirmed when the request is lost', [{ type: 'lose' }], 'unconfirmed'],
    ['unconfirmed when the answer is lost', [{ type: 'loseResponse' }], 'unconfirmed'],
    ['done when the service is slow', [{ type: 'slow', ms: 14_000 }], 'done'],
    [
      'unconfirmed when the service is slower than the patience of a client',
      [{ type: 'slow', ms: 16_000 }],
      'unconfirmed',
    ],
  ] as const)('%s', async (_, faults, verdict) => {
    const { service, callId } = await begin()
    service.setFaults(faults.map((fault) => ({ on: 'request', fault })))
    const [answer] = await Promise.all([
      service.invite(callId, { clientContext: 'c', invitees: [{ identity: { user: { id: bob } } }] }),
      service.advance(60_000),
    ])
    expect(answer.verdict).toBe(verdict)
    if (answer.verdict === 'refused')
      expect(answer.failure).toMatchObject({ reason: 'throttled', status: 429, retryAfterMs: 2_128 })
  })

  test('not found for an unknown call', async () => {
    const { service } = await begin()
    expect(await service.getCall('none')).toEqual({
      verdict: 'refused',
      failure: { reason: 'gone', status: 404, code: '8522', message: 'Call not found.', cause: 'lost', by: 'service' },
    })
  })
})

test('a host can bring its own clock, and the world uses it', async () => {
  const clock = virtualClock()
  const service = simulatedTransport({ seed: 'own clock', defaultScript: { type: 'answer', afterMs: 5_000 } })
  rollcall = createRollcall({ transport: service, store: memoryStore(), clock })
  service.deliverTo(rollcall)
  const [call] = await Promise.all([
    rollcall.createCall({ callbackUri: 'http://bot.example/callback' }),
    clock.advance(1_000),
  ])
  const invited = await call.invite({ user: { id: bob } })
  await clock.advance(4_999)
  expect((await call.read()).participants.get(invited.key)?.state).toBe('ringing')
  await clock.advance(1)
  expect((await call.read()).participants.get(invited.key)).toMatchObject({ state: 'active', activeAt: clock.now() })
})
