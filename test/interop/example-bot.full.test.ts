import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../../src/emulator/index.ts'
import { copyExample, emulatorTenantId, type BotFolder, type BotProcess } from './bot-process.ts'
import { appId } from './signing-service.ts'

const ann = '278405a3-f568-4b3e-b684-009193463064'
const dan = '550fae72-d251-43ec-868c-373732c2704f'
const caller = '8d1e6ab6-26c5-4e22-a1bc-06ea7343958e'
const secret = 'the-secret'

let emulator: Emulator
let folder: BotFolder
let bots: BotProcess[]

beforeEach(async () => {
  bots = []
  folder = copyExample()
  // Both let it ring for a minute, unless the test answers for them.
  emulator = await startEmulator({ requireToken: 'issued', clients: { [appId]: secret }, seed: 'example bot' })
  for (const id of [ann, dan]) emulator.control.script(id, { type: 'noAnswer' })
})

afterEach(async () => {
  for (const bot of bots) bot.kill('SIGKILL')
  await Promise.all(bots.map(({ ended }) => ended))
  await emulator.close()
  folder.remove()
})

function start(changes: Record<string, string> = {}): BotProcess {
  const bot = folder.start({
    APP_ID: appId, APP_SECRET: secret, TENANT_ID: emulatorTenantId, ON_CALL: `${ann}, ${dan}`, PORT: '0',
    GRAPH_URL: emulator.url, LOGIN_URL: emulator.url, OPENID_CONFIG_URL: emulator.openIdConfigUrl, ...changes,
  })
  bots.push(bot)
  return bot
}

/** Where the bot is called back, once it listens. */
async function addressOf(bot: BotProcess): Promise<URL> {
  const line = await bot.line(/^listening/)
  return new URL(line.slice(line.indexOf('http')))
}

/** Somebody calls the bot, and both who are on call ring. */
async function ringBoth(bot: BotProcess): Promise<string> {
  const { href } = await addressOf(bot)
  const callId = emulator.control.callBot(href, caller, appId)
  await bot.line(/ call: establishing → established/)
  await expect.poll(() => emulator.truth(callId)?.ringing.length, { timeout: 20_000 }).toBe(2)
  return callId
}

/** Endings as the bot told them: those of participants, then the call's. */
function endings(bot: BotProcess): readonly string[] {
  return bot.out.flatMap((line) => / (participant|call)\b.* → (\S+ \(.*\))$/.exec(line)?.slice(1, 3).join(' ') ?? [])
}

describe('the example bot, against the emulator', () => {
  test('connects a caller to the first to answer, cancels the other, and leaves when they are done', async () => {
    const bot = start()
    const callId = await ringBoth(bot)
    emulator.control.answer(callId, ann)
    await bot.line(/: ringing → active/)
    await bot.line(/→ cancelled \(cancelled by local\)/)
    await expect.poll(() => emulator.truth(callId)?.ringing, { timeout: 20_000 }).toEqual([])
    emulator.control.leave(callId, ann)
    await bot.line(/ call: .* → terminated/)
    expect(endings(bot).slice(0, 2)).toEqual(['participant cancelled (cancelled by local)', 'participant removed (left by remote)'])
    expect([...endings(bot)].sort()).toEqual([
      'call terminated (callEnded by local)',
      'participant cancelled (cancelled by local)',
      'participant removed (callEnded by local)',
      'participant removed (left by remote)',
    ])
    bot.kill('SIGTERM')
    expect(await bot.ended).toBe(0)
    expect(bot.err).toEqual([])
    expect(existsSync(join(folder.path, 'calls.db'))).toBe(true)
  })

  test('leaves when the caller hangs up, and whom it rang for them stops ringing', async () => {
    const bot = start()
    const callId = await ringBoth(bot)
    emulator.control.leave(callId, caller)
    await bot.line(/ call: .* → terminated/)
    expect(emulator.truth(callId)?.ringing).toEqual([])
    expect(bot.err).toEqual([])
  })

  test('that is killed while they ring and started again cancels the other all the same', async () => {
    const first = start()
    const callId = await ringBoth(first)
    const { port } = await addressOf(first)
    first.kill('SIGKILL')
    await first.ended
    emulator.control.answer(callId, dan)
    const second = start({ PORT: port })
    await second.line(/→ active/)
    await second.line(/→ cancelled \(cancelled by local\)/)
    await expect.poll(() => emulator.truth(callId)?.ringing, { timeout: 20_000 }).toEqual([])
    expect(emulator.truth(callId)?.present.map(({ identityId }) => identityId)).toContain(dan)
  })

  test('lets nobody in who is not the service', async () => {
    const bot = start()
    const url = await addressOf(bot)
    expect((await fetch(url, { method: 'POST', body: '{"value":[]}' })).status).toBe(401)
    expect(await (await fetch(new URL('/health', url))).text()).toBe('ok')
  })

  test('says which settings are missing, and ends', async () => {
    const bot = start({ APP_SECRET: '', ON_CALL: ' ', PORT: '99999' })
    expect(await bot.ended).toBe(2)
    expect(bot.err).toEqual(['APP_SECRET is not set, ON_CALL is not set, PORT is not the number of a port; .env.example says what they are'])
  })
})
