import { afterEach, describe, expect, test } from 'vitest'
import { isRollcallError, type RollcallError } from '../../src/call/model/errors.ts'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import { bench, empty, graphError, json, type Bench } from './fake-graph.ts'
import { settle } from './settle.ts'

/** The service's support asks for the id of a request: every error of a request contains it. */

const callbackUri = 'https://bot.example/callback'
const hosts: Rollcall[] = []

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close()
})

interface Scene extends Bench {
  readonly rollcall: Rollcall
  /** A call with Bob on its roster, and his key. */
  begin(): Promise<{ call: ReturnType<Rollcall['call']>; bob: string }>
}

function scene(): Scene {
  const all = bench({ maxAttempts: 1 })
  const rollcall = createRollcall({ transport: all.transport, clock: all.clock })
  hosts.push(rollcall)
  return {
    ...all,
    rollcall,
    async begin() {
      all.graph.script(json(201, { id: 'c', state: 'established', myParticipantId: 'bot' }))
      const call = await rollcall.createCall({ callbackUri })
      const entries = ['bot', 'bob'].map((id) => ({ id, identity: { user: { id } } }))
      await rollcall.receive([{ callId: 'c', event: { type: 'roster.reported', kind: 'full', entries } }])
      return { call, bob: 'bob' }
    },
  }
}

/** What `act` is rejected with, once everything that was under way has come to an end. */
async function errorOf(act: Promise<unknown>, all: Scene): Promise<RollcallError> {
  const caught = act.then(
    () => expect.fail('nothing went wrong'),
    (error: unknown) => error,
  )
  await settle()
  await all.clock.advance(0)
  const error = await caught
  if (!isRollcallError(error)) throw error
  return error
}

/** Of the latest request that is no question of the host's own. */
const lastId = ({ graph }: Bench): string | null | undefined =>
  graph.asked.findLast(({ method }) => method !== 'GET')?.headers.get('client-request-id')

describe('an error has the client-request-id of its request:', () => {
  test('a call that was refused, and one that was not confirmed', async () => {
    const all = scene()
    all.graph.script(graphError(403, '7504'))
    const refused = await errorOf(all.rollcall.createCall({ callbackUri }), all)
    expect(refused).toMatchObject({
      code: 'REQUEST_REFUSED',
      details: { requestId: 'request-1', serviceCode: '7504', status: 403 },
    })
    all.graph.script(empty(504))
    const unconfirmed = await errorOf(all.rollcall.createCall({ callbackUri }), all)
    expect(unconfirmed).toMatchObject({ code: 'REQUEST_UNCONFIRMED', details: { requestId: 'request-2', status: 504 } })
    expect(lastId(all)).toBe('request-2')
  })

  test('a mute, refused or not confirmed', async () => {
    const all = scene()
    const { call, bob } = await all.begin()
    for (const [status, code] of [
      [403, 'REQUEST_REFUSED'],
      [504, 'REQUEST_UNCONFIRMED'],
    ] as const) {
      all.graph.script(graphError(status, '7504'))
      const error = await errorOf(call.mute(bob), all)
      expect(error).toMatchObject({ code, details: { requestId: lastId(all), key: 'bob' } })
    }
  })

  test('a removal that was refused', async () => {
    const all = scene()
    const { call, bob } = await all.begin()
    all.graph.script(graphError(403, '7504'))
    const error = await errorOf(call.remove(bob), all)
    expect(error).toMatchObject({
      code: 'REMOVAL_REFUSED',
      details: { requestId: lastId(all), status: 403, serviceCode: '7504' },
    })
    expect((await call.read()).participants.get(bob)?.refusal?.requestId).toBe(lastId(all))
  })

  test('a hang-up that was refused', async () => {
    const all = scene()
    const { call } = await all.begin()
    all.graph.script(graphError(403, '7504'))
    const error = await errorOf(call.hangUp(), all)
    expect(error).toMatchObject({ code: 'REQUEST_REFUSED', details: { requestId: lastId(all) } })
  })

  test('an invite that was refused, in the ending and in the error of each waiter', async () => {
    const all = scene()
    const { call } = await all.begin()
    all.graph.script(graphError(403, '7504'))
    const ann = await call.invite({ user: { id: 'ann' } })
    const error = await errorOf(call.waitFor(ann.key, 'active'), all)
    expect(error).toMatchObject({
      code: 'PARTICIPANT_ENDED',
      details: { requestId: lastId(all), ending: { cause: 'forbidden', requestId: lastId(all) } },
    })
  })
})

test('every request has its own id, and its repetitions the same one', async () => {
  const { graph, clock, transport } = bench()
  graph.script(empty(503), empty(204))
  const first = transport.hangUp('c')
  await clock.advance(10_000)
  expect(await first).toMatchObject({ verdict: 'done' })
  await transport.hangUp('c')
  expect(graph.asked.map(({ headers }) => headers.get('client-request-id'))).toEqual([
    'request-1',
    'request-1',
    'request-2',
  ])
})

test('a request that is not sent because it is invalid has none', async () => {
  const { transport } = bench()
  expect(await transport.hangUp('..')).toMatchObject({ verdict: 'refused', failure: { code: 'REQUEST_INVALID' } })
})
