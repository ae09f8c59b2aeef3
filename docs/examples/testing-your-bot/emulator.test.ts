import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRollcall } from 'rollcall'
import { startEmulator, steppedTime } from 'rollcall/emulator'
import { graphTransport, graphWebhook, toNodeListener } from 'rollcall/graph'
import { expect, test } from 'vitest'

const token = async (): Promise<string> => 'token'

test('at 60 times the speed, a ring of 20 seconds takes a third of a second', async () => {
  const emulator = await startEmulator({ speed: 60, scripts: { ann: { type: 'noAnswer' } } })
  const transport = graphTransport({ token, baseUrl: emulator.url })
  const rollcall = createRollcall({ transport, clock: emulator.clock })
  const bot = createServer(toNodeListener(graphWebhook(rollcall, { authentication: 'off' }))).listen(0)

  const { port } = bot.address() as AddressInfo
  const call = rollcall.call(emulator.control.placeCall({ callbackUri: `http://localhost:${port}` }))
  const { key } = await call.invite({ user: { id: 'ann' } }, { ringTimeoutMs: 20_000 })
  const { ending } = await call.waitFor(key, 'ended')
  expect(ending?.cause).toBe('noAnswer')
  await Promise.all([rollcall.close(), emulator.close(), bot.close()])
})

test('step by step, five minutes take as long as the work in them', async () => {
  const emulator = await startEmulator({ clock: 'stepped', scripts: { ann: { type: 'noAnswer' } } })
  const time = steppedTime(emulator)
  const transport = graphTransport({ token, baseUrl: emulator.url, fetch: time.fetch })
  const rollcall = createRollcall({ transport, clock: time.clock })
  const bot = createServer(toNodeListener(graphWebhook(rollcall, { authentication: 'off' }))).listen(0)

  const { port } = bot.address() as AddressInfo
  const call = rollcall.call(emulator.control.placeCall({ callbackUri: `http://localhost:${port}` }))
  const { key } = await time.during(call.invite({ user: { id: 'ann' } }))
  await time.advance(300_000)
  const { participants } = await time.during(call.read())
  expect(participants.get(key)?.ending?.cause).toBe('noAnswer')
  await Promise.all([time.during(rollcall.close()), emulator.close(), bot.close()])
})
