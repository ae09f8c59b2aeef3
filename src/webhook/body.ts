/**
 * Bodies of callbacks: reads one within a size limit and a time limit, before anything in it is parsed.
 * @module
 */
import { RollcallError } from '../call/model/errors.ts'
import type { Clock } from '../time/clock.ts'
import { withDeadline } from '../time/with-deadline.ts'

/** A body that is still to be read, or that a framework has read: its bytes, its text, what it parsed, or nothing. */
export type BodySource =
  | { readonly kind: 'chunks'; readonly chunks: AsyncIterable<Uint8Array> }
  | ReceivedBody
  | { readonly kind: 'consumed' }

/** A body that was read. */
export type ReceivedBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'parsed'; readonly value: unknown }

/** The limits: bytes, and milliseconds by the clock. */
export interface BodyBounds {
  readonly limit: number
  readonly timeoutMs: number
  readonly clock: Clock
}

/**
 * Reads a body, or takes what a framework has left of it.
 * @throws RollcallError BODY_TOO_LARGE | BODY_TOO_SLOW | BODY_NOT_JSON (when it broke off)
 * @throws TypeError when nothing is left of it: the webhook is mounted in the wrong place
 */
export async function readBody(
  source: BodySource,
  contentLength: string | null,
  bounds: BodyBounds,
): Promise<ReceivedBody> {
  if (contentLength !== null && Number(contentLength) > bounds.limit) throw tooLarge(bounds.limit)
  switch (source.kind) {
    case 'parsed':
      return source
    case 'text':
      if (source.text.length > bounds.limit) throw tooLarge(bounds.limit)
      return source
    case 'bytes':
      if (source.bytes.byteLength > bounds.limit) throw tooLarge(bounds.limit)
      return source
    case 'consumed':
      throw new TypeError(
        "the callback's body was read before the webhook could read it, and is not in request.body either: " +
          'mount the webhook before body parsers',
      )
    case 'chunks':
      return { kind: 'bytes', bytes: await readChunks(source.chunks, bounds) }
  }
}

async function readChunks(
  chunks: AsyncIterable<Uint8Array>,
  { limit, timeoutMs, clock }: BodyBounds,
): Promise<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  const read: Uint8Array[] = []
  let length = 0
  let isComplete = false
  const timeoutError = (): RollcallError =>
    new RollcallError('BODY_TOO_SLOW', `expected the whole body within ${timeoutMs} ms`, { limit: timeoutMs })
  try {
    return await withDeadline({ clock, timeoutMs, timeoutError }, async (signal) => {
      while (!signal.aborted) {
        const next = await iterator.next()
        if (next.done === true) {
          isComplete = true
          break
        }
        length += next.value.byteLength
        if (length > limit) throw tooLarge(limit)
        read.push(next.value)
      }
      return concatenated(read, length)
    })
  } catch (error) {
    if (error instanceof RollcallError) throw error
    throw new RollcallError('BODY_NOT_JSON', 'the body broke off', { path: '$' }, { cause: error })
  } finally {
    // Not awaited: cancelling a body that hangs would hang as well.
    if (!isComplete) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}

function concatenated(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

/**
 * The body as text, or the value that a framework parsed.
 * @throws RollcallError BODY_NOT_JSON for bytes that are not UTF-8 (RFC 8259 section 8.1)
 */
export function textOrValue(body: ReceivedBody): unknown {
  if (body.kind === 'parsed') return body.value
  if (body.kind === 'text') return body.text
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body.bytes)
  } catch (error) {
    const message = 'expected a body in UTF-8 (RFC 8259 section 8.1)'
    throw new RollcallError('BODY_NOT_JSON', message, { path: '$' }, { cause: error })
  }
}

function tooLarge(limit: number): RollcallError {
  return new RollcallError('BODY_TOO_LARGE', `expected a body of at most ${limit} bytes`, { limit })
}
