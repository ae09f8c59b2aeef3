/**
 * The clock of an emulator, as bots use it: it follows the emulator's speed in its process and in another.
 *
 * Spans are compared in virtual time alone: how much real time they take depends on the machine.
 * @module
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { emulatorClient } from '../../src/emulator/client.ts'
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/server.ts'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import type { Clock } from '../../src/time/clock.ts'
import { sleep } from '../../src/time/sleep.ts'
import { toNodeListener } from '../../src/webhook/node-listener.ts'

const EPOCH_MS = Date.UTC(2026, 0, 31, 12)
const A_DAY_MS = 24 * 60 * 60_000

/** So fast that a day of the emulator takes less than a millisecond. */
const fast = { speed: 1e9 }

let emulator: Emulator

afterEach(() => emulator.close())

async function start(options: EmulatorOptions): Promise<Clock> {
  emulator = await startEmulator({ ...options, epochMs: EPOCH_MS, seed: 'bot clock' })
  return emulator.clock
}

describe('the clock of an emulator', () => {
  test('shows its time, and waits as long as the emulator does', async () => {
    const clock = await start(fast)
    const began = clock.now()
    expect(began).toBeGreaterThanOrEqual(EPOCH_MS)
    await sleep(clock, A_DAY_MS)
    expect(clock.now() - began).toBeGreaterThanOrEqual(A_DAY_MS)
    expect(EPOCH_MS + emulator.now()).toBeGreaterThanOrEqual(began + A_DAY_MS)
  })

  test('runs timers in their order, late ones as soon as possible, and none that was cancelled', async () => {
    const clock = await start(fast)
    const ran: string[] = []
    const at = clock.now() + 2 * A_DAY_MS
    await new Promise<void>((resolve) => {
      clock.schedule(at + 1, resolve)
      clock.schedule(at, () => void ran.push('second'))
      clock.schedule(at - A_DAY_MS, () => void ran.push('first'))
      clock.schedule(0, () => void ran.push('overdue'))
      clock.schedule(at, () => void ran.push('cancelled'))()
      ran.push('scheduled')
    })
    expect(ran).toEqual(['scheduled', 'overdue', 'first', 'second'])
  })

  test('follows when the speed is changed, and stands still while the emulator is stepped', async () => {
    const clock = await start({})
    const ran: string[] = []
    const ends = new Promise<void>((resolve) => {
      clock.schedule(clock.now() + 3 * A_DAY_MS, resolve)
    })
    clock.schedule(clock.now() + A_DAY_MS, () => void ran.push('a day'))
    emulator.control.clock('stepped')
    await emulator.advance(A_DAY_MS - 60_000)
    expect(ran).toEqual([])
    await emulator.advance(120_000)
    expect(ran).toEqual(['a day'])
    emulator.control.clock(fast)
    await ends
    expect(emulator.now()).toBeGreaterThanOrEqual(3 * A_DAY_MS)
  })

  test('that is stepped runs the timers of an instant after what the service does at it', async () => {
    const clock = await start({ clock: 'stepped' })
    const callId = emulator.control.placeCall({ callbackUri: 'http://127.0.0.1:1/' })
    emulator.control.join(callId, 'ann', { stay: { leaves: { afterMs: 5_000 } } })
    const seen: (readonly [number, number | undefined])[] = []
    for (const ms of [5_000, 4_999])
      clock.schedule(EPOCH_MS + ms, () => void seen.push([emulator.now(), emulator.truth(callId)?.present.length]))
    await emulator.advance(60_000)
    expect(seen).toEqual([
      [4_999, 1],
      [5_000, 0],
    ])
  })

  test('is what another process asks for', async () => {
    await start(fast)
    const client = emulatorClient(emulator.url)
    const clock = await client.clock()
    const began = clock.now()
    expect(began).toBeGreaterThanOrEqual(EPOCH_MS)
    await sleep(clock, A_DAY_MS)
    expect(clock.now() - began).toBeGreaterThanOrEqual(A_DAY_MS)
    expect((await client.about()).epochMs).toBe(EPOCH_MS)
    await client.setClock('stepped')
    await expect(client.clock()).rejects.toThrow(TypeError)
  })

  test('carries a host whose deadlines pass with the service', async () => {
    // Slow enough that a request on a busy machine is answered within the limit of its attempt.
    const clock = await start({ speed: 60 })
    const transport = graphTransport({ token: async () => 'token', baseUrl: emulator.url })
    const rollcall = createRollcall({ transport, clock })
    const bot = createServer(toNodeListener(graphWebhook(rollcall, { authentication: 'off' })))
    await new Promise<void>((resolve) => void bot.listen(0, '127.0.0.1', resolve))
    emulator.control.script('ann', { type: 'noAnswer' })
    const callbackUri = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/`
    const call = rollcall.call(emulator.control.placeCall({ callbackUri }))
    const { key, invitedAt = 0 } = await call.invite({ user: { id: 'ann' } }, { ringTimeoutMs: 20_000 })
    const { ending } = await call.waitFor(key, 'ended')
    expect(ending).toMatchObject({ cause: 'noAnswer', by: 'deadline' })
    expect((ending?.at ?? 0) - invitedAt).toBeGreaterThanOrEqual(20_000)
    await rollcall.close()
    bot.close()
    bot.closeAllConnections()
  })
})
