import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, unconfirmed, withPresent, withRinging } from './script.ts'

describe('rule 6, a fetch', () => {
  test('is one at a time, whatever causes it', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.full(bot)
    script.full(bot, on('bob'))
    script.delta(7)
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('is invalid if a roster report arrived between its request and its answer: it is repeated', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.full(bot, on('bob'), on('carol'))
    script.snapshot(bot, on('bob'))
    expect(script.is('r-carol')).toBe('active')
    script.forgetSoFar()
    script.wait(500)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('carol'))
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['removed: left by remote', 'active'])
  })

  test('is repeated with growing waits, up to a limit', () => {
    const script = withPresent('bob')
    const began = script.at
    script.tell({ type: 'host.resumed' })
    const asked: number[] = []
    for (let i = 0; i < 40 && script.call.roster.fetch !== undefined; i += 1) {
      asked.push(script.at - began)
      script.fetched(unconfirmed())
      for (let waits = 0; waits < 400 && script.call.roster.fetch === undefined; waits += 1) script.wait(100)
    }
    expect(asked).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500])
    expect(script.is('r-bob')).toBe('active')
  })

  test('that was given up is requested again if there is a new reason', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    for (let i = 0; i < 6; i += 1) {
      script.fetched(refused(500))
      script.wait(20_000)
    }
    script.forgetSoFar()
    expect(script.call.roster.fetch).toBeUndefined()
    script.delta(5)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('answered late, after another was requested, is out of date', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob'))
    expect(
      script.tell({ type: 'roster.fetched', fetch: 1, answer: { verdict: 'done', value: { entries: [bot] } } }),
    ).toBe('outOfDate')
    expect(script.is('r-bob')).toBe('active')
  })
})

describe('rule 6, a fetch in flight', () => {
  test('is not answered by the late answer to an earlier one', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob'))
    script.tell({ type: 'host.resumed' })
    expect(
      script.tell({ type: 'roster.fetched', fetch: 1, answer: { verdict: 'done', value: { entries: [bot] } } }),
    ).toBe('outOfDate')
    expect(script.is('r-bob')).toBe('active')
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
  })

  test('that failed is repeated at once by a restart', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.fetched(unconfirmed())
    script.forgetSoFar()
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('that failed is not repeated before its wait is over, whatever report causes it', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.fetched(unconfirmed())
    script.forgetSoFar()
    script.delta(7)
    script.wait(499)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['GET roster'])
    script.fetched(unconfirmed())
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET roster'])
  })
})

describe('rule 6, a deadline that passes while a fetch is in flight', () => {
  /** A removal was accepted 21 s ago and its notification lost; the fetch that began 10 s after it takes its time. */
  function withSlowFetch() {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.wait(21_000)
    return script
  }

  test('does not invalidate it: a removal whose notification is lost is proved by a GET that takes 11 s', () => {
    const script = withSlowFetch()
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
    expect(script.requests()).toEqual(['DELETE r-bob', 'GET roster'])
  })

  test('waits for it however slow it is: one GET in two hours', () => {
    const script = withSlowFetch()
    script.wait(2 * 3_600_000)
    expect(script.requests().filter((request) => request === 'GET roster')).toHaveLength(1)
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test('causes another one if it began before the evidence to be judged', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.wait(1)
    script.remove('r-bob')
    script.deleted('r-bob')
    script.wait(10_000)
    script.snapshot(bot, on('bob'))
    script.wait(500)
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-bob', 'GET roster'])
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test('causes another one although it was to be the last: a reason is never dropped', () => {
    const script = withRinging('bob')
    script.wait(70_000)
    script.tell({ type: 'host.resumed' })
    for (let tries = 0; tries < 5; tries += 1) {
      script.fetched(unconfirmed())
      script.wait(500 * 2 ** tries)
    }
    expect(script.call.roster.fetch?.attempt).toBe(6)
    script.wait(4_500)
    script.fetched(unconfirmed())
    script.forgetSoFar().wait(8_000)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test.each(['ann', 'cy'])('serves several removals requested together by one GET: %s', (name) => {
    const script = established()
    script.invite(['ann', 'bob', 'cy'])
    script.wait(90_000)
    script.snapshot(bot)
    expect(script.all(name)).toEqual(['cancelled: noAnswer by deadline'])
    expect(script.requests()).toEqual(['POST ann bob cy', 'GET roster'])
  })
})

describe('rule 6, a service with a Retry-After', () => {
  test('is not asked before it: a removal is proved by the second GET after a 429 with Retry-After: 10', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.wait(10_000)
    script.fetched(unconfirmed({ status: 429, code: '429', retryAfterMs: 10_000 }))
    script.wait(9_999)
    expect(script.requests()).toEqual(['DELETE r-bob', 'GET roster'])
    script.wait(1)
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
    expect(script.requests()).toEqual(['GET roster'])
  })

  test.each([Number.NaN, -1, Infinity])('that is invalid (%d ms) is asked nevertheless', (retryAfterMs) => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.fetched(unconfirmed({ status: 429, retryAfterMs }))
    script.forgetSoFar().wait(5 * 60_000)
    expect(script.requests()).toEqual(['GET roster'])
  })
})
