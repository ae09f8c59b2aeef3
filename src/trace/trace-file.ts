/**
 * Traces in files.
 * @module
 */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { isRollcallError, RollcallError } from '../call/model/errors.ts'
import { readTrace, type Trace } from './trace.ts'

/** The largest file that is read, in bytes: weeks of a busy call. It is held in memory, several times over. */
export const TRACE_FILE_LIMIT = 256 * 1024 * 1024

/** A trace from a file. @throws RollcallError TRACE_INVALID | TRACE_NEWER, with the file's name in the message */
export async function readTraceFile(path: string): Promise<Trace> {
  try {
    return readTrace(await readText(path))
  } catch (error) {
    if (!isRollcallError(error)) throw error
    throw new RollcallError(error.code, `${path}: ${error.message}`, error.details, { cause: error })
  }
}

/** The file's text. What is no plain file does not say how long it is: it is read until there is too much. */
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

/** Longest name without its ending: file systems take 255 bytes. */
const NAME_LIMIT = 200

/** Characters that `encodeURIComponent` leaves and that mean something to a file system or a shell. */
const leftOver = /[.!~*'()]/g

/**
 * A file's name for a call's trace: one segment of a path, whatever the id is. Different ids have different names, where
 * a file system tells upper case from lower; a long id is cut, and its SHA-256 follows.
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
