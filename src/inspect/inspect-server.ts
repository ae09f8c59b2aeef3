/**
 * The page's HTTP server: loopback, read-only, protected by a token in the URL.
 *
 * Rule 1: without the token every path is 404. Pages of other origins cannot guess it, and requests for other host
 * names (DNS rebinding) are refused.
 * Rule 2: requests change nothing: GET and HEAD only, no bodies, no commands.
 * Rule 3: the page runs only its own script, fetches only from this server, and cannot turn text into markup.
 * @module
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { port as portShape } from '../call/codec/options.ts'
import { is, optional, type Fields } from '../call/codec/schema.ts'
import type { TraceBuffer } from './trace-buffer.ts'
import { writeFeed, type FeedOutput } from './sse-feed.ts'
import { loadAssets } from './page-asset.ts'
import { proxyFeed } from './sse-proxy.ts'
import { repeatEvery } from '../time/system-clock.ts'

/** What a server shows: its own buffer, or the feed of another server. */
export type InspectSource =
  | { readonly buffer: TraceBuffer; readonly kind: 'live' | 'saved' }
  | { readonly proxyOf: URL }

/** How a server is started. */
export interface InspectServerOptions {
  /** TCP port. Default: any free port. */
  readonly port?: number | undefined
  /** The secret part of the URL. Default: random. */
  readonly token?: string | undefined
}

/** The checks of those options. */
export const serverFields: Fields<InspectServerOptions> = {
  port: optional(portShape),
  token: optional(
    is('letters, digits, -, _, . and ~', (value) => typeof value === 'string' && /^[\w.~-]+$/.test(value)),
  ),
}

/** A running server. */
export interface InspectServer {
  /** The page's URL, including the token. */
  readonly url: string
  /** Stops the server; resolves when its connections are closed. */
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'

/** Bytes of a token; 128 bits, as much as a key. */
const TOKEN_BYTES = 16

/** How often an idle feed sends a comment, so that proxies keep the connection open. */
const HEARTBEAT_MS = 15_000

/** Serves the page. Rejects when the port is taken. */
export async function startInspectServer(
  shown: InspectSource,
  { port = 0, token = randomBytes(TOKEN_BYTES).toString('hex') }: InspectServerOptions = {},
): Promise<InspectServer> {
  const { html } = await loadAssets()
  const page = { html, policy: policyFor(html) }
  const name = randomBytes(8).toString('hex')
  const open = new Set<AbortController>()
  const server = createServer((request, response) => {
    const path = pathBehindToken(request, server, token)
    secure(response)
    if (path === undefined) return end(response, 404, 'Not found. The URL must include the access token.')
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return end(response.setHeader('Allow', 'GET, HEAD'), 405, 'Only GET and HEAD are allowed.')
    if (path === '') return servePage(request, response, page)
    if (path !== 'feed') return end(response, 404, 'Not found.')
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
    if ('proxyOf' in shown) return void proxyFeed(shown.proxyOf, after, response, reader.signal)
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

/** The page's content security policy: its own script and style, connections to its own origin, nothing else. */
function policyFor(html: string): string {
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

/** The rest of the path if the request names this host and has the token; undefined otherwise. */
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
  shown: { readonly buffer: TraceBuffer; readonly kind: 'live' | 'saved' },
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
