/**
 * Callback bodies: reads one within a limit and within time, before anything of it is parsed.
 * @module
 */
import { RollcallError } from '../../call/model/errors.ts'
import type { Clock } from '../../host/ports/ports.ts'

/** A body still to be read, or one a framework has read already: its text, what it parsed, or nothing that is left. */
export type BodySource =
  | { readonly kind: 'chunks'; readonly chunks: AsyncIterable<Uint8Array> }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'parsed'; readonly value: unknown }
  | { readonly kind: 'consumed' }

/** How much and how long. */
export interface BodyBounds {
  readonly limit: number
  readonly timeoutMs: number
  readonly clock: Clock
}

/**
 * The body as text, or the value somebody else parsed.
 * @throws RollcallError BODY_TOO_LARGE | BODY_TOO_SLOW | BODY_NOT_JSON
 * @throws TypeError for one that is not there any more: the webhook is mounted in the wrong place
 */
export async function readBody(source: BodySource, contentLength: string | null, bounds: BodyBounds): Promise<unknown> {
  if (contentLength !== null && Number(contentLength) > bounds.limit) throw tooLarge(bounds.limit)
  switch (source.kind) {
    case 'parsed':
      return source.value
    case 'text':
      if (source.text.length > bounds.limit) throw tooLarge(bounds.limit)
      return source.text
    case 'bytes':
      if (source.bytes.byteLength > bounds.limit) throw tooLarge(bounds.limit)
      return decode([source.bytes])
    case 'consumed':
      throw new TypeError(
        "the callback's body was read before the webhook could read it, and is not in request.body either: " +
          'mount the webhook before body parsers',
      )
    case 'chunks':
      return decode(await readChunks(source.chunks, bounds))
  }
}

async function readChunks(
  chunks: AsyncIterable<Uint8Array>,
  { limit, timeoutMs, clock }: BodyBounds,
): Promise<readonly Uint8Array[]> {
  const iterator = chunks[Symbol.asyncIterator]()
  let cancelTimer = (): void => {}
  const late = new Promise<'late'>((resolve) => {
    cancelTimer = clock.schedule(clock.now() + timeoutMs, () => resolve('late'))
  })
  const read: Uint8Array[] = []
  let bytes = 0
  let isComplete = false
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), late])
      if (next === 'late')
        throw new RollcallError('BODY_TOO_SLOW', `expected the whole body within ${timeoutMs} ms`, { limit: timeoutMs })
      if (next.done === true) {
        isComplete = true
        return read
      }
      bytes += next.value.byteLength
      if (bytes > limit) throw tooLarge(limit)
      read.push(next.value)
    }
  } catch (error) {
    if (error instanceof RollcallError) throw error
    throw new RollcallError('BODY_NOT_JSON', 'the body broke off', { path: '$' }, { cause: error })
  } finally {
    cancelTimer()
    // Not awaited: a body that hangs would hang its cancelling, too.
    if (!isComplete) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}

function decode(chunks: readonly Uint8Array[]): string {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('')
    return text + decoder.decode()
  } catch (error) {
    throw new RollcallError(
      'BODY_NOT_JSON',
      'expected a body in UTF-8 (RFC 8259 section 8.1)',
      { path: '$' },
      { cause: error },
    )
  }
}

function tooLarge(limit: number): RollcallError {
  return new RollcallError('BODY_TOO_LARGE', `expected a body of at most ${limit} bytes`, { limit })
}
