import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { emulatorClient, EmulatorRefusal, type EmulatorClient } from '../../src/emulator/client.ts'
import { controlRoutes } from '../../src/emulator/control-api.ts'
import { startEmulator, type Emulator } from '../../src/emulator/server.ts'
import { replayHistory } from '../../src/simulator/graph/service.ts'
import { untilSettled } from '../waiting/waiting.ts'
import { startBot, userIds, type Bot } from './bot.ts'

const bob = '278405a3-f568-4b3e-b684-009193463064'
let emulator: Emulator
let client: EmulatorClient
let bot: Bot

beforeEach(async () => {
  emulator = await startEmulator({ clock: 'stepped', requireToken: 'none', seed: 'control' })
  client = emulatorClient(emulator.url)
  bot = await startBot(emulator.url)
})

afterEach(async () => {
  await bot.close()
  await emulator.close()
})

async function raw(method: string, path: string, body?: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${emulator.url}/_emulator${path}`, { method, ...(body === undefined ? {} : { body }) })
  return { status: response.status, text: await response.text() }
}

test('the client has every method of the in-process control', async () => {
  expect(await client.about()).toMatchObject({ url: emulator.url, seed: 'control', clock: 'stepped', nowMs: 0 })
  const callId = await client.placeCall({ callbackUri: bot.callbackUri, people: [bob] })
  await client.advance(0)
  expect(userIds(bot.rosters().at(-1))).toEqual([bob])
  const participantId = await client.join(callId, '+15550100', { stay: { lobby: {} } })
  expect((await client.truth(callId))?.present).toMatchObject([
    { identityId: bob },
    { id: participantId, isInLobby: true },
  ])
  await client.admit(callId, '+15550100')
  await client.leave(callId, bob)
  await client.remove(callId, participantId)
  expect((await client.truth(callId))?.past.map(({ by }) => by)).toEqual(['self', 'human'])
  expect(await client.truth('none')).toBeUndefined()
})

test('scripts, faults and settings can be set while it runs', async () => {
  const callId = await client.placeCall({ callbackUri: bot.callbackUri })
  await client.defaultScript({ type: 'busy' })
  await client.script(bob, [{ type: 'decline' }, { type: 'answer', afterMs: 10 }])
  await client.changeSettings({ switches: { inviteResponseId: 'null' } })
  expect((await client.settings()).switches.inviteResponseId).toBe('null')
  const invite = (id: string) =>
    bot.ask('POST', `/calls/${callId}/participants/invite`, {
      participants: [{ identity: { user: { id } } }],
      clientContext: id,
    })
  expect((await invite(bob)).body.participants[0]).not.toHaveProperty('participantId')
  await invite('another')
  await client.advance(5_000)
  await invite(bob)
  await client.advance(5_000)
  expect(bot.operations().map(({ resultInfo, status }) => resultInfo?.code ?? status)).toEqual([486, 603, 'completed'])
  await client.faults([{ on: 'request', fault: { type: 'status', status: 429, retryAfterSeconds: 2.128 }, times: 1 }])
  const throttled = await bot.ask('GET', `/calls/${callId}`)
  expect({
    status: throttled.status,
    after: throttled.headers.get('retry-after'),
    code: throttled.body.error.code,
  }).toEqual({ status: 429, after: '2.128', code: 'TooManyRequests' })
  expect((await bot.ask('GET', `/calls/${callId}`)).status).toBe(200)
})

test("an application off the tenant's remove list gets 403 7504", async () => {
  const callId = await client.placeCall({ callbackUri: bot.callbackUri, people: [bob] })
  const [person] = (await client.truth(callId))?.present ?? []
  await client.changeSettings({ tenant: { removers: ['another app'] } })
  expect(await bot.ask('DELETE', `/calls/${callId}/participants/${person?.id}`)).toMatchObject({
    status: 403,
    body: { error: { code: '7504' } },
  })
  await client.changeSettings({ tenant: { removers: 'everyone' } })
  expect((await bot.ask('DELETE', `/calls/${callId}/participants/${person?.id}`)).status).toBe(204)
})

test('the request log can be filtered, and the history replayed', async () => {
  const callId = await client.placeCall({ callbackUri: bot.callbackUri })
  await client.advance(0)
  await bot.ask('GET', `/calls/${callId}`)
  const { entries } = await client.requestLog({ callId })
  expect(entries.map(({ type }) => type)).toEqual(['notification', 'notification', 'notification', 'request'])
  expect((await client.requestLog({ type: 'request' })).entries).toMatchObject([
    { method: 'GET', operation: 'call.get', status: 200 },
  ])
  expect((await client.requestLog({ since: 3 })).entries.map(({ number }) => number)).toEqual([3])
  expect(replayHistory(await client.history()).difference).toBeUndefined()
})

test('the inbox accepts notifications for bots that cannot listen', async () => {
  await client.placeCall({ callbackUri: `${emulator.url}/_emulator/inbox` })
  await client.advance(0)
  expect(
    (await client.requestLog({ type: 'notification' })).entries.map(
      (entry) => entry.type === 'notification' && entry.attempts,
    ),
  ).toEqual([[202], [202], [202]])
})

describe('requests that are not possible are refused with a reason', () => {
  test.each([
    [409, 'unknown call', () => client.leave('none', bob)],
    [
      409,
      'no participant of the call has this id',
      async () => client.leave(await client.placeCall({ callbackUri: bot.callbackUri }), bob),
    ],
    [
      409,
      'call with this id',
      async () => {
        for (let time = 0; time < 2; time += 1) await client.placeCall({ callbackUri: bot.callbackUri, callId: 'a' })
      },
    ],
    [400, 'not one of', () => client.script(bob, { type: 'shrugs' } as never)],
    [
      400,
      '$.switches.casing: it is not one of',
      () => client.changeSettings({ switches: { casing: 'upper' as never } }),
    ],
    [400, '$[0]: it lacks fault', () => client.faults([{ on: 'request' } as never])],
    [400, '$.advanceMs: it is below 0', () => client.advance(-1)],
  ])('%i: %s', async (status, message, ask) => {
    const error: unknown = await ask().then(
      () => undefined,
      (refusal: unknown) => refusal,
    )
    expect(error).toBeInstanceOf(EmulatorRefusal)
    expect((error as EmulatorRefusal).status).toBe(status)
    expect((error as EmulatorRefusal).message.toLowerCase()).toContain(message.toLowerCase())
  })

  test('an unknown path is 404, an unsupported method 405, a body that is not JSON 400', async () => {
    expect(await raw('GET', '/nothing')).toMatchObject({
      status: 404,
      text: expect.stringContaining('GET /_emulator lists the resources'),
    })
    expect(await raw('DELETE', '/clock')).toMatchObject({
      status: 405,
      text: expect.stringContaining('takes GET and PUT and POST, not DELETE'),
    })
    expect(await raw('POST', '/acts', '{')).toMatchObject({
      status: 400,
      text: expect.stringContaining('The body is not JSON.'),
    })
    expect((await raw('POST', '/acts', '{"act":"join"}')).text).toContain('it lacks callId')
  })

  test('a clock that runs by itself cannot be advanced', async () => {
    const running = await startEmulator()
    await expect(emulatorClient(running.url).advance(1)).rejects.toThrow('Only a stepped clock can be advanced')
    await running.close()
  })
})

test("the clock's mode can be changed", async () => {
  const callId = await client.placeCall({ callbackUri: bot.callbackUri })
  await client.advance(10_000)
  await client.script(bob, { type: 'answer', afterMs: 30_000 })
  await bot.ask('POST', `/calls/${callId}/participants/invite`, { participants: [{ identity: { user: { id: bob } } }] })
  const completed = new Promise<void>((resolve) => {
    bot.answerWith = ({ resourceUrl }) => {
      if (resourceUrl.includes('/operations/')) resolve()
      return 202
    }
  })
  await client.setClock({ speed: 1_000 })
  await untilSettled('the invite operation has completed', completed)
  await client.setClock('stepped')
  const { clock, nowMs } = await client.about()
  expect(clock).toBe('stepped')
  expect(nowMs).toBeGreaterThanOrEqual(40_000)
  expect((await client.about()).nowMs).toBe(nowMs)
})

test('the control API lists all of its resources', async () => {
  const { resources } = JSON.parse((await raw('GET', '')).text) as {
    resources: { method: string; path: string; summary: string }[]
  }
  expect(resources).toHaveLength(controlRoutes.length)
  expect(resources.every(({ summary }) => summary.endsWith('.'))).toBe(true)
})
