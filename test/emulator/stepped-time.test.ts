import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { toNodeListener } from '../../src/webhook/node-listener.ts'
import { steppedTime, SteppedTime, type SteppedService } from '../../src/emulator/stepped-time.ts'
import { startEmulator, type Emulator } from '../../src/emulator/server.ts'

const EPOCH_MS = Date.UTC(2026, 0, 31, 12)

let emulator: Emulator | undefined

afterEach(async () => {
  await emulator?.close()
  emulator = undefined
})

async function start(speed?: number): Promise<{ readonly emulator: Emulator; readonly time: SteppedTime }> {
  emulator = await startEmulator({ clock: 'stepped', epochMs: EPOCH_MS, requireToken: 'none', seed: 'stepped time' })
  return { emulator, time: new SteppedTime(emulator, EPOCH_MS, speed) }
}

/** A service with nothing planned. */
const idleService: SteppedService = {
  now: () => 0,
  nextAt: () => undefined,
  pending: () => 0,
  advance: async () => undefined,
  settled: async () => undefined,
}

describe.each([
  ['at once', Infinity],
  ['paced', 1e9],
] as const)('stepped time, %s', (_, speed) => {
  test('passes until the promise settles, and no further', async () => {
    const { emulator, time } = await start(speed)
    const seen: number[] = []
    for (const ms of [3_000, 1_000, 2_000]) time.clock.schedule(EPOCH_MS + ms, () => void seen.push(emulator.now()))
    await time.during(time.pass(2_500))
    expect(seen).toEqual([1_000, 2_000])
    expect([emulator.now(), time.clock.now()]).toEqual([2_500, EPOCH_MS + 2_500])
  })

  test('stands still while a request is in transit, and passes while the service holds it', async () => {
    const { emulator, time } = await start(speed)
    const at: number[] = []
    const slowly = time.counted(async (input: string, init: RequestInit) => {
      for (let turns = 0; turns < 50; turns += 1) await turn()
      at.push(emulator.now())
      return fetch(input, init)
    })
    emulator.control.faults([{ on: 'request', times: 1, fault: { type: 'slow', ms: 700 } }])
    time.clock.schedule(EPOCH_MS + 10, () => void at.push(emulator.now()))
    const answer = slowly(`${emulator.url}/v1.0/communications/calls/none`, {
      method: 'GET',
      headers: { connection: 'close' },
    })
    expect((await time.during(answer)).status).toBe(404)
    expect(at).toEqual([0, 10])
    expect(emulator.now()).toBeGreaterThanOrEqual(700)
  })

  test('stands still while a bot has not answered a notification', async () => {
    const { emulator, time } = await start(speed)
    const answered: number[] = []
    const server = createServer(
      (request, response) =>
        void (async () => {
          request.resume()
          for (let turns = 0; turns < 50; turns += 1) await turn()
          answered.push(emulator.now())
          response.writeHead(202, { connection: 'close' }).end()
        })(),
    )
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const callId = emulator.control.placeCall({
      callbackUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    })
    time.clock.schedule(EPOCH_MS + 1_000, () => void emulator.control.join(callId, 'ann'))
    await time.during(time.pass(60_000))
    server.close()
    expect(answered).toEqual(emulator.requestLog().map(({ at }) => at))
    expect(new Set(answered).size).toBeGreaterThan(1)
  })
})

describe('stepped time', () => {
  test('is made of an emulator, and carries a host through minutes of a call', async () => {
    emulator = await startEmulator({ clock: 'stepped', seed: 'five minutes' })
    const time = steppedTime(emulator)
    const transport = graphTransport({ token: async () => 'token', baseUrl: emulator.url, fetch: time.fetch })
    const rollcall = createRollcall({ transport, clock: time.clock })
    const bot = createServer(toNodeListener(graphWebhook(rollcall, { authentication: 'off' })))
    await new Promise<void>((resolve) => void bot.listen(0, '127.0.0.1', resolve))
    emulator.control.script('ann', { type: 'noAnswer' })
    const callbackUri = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/`
    const call = rollcall.call(emulator.control.placeCall({ callbackUri }))
    const began = time.clock.now()
    const ann = await time.during(call.invite({ user: { id: 'ann' } }, { ringTimeoutMs: 30_000 }))
    await time.advance(300_000)
    const { ending } = (await time.during(call.read())).participants.get(ann.key) ?? {}
    expect(ending).toMatchObject({ cause: 'noAnswer', by: 'deadline' })
    expect((ending?.at ?? 0) - began).toBeGreaterThanOrEqual(30_000)
    expect(time.clock.now() - began).toBeGreaterThanOrEqual(300_000)
    expect(emulator.truth(call.id)?.ringing).toEqual([])
    await time.during(rollcall.close())
    bot.close()
    bot.closeAllConnections()
  })

  test('advances by milliseconds, and refuses a value that is not a duration', async () => {
    const { emulator, time } = await start()
    await time.advance(1_234)
    expect(emulator.now()).toBe(1_234)
    for (const wrong of [-1, Number.NaN, Infinity])
      await expect(time.advance(wrong)).rejects.toThrow(
        new TypeError(`advance: expected milliseconds, 0 or more; found ${wrong}`),
      )
    expect(() => steppedTime(emulator, { speed: 0 })).toThrow(
      new TypeError('steppedTime: speed: expected a number, more than 0; found 0'),
    )
    expect(() => steppedTime(emulator, { sped: 2 } as never)).toThrow(
      /^steppedTime: no option 'sped'; did you mean 'speed'/,
    )
  })

  test('rejects as the promise does', async () => {
    const { time } = await start()
    await expect(time.during(Promise.reject(new RangeError('no')))).rejects.toThrow(new RangeError('no'))
  })

  test('rejects if nothing is planned', async () => {
    const time = new SteppedTime(idleService, 0)
    await expect(time.during(new Promise(() => undefined))).rejects.toThrow(
      'neither the bot nor the service has anything planned',
    )
  })

  test('that is shown live passes by itself, through all planned events', async () => {
    const { emulator, time } = await start()
    const seen: number[] = []
    for (const ms of [500, 100]) time.clock.schedule(EPOCH_MS + ms, () => void seen.push(emulator.now()))
    await time.live(time.pass(600), 1_000)
    expect(seen).toEqual([100, 500])
  })
})
