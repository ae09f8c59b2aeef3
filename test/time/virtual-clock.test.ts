/**
 * The virtual clock: timers run in order of time and of being set, and time waits for what follows from each instant.
 * @module
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../src/time/virtual-clock.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)

describe('order', () => {
  test(`timers run in order of time, those of one time in the order they were set, cancelled ones never (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { size: 'large' }), async (timers) => {
        const clock = virtualClock(1_000, { settlingTurns: 1 })
        const ran: (readonly [number, number])[] = []
        const cancels = timers.map(([after], index) =>
          clock.schedule(1_000 + after, () => void ran.push([clock.now(), index])),
        )
        for (const [index, [, isCancelled]] of timers.entries()) if (isCancelled) cancels[index]?.()
        const expected = timers
          .flatMap(([after, isCancelled], index) => (isCancelled ? [] : [[1_000 + after, index] as const]))
          .sort(([one, place], [other, otherPlace]) => one - other || place - otherPlace)
        expect([clock.pending, clock.nextAt]).toEqual([expected.length, expected[0]?.[0]])
        await clock.advance(20)
        expect(ran).toEqual(expected)
        expect([clock.now(), clock.pending, clock.nextAt]).toEqual([1_020, 0, undefined])
      }),
      { seed, numRuns: 200 },
    )
  })

  test('a timer that a timer sets runs in its place, and one set for the past runs at the present', async () => {
    const clock = virtualClock(0)
    const ran: string[] = []
    const run = (name: string) => () => void ran.push(`${name} ${clock.now()}`)
    clock.schedule(20, run('b'))
    clock.schedule(20, run('c'))
    clock.schedule(10, () => {
      run('a')()
      clock.schedule(15, run('set by a'))
      clock.schedule(5, run('overdue'))
    })
    clock.schedule(30, run('late'))
    clock.schedule(12, run('cancelled'))()
    expect(clock.nextAt).toBe(10)
    await clock.advance(25)
    expect(ran).toEqual(['a 10', 'overdue 10', 'set by a 15', 'b 20', 'c 20'])
    expect([clock.now(), clock.pending, clock.nextAt]).toEqual([25, 1, 30])
  })

  test('a timer that another of its instant cancels does not run', async () => {
    const clock = virtualClock(0)
    const ran: string[] = []
    let cancel = (): void => undefined
    clock.schedule(1, () => cancel())
    cancel = clock.schedule(1, () => void ran.push('cancelled'))
    await clock.advance(1)
    cancel()
    expect([ran, clock.pending]).toEqual([[], 0])
  })

  test('cancelling twice, or after the timer ran, changes nothing', async () => {
    const clock = virtualClock(0)
    const cancel = clock.schedule(1, () => undefined)
    clock.schedule(2, () => undefined)
    await clock.advance(1)
    cancel()
    cancel()
    expect([clock.pending, clock.nextAt]).toEqual([1, 2])
  })
})

describe('settling', () => {
  const afterTurns = async (turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  test.each([1, 3])('with %d turns, promises that follow from a timer run before the next', async (settlingTurns) => {
    const clock = virtualClock(0, { settlingTurns })
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

  test('code that waits for three turns of the event loop has run before the next timer', async () => {
    const clock = virtualClock(0)
    const order: string[] = []
    clock.schedule(1, () => void afterTurns(3).then(() => order.push('what follows')))
    clock.schedule(2, () => void order.push('the next'))
    await clock.advance(2)
    expect(order).toEqual(['what follows', 'the next'])
  })

  test('settle lets no time pass', async () => {
    const clock = virtualClock(0)
    let hasRun = false
    clock.schedule(0, () => undefined)
    void Promise.resolve().then(() => {
      hasRun = true
    })
    await clock.settle()
    expect([hasRun, clock.now(), clock.pending]).toEqual([true, 0, 1])
  })

  test('each instant is reported once everything of it has happened', async () => {
    const clock = virtualClock(0)
    const instants: number[] = []
    clock.onInstant = () => void instants.push(clock.now())
    clock.schedule(3, () => void clock.schedule(3, () => undefined))
    clock.schedule(7, () => undefined)
    await clock.advance(10)
    expect(instants).toEqual([0, 3, 7])
  })
})

describe('arguments', () => {
  test.each([Number.NaN, -1, Infinity])('%d is not a time to start at nor a span to advance by', async (value) => {
    expect(() => virtualClock(value)).toThrow(TypeError)
    const clock = virtualClock(5)
    await expect(clock.advance(value)).rejects.toThrow('advance: expected milliseconds, 0 or more')
    expect(clock.now()).toBe(5)
  })

  test.each([0, 1.5, Number.NaN])('%d is not a number of turns', (settlingTurns) => {
    expect(() => virtualClock(0, { settlingTurns })).toThrow('settlingTurns: expected a whole number, 1 or more')
  })
})
