import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BODY_LIMIT } from '../../src/emulator/http.ts'
import { REQUEST_LOG_LIMIT, RequestLog } from '../../src/emulator/request-log.ts'
import { createEmulatorClock } from '../../src/emulator/clock.ts'
import { startEmulator, type Emulator } from '../../src/emulator/server.ts'
import { replayHistory } from '../../src/simulator/graph/service.ts'
import { runNode } from '../waiting/node-process.ts'
import { startBot, type Bot } from './bot.ts'

let emulator: Emulator
let bot: Bot

beforeEach(async () => {
  emulator = await startEmulator({ clock: 'stepped', requireToken: 'none', seed: 'server' })
  bot = await startBot(emulator.url)
})

afterEach(async () => {
  await bot.close()
  await emulator.close()
})

describe("a request that is not one of Graph's", () => {
  test.each([
    ['GET', '/', 400, 'BadRequest'],
    ['GET', '/v1.0/me', 400, 'BadRequest'],
    ['GET', '/v2.0/communications/calls', 400, 'BadRequest'],
    ['GET', '/v1.0/communications/calls', 405, '8520'],
    ['POST', '/v1.0/communications/calls/a/participants/muteAll', 400, 'BadRequest'],
    ['GET', '/v1.0/communications/calls/a/unknown', 400, 'BadRequest'],
    ['PATCH', '/v1.0/communications/calls/a', 405, '8520'],
    ['GET', '/v1.0/communications/calls/%ZZ', 404, '8522'],
    ['GET', '/v1.0/communications/calls/__proto__/participants/constructor', 404, '8522'],
    ['POST', '/v1.0/communications/calls//participants/invite', 400, 'BadRequest'],
  ])('%s %s is %i %s', async (method, path, status, code) => {
    const { status: answered, body } = await bot.ask(method, path)
    expect({ status: answered, code: body.error.code }).toEqual({ status, code })
    expect(body.error).toMatchObject({
      message: expect.any(String),
      innerError: { date: expect.any(String), 'request-id': expect.any(String) },
    })
  })

  test('is answered with the unknown segment, as by Graph', async () => {
    expect((await bot.ask('GET', '/v1.0/users')).body.error.message).toBe("Resource not found for the segment 'users'.")
  })

  test('may use key notation and any case', async () => {
    const callId = emulator.control.placeCall({ callbackUri: bot.callbackUri })
    expect(
      (
        await bot.ask(
          'GET',
          `/V1.0/Communications/Calls('${callId.toUpperCase()}')/Participants`.replace('/V1.0', '/v1.0'),
        )
      ).status,
    ).toBe(200)
  })
})

describe('an invalid body', () => {
  test('is 400 if it is not JSON', async () => {
    expect(await bot.ask('POST', '/calls', '{')).toMatchObject({ status: 400, body: { error: { code: 'BadRequest' } } })
  })

  test('is 413 if it is too long, and the emulator keeps running', async () => {
    const answer = await bot.ask('POST', '/calls', `"${'x'.repeat(BODY_LIMIT)}"`)
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'RequestTooLarge' } } })
    expect((await bot.ask('GET', '/calls/none')).status).toBe(404)
  })

  test('is 400 if it is nested too deep, and the emulator keeps running', async () => {
    expect(
      (
        await bot.ask(
          'POST',
          '/calls',
          `{"callbackUri":"http://x/","chatInfo":${'['.repeat(400_000)}${']'.repeat(400_000)}}`,
        )
      ).status,
    ).toBe(400)
    expect((await bot.ask('GET', '/calls/none')).status).toBe(404)
  })

  test.each([
    undefined,
    null,
    7,
    [],
    'text',
    {},
    { callbackUri: '' },
    { callbackUri: 'nowhere' },
    { callbackUri: 'http://x/', targets: Array(6).fill({}) },
  ])('is 400 if it is %j', async (body) => {
    expect(await bot.ask('POST', '/calls', typeof body === 'string' ? JSON.stringify(body) : body)).toMatchObject({
      status: 400,
    })
  })
})

test("the answer has the ids of the request, and the client's own id if it sent one", async () => {
  const named = await bot.ask('GET', '/calls/none', undefined, { 'client-request-id': 'mine' })
  expect(named.headers.get('client-request-id')).toBe('mine')
  expect(named.body.error.innerError).toMatchObject({
    'client-request-id': 'mine',
    'request-id': named.headers.get('request-id'),
  })
})

test('a lost answer closes the connection, and the request log has no status', async () => {
  const callId = emulator.control.placeCall({ callbackUri: bot.callbackUri })
  emulator.control.faults([{ on: 'request', times: 1, fault: { type: 'loseResponse' } }])
  await expect(
    bot.ask('POST', `/calls/${callId}/participants/invite`, { participants: [{ identity: { user: { id: 'ann' } } }] }),
  ).rejects.toThrow()
  expect(emulator.truth(callId)?.ringing).toHaveLength(1)
  expect(emulator.requestLog().find((entry) => entry.type === 'request')).not.toHaveProperty('status')
})

test('the history of a session can be replayed without HTTP', async () => {
  const { body } = await bot.ask('POST', '/calls', { callbackUri: bot.callbackUri })
  await emulator.advance(1_000)
  await bot.ask('POST', `/calls/${body.id}/participants/invite`, {
    participants: [{ identity: { user: { id: 'ann' } } }],
  })
  await emulator.advance(10_000)
  await bot.ask('DELETE', `/calls/${body.id}`)
  await emulator.advance(1_000)
  const replay = replayHistory(emulator.history())
  expect(replay.difference).toBeUndefined()
  expect(replay.outputs.filter(({ type }) => type === 'notification')).toHaveLength(bot.items.length)
})

describe('an emulator that is closed', () => {
  test('closes connections that are idle, incomplete, or waiting for an answer', async () => {
    emulator.control.faults([{ on: 'request', fault: { type: 'slow', ms: 60_000 } }])
    const idle = connect(emulator.port, '127.0.0.1')
    const half = connect(emulator.port, '127.0.0.1')
    half.write('POST /v1.0/communications/calls HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{')
    const waiting = bot.ask('POST', '/calls', { callbackUri: bot.callbackUri }).catch(() => 'broke')
    await new Promise((resolve) => {
      half.once('connect', resolve)
    })
    const ended = [idle, half].map(
      (socket) =>
        new Promise((resolve) => {
          socket.once('close', resolve)
        }),
    )
    idle.on('error', () => undefined)
    half.on('error', () => undefined)
    await emulator.close()
    await Promise.all(ended)
    expect(await waiting).toBe('broke')
  })

  test('can be closed twice, and posts nothing more', async () => {
    emulator.control.placeCall({ callbackUri: bot.callbackUri })
    await emulator.close()
    await emulator.close()
    const received = bot.items.length
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(bot.items).toHaveLength(received)
  })

  test('does not keep its process alive', async () => {
    const program = `
      import { startEmulator } from ${JSON.stringify(new URL('../../src/emulator/server.ts', import.meta.url).href)}
      const emulator = await startEmulator({ requireToken: 'none' })
      const callbackUri = emulator.url + '/_emulator/inbox'
      await (await fetch(emulator.url + '/v1.0/communications/calls', { method: 'POST', body: JSON.stringify({ callbackUri }), headers: { connection: 'close' } })).text()
      await emulator.close()
      process.stdout.write('closed')`
    // No exit is called: a leaked handle would keep the process alive.
    expect(await runNode(['--input-type=module', '--eval', program])).toMatchObject({ stdout: 'closed', status: 0 })
  })
})

test('the request log is bounded, counts dropped entries, and keeps entry numbers', () => {
  const log = new RequestLog()
  const first = log.write({ type: 'request', at: 0, method: 'GET', path: '/first' })
  for (let count = 0; count < REQUEST_LOG_LIMIT; count += 1)
    log.write({ type: 'request', at: count, method: 'GET', path: '/' })
  first({ status: 200 })
  expect(log.dropped).toBe(1)
  expect(log.read()).toHaveLength(REQUEST_LOG_LIMIT)
  expect(log.read()[0]).toMatchObject({ number: 1, path: '/' })
  log.write({ type: 'request', at: 0, method: 'GET', path: '/late' })({ status: 204 })
  expect(log.read().at(-1)).toMatchObject({ path: '/late', status: 204 })
})

test('the request log drops its oldest entries if their bodies are too large together, and keeps the latest', () => {
  const log = new RequestLog(undefined, 1_000)
  const write = (size: number) =>
    log.write({ type: 'request', at: 0, method: 'POST', path: '/', body: 'x'.repeat(size) })
  for (let count = 0; count < 5; count += 1) write(298)
  expect([log.read().map(({ number }) => number), log.dropped]).toEqual([[2, 3, 4], 2])
  const settle = write(2_000)
  settle({ status: 413 })
  expect([log.read(), log.dropped]).toEqual([[expect.objectContaining({ number: 5, status: 413 })], 5])
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a clock refuses the speed %d', (speed) => {
  expect(() => createEmulatorClock({ speed })).toThrow(TypeError)
})
