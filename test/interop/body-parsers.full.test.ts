import { createServer } from 'node:http'
import express, { type RequestHandler } from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import type { InboundEvent } from '../../src/call/model/events.ts'
import { graphWebhook, toNodeListener, type GraphWebhook } from '../../src/graph/index.ts'
import { listen, type Listening } from './mounts.ts'

/** Whatever has read a body before the webhook gets the request: the callback is taken, or the mistake is named. */

const body = JSON.stringify({
  value: [{ changeType: 'updated', resourceUrl: '/communications/calls/c', resourceData: { state: 'established' } }],
})
const established: readonly InboundEvent[] = [{ callId: 'c', event: { type: 'call.reported', state: 'established' } }]
const open: Listening[] = []

afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

interface Webhook {
  readonly handle: GraphWebhook
  readonly received: InboundEvent[]
  readonly refused: unknown[]
}

function webhook(): Webhook {
  const received: InboundEvent[] = []
  const refused: unknown[] = []
  const sink = { receive: async (observations: readonly InboundEvent[]) => void received.push(...observations) }
  return {
    handle: graphWebhook(sink, { authentication: 'off', onRefused: (error) => refused.push(error) }),
    received,
    refused,
  }
}

function post(url: string): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
}

const mistake = [
  expect.objectContaining({
    name: 'TypeError',
    message: expect.stringContaining('mount the webhook before body parsers'),
  }),
]

describe('under Express', () => {
  async function startExpress(parser: RequestHandler, { handle }: Webhook): Promise<string> {
    const app = express()
    app.use(parser)
    app.post('/callback', toNodeListener(handle))
    const server = await listen(createServer(app))
    open.push(server)
    return server.url
  }

  test.each<[string, RequestHandler]>([
    ['express.json()', express.json()],
    ['express.text()', express.text({ type: '*/*' })],
    ['express.raw()', express.raw({ type: '*/*' })],
    ['express.urlencoded(), which does not read JSON', express.urlencoded()],
  ])('a callback is taken after %s', async (_, parser) => {
    const all = webhook()
    expect((await post(await startExpress(parser, all))).status).toBe(202)
    expect(all.received).toEqual(established)
  })

  test('a body that was read before and not kept is reported as a mistake, not taken for an empty callback', async () => {
    const all = webhook()
    const drain: RequestHandler = (request, _response, next) => {
      request.on('end', () => next())
      request.resume()
    }
    const response = await post(await startExpress(drain, all))
    expect([response.status, all.received]).toEqual([500, []])
    expect(await response.text()).not.toContain('parsers')
    expect(all.refused).toEqual(mistake)
  })
})

describe('under Fastify', () => {
  async function startFastify(
    mount: (request: { raw: object; body: unknown }) => object,
    { handle }: Webhook,
  ): Promise<string> {
    const app = fastify()
    const listener = toNodeListener(handle)
    app.post('/callback', (request, reply) => {
      reply.hijack()
      listener(Object.assign(request.raw, mount(request)), reply.raw)
    })
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    open.push({ url: address, close: () => app.close() })
    return `${address}/callback`
  }

  test('a callback that Fastify has parsed is taken when it is handed on', async () => {
    const all = webhook()
    expect((await post(await startFastify((request) => ({ body: request.body }), all))).status).toBe(202)
    expect(all.received).toEqual(established)
  })

  test('one that Fastify has parsed and that is not handed on is a mistake that is named', async () => {
    const all = webhook()
    expect((await post(await startFastify(() => ({}), all))).status).toBe(500)
    expect(all.refused).toEqual(mistake)
  })
})

test('under Hono, a body that a middleware has read is a mistake that is named', async () => {
  const all = webhook()
  const app = new Hono()
  app.use(async (context, next) => {
    await context.req.json()
    await next()
  })
  app.post('/callback', (context) => all.handle(context.req.raw))
  const response = await app.request('/callback', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  expect(response.status).toBe(500)
  expect(all.refused).toEqual(mistake)
})

test('without a listener, a mistake goes to the console, and a callback that is no good does not', async () => {
  const written: unknown[][] = []
  const { error } = console
  console.error = (...line: unknown[]) => void written.push(line)
  try {
    const handle = graphWebhook({ receive: async () => undefined }, { authentication: 'off' })
    const read = new Request('http://bot.example/callback', { method: 'POST', body })
    await read.text()
    expect((await handle(read)).status).toBe(500)
    expect((await handle(new Request('http://bot.example/callback', { method: 'POST', body: '{' }))).status).toBe(400)
  } finally {
    console.error = error
  }
  expect(written).toEqual([['rollcall:', ...mistake]])
})
