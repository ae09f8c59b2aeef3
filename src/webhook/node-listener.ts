/**
 * Node listener: a webhook handler as a `node:http` request listener.
 *
 * Rule 1: a handler of this library is called without building a `Request` and a `Response`, which cost two thirds of
 * the throughput of `node:http`. Any other Fetch-API handler works as well.
 * Rule 2: several headers of one name are all passed on; Node by itself keeps the first `Authorization` header only.
 * Rule 3: a body that a framework has read and left in `request.body` is used as it is. One that it read and left
 * nowhere is a mistake of the application, and the error says so.
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { checkArgument, method } from '../call/codec/options.ts'
import type { BodySource } from './body.ts'
import type { Callback } from './core.ts'
import { coreOf, type WebhookHandler } from './handler.ts'
import type { Reply } from './reply.ts'

/** A Fetch-API handler. */
export type FetchHandler = (request: Request) => Promise<Response> | Response

/** What `http.createServer`, Express and Connect take. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void

/** Bytes of a refused body that are still read, so that the sender receives the answer instead of a reset. */
const DRAIN_LIMIT = 1024 * 1024

/**
 * `handler` as a listener for `node:http`.
 * @throws TypeError for an argument that is not a function
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { graphWebhook, toNodeListener } from 'rollcall/graph'
 *
 * createServer(toNodeListener(graphWebhook(rollcall, { appId: 'your-app-id' }))).listen(3978)
 * ```
 */
export function toNodeListener(handler: FetchHandler | WebhookHandler): NodeListener {
  checkArgument('toNodeListener: the handler', handler, method)
  const core = coreOf in handler ? handler[coreOf] : undefined
  return (request, response) => {
    const answering = core === undefined ? viaFetch(request, handler) : core(callbackOf(request))
    answering.then(
      (reply) => write(request, response, reply),
      () => write(request, response, { status: 500, headers: {} }),
    )
  }
}

function callbackOf(request: IncomingMessage): Callback {
  return {
    method: request.method ?? '',
    url: request.url ?? '/',
    header: (name) => request.headersDistinct[name]?.join(', ') ?? null,
    body: bodyOf(request),
  }
}

function bodyOf(request: IncomingMessage): BodySource {
  const body: unknown = (request as { body?: unknown }).body
  if (!request.readableEnded || body === undefined) {
    if (request.readableDidRead) return { kind: 'consumed' }
    // Not destroyed when reading stops early: the refusal goes out over the same socket.
    const chunks = { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) }
    return { kind: 'chunks', chunks }
  }
  if (typeof body === 'string') return { kind: 'text', text: body }
  return body instanceof Uint8Array ? { kind: 'bytes', bytes: body } : { kind: 'parsed', value: body }
}

async function viaFetch(message: IncomingMessage, handler: FetchHandler): Promise<Reply> {
  const headers = new Headers()
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const method = message.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const init = { method, headers, ...(hasBody ? { body: ReadableStream.from(message), duplex: 'half' } : {}) }
  const response = await handler(
    new Request(`http://${message.headers.host ?? 'localhost'}${message.url ?? '/'}`, init as RequestInit),
  )
  const text = await response.text()
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    ...(text === '' ? {} : { body: text }),
  }
}

function write(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  if (response.destroyed || response.headersSent) return
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  response.writeHead(status, { ...headers, ...length })
  response.end(body)
  if (!request.readableEnded) drain(request)
}

function drain(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength
    if (bytes > DRAIN_LIMIT) request.destroy()
  })
  request.resume()
}
