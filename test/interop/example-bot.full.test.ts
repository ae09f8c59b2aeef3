import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../../src/emulator/index.ts'
import { until, type FollowedChild } from '../waiting/waiting.ts'
import { copyExample, emulatorTenantId, type BotFolder } from './bot-process.ts'
import { appId } from './signing-service.ts'

const ann = '278405a3-f568-4b3e-b684-009193463064'
const dan = '550fae72-d251-43ec-868c-373732c2704f'
const caller = '8d1e6ab6-26c5-4e22-a1bc-06ea7343958e'
const secret = 'the-secret'

/** The service's time is real; nothing that takes this long happens in a test. */
const A_DAY_MS = 24 * 60 * 60_000

let emulator: Emulator
let folder: BotFolder
let bots: FollowedChild[]

beforeEach(async () => {
  bots = []
  folder = copyExample()
  // Both let it ring for a day, unless the test answers for them.
  const timing = { ringMs: A_DAY_MS, answerWithinMs: A_DAY_MS, keepAliveMs: A_DAY_MS }
  emulator = await startEmulator({
    requireToken: 'issued',
    clients: { [appId]: secret },
    seed: 'example bot',
    settings: { timing },
    callbackTimeoutMs: 0,
  })
  for (const id of [ann, dan]) emulator.control.script(id, { type: 'noAnswer' })
})

afterEach(async () => {
  for (const bot of bots) bot.kill('SIGKILL')
  await Promise.all(bots.map((bot) => bot.ended()))
  await emulator.close()
  folder.remove()
})

function start(changes: Record<string, string> = {}): FollowedChild {
  const bot = folder.start({
    APP_ID: appId,
    APP_SECRET: secret,
    TENANT_ID: emulatorTenantId,
    ON_CALL: `${ann}, ${dan}`,
    PORT: '0',
    GRAPH_URL: emulator.url,
    LOGIN_URL: emulator.url,
    OPENID_CONFIG_URL: emulator.openIdConfigUrl,
    ...changes,
  })
  bots.push(bot)
  return bot
}

/** Where the bot is called back, once it listens. */
async function addressOf(bot: FollowedChild): Promise<URL> {
  const line = await bot.line(/^listening/)
  return new URL(line.slice(line.indexOf('http')))
}

/** Somebody calls the bot, and both who are on call ring, which the bot knows. */
async function ringBoth(bot: FollowedChild): Promise<string> {
  const { href } = await addressOf(bot)
  const callId = emulator.control.callBot(href, caller, appId)
  await bot.line(/ call: establishing → established/)
  await until('two phones are ringing', () => emulator.truth(callId)?.ringing.length, 2)
  await until(
    'the bot knows that two phones are ringing',
    () => bot.out.filter((line) => line.endsWith(' invited → ringing')).length,
    2,
  )
  return callId
}

/** Endings as the bot told them: those of participants, then the call's. */
function endings(bot: FollowedChild): readonly string[] {
  return bot.out.flatMap((line) => / (participant|call)\b.* → (\S+ \(.*\))$/.exec(line)?.slice(1, 3).join(' ') ?? [])
}

describe('the example bot, against the emulator', () => {
  test('connects a caller to the first to answer, cancels the other, and leaves when they are done', async () => {
    const bot = start()
    const callId = await ringBoth(bot)
    emulator.control.answer(callId, ann)
    await bot.line(/: ringing → active/)
    await bot.line(/→ cancelled \(cancelled by local\)/)
    await until('no phone is ringing', () => emulator.truth(callId)?.ringing.length, 0)
    emulator.control.leave(callId, ann)
    await bot.line(/ call: .* → terminated/)
    expect(endings(bot).slice(0, 2)).toEqual([
      'participant cancelled (cancelled by local)',
      'participant removed (left by remote)',
    ])
    expect([...endings(bot)].sort()).toEqual([
      'call terminated (callEnded by local)',
      'participant cancelled (cancelled by local)',
      'participant removed (callEnded by local)',
      'participant removed (left by remote)',
    ])
    bot.kill('SIGTERM')
    expect((await bot.ended()).status).toBe(0)
    expect(bot.err).toEqual([])
    expect(existsSync(join(folder.path, 'calls.db'))).toBe(true)
  })

  test('leaves when the caller hangs up, and the callee it invited stops ringing', async () => {
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
    await first.ended()
    emulator.control.answer(callId, dan)
    const second = start({ PORT: port })
    await second.line(/→ active/)
    await second.line(/→ cancelled \(cancelled by local\)/)
    await until('no phone is ringing', () => emulator.truth(callId)?.ringing.length, 0)
    expect(emulator.truth(callId)?.present.map(({ identityId }) => identityId)).toContain(dan)
  })

  test('refuses every sender but the service', async () => {
    const bot = start()
    const url = await addressOf(bot)
    expect((await fetch(url, { method: 'POST', body: '{"value":[]}' })).status).toBe(401)
    expect(await (await fetch(new URL('/health', url))).text()).toBe('ok')
  })

  test('says which settings are missing, and ends', async () => {
    const bot = start({ APP_SECRET: '', ON_CALL: ' ', PORT: '99999' })
    expect((await bot.ended()).status).toBe(2)
    expect(bot.err).toEqual([
      'APP_SECRET is not set, ON_CALL is not set, PORT is not the number of a port; .env.example says what they are',
    ])
  })
})
