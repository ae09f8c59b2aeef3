/**
 * Bodies that are too expensive to read: refused before parsing, and counted.
 */
import { describe, expect, test, vi } from 'vitest'
import type { InboundEvent } from '../../src/call/model/events.ts'
import { BODY_DEPTH_LIMIT, BODY_VALUES_LIMIT } from '../../src/graph/wire/json-reader.ts'
import { BODY_FACTS_LIMIT, parseNotifications } from '../../src/graph/wire/notifications.ts'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import { coreOf } from '../../src/webhook/handler.ts'
import { MAILBOX_LIMIT } from '../../src/host/ports/limits.ts'

function open() {
  const received: InboundEvent[] = []
  const handle = graphWebhook(
    { receive: async (observations) => void received.push(...observations) },
    { authentication: 'off' },
  )
  const post = async (body: string) => {
    const response = await handle(new Request('https://bot.example/callback', { method: 'POST', body }))
    return {
      status: response.status,
      error:
        response.status === 202 ? undefined : ((await response.json()) as { error: Record<string, unknown> }).error,
    }
  }
  return { handle, post, received }
}

const notification = (resourceData: unknown) => ({ resourceUrl: '/communications/calls/c', resourceData })
const nested = (depth: number): string => `{"value":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`

describe('a body nested too deep', () => {
  test('is refused, with the limit and what came', async () => {
    const { handle, post } = open()
    expect(await post(nested(BODY_DEPTH_LIMIT + 1))).toEqual({
      status: 400,
      error: {
        code: 'BODY_TOO_DEEP',
        message: `expected objects and arrays at most ${BODY_DEPTH_LIMIT} deep, found ${BODY_DEPTH_LIMIT + 1}`,
        path: '$',
        limit: BODY_DEPTH_LIMIT,
        found: BODY_DEPTH_LIMIT + 1,
      },
    })
    expect(handle.refusals).toEqual(new Map([['BODY_TOO_DEEP', 1]]))
    expect((await post(nested(BODY_DEPTH_LIMIT))).error?.['code']).toBe('NOTIFICATION_INVALID')
  })

  test('never reaches the parser: 16 MB of brackets', async () => {
    const { post } = open()
    const parse = vi.spyOn(JSON, 'parse')
    try {
      for (const unit of ['[', '{"a":', '{"a":[']) {
        const { error } = await post(unit.repeat(Math.floor((16 * 1024 * 1024) / unit.length)))
        expect(error).toMatchObject({ code: 'BODY_TOO_DEEP', found: BODY_DEPTH_LIMIT + 1 })
      }
      const read = parse.mock.calls.filter(([text]) => text.length > 1_000)
      expect(read).toEqual([])
    } finally {
      parse.mockRestore()
    }
  })

  test('is refused as well when a framework parsed it', async () => {
    const { handle } = open()
    let value: unknown = 1
    for (let depth = 0; depth < 100_000; depth += 1) value = [value]
    const body = { kind: 'parsed', value: { value: [notification({ state: 'established', deep: value })] } } as const
    const reply = await handle[coreOf]({ method: 'POST', url: '/', header: () => null, body })
    expect(reply.status).toBe(400)
    expect(() => parseNotifications(body.value)).toThrow(expect.objectContaining({ code: 'BODY_TOO_DEEP' }))
  })
})

describe('a body with too many values', () => {
  test('is refused: notifications', async () => {
    const { post, received } = open()
    const many = (count: number) => JSON.stringify({ value: Array(count).fill(notification({ state: 'established' })) })
    expect(await post(many(BODY_FACTS_LIMIT + 1))).toMatchObject({
      status: 413,
      error: { code: 'BODY_TOO_FULL', limit: BODY_FACTS_LIMIT, found: BODY_FACTS_LIMIT + 1 },
    })
    expect(received).toEqual([])
    expect((await post(many(BODY_FACTS_LIMIT))).status).toBe(202)
    expect(received).toHaveLength(BODY_FACTS_LIMIT)
  })

  test('is refused: facts in the collection of one notification', async () => {
    const { post, received } = open()
    const deltas = Array(BODY_FACTS_LIMIT + 1).fill({
      '@odata.type': '#microsoft.graph.deltaParticipants',
      participants: [],
    })
    expect((await post(JSON.stringify({ value: [notification(deltas)] }))).error).toMatchObject({
      code: 'BODY_TOO_FULL',
    })
    expect(received).toEqual([])
  })

  test('is refused: values, before they are created', async () => {
    const { post } = open()
    const { error } = await post(`{"value":[${'{},'.repeat(BODY_VALUES_LIMIT)}{}]}`)
    expect(error).toMatchObject({ code: 'BODY_TOO_FULL', limit: BODY_VALUES_LIMIT, found: BODY_VALUES_LIMIT + 1 })
  })

  test('is not a roster of 10,000, the largest possible one', async () => {
    const { post, received } = open()
    const entry = (index: number) => ({
      '@odata.type': '#microsoft.graph.participant',
      id: `p${index}`,
      isInLobby: false,
      isMuted: false,
      info: {
        identity: { user: { id: `u${index}`, displayName: 'Name', tenantId: 't', identityProvider: 'AAD' } },
        endpointType: 'default',
        languageId: null,
        region: null,
      },
      mediaStreams: ['audio', 'video', 'videoBasedScreenSharing'].map((mediaType, sourceId) => ({
        mediaType,
        label: 'main',
        sourceId,
        direction: 'sendReceive',
        serverMuted: false,
      })),
      metadata: null,
      recordingInfo: null,
    })
    const { status } = await post(
      JSON.stringify({ value: [notification(Array.from({ length: 10_000 }, (_, index) => entry(index)))] }),
    )
    expect(status).toBe(202)
    expect(received).toHaveLength(1)
  })

  test('is one that a mailbox could never take', () => {
    expect(BODY_FACTS_LIMIT).toBeLessThanOrEqual(MAILBOX_LIMIT)
  })
})

test('an answer of the service that is nested too deep is not parsed: it counts as unreadable', async () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  const answers = [
    `{"id":"57dab8b1-894c-409a-b240-bd8beae78896","state":"established","more":${deep}}`,
    `{"error":${deep}}`,
  ]
  const statuses = [200, 400]
  const transport = graphTransport({
    token: () => 'token',
    maxAttempts: 1,
    fetch: async () => new Response(answers.shift(), { status: statuses.shift() ?? 500 }),
  })
  expect(await transport.getCall('57dab8b1-894c-409a-b240-bd8beae78896')).toMatchObject({ verdict: 'unconfirmed' })
  expect(await transport.hangUp('57dab8b1-894c-409a-b240-bd8beae78896')).toMatchObject({
    verdict: 'refused',
    failure: { code: '400' },
  })
})
