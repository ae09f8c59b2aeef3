/**
 * A host over Graph and a service that is always busy: the retries of a request have one owner, the call or the
 * transport.
 * @module
 */
import { expect, test } from 'vitest'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { LONGEST_RETRY_MS, RETRY_BACKOFF_MS } from '../../src/call/removals.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { bench, empty, graphError, json, type Bench } from './fake-graph.ts'

const id = '0b1e5b4c-0000-4000-8000-000000000001'
const HOUR_MS = 3_600_000

/**
 * A host in an established call with ann, whom the application wants removed. The service answers each DELETE with
 * `reply`.
 */
async function removing(reply: () => Response, more: Partial<Parameters<typeof bench>[0]> = {}) {
  const at: Bench = bench(more)
  const { transport, clock, graph } = at
  const sentAt: number[] = []
  const entries = [
    { id: 'bot', identity: { application: { id: 'app' } } },
    { id: 'ann', identity: { user: { id: 'ann' } } },
  ]
  graph.script(({ method }) => {
    if (method === 'GET')
      return json(200, {
        value: entries.map(({ id: participant, identity }) => ({ id: participant, info: { identity } })),
      })
    if (method === 'POST') return empty(200)
    sentAt.push(clock.now())
    return reply()
  })
  const store = memoryStore()
  const start = () => createRollcall({ transport, store, clock, onError: () => undefined })
  const rollcall = start()
  await rollcall.receive([
    { callId: id, event: { type: 'call.reported', state: 'establishing', myParticipantId: 'bot' } },
    { callId: id, event: { type: 'call.reported', state: 'established' } },
    { callId: id, event: { type: 'roster.reported', kind: 'full', entries } },
  ])
  rollcall
    .call(id)
    .remove('ann')
    .catch(() => undefined)
  return { ...at, rollcall, start, sentAt }
}

/** How many DELETEs the call's own backoff allows in that time. */
function allowedIn(spanMs: number): number {
  let count = 0
  for (
    let waitMs = RETRY_BACKOFF_MS, at = 0;
    at <= spanMs;
    at += waitMs, waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)
  )
    count += 1
  return count
}

test.each([429, 503])(
  'a service that always answers %i gets the DELETEs of the call, and no others',
  async (status) => {
    const { rollcall, clock, sentAt } = await removing(() => graphError(status, 'Busy'))
    await clock.advance(HOUR_MS)
    expect(sentAt.length).toBe(allowedIn(HOUR_MS))
    const waits = sentAt.slice(1).map((at, place) => at - (sentAt[place] ?? 0))
    expect(waits).toEqual(waits.map((_, place) => Math.min(RETRY_BACKOFF_MS * 2 ** place, LONGEST_RETRY_MS)))
    await rollcall.close()
  },
)

test('a Retry-After is awaited once, by the call', async () => {
  const { rollcall, clock, sentAt } = await removing(() => graphError(429, 'Busy', 'later', { 'retry-after': '60' }))
  await clock.advance(150_000)
  expect(sentAt.map((at) => at - (sentAt[0] ?? 0))).toEqual([0, 60_000, 120_000])
  await rollcall.close()
})

test('retries continue after a restart where they were', async () => {
  const { rollcall, start, clock, sentAt } = await removing(() => graphError(503, 'Busy'))
  await clock.advance(20_000)
  const before = sentAt.length
  await rollcall.close()
  await clock.advance(5_000)
  const next = start()
  await clock.advance(HOUR_MS - 25_000)
  expect(before).toBe(allowedIn(20_000))
  expect(sentAt.length).toBe(allowedIn(HOUR_MS))
  await next.close()
})

test('a 401 is answered with a fresh token at once, by the transport', async () => {
  let tokens = 0
  let answers = 0
  const { rollcall, clock, sentAt } = await removing(
    () => {
      answers += 1
      return answers === 1 ? graphError(401, 'InvalidAuthenticationToken') : empty(204)
    },
    {
      token: () => {
        tokens += 1
        return `token-${tokens}`
      },
    },
  )
  await clock.advance(100)
  expect(sentAt.length).toBe(2)
  expect(sentAt[0]).toBe(sentAt[1])
  await rollcall.close()
})

test('without a host the transport repeats a DELETE itself', async () => {
  const { transport, graph, clock } = bench()
  graph.script(graphError(503, 'Busy'))
  const verdict = transport.deleteParticipant(id, 'ann')
  await clock.advance(HOUR_MS)
  expect(await verdict).toMatchObject({ verdict: 'unconfirmed' })
  expect(graph.asked).toHaveLength(4)
})
