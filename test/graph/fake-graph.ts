/**
 * A fake Graph: an injected `fetch` with a script of answers and a record of requests.
 * @module
 */
import type { Fetch } from '../../src/graph/transport/http-attempt.ts'
import { graphTransport, type GraphTransport, type GraphTransportOptions } from '../../src/graph/transport/transport.ts'
import { virtualClock, type VirtualClock } from '../../src/time/virtual-clock.ts'

interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: unknown
  readonly redirect: string | undefined
}

/** A reply, a failure of the connection, or silence. */
export type Scripted =
  | Response
  | Error
  | 'silence'
  | ((asked: Asked, signal: AbortSignal | undefined) => Response | Promise<Response>)

interface FakeGraph {
  readonly fetch: Fetch
  readonly asked: readonly Asked[]
  /** What to answer next, in order; the last one is repeated. */
  script(...replies: Scripted[]): void
}

function fakeGraph(): FakeGraph {
  const asked: Asked[] = []
  let replies: Scripted[] = []
  return {
    asked,
    script(...next) {
      replies = next
    },
    async fetch(url, init) {
      const request: Asked = {
        method: init.method ?? 'GET',
        url,
        headers: new Headers(init.headers),
        body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
        redirect: init.redirect,
      }
      asked.push(request)
      const reply = replies.length > 1 ? replies.shift() : replies[0]
      if (reply === undefined) throw new Error('nothing is scripted')
      if (reply === 'silence') return new Promise(() => {})
      if (reply instanceof Error) throw reply
      return typeof reply === 'function' ? reply(request, init.signal ?? undefined) : reply.clone()
    },
  }
}

/** What `fetch` rejects with when a connection fails. */
export function connectionError(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code} 192.0.2.1`), { code }) })
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

export function graphError(
  status: number,
  code: string,
  message = 'no',
  headers: Record<string, string> = {},
): Response {
  return json(status, { error: { code, message, innerError: { 'request-id': 'r' } } }, headers)
}

export function empty(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers })
}

export interface Bench {
  readonly graph: FakeGraph
  readonly clock: VirtualClock
  readonly transport: GraphTransport
}

/** A transport on a fake Graph and a hand-made clock, without jitter. */
export function bench(options: Partial<GraphTransportOptions> = {}): Bench {
  const graph = fakeGraph()
  const clock = virtualClock(Date.parse('2026-01-01T00:00:00Z'))
  let requests = 0
  const transport = graphTransport({
    token: () => 'secret-token',
    fetch: graph.fetch,
    random: () => 0,
    requestId: () => {
      requests += 1
      return `request-${requests}`
    },
    ...options,
  })
  transport.useClock(clock)
  return { graph, clock, transport }
}
