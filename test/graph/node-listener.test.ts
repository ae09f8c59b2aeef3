import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { InboundEvent } from '../../src/call/model/events.ts'
import { toNodeListener } from '../../src/webhook/node-listener.ts'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import { coreOf } from '../../src/webhook/handler.ts'
import type { Callback } from '../../src/webhook/core.ts'
import type { Reply } from '../../src/webhook/reply.ts'
import { payloadText } from './payload-files.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const received: InboundEvent[] = []
const sink = {
  async receive(observations: readonly InboundEvent[]): Promise<void> {
    received.push(...observations)
  },
}
const roster = payloadText('docs-invite-one-roster-notification.json')

describe('under plain node:http', () => {
  test('a callback is taken and answered 202 with an empty body', async () => {
    received.length = 0
    const url = await serve(toNodeListener(graphWebhook(sink, { authentication: 'off' })))
    const response = await fetch(url, { method: 'POST', body: roster })
    expect([response.status, await response.text()]).toEqual([202, ''])
    expect(received).toHaveLength(1)
  })

  test('no Request is created on the way', async () => {
    const handle = graphWebhook(sink, { authentication: 'off' })
    const url = await serve(toNodeListener(Object.assign(async () => expect.fail('built a Request'), handle)))
    expect((await fetch(url, { method: 'POST', body: roster })).status).toBe(202)
  })

  test('a refusal keeps its headers and JSON', async () => {
    const url = await serve(toNodeListener(graphWebhook(sink, { authentication: 'off' })))
    const response = await fetch(url, { method: 'POST', body: '{' })
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/json'])
    expect(await response.json()).toMatchObject({ error: { code: 'BODY_NOT_JSON', path: '$' } })
    expect((await fetch(url)).status).toBe(405)
  })

  test('a body over the limit is refused while it is still being sent, and the answer arrives', async () => {
    const url = await serve(toNodeListener(graphWebhook(sink, { authentication: 'off', bodyLimit: 10_000 })))
    const response = await postChunks(
      url,
      Array.from({ length: 30 }, () => Buffer.alloc(10_000, 0x20)),
    )
    expect([response.status, response.connection]).toEqual([413, 'close'])
  })

  test('two Authorization headers are two, not the first of them', async () => {
    const seen: (string | null)[] = []
    const url = await serve(
      toNodeListener(async (request) => {
        seen.push(request.headers.get('authorization'))
        return new Response(null, { status: 204 })
      }),
    )
    const direct = async (callback: Callback): Promise<Reply> => {
      seen.push(callback.header('authorization'))
      return { status: 204, headers: {} }
    }
    const core = await serve(
      toNodeListener(Object.assign(graphWebhook(sink, { authentication: 'off' }), { [coreOf]: direct })),
    )
    const headers = ['authorization', 'Bearer a.b.c', 'authorization', 'Bearer d.e.f']
    for (const address of [url, core]) expect((await postChunks(address, [], headers)).status).toBe(204)
    expect(seen).toEqual(['Bearer a.b.c, Bearer d.e.f', 'Bearer a.b.c, Bearer d.e.f'])
  })

  test('a body that a framework has read already is used as it was read', async () => {
    for (const parse of [
      (text: string): unknown => JSON.parse(text),
      (text: string): unknown => text,
      (text: string): unknown => Buffer.from(text),
    ]) {
      received.length = 0
      const listener = toNodeListener(graphWebhook(sink, { authentication: 'off' }))
      const url = await serve(
        (request, response) =>
          void readAll(request).then((text) => listener(Object.assign(request, { body: parse(text) }), response)),
      )
      expect((await fetch(url, { method: 'POST', body: roster })).status).toBe(202)
      expect(received).toHaveLength(1)
    }
  })

  test('any Fetch handler works, with body and headers; one that throws is 500', async () => {
    const url = await serve(
      toNodeListener(
        async (request) =>
          new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`, {
            status: 201,
            headers: { 'x-a': 'b' },
          }),
      ),
    )
    const response = await fetch(`${url}path`, { method: 'POST', body: 'body' })
    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([201, 'b', 'POST /path body'])
    const broken = await serve(
      toNodeListener(() => {
        throw new Error('no')
      }),
    )
    expect((await fetch(broken)).status).toBe(500)
  })
})

async function readAll(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function postChunks(
  url: string,
  chunks: readonly Buffer[],
  headers: string[] = [],
): Promise<{ status: number | undefined; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: 'POST', headers: ['host', new URL(url).host, ...headers, 'transfer-encoding', 'chunked'] as never },
      (response) => {
        response.resume()
        response.on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection }))
      },
    )
    request.on('error', reject)
    for (const chunk of chunks) request.write(chunk)
    request.end()
  })
}
