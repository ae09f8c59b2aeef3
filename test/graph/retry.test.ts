import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../src/call/model/events.ts'
import type { GraphTransport } from '../../src/graph/transport/transport.ts'
import { retryWaitMs, readRetryAfter } from '../../src/graph/wire/retry.ts'
import { bench, connectionError, empty, graphError, json, type Scripted } from './fake-graph.ts'
import { settle } from './settle.ts'

const invite = (transport: GraphTransport): Promise<Verdict<unknown>> =>
  transport.invite('c', { clientContext: 'x', invitees: [{ identity: { user: { id: 'u' } } }] })
const create = (transport: GraphTransport): Promise<Verdict<unknown>> =>
  transport.createCall({ callbackUri: 'https://bot.example/c' })
const remove = (transport: GraphTransport): Promise<Verdict<unknown>> => transport.deleteParticipant('c', 'p')

const transient: [string, Scripted][] = [
  ['429', graphError(429, 'TooManyRequests')],
  ['502', empty(502)],
  ['503', empty(503)],
  ['504', empty(504)],
  ['408', empty(408)],
  ['a reset connection', connectionError('ECONNRESET')],
  ['a refused connection', connectionError('ECONNREFUSED')],
  ['an unknown host', connectionError('ENOTFOUND')],
]

describe('a request that may be repeated:', () => {
  test.each(transient)('%s, then 204: done', async (_, trouble) => {
    const { graph, clock, transport } = bench()
    graph.script(trouble, trouble, empty(204))
    const answer = remove(transport)
    await clock.advance(10_000)
    expect(await answer).toEqual({ verdict: 'done', value: undefined })
    expect(graph.asked).toHaveLength(3)
    expect(new Set(graph.asked.map(({ headers }) => headers.get('client-request-id')))).toEqual(new Set(['request-1']))
  })

  test.each(transient)(
    '%s on every attempt: unconfirmed after four attempts, because it may pass',
    async (_, trouble) => {
      const { graph, clock, transport } = bench()
      graph.script(trouble)
      const answer = remove(transport)
      await clock.advance(60_000)
      expect(await answer).toMatchObject({ verdict: 'unconfirmed' })
      expect(graph.asked).toHaveLength(4)
      expect(clock.pending).toBe(0)
    },
  )

  test('a missing answer times out and is repeated, even if fetch ignores the signal', async () => {
    const { graph, clock, transport } = bench({ attemptTimeoutMs: 1_000 })
    graph.script('silence', empty(204))
    const answer = remove(transport)
    await clock.advance(999)
    expect(graph.asked).toHaveLength(1)
    await clock.advance(1_000)
    expect(await answer).toMatchObject({ verdict: 'done' })
    expect(graph.asked).toHaveLength(2)
  })

  test('a 404, 403 or 412 is an answer and is not repeated', async () => {
    const { graph, transport } = bench()
    for (const status of [404, 403, 412]) {
      graph.script(empty(status))
      expect(await remove(transport)).toMatchObject({ verdict: 'refused', failure: { status } })
    }
    expect(graph.asked).toHaveLength(3)
  })
})

describe.each([
  ['invite', invite],
  ['create', create],
])('%s is repeated only if it certainly was not executed', (_, post) => {
  test.each([502, 503, 504, 500, 408])('%d may have been executed', async (status) => {
    const { graph, transport } = bench()
    graph.script(empty(status))
    expect(await post(transport)).toMatchObject({ verdict: 'unconfirmed', failure: { status } })
    expect(graph.asked).toHaveLength(1)
  })

  test('after a broken connection, or without an answer, it may have been executed', async () => {
    const { graph, clock, transport } = bench({ attemptTimeoutMs: 1_000 })
    graph.script(connectionError('ECONNRESET'))
    expect(await post(transport)).toMatchObject({ verdict: 'unconfirmed', failure: { code: 'ECONNRESET' } })
    graph.script('silence')
    const answer = post(transport)
    await clock.advance(1_000)
    expect(await answer).toMatchObject({ verdict: 'unconfirmed', failure: { code: 'timeout' } })
    expect(graph.asked).toHaveLength(2)
  })

  test('throttled or never connected it was not executed: it is repeated, and refused in the end', async () => {
    const { graph, clock, transport } = bench()
    for (const [trouble, failure] of [
      [graphError(429, 'TooManyRequests', 'no', { 'retry-after': '0.5' }), { status: 429, retryAfterMs: 500 }],
      [connectionError('ECONNREFUSED'), { code: 'ECONNREFUSED' }],
    ] as const) {
      const before = graph.asked.length
      graph.script(trouble)
      const answer = post(transport)
      await clock.advance(60_000)
      expect(await answer).toMatchObject({ verdict: 'refused', failure })
      expect(graph.asked.length - before).toBe(4)
    }
  })

  test('the result after a definite failure decides', async () => {
    const { graph, clock, transport } = bench()
    graph.script(empty(429), empty(503), json(200, { id: 'x' }))
    const answer = post(transport)
    await clock.advance(60_000)
    expect(await answer).toMatchObject({ verdict: 'unconfirmed', failure: { status: 503 } })
    expect(graph.asked).toHaveLength(2)
  })
})

describe('waiting', () => {
  test('a fractional Retry-After is awaited, to the millisecond', async () => {
    const { graph, clock, transport } = bench()
    graph.script(graphError(429, 'TooManyRequests', 'no', { 'retry-after': '2.128' }), empty(204))
    const answer = remove(transport)
    await clock.advance(2_127)
    expect(graph.asked).toHaveLength(1)
    await clock.advance(1)
    expect(await answer).toMatchObject({ verdict: 'done' })
  })

  test.each([
    ['2.128', undefined, 2_128],
    ['0', undefined, 0],
    ['120', undefined, 120_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', undefined, 30_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 'Thu, 01 Jan 2026 00:00:10 GMT', 20_000],
    ['3600', undefined, 3_600_000],
    ['3601', undefined, 3_600_000],
    ['9'.repeat(400), undefined, 3_600_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', undefined, 3_600_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', undefined, 0],
    ['soon', undefined, undefined],
    ['-1', undefined, undefined],
    ['', undefined, undefined],
    ['1e9', undefined, undefined],
  ])('Retry-After %j with Date %j is %j ms', (value, date, expected) => {
    const headers = new Headers({ 'retry-after': value, ...(date === undefined ? {} : { date }) })
    expect(readRetryAfter(headers, Date.parse('2026-01-01T00:00:00Z'))).toBe(expected)
  })

  test('a Retry-After beyond the available time is reported, not awaited', async () => {
    const { graph, clock, transport } = bench({ maxElapsedMs: 5_000 })
    graph.script(graphError(429, 'TooManyRequests', 'no', { 'retry-after': '6' }))
    expect(await remove(transport)).toMatchObject({
      verdict: 'unconfirmed',
      failure: { status: 429, retryAfterMs: 6_000 },
    })
    expect(graph.asked).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  test('a wall clock that is set back does not extend the available time', async () => {
    const { graph, clock, transport } = bench({ maxElapsedMs: 5_000, maxAttempts: 100 })
    let lead = 0
    const now = (): number => clock.now() + lead
    transport.useClock({ now, schedule: (atMs, run) => clock.schedule(clock.now() + atMs - now(), run) })
    graph.script(() => {
      lead -= 3_600_000
      return graphError(429, 'TooManyRequests', 'no', { 'retry-after': '2' })
    })
    const removed = transport.deleteParticipant('call', 'participant')
    await clock.advance(60_000)
    expect((await removed).verdict).toBe('unconfirmed')
    expect(graph.asked).toHaveLength(3)
  })

  test('backoff doubles, has jitter between half and whole, and has a maximum', () => {
    expect([1, 2, 3, 4].map((failures) => retryWaitMs(failures, undefined, 0))).toEqual([250, 500, 1_000, 2_000])
    expect([1, 2, 3, 4].map((failures) => retryWaitMs(failures, undefined, 1))).toEqual([500, 1_000, 2_000, 4_000])
    expect(retryWaitMs(50, undefined, 1)).toBe(16_000)
    expect(retryWaitMs(1, 1_000, 0)).toBe(1_000)
    expect(retryWaitMs(1, 1_000, 1)).toBe(1_100)
  })

  test('a caller who gives up meanwhile is answered at once', async () => {
    const { graph, clock, transport } = bench()
    const caller = new AbortController()
    graph.script(empty(503))
    const answer = transport.hangUp('c', { signal: caller.signal })
    await settle()
    caller.abort()
    expect(await answer).toMatchObject({ verdict: 'unconfirmed' })
    expect(clock.pending).toBe(0)
  })

  test('a caller who gives up during a request may have been heard; one who gave up before certainly was not', async () => {
    const { graph, transport } = bench()
    const caller = new AbortController()
    graph.script('silence')
    const answer = transport.invite(
      'c',
      { clientContext: 'x', invitees: [{ identity: { user: { id: 'u' } } }] },
      { signal: caller.signal },
    )
    await settle()
    caller.abort()
    expect(await answer).toMatchObject({ verdict: 'unconfirmed', failure: { code: 'aborted' } })
    const late = await transport.invite(
      'c',
      { clientContext: 'x', invitees: [{ identity: { user: { id: 'u' } } }] },
      { signal: caller.signal },
    )
    expect(late).toMatchObject({ verdict: 'refused' })
    expect(graph.asked).toHaveLength(1)
  })
})

describe('places', () => {
  /** The places at a host are the process's: what other cases have left unanswered may hold some elsewhere. */
  const baseUrl = 'https://places.example/v1.0'

  test('are limited: no more requests are in flight at once; the others follow in order', async () => {
    const { graph, transport } = bench({ baseUrl, maxConcurrent: 2 })
    const answers: (() => void)[] = []
    graph.script(
      () =>
        new Promise((resolve) => {
          answers.push(() => resolve(empty(204)))
        }),
    )
    const done = ['a', 'b', 'c', 'd'].map((participantId) => transport.deleteParticipant('c', participantId))
    await settle()
    expect(graph.asked.map(({ url }) => url.at(-1))).toEqual(['a', 'b'])
    answers[1]?.()
    await settle()
    expect(graph.asked.map(({ url }) => url.at(-1))).toEqual(['a', 'b', 'c'])
    answers[0]?.()
    await settle()
    for (const answer of answers.slice(2)) answer()
    expect(await Promise.all(done)).toEqual(Array.from({ length: 4 }, () => ({ verdict: 'done', value: undefined })))
    expect(graph.asked.map(({ url }) => url.at(-1))).toEqual(['a', 'b', 'c', 'd'])
  })

  test('a request that waits to be repeated holds no place', async () => {
    const { graph, clock, transport } = bench({ baseUrl, maxConcurrent: 1 })
    graph.script(empty(503), empty(204))
    const first = transport.deleteParticipant('c', 'a')
    await settle()
    expect(await transport.deleteParticipant('c', 'b')).toMatchObject({ verdict: 'done' })
    await clock.advance(1_000)
    expect(await first).toMatchObject({ verdict: 'done' })
  })

  test('a caller who gives up in the queue leaves it', async () => {
    const { graph, transport } = bench({ baseUrl, maxConcurrent: 1 })
    const caller = new AbortController()
    let finish = (): void => {}
    graph.script(
      () =>
        new Promise((resolve) => {
          finish = () => resolve(empty(204))
        }),
    )
    const first = transport.deleteParticipant('c', 'a')
    await settle()
    const second = transport.deleteParticipant('c', 'b', { signal: caller.signal })
    await settle()
    caller.abort()
    expect(await second).toMatchObject({ verdict: 'unconfirmed' })
    finish()
    await first
    graph.script(empty(204))
    expect(await transport.deleteParticipant('c', 'd')).toMatchObject({ verdict: 'done' })
    expect(graph.asked.map(({ url }) => url.at(-1))).toEqual(['a', 'd'])
  })
})
