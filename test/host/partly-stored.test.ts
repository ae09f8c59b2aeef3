/**
 * A callback for several calls of which the store accepts some: the answer and the log name the calls that a repetition
 * repeats.
 */
import { expect, test } from 'vitest'
import type { InboundEvent } from '../../src/call/model/events.ts'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import type { LogFields } from '../../src/host/ports/log.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { fakeTransport } from './fake-transport.ts'

function stage(refusing: Set<string>) {
  const store = memoryStore()
  const records: [string, LogFields][] = []
  const record = (name: string, fields: LogFields): void => void records.push([name, fields])
  const choosy: Store = {
    ...store,
    commit: (commit) => (refusing.has(commit.callId) ? Promise.reject(new Error('disk full')) : store.commit(commit)),
  }
  const rollcall = createRollcall({
    transport: fakeTransport(),
    store: choosy,
    onError: () => undefined,
    logger: { debug: record, info: record, warn: record, error: record },
  })
  const refused: unknown[] = []
  const handle = graphWebhook(rollcall, { authentication: 'off', onRefused: (error) => void refused.push(error) })
  const value = ['a', 'b', 'c'].map((callId) => ({
    resourceUrl: `/communications/calls/${callId}`,
    resourceData: { '@odata.type': '#microsoft.graph.call', state: 'established' },
  }))
  const post = () =>
    handle(new Request('https://bot.example/callback', { method: 'POST', body: JSON.stringify({ value }) }))
  return { store, rollcall, post, refused, records }
}

test('a 503 for a body of several calls names those that are stored, in the answer, the error and the log', async () => {
  const refusing = new Set(['b'])
  const { store, rollcall, post, refused, records } = stage(refusing)
  const answer = await post()
  expect(answer.status).toBe(503)
  expect(await answer.json()).toEqual({
    error: { code: 'STORE_FAILED', message: 'not now; send it again later', stored: ['a', 'c'] },
  })
  expect(refused).toMatchObject([
    {
      code: 'STORE_FAILED',
      details: { callId: 'b', stored: ['a', 'c'] },
      message: expect.stringMatching(/Stored already.*a, c\.$/),
    },
  ])
  expect(records.filter(([name]) => name === 'receipt.partlyStored')).toEqual([
    ['receipt.partlyStored', { stored: 'a c', failed: 'b' }],
  ])
  expect((await store.listOpen()).toSorted()).toEqual(['a', 'c'])
  refusing.clear()
  expect((await post()).status).toBe(202)
  expect((await store.listOpen()).toSorted()).toEqual(['a', 'b', 'c'])
  await rollcall.close()
})

test('a 503 of which nothing is stored names none', async () => {
  const { rollcall, post, records } = stage(new Set(['a', 'b', 'c']))
  expect(await (await post()).json()).toEqual({
    error: { code: 'STORE_FAILED', message: 'not now; send it again later' },
  })
  expect(records.filter(([name]) => name === 'receipt.partlyStored')).toEqual([])
  await rollcall.close()
})

test('a message names ten calls and counts the others; the details name all', async () => {
  const store = memoryStore()
  const choosy: Store = {
    ...store,
    commit: (commit) => (commit.callId === 'bad' ? Promise.reject(new Error('disk full')) : store.commit(commit)),
  }
  const rollcall = createRollcall({ transport: fakeTransport(), store: choosy, onError: () => undefined })
  const ids = Array.from({ length: 25 }, (_, index) => `call-${index}`)
  const observations = ['bad', ...ids].map(
    (callId): InboundEvent => ({ callId, event: { type: 'call.reported', state: 'established' } }),
  )
  await expect(rollcall.receive(observations)).rejects.toMatchObject({
    details: { stored: ids },
    message: expect.stringMatching(/call-9 and 15 more\.$/),
  })
  await rollcall.close()
})
