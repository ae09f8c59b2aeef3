/**
 * A host over Graph whose call ends while a request is being repeated, or read page by page.
 * @module
 */
import { expect, test } from 'vitest'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import { bench, empty, graphError, json, type Bench } from './fake-graph.ts'

const id = '0b1e5b4c-0000-4000-8000-000000000001'
const bob = { user: { id: 'bob' } }

/** A host in an established call. */
async function hosted(): Promise<Bench & { readonly rollcall: Rollcall }> {
  const at = bench()
  const rollcall = createRollcall({ transport: at.transport, clock: at.clock, onError: () => undefined })
  await rollcall.receive([
    { callId: id, event: { type: 'call.reported', state: 'establishing', myParticipantId: 'bot' } },
  ])
  await rollcall.receive([{ callId: id, event: { type: 'call.reported', state: 'established' } }])
  return { ...at, rollcall }
}

test('an invite that is throttled when its call ends is not posted again', async () => {
  const { rollcall, graph, clock } = await hosted()
  graph.script(graphError(429, 'TooManyRequests', 'later', { 'retry-after': '10' }))
  await rollcall.call(id).invite(bob)
  await clock.advance(5_000)
  expect(graph.asked.map(({ method, url }) => `${method} ${url.split('/').at(-1)}`)).toEqual(['POST invite'])
  await rollcall.receive([{ callId: id, event: { type: 'call.reported', state: 'terminated' } }])
  await clock.advance(3_600_000)
  expect(graph.asked).toHaveLength(1)
  await rollcall.close()
})

test('a DELETE that is throttled when its call ends is not sent again', async () => {
  const { rollcall, graph, clock } = await hosted()
  await rollcall.receive([
    {
      callId: id,
      event: {
        type: 'roster.reported',
        kind: 'full',
        entries: [
          { id: 'bot', identity: { application: { id: 'app' } } },
          { id: 'ann', identity: { user: { id: 'ann' } } },
        ],
      },
    },
  ])
  graph.script(graphError(503, 'Busy'))
  rollcall
    .call(id)
    .remove('ann')
    .catch(() => undefined)
  await clock.advance(100)
  await rollcall.receive([{ callId: id, event: { type: 'call.reported', state: 'terminated' } }])
  await clock.advance(3_600_000)
  expect(graph.asked).toHaveLength(1)
  await rollcall.close()
})

test('the remaining pages of a list are not read after the call has ended', async () => {
  const { rollcall, graph, clock } = await hosted()
  let answer: ((response: Response) => void) | undefined
  graph.script(
    ({ url }) =>
      new Promise((resolve) => {
        answer = (): void => resolve(json(200, { value: [], '@odata.nextLink': `${url.split('?')[0]}?$skiptoken=1` }))
      }),
  )
  await rollcall.receive([{ callId: id, event: { type: 'roster.reported', kind: 'delta', sequence: 7, entries: [] } }])
  await clock.advance(100)
  expect(graph.asked).toHaveLength(1)
  answer?.(empty(200))
  await clock.advance(100)
  expect(graph.asked).toHaveLength(2)
  await rollcall.receive([{ callId: id, event: { type: 'call.reported', state: 'terminated' } }])
  answer?.(empty(200))
  await clock.advance(3_600_000)
  expect(graph.asked).toHaveLength(2)
  await rollcall.close()
})

test('a removal whose notification is lost is proved by a list that is throttled for ten seconds: two GETs in two hours', async () => {
  const { rollcall, graph, clock } = await hosted()
  await rollcall.receive([
    {
      callId: id,
      event: {
        type: 'roster.reported',
        kind: 'full',
        entries: [
          { id: 'bot', identity: { application: { id: 'app' } } },
          { id: 'ann', identity: { user: { id: 'ann' } } },
        ],
      },
    },
  ])
  await clock.advance(5_000)
  let lists = 0
  graph.script(({ method, url }) => {
    if (method !== 'GET') return empty(204)
    if (!url.endsWith('/participants')) return empty(200)
    lists += 1
    if (lists === 1) return graphError(429, 'TooManyRequests', 'later', { 'retry-after': '10' })
    return json(200, { value: [{ id: 'bot', info: { identity: { application: { id: 'app' } } } }] })
  })
  const removed = rollcall.call(id).remove('ann')
  await clock.advance(30_000)
  expect((await removed).ending).toMatchObject({ cause: 'removed', by: 'local' })
  await clock.advance(7_200_000)
  expect(lists).toBe(2)
  await rollcall.close()
})
