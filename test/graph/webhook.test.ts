import { describe, expect, test } from 'vitest'
import { RollcallError, type ErrorCode } from '../../src/call/model/errors.ts'
import type { InboundEvent } from '../../src/call/model/events.ts'
import { graphWebhook, type GraphWebhook, type GraphWebhookOptions } from '../../src/graph/webhook/webhook.ts'
import type { EventSink } from '../../src/webhook/core.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { settle } from './settle.ts'
import { payload, payloadText } from './payload-files.ts'

const address = 'https://bot.example/callback'

interface Receiver extends EventSink {
  readonly received: InboundEvent[]
  readonly options: unknown[]
}

function receiver(fail?: () => unknown): Receiver {
  const received: InboundEvent[] = []
  const options: unknown[] = []
  return {
    received,
    options,
    async receive(observations, given) {
      if (fail !== undefined) throw fail()
      received.push(...observations)
      options.push(given)
    },
  }
}

function open(sink: EventSink, options: Partial<GraphWebhookOptions> = {}): GraphWebhook {
  return graphWebhook(sink, { authentication: 'off', ...options } as GraphWebhookOptions)
}

type Body = NonNullable<RequestInit['body']>

function post(body: Body, headers: Record<string, string> = {}): Request {
  return new Request(address, { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
}

async function refusal(response: Response): Promise<unknown> {
  return { status: response.status, ...((await response.json()) as { error: object }).error }
}

describe('authentication is on unless switched off by name', () => {
  test("neither an appId nor 'off' is a TypeError", () => {
    for (const options of [
      undefined,
      {},
      { authentication: 'none' },
      { authentication: false },
      { appId: '' },
      { appId: 7 },
      { tenantId: 't' },
    ]) {
      expect(() => graphWebhook(receiver(), options as never)).toThrow(TypeError)
    }
  })
})

describe('the answer to a callback is', () => {
  test('202 without a body, once the host has accepted it', async () => {
    let keep = (): void => {}
    const handle = open({
      receive: () =>
        new Promise((resolve) => {
          keep = resolve
        }),
    })
    const answer = handle(post(payloadText('docs-invite-one-roster-notification.json')))
    let isAnswered = false
    void answer.then(() => {
      isAnswered = true
    })
    await settle()
    expect(isAnswered).toBe(false)
    keep()
    const response = await answer
    expect(response.status).toBe(202)
    expect(await response.text()).toBe('')
    expect(handle.counts).toEqual({ accepted: 1, observed: 1, unrecognised: 0, legacy: 0, refused: 0 })
  })

  test('after all notifications of the body were received at once, in order, with the policy for unknown calls', async () => {
    const sink = receiver()
    const value = ['docs-call-established-notification.json', 'docs-join-meeting-roster-notification.json'].map(
      (name) => payload(name).value[0],
    )
    await open(sink, { unknownCalls: 'refuse' })(post(JSON.stringify({ value })))
    expect(sink.received.map(({ event }) => event.type)).toEqual(['call.reported', 'roster.reported'])
    expect(sink.options).toEqual([{ unknownCalls: 'refuse' }])
    await open(sink)(post(JSON.stringify({ value })))
    expect(sink.options[1]).toEqual({ unknownCalls: 'adopt' })
  })

  test('202 to an empty collection, which says nothing', async () => {
    const sink = receiver()
    expect((await open(sink)(post('{"value":[]}'))).status).toBe(202)
    expect(sink.options).toEqual([])
  })

  test('unrecognised notifications are counted and reported, with and without a call', async () => {
    const told: InboundEvent[] = []
    const sink = receiver()
    const handle = open(sink, { onUnrecognised: (observation) => told.push(observation) })
    const value = [
      { resourceUrl: '/communications/onlineMeetings/1', resourceData: {} },
      { resourceUrl: '/communications/calls/c/audioRoutingGroups', resourceData: [{}] },
    ]
    expect((await handle(post(JSON.stringify({ value })))).status).toBe(202)
    expect(told.map(({ callId }) => callId)).toEqual(['', 'c'])
    expect(sink.received.map(({ callId }) => callId)).toEqual(['c'])
    expect(handle.counts.unrecognised).toBe(2)
  })

  test.each([
    [
      'throw',
      (): never => {
        throw new Error('clumsy')
      },
    ],
    [
      'reject',
      async (): Promise<never> => {
        throw new Error('clumsy')
      },
    ],
  ])('unchanged, although its listeners %s', async (_, listener) => {
    const said: string[] = []
    const unhandled: unknown[] = []
    const { error } = console
    const hear = (reason: unknown): void => void unhandled.push(reason)
    console.error = (...values: readonly unknown[]) => void said.push(values.map(String).join(' '))
    process.on('unhandledRejection', hear)
    process.on('uncaughtException', hear)
    try {
      const handle = open(receiver(), { onUnrecognised: listener, onRefused: listener })
      const odd = { value: [{ resourceUrl: '/communications/calls/c/audioRoutingGroups', resourceData: [{}] }] }
      expect((await handle(post(JSON.stringify(odd)))).status).toBe(202)
      expect((await handle(post('no JSON'))).status).toBe(400)
      await settle()
    } finally {
      console.error = error
      process.off('unhandledRejection', hear)
      process.off('uncaughtException', hear)
    }
    expect(said).toEqual(Array.from({ length: 2 }, () => 'rollcall: a listener of the webhook threw Error: clumsy'))
    expect(unhandled).toEqual([])
  })

  test("a body with a value is of Graph's format, whatever else it holds", async () => {
    const body = JSON.stringify({ id: 'x', callState: 'incoming', participants: [], value: [] })
    expect((await open(receiver())(post(body))).status).toBe(202)
  })

  test.each(['GET', 'PUT', 'DELETE', 'HEAD'])('405 to %s', async (method) => {
    const response = await open(receiver())(new Request(address, { method }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test.each([
    { id: 'x', participants: [], isMultiparty: false, callState: 'incoming' },
    { id: 'x', participants: [] },
    { id: 'x', operations: [] },
    { id: 'x', operationOutcome: { type: 'answerAppHostedMediaOutcome' }, callState: 'established' },
  ])("204 to a body of the format before Graph's: it comes again in Graph's (%#)", async (body) => {
    const sink = receiver()
    const handle = open(sink)
    const response = await handle(post(JSON.stringify(body)))
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect(handle.counts.legacy).toBe(1)
    expect(sink.received).toEqual([])
  })
})

describe('invalid input is one 400 with its place, and nothing of it is applied', () => {
  test.each<[string, Body, object]>([
    ['not JSON', '{', { status: 400, code: 'BODY_NOT_JSON', path: '$' }],
    ['nothing', '', { status: 400, code: 'BODY_NOT_JSON', path: '$' }],
    ['not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), { status: 400, code: 'BODY_NOT_JSON', path: '$' }],
    ['not a collection', '{}', { status: 400, code: 'NOTIFICATION_INVALID', path: '$.value' }],
    ['JSON in a JSON string', '"{\\"value\\":[]}"', { status: 400, code: 'NOTIFICATION_INVALID', path: '$' }],
    ['an array', '[]', { status: 400, code: 'NOTIFICATION_INVALID', path: '$' }],
    [
      'a wrong type deep inside',
      '{"value":[{"resourceUrl":"/app/calls/1/participants","resourceData":[{"isMuted":true},{"isMuted":"no"}]}]}',
      { status: 400, code: 'NOTIFICATION_INVALID', path: '$.value[0].resourceData[1].isMuted' },
    ],
  ])('%s', async (_, body, expected) => {
    const sink = receiver()
    const told: unknown[] = []
    const handle = open(sink, { onRefused: (error) => told.push(error) })
    const response = await handle(post(body))
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await refusal(response)).toMatchObject({ ...expected, message: expect.any(String) })
    expect(sink.received).toEqual([])
    expect(told).toMatchObject([{ code: (expected as { code: string }).code }])
    expect(handle.counts.refused).toBe(1)
  })

  test('a valid item before an invalid one is not applied either', async () => {
    const sink = receiver()
    const value = [payload('docs-call-established-notification.json').value[0], 7]
    expect((await open(sink)(post(JSON.stringify({ value })))).status).toBe(400)
    expect(sink.received).toEqual([])
  })
})

describe('size and time are limited before parsing', () => {
  const endless = (pulled: () => void): ReadableStream =>
    new ReadableStream({
      pull(controller) {
        pulled()
        controller.enqueue(new Uint8Array(1_000))
      },
    })

  test('413 by content-length, unread', async () => {
    const handle = open(receiver(), { bodyLimit: 100 })
    const response = await handle(post('x'.repeat(10), { 'content-length': '101' }))
    expect(await refusal(response)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
    expect(response.headers.get('connection')).toBe('close')
  })

  test('413 by counting, and the rest is not read', async () => {
    let pulls = 0
    const handle = open(receiver(), { bodyLimit: 5_000 })
    expect(
      await refusal(
        await handle(
          post(
            endless(() => {
              pulls += 1
            }),
          ),
        ),
      ),
    ).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
    expect(pulls).toBeLessThan(10)
  })

  test('a body of exactly the limit is taken', async () => {
    const body = '{"value":[]}'
    expect((await open(receiver(), { bodyLimit: body.length })(post(body))).status).toBe(202)
    expect((await open(receiver(), { bodyLimit: body.length - 1 })(post(body))).status).toBe(413)
  })

  test('408 if the body does not arrive in time', async () => {
    const clock = virtualClock()
    const handle = open(receiver(), { clock, bodyTimeoutMs: 1_000 })
    const answer = handle(
      post(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('{"value":'))
          },
        }),
      ),
    )
    await clock.advance(1_000)
    expect(await refusal(await answer)).toMatchObject({ status: 408, code: 'BODY_TOO_SLOW' })
    expect(clock.pending).toBe(0)
  })

  test('a character split between chunks is read as one', async () => {
    const bytes = new TextEncoder().encode('{"value":[{"resourceUrl":"/app/calls/é"}]}')
    const sink = receiver()
    const stream = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]))
        controller.close()
      },
    })
    expect((await open(sink)(post(stream))).status).toBe(202)
    expect(sink.received[0]?.callId).toBe('é')
  })
})

describe('a host error is answered with its status', () => {
  test.each<[ErrorCode, number]>([
    ['MAILBOX_FULL', 503],
    ['STORE_FAILED', 503],
    ['STORE_CONFLICT', 503],
    ['CALL_UNKNOWN', 404],
    ['HOST_CLOSED', 503],
  ])('%s is %d', async (code, status) => {
    const response = await open(receiver(() => new RollcallError(code, 'the disk of Jane is full')))(
      post(payloadText('docs-call-established-notification.json')),
    )
    expect(await refusal(response.clone())).toMatchObject({ status, code })
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '1' : null)
    if (status === 503) expect(await response.text()).not.toContain('Jane')
  })

  test('any other error is 500 without its text, and is reported to the application', async () => {
    const told: unknown[] = []
    const failure = new Error('password 1234')
    const response = await open(
      receiver(() => failure),
      { onRefused: (error) => told.push(error) },
    )(post(payloadText('docs-call-established-notification.json')))
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('1234')
    expect(told).toEqual([failure])
  })
})
