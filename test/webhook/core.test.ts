import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { RollcallError } from '../../src/call/model/errors.ts'
import { noCall, type InboundEvent } from '../../src/call/model/events.ts'
import { textOrValue } from '../../src/webhook/body.ts'
import type { WebhookAdapter } from '../../src/webhook/core.ts'
import { createWebhook } from '../../src/webhook/handler.ts'
import { toNodeListener } from '../../src/webhook/node-listener.ts'

const url = 'https://bot.example/callbacks?room=1'
const secret = 'not a secret'
const established: InboundEvent = { callId: 'call', event: { type: 'call.reported', state: 'established' } }

/** A service that signs the address and the bytes. */
function signing(steps: string[] = []): WebhookAdapter {
  return {
    async verify(head, bytes) {
      steps.push('verify')
      const expected = sign(head.url, bytes)
      const given = Buffer.from(head.header('x-signature') ?? '', 'hex')
      if (given.length !== expected.length || !timingSafeEqual(given, expected))
        throw new RollcallError('TOKEN_REFUSED', 'the signature is wrong')
      return {}
    },
    parse(body) {
      steps.push('parse')
      return { events: JSON.parse(String(textOrValue(body))) as InboundEvent[] }
    },
  }
}

function sign(address: string, bytes: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(address).update(bytes).digest()
}

function signed(body: string, signature = sign(url, body).toString('hex')): Request {
  return new Request(url, { method: 'POST', body, headers: { 'x-signature': signature } })
}

class Sink {
  readonly received: InboundEvent[] = []
  readonly options: unknown[] = []
  readonly #steps: string[]

  constructor(steps: string[] = []) {
    this.#steps = steps
  }

  async receive(events: readonly InboundEvent[], options?: unknown): Promise<void> {
    this.#steps.push('receive')
    this.received.push(...events)
    this.options.push(options)
  }
}

describe('a service that signs its bodies', () => {
  test('is verified with the address and the bytes, before parsing', async () => {
    const steps: string[] = []
    const sink = new Sink(steps)
    const handle = createWebhook(sink, signing(steps))
    const body = JSON.stringify([established])
    expect((await handle(signed(body))).status).toBe(202)
    expect(steps).toEqual(['verify', 'parse', 'receive'])
    expect(sink.received).toEqual([established])
    expect(sink.options).toEqual([{ unknownCalls: 'adopt' }])
  })

  test('is refused with a wrong signature, and nothing is parsed or received', async () => {
    const steps: string[] = []
    const handle = createWebhook(new Sink(steps), signing(steps))
    const response = await handle(signed('[]', '00'.repeat(32)))
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, null])
    expect(await response.json()).toMatchObject({ error: { code: 'TOKEN_REFUSED' } })
    expect(steps).toEqual(['verify'])
    expect([handle.counts.refused, handle.refusals.get('TOKEN_REFUSED')]).toEqual([1, 1])
  })

  test('cannot be verified if a body parser has consumed the bytes: 500, and the error says where to mount it', async () => {
    const errors: unknown[] = []
    const handle = createWebhook(new Sink(), signing(), { onRefused: (error) => errors.push(error) })
    const listen = toNodeListener(handle)
    const server = createServer((request, response) => {
      request.resume().on('end', () => listen(Object.assign(request, { body: [] }), response))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => void server.close(() => resolve())))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    expect((await fetch(address, { method: 'POST', body: '[]' })).status).toBe(500)
    expect(errors.map(String)).toEqual([expect.stringContaining('mount the webhook before it')])
  })

  test('is not verified beyond the size limit', async () => {
    const steps: string[] = []
    const handle = createWebhook(new Sink(steps), signing(steps), { bodyLimit: 4 })
    expect((await handle(signed('[1,2,3]'))).status).toBe(413)
    expect(steps).toEqual([])
  })
})

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

test('a service that sends a token is refused before its body is read', async () => {
  const adapter: WebhookAdapter = {
    challenge: 'Bearer',
    async authenticate() {
      throw new RollcallError('TOKEN_REFUSED', 'no')
    },
    parse: () => expect.fail('parsed'),
  }
  const body = new ReadableStream({ pull: () => expect.fail('read') }, { highWaterMark: 0 })
  const response = await createWebhook(
    new Sink(),
    adapter,
  )(new Request(url, { method: 'POST', body, duplex: 'half' } as RequestInit))
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
})

test('both verification steps pass their result about the sender to the host', async () => {
  const sink = new Sink()
  const adapter: WebhookAdapter = {
    authenticate: async () => ({ tenantId: 'tenant' }),
    verify: async () => ({}),
    parse: () => ({ events: [established] }),
  }
  await createWebhook(sink, adapter, { unknownCalls: 'refuse' })(new Request(url, { method: 'POST', body: '' }))
  expect(sink.options).toEqual([{ unknownCalls: 'refuse', tenantId: 'tenant' }])
})

test('an adapter may answer by itself: the host receives nothing', async () => {
  const steps: string[] = []
  const reply = { status: 200, headers: { 'content-type': 'text/xml' }, body: '<Response/>' }
  const handle = createWebhook(new Sink(steps), { parse: () => ({ events: [], reply }) })
  const response = await handle(new Request(url, { method: 'POST', body: '' }))
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
    200,
    'text/xml',
    '<Response/>',
  ])
  expect([steps, handle.counts.accepted]).toEqual([[], 0])
})

test('events without a call are counted and reported, and not given to the host', async () => {
  const unknown: InboundEvent = {
    callId: noCall,
    event: { type: 'notification.unrecognised', resource: '/', what: 'x' },
  }
  const told: InboundEvent[] = []
  const sink = new Sink()
  const handle = createWebhook(
    sink,
    { parse: () => ({ events: [unknown, established] }) },
    { onUnrecognised: (event) => told.push(event) },
  )
  expect((await handle(new Request(url, { method: 'POST', body: '' }))).status).toBe(202)
  expect([sink.received, told]).toEqual([[established], [unknown]])
  expect(handle.counts).toEqual({ accepted: 1, observed: 1, unrecognised: 1, refused: 0 })
})
