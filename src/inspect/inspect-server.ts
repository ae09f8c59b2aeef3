/**
 * The server of the page: loopback, read-only, for whoever has the address.
 *
 * Rule 1: the address holds a token; without it there is nothing here. A page of another origin cannot guess it, and a
 * name that was pointed at this machine is not answered.
 * Rule 2: nothing can be changed through it: GET and HEAD, no bodies, no commands.
 * Rule 3: the page runs only what was shipped with it, fetches only from here, and cannot turn text into markup.
 * @module
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { TraceBuffer } from './trace-buffer.ts'
import { writeFeed, type FeedOutput } from './sse-feed.ts'
import { loadAssets } from './page-asset.ts'
import { proxyFeed } from './sse-proxy.ts'
import { repeatEvery } from '../time/system-clock.ts'

/** What a server shows: a book of its own, or what another server tells. */
export type Shown = { readonly book: TraceBuffer; readonly kind: 'live' | 'saved' } | { readonly relayOf: URL }

/** How a server is started. */
export interface InspectServerOptions {
  /** Default any free one. */
  readonly port?: number | undefined
  /** The secret part of the address. Default a random one. */
  readonly token?: string | undefined
}

/** A running server. */
export interface InspectServer {
  /** The page's address, token included. */
  readonly url: string
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'

/** Bytes of a token: as hard to guess as a key. */
const TOKEN_BYTES = 16

/** How often a silent feed says that it is there, so that nothing between closes it. */
const HEARTBEAT_MS = 15_000

/** Serves the page. Rejects when the port is taken. */
export async function startInspectServer(
  shown: Shown,
  { port = 0, token = randomBytes(TOKEN_BYTES).toString('hex') }: InspectServerOptions = {},
): Promise<InspectServer> {
  const { html } = await loadAssets()
  const page = { html, policy: policyFor(html) }
  const name = randomBytes(8).toString('hex')
  const open = new Set<AbortController>()
  const server = createServer((request, response) => {
    const path = pathBehindToken(request, server, token)
    secure(response)
    if (path === undefined)
      return end(response, 404, 'There is nothing here. The address has a part that only whoever started this knows.')
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return end(response.setHeader('Allow', 'GET, HEAD'), 405, 'This can only be read.')
    if (path === '') return servePage(request, response, page)
    if (path !== 'feed') return end(response, 404, 'There is no such thing here.')
    if (request.method === 'HEAD') return end(response, 200, '')
    const reader = new AbortController()
    open.add(reader)
    response.once('close', () => {
      reader.abort()
      open.delete(reader)
    })
    const after =
      new URL(request.url ?? '', 'http://localhost').searchParams.get('after') ??
      String(request.headers['last-event-id'] ?? '')
    if ('relayOf' in shown) return void proxyFeed(shown.relayOf, after, response, reader.signal)
    void serveFeed(shown, name, after, response)
  })
  server.listen(port, LOOPBACK)
  await once(server, 'listening')
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/${token}/`,
    async close() {
      for (const reader of open) reader.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What the page may do: nothing but run its own script and style and fetch from where it came from. */
export function policyFor(html: string): string {
  const hashes = (tag: string): string =>
    [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))]
      .map(([, content = '']) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`)
      .join(' ')
  return [
    "default-src 'none'",
    `script-src ${hashes('script')}`,
    `style-src ${hashes('style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

/** The rest of the path when the request came for this server and knows the token; undefined otherwise. */
function pathBehindToken({ url = '', headers }: IncomingMessage, server: Server, token: string): string | undefined {
  const { port } = server.address() as AddressInfo
  if (headers.host !== `${LOOPBACK}:${port}` && headers.host !== `localhost:${port}`) return undefined
  const [, given = '', rest] = /^\/([^/?]*)\/([^?]*)/.exec(url) ?? []
  return rest !== undefined && isEqual(given, token) ? rest : undefined
}

function isEqual(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

function secure(response: ServerResponse): void {
  response.setHeaders(
    new Map([
      ['Cache-Control', 'no-store'],
      ['X-Content-Type-Options', 'nosniff'],
      ['Referrer-Policy', 'no-referrer'],
      ['Cross-Origin-Opener-Policy', 'same-origin'],
      ['Cross-Origin-Resource-Policy', 'same-origin'],
      ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
    ]),
  )
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text === '' ? undefined : `${text}\n`)
}

function servePage(
  { method }: IncomingMessage,
  response: ServerResponse,
  { html, policy }: { readonly html: string; readonly policy: string },
): void {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy })
  response.end(method === 'HEAD' ? undefined : html)
}

async function serveFeed(
  shown: { readonly book: TraceBuffer; readonly kind: 'live' | 'saved' },
  name: string,
  after: string,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
  const closed = new Promise<void>((resolve) => response.once('close', resolve))
  const stopHeartbeat = repeatEvery(HEARTBEAT_MS, () => void response.write(': still here\n\n'))
  const output: FeedOutput = {
    closed,
    get isClosed() {
      return response.destroyed || response.writableEnded
    },
    async write(text) {
      if (response.destroyed || response.write(text)) return
      await Promise.race([once(response, 'drain').catch(() => undefined), closed])
    },
  }
  try {
    await writeFeed({ ...shown, name }, after, output)
  } finally {
    stopHeartbeat()
    response.end()
  }
}
