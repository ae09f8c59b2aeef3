/**
 * HTTP: reads requests and writes answers, for every part of the emulator.
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { findExcess, type JsonLimits } from '../call/codec/json-limits.ts'
import { isObject } from '../call/codec/schema.ts'
import { systemClock } from '../time/system-clock.ts'

/** A completely read request. */
export interface Incoming {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  readonly url: URL
  readonly text: string
  /** The body as JSON; undefined if it is missing, not JSON, or nested too deep. */
  readonly body: unknown
}

/** Longest body read, in bytes; far more than the roster of a full call. */
export const BODY_LIMIT = 1024 * 1024

/** The body is longer than {@link BODY_LIMIT}. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong'
}

/** The sender closed the connection before the request was complete; no answer is possible. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted'
}

/**
 * Reads a request to its end.
 * @throws BodyTooLong | RequestAborted
 */
export async function readIncoming(request: IncomingMessage, response: ServerResponse): Promise<Incoming> {
  const { method = 'GET', url = '/' } = request
  const target = URL.canParse(url, 'http://emulator') ? new URL(url, 'http://emulator') : new URL('http://emulator/')
  const text = await readBody(request)
  return { request, response, method, url: target, text, body: parse(text) }
}

/** Writes an answer. */
export function write(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): void {
  if (body === undefined) {
    response.writeHead(status, headers).end()
    return
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response
    .writeHead(status, {
      'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
      'content-length': Buffer.byteLength(text),
      ...headers,
    })
    .end(text)
}

/** Writes an error in Graph's envelope. */
export function writeGraphError(
  { request, response }: Pick<Incoming, 'request' | 'response'>,
  status: number,
  code: string,
  message: string,
): void {
  const ids = requestIds(request)
  const challenge: Record<string, string> = status === 401 ? { 'www-authenticate': 'Bearer realm=""' } : {}
  const innerError = { date: new Date(systemClock.now()).toISOString().slice(0, 19), ...ids }
  write(response, status, { ...ids, ...challenge }, { error: { code, message, innerError } })
}

/** Adds the ids of the request to an error of the world. */
export function addRequestIds(
  body: { readonly [property: string]: unknown },
  ids: object,
): { readonly [property: string]: unknown } {
  const { error } = body
  if (!isObject(error)) return body
  return {
    error: { ...error, innerError: { ...(isObject(error['innerError']) ? error['innerError'] : {}), ...ids } },
  }
}

/** The ids of a request: a new one, and the one its sender gave. */
export function requestIds(request: IncomingMessage): { 'request-id': string; 'client-request-id': string } {
  const id = randomUUID()
  const given = request.headers['client-request-id']
  return {
    'request-id': id,
    'client-request-id': typeof given === 'string' && /^[\x20-\x7e]{1,128}$/.test(given) ? given : id,
  }
}

/** Bytes beyond the body limit that are read and discarded, so that the sender receives the answer. */
const DRAIN_LIMIT = 64 * BODY_LIMIT

function readBody(request: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  let length = 0
  request.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= BODY_LIMIT) chunks.push(chunk)
    if (length > DRAIN_LIMIT) request.destroy()
  })
  request.once('end', () => {
    if (length > BODY_LIMIT) reject(new BodyTooLong())
    else resolve(Buffer.concat(chunks).toString('utf8'))
  })
  request.once('close', () => reject(new RequestAborted()))
  request.on('error', () => reject(new RequestAborted()))
  return promise
}

function parse(text: string): unknown {
  if (text === '' || findExcess(text, jsonLimits) !== undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Deeper than any body Graph accepts, and safe for recursion. */
const REQUEST_DEPTH_LIMIT = 100

/** JSON never has more values than characters. */
const jsonLimits: JsonLimits = { depth: REQUEST_DEPTH_LIMIT, values: BODY_LIMIT }
