import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { graphTransport } from '../../src/graph/transport/transport.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server)
})

async function serve(listener: RequestListener): Promise<{ server: Server; baseUrl: string }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return { server, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

const invitation = { clientContext: 'c', invitees: [{ identity: { user: { id: 'u' } } }] }
const open = (baseUrl: string): ReturnType<typeof graphTransport> =>
  graphTransport({ token: () => 'secret', baseUrl, maxAttempts: 1 })

describe("over real connections, with the platform's fetch", () => {
  test('a request arrives as intended, and its answer is read', async () => {
    const seen: unknown[] = []
    const { baseUrl } = await serve((request, response) => {
      seen.push([request.method, request.url, request.headers.authorization, request.headers['content-length']])
      response.writeHead(200).end()
    })
    expect(await open(baseUrl).keepAlive('c')).toEqual({ verdict: 'done', value: undefined })
    expect(seen).toEqual([['POST', '/v1.0/communications/calls/c/keepAlive', 'Bearer secret', '0']])
  })

  test('a redirect to another host is refused, and that host receives nothing', async () => {
    let heard = 0
    const other = await serve((_, response) => {
      heard += 1
      response.end()
    })
    const { baseUrl } = await serve((_, response) => response.writeHead(307, { location: `${other.baseUrl}/x` }).end())
    expect(await open(baseUrl).deleteParticipant('c', 'p')).toMatchObject({
      verdict: 'refused',
      failure: { status: 307, code: 'redirected' },
    })
    expect(heard).toBe(0)
  })

  test('an invite to a port without a listener certainly was not accepted', async () => {
    const { server, baseUrl } = await serve(() => {})
    servers.splice(0)
    await stop(server)
    expect(await open(baseUrl).invite('c', invitation)).toMatchObject({
      verdict: 'refused',
      failure: { code: 'ECONNREFUSED' },
    })
    expect(await open(baseUrl).deleteParticipant('c', 'p')).toMatchObject({
      verdict: 'unconfirmed',
      failure: { code: 'ECONNREFUSED' },
    })
  })

  test('an invite on a connection that breaks after the request may have been accepted', async () => {
    const { baseUrl } = await serve((request) => request.socket.destroy())
    expect(await open(baseUrl).invite('c', invitation)).toMatchObject({ verdict: 'unconfirmed' })
  })

  test('a connection that breaks within the answer: an invite was accepted, a list is not one', async () => {
    const { baseUrl } = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '1000', 'content-type': 'application/json' })
      response.write('{"value":[', () => request.socket.destroy())
    })
    expect(await open(baseUrl).invite('c', invitation)).toMatchObject({
      verdict: 'done',
      value: { status: 'running', clientContext: 'c' },
    })
    expect(await open(baseUrl).listParticipants('c')).toMatchObject({
      verdict: 'unconfirmed',
      failure: { code: 'answerUnreadable' },
    })
  })

  test('a caller who gives up closes the connection', async () => {
    const caller = new AbortController()
    let close = (): void => {}
    const closed = new Promise<void>((resolve) => {
      close = resolve
    })
    const { baseUrl } = await serve((request) => {
      request.socket.on('close', () => close())
      caller.abort()
    })
    expect(await open(baseUrl).invite('c', invitation, { signal: caller.signal })).toMatchObject({
      verdict: 'unconfirmed',
      failure: { code: 'aborted' },
    })
    await closed
  })
})
