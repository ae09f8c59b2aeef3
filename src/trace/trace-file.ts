/**
 * Traces in files.
 * @module
 */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { isRollcallError, RollcallError } from '../call/model/errors.ts'
import type { Trace } from './trace.ts'
import { readTrace } from './read-trace.ts'

/** The largest file read, in bytes: weeks of a busy call. It is held in memory several times. */
export const TRACE_FILE_LIMIT = 256 * 1024 * 1024

/** Reads a trace from a file. @throws RollcallError TRACE_INVALID | TRACE_NEWER, with the file's name in the message */
export async function readTraceFile(path: string): Promise<Trace> {
  try {
    return readTrace(await readText(path))
  } catch (error) {
    if (!isRollcallError(error)) throw error
    throw new RollcallError(error.code, `${path}: ${error.message}`, error.details, { cause: error })
  }
}

/** The file's text. A pipe has no known size: it is read until it exceeds the limit. */
async function readText(path: string): Promise<string> {
  const file = await open(path)
  try {
    const pieces: Buffer[] = []
    let bytes = (await file.stat()).size
    refuseLarge(bytes)
    bytes = 0
    for await (const piece of file.createReadStream({ autoClose: false })) {
      bytes += (piece as Buffer).length
      refuseLarge(bytes)
      pieces.push(piece as Buffer)
    }
    return Buffer.concat(pieces).toString('utf8')
  } finally {
    await file.close()
  }
}

function refuseLarge(bytes: number): void {
  if (bytes <= TRACE_FILE_LIMIT) return
  const expected = `at most ${TRACE_FILE_LIMIT} bytes`
  throw new RollcallError('TRACE_INVALID', `The trace is not read: expected ${expected}, found ${bytes}.`, {
    expected,
    limit: TRACE_FILE_LIMIT,
    found: bytes,
  })
}

/** Longest name without its ending, in bytes: file systems allow 255. */
const NAME_LIMIT = 200

/** Characters that `encodeURIComponent` keeps and that have a meaning for file systems or shells. */
const leftOver = /[.!~*'()]/g

/**
 * The file name for a call's trace: one path segment for any id. Different ids have different names on case-sensitive
 * file systems; a long id is cut, and its SHA-256 follows.
 */
export function traceFileName(callId: string): string {
  const name = encodeURIComponent(callId.toWellFormed()).replace(
    leftOver,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  if (name.length <= NAME_LIMIT) return `${name === '' ? '%' : name}.jsonl`
  const digest = createHash('sha256').update(callId).digest('hex')
  return `${name.slice(0, NAME_LIMIT - digest.length)}${digest}.jsonl`
}
