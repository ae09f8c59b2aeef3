/**
 * The clock of runs: what is due runs in order of time and of scheduling, whatever is taken back.
 * @module
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { quickClock } from '../../src/testing/histories/quick-clock.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)

it(`alarms ring in order of time, those of one time in the order they were set, and those taken back not at all (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(20), fc.boolean())), async (alarms) => {
      const clock = quickClock(1_000)
      const rung: (readonly [number, number])[] = []
      const cancels = alarms.map(([after], index) =>
        clock.schedule(1_000 + after, () => void rung.push([clock.now(), index])),
      )
      for (const [index, [, isTakenBack]] of alarms.entries()) if (isTakenBack) cancels[index]?.()
      await clock.advance(20)
      const expected = alarms
        .flatMap(([after, isTakenBack], index) => (isTakenBack ? [] : [[1_000 + after, index] as const]))
        .sort(([one, place], [other, otherPlace]) => one - other || place - otherPlace)
      expect(rung).toEqual(expected)
      expect([clock.now(), clock.nextAt()]).toEqual([1_020, undefined])
    }),
    { seed, numRuns: 200 },
  )
})

it('what follows from an alarm by promises happens before the next alarm', async () => {
  const clock = quickClock(0)
  const order: string[] = []
  clock.schedule(
    1,
    () =>
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => order.push('what follows')),
  )
  clock.schedule(2, () => void order.push('the next'))
  await clock.advance(2)
  expect(order).toEqual(['what follows', 'the next'])
})

it('an alarm set for a time that has passed rings at once, when time passes', async () => {
  const clock = quickClock(1_000)
  let at: number | undefined
  clock.schedule(5, () => {
    at = clock.now()
  })
  await clock.advance(0)
  expect(at).toBe(1_000)
})

it('each instant is shown once everything of it has happened', async () => {
  const clock = quickClock(0)
  const instants: number[] = []
  clock.onInstant = () => void instants.push(clock.now())
  clock.schedule(3, () => void clock.schedule(3, () => undefined))
  clock.schedule(7, () => undefined)
  await clock.advance(10)
  expect(instants).toEqual([0, 3, 7])
})
