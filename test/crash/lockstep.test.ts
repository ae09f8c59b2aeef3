/**
 * Virtual time passes when nothing is under way, and only then; a bot says when it is idle.
 */
import { expect, test } from 'vitest'
import { Lockstep, turn, type Follower } from './lockstep.ts'
import { Waits } from './waits.ts'
import { Work } from './work.ts'

/** A service in which nothing happens. */
function quietService() {
  let now = 0
  return {
    now: () => now,
    advance: async (ms: number) => {
      now += ms
    },
    settled: async () => undefined,
  }
}

/** Several turns of the event loop. */
async function turns(): Promise<void> {
  for (let left = 20; left > 0; left -= 1) await turn()
}

test('time stands while a bot has something to do, and says which bot that is', async () => {
  const waits = new Waits()
  const time = new Lockstep(quietService(), waits)
  let busy: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>()
  const bot: Follower = {
    nextAt: undefined,
    advance: async () => waits.during('bot 0, to be idle', busy?.promise ?? Promise.resolve()),
  }
  time.follow([bot])
  let isOver = false
  const run = time.run(() => isOver)
  await turns()
  expect(time.now()).toBe(0)
  expect(waits.lines()).toEqual(['bot 0, to be idle'])
  busy.resolve()
  busy = undefined
  await turns()
  expect(time.now()).toBeGreaterThan(0)
  isOver = true
  await run
})

test('time stands while a bot starts, and what waits for time waits as long', async () => {
  const waits = new Waits()
  const time = new Lockstep(quietService(), waits)
  const started = Promise.withResolvers<void>()
  const start = time.standing('the next bot, to listen', started.promise)
  let isPassed = false
  const passed = time.pass(1_000).then(() => {
    isPassed = true
  })
  const run = time.run(() => isPassed)
  await turns()
  expect([time.now(), isPassed]).toEqual([0, false])
  expect(waits.lines()).toEqual(['time, at 0 ms: the next bot, to listen'])
  started.resolve()
  await Promise.all([start, passed, run])
  expect(time.now()).toBeGreaterThanOrEqual(1_000)
})

test('a step ends at the next timer of a bot', async () => {
  const time = new Lockstep(quietService(), new Waits())
  const steps: number[] = []
  time.follow([
    {
      get nextAt() {
        return time.now() < 150 ? 150 : undefined
      },
      advance: async (toMs) => {
        steps.push(toMs)
      },
    },
  ])
  await time.run(() => time.now() > 150)
  expect(steps.filter((at) => at > 0).slice(0, 2)).toEqual([150, 400])
})

test('a bot is asked again when something happened to it after it said that it was idle', async () => {
  const time = new Lockstep(quietService(), new Waits())
  let asked = 0
  const act = time.pass(150).then(() => time.stir())
  time.follow([
    {
      nextAt: undefined,
      advance: async () => {
        asked += 1
      },
    },
  ])
  await time.run(() => time.now() >= 150)
  await act
  // At the start, at the step to 150 ms, and once more there.
  expect([time.now(), asked]).toEqual([150, 3])
})

test('a bot with a request under way is not idle, and is when the answer has come and nothing follows from it', async () => {
  const work = new Work()
  const answer = Promise.withResolvers<void>()
  let isIdle = false
  void work.during(answer.promise).then(() => work.during(turn()))
  const idle = work.idle().then(() => {
    isIdle = true
  })
  await turns()
  expect(isIdle).toBe(false)
  answer.resolve()
  await idle
  expect(isIdle).toBe(true)
})
