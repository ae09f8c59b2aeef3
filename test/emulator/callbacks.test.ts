import { afterEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../../src/emulator/server.ts'
import { startBot, type Bot } from './bot.ts'

let emulator: Emulator
let bot: Bot

afterEach(async () => {
  await bot.close()
  await emulator.close()
})

async function begin(answerWith: Bot['answerWith'] = () => 202): Promise<string> {
  emulator = await startEmulator({ clock: 'stepped', requireToken: 'none', seed: 'callbacks' })
  bot = await startBot(emulator.url)
  bot.answerWith = answerWith
  return emulator.control.placeCall({ callbackUri: bot.callbackUri })
}

const attempts = (): (readonly (number | string)[])[] =>
  emulator.requestLog().flatMap((entry) => (entry.type === 'notification' ? [entry.attempts] : []))

test('a notification that is not delivered is posted again after one, two and four seconds, then dropped', async () => {
  await begin(() => 500)
  const counts: number[] = []
  for (const ms of [0, 999, 1, 2_000, 4_000, 0]) {
    await emulator.advance(ms)
    counts.push(attempts()[0]?.length ?? 0)
  }
  expect(counts).toEqual([1, 1, 2, 3, 4, 4])
  expect(attempts()[1]?.[0]).toBe(500)
})

test('a notification that is refused with 4xx is not posted again', async () => {
  await begin(() => 400)
  await emulator.advance(60_000)
  expect(attempts()).toEqual([[400], [400], [400]])
})

test('the notifications of a call are posted one at a time, in order, also while one is retried', async () => {
  let failures = 2
  let inFlight = 0
  let most = 0
  const callId = await begin(async () => {
    inFlight += 1
    most = Math.max(most, inFlight)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    inFlight -= 1
    failures -= 1
    return failures >= 0 ? 503 : 202
  })
  for (const person of ['a', 'b', 'c']) emulator.control.join(callId, person)
  await emulator.advance(60_000)
  expect(most).toBe(1)
  expect(attempts()).toEqual([[503, 503, 202], [202], [202], [202], [202], [202]])
  expect(bot.rosters().map((roster) => roster.length)).toEqual([1, 2, 3, 4])
})

test('calls do not wait for each other', async () => {
  const slow = await begin(({ resourceUrl }) => (resourceUrl.includes(slow) ? 503 : 202))
  const quick = emulator.control.placeCall({ callbackUri: bot.callbackUri })
  await emulator.advance(0)
  expect(bot.items.filter(({ resourceUrl }) => resourceUrl.includes(quick))).toHaveLength(3)
})

test('an unreachable bot is logged with the reason and affects no other bot', async () => {
  await begin()
  const callId = emulator.control.placeCall({ callbackUri: 'http://127.0.0.1:1/' })
  emulator.control.placeCall({ callbackUri: 'ftp://127.0.0.1/' })
  await emulator.advance(60_000)
  const failed = emulator.requestLog().filter((entry) => entry.type === 'notification' && entry.callId === callId)
  expect(failed[0]).toMatchObject({ attempts: ['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED'] })
  expect(attempts().flat()).toContain('callbackUri is ftp:, not http or https')
})

test('a notification has a message id that stays the same when it is posted again', async () => {
  let failures = 1
  await begin(() => {
    failures -= 1
    return failures >= 0 ? 500 : 202
  })
  await emulator.advance(5_000)
  const ids = bot.headers.map((headers) => headers['x-microsoft-skype-message-id'])
  expect(ids).toHaveLength(4)
  expect(ids[0]).toBe(ids[1])
  expect(new Set(ids).size).toBe(3)
})

test("advancing the clock waits for the bots' answers", async () => {
  const answered: string[] = []
  const callId = await begin(async ({ resourceUrl }) => {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    answered.push(resourceUrl)
    return 202
  })
  await emulator.advance(0)
  expect(answered).toHaveLength(3)
  emulator.control.join(callId, 'ann')
  await emulator.settled()
  expect(answered).toHaveLength(4)
})
