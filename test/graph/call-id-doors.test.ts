/**
 * Call ids from outside: an id that cannot be one segment of a URL or of a path is refused at every entry.
 */
import { join, resolve, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CALL_ID_LIMIT } from '../../src/call/model/ids.ts'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { traceFileName } from '../../src/trace/trace-file.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { fakeTransport } from '../host/fake-transport.ts'

const foul = [
  '..',
  '.',
  '../x',
  '..%2Fx',
  '..%252Fx',
  'a/b',
  'a%2Fb',
  'a\\b',
  'a%5Cb',
  'a\nb',
  'a%00b',
  'x'.repeat(CALL_ID_LIMIT + 1),
]

describe.each(foul.map((id) => [id.slice(0, 20), id]))('the call id %j', (_, id) => {
  const resource = `/communications/calls/${encodeURIComponent(id)}`

  test('is refused in a notification, with its place, and nothing of the body is applied', () => {
    const value = [
      { resourceUrl: '/communications/calls/good', resourceData: { state: 'established' } },
      { resourceUrl: resource, resourceData: { state: 'established' } },
    ]
    expect(() => parseNotifications({ value })).toThrow(
      expect.objectContaining({
        code: 'NOTIFICATION_INVALID',
        details: expect.objectContaining({ path: '$.value[1].resourceUrl' }),
      }),
    )
    expect(() => parseNotifications({ value: [{ resource, resourceData: {} }] })).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ path: '$.value[0].resource' }) }),
    )
  })

  test('is refused by the host', async () => {
    const store = memoryStore()
    const rollcall = createRollcall({ transport: fakeTransport(), store })
    expect(() => rollcall.call(id)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
    const observations = ['good', id].map((callId) => ({
      callId,
      event: { type: 'call.reported', state: 'established' } as const,
    }))
    await expect(rollcall.receive(observations)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    expect(await store.listOpen()).toEqual([])
    await rollcall.close()
  })

  test('is put into no URL', async () => {
    const asked: string[] = []
    const transport = graphTransport({
      token: () => 'token',
      fetch: async (url) => {
        asked.push(String(url))
        return new Response('{}')
      },
    })
    await expect(
      transport.hangUp(id).catch((error: unknown) => ({ verdict: 'rejected', error })),
    ).resolves.not.toMatchObject({ verdict: 'done' })
    expect(asked).toEqual([])
  })

  test('is refused in an answer: such a call cannot be addressed', async () => {
    const answer = { id, state: 'establishing' }
    const transport = graphTransport({
      token: () => 'token',
      maxAttempts: 1,
      fetch: async () => Response.json(answer, { status: 201 }),
    })
    expect(await transport.createCall({ callbackUri: 'https://bot.example/callback' })).toMatchObject({
      verdict: 'unconfirmed',
    })
  })
})

test.each([...foul, '', '.', 'CON', 'a*b', 'x'.repeat(1_024), '😀'.repeat(500), '\ud800'])(
  'the trace of the call %j has a file of its own in its folder',
  (id) => {
    const folder = resolve('traces')
    const path = join(folder, traceFileName(id))
    expect(path.startsWith(folder + sep)).toBe(true)
    expect(path.slice(folder.length + 1)).toMatch(/^[\w%-]{1,200}\.jsonl$/)
  },
)

test('the traces of two calls have two names', () => {
  const ids = [
    ...foul,
    '',
    '%',
    '%25',
    'a',
    'a%2Fb',
    'x'.repeat(300),
    'x'.repeat(301),
    '57dab8b1-894c-409a-b240-bd8beae78896',
  ]
  expect(new Set(ids.map(traceFileName)).size).toBe(new Set(ids).size)
  expect(traceFileName('57dab8b1-894c-409a-b240-bd8beae78896')).toBe('57dab8b1-894c-409a-b240-bd8beae78896.jsonl')
})
