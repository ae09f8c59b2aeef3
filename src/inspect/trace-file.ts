/**
 * Traces in files.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isRollcallError, RollcallError } from '../call/errors.ts'
import { readTrace, type Trace } from './trace.ts'

/** A trace from a file. @throws RollcallError TRACE_INVALID | TRACE_NEWER, with the file's name in the message */
export async function readTraceFile(path: string): Promise<Trace> {
  const content = await readFile(path, 'utf8')
  try {
    return readTrace(content)
  } catch (error) {
    if (!isRollcallError(error)) throw error
    throw new RollcallError(error.code, `${path}: ${error.message}`, error.details, { cause: error })
  }
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
  const name = encodeURIComponent(callId.toWellFormed())
    .replace(leftOver, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  if (name.length <= NAME_LIMIT) return `${name === '' ? '%' : name}.jsonl`
  const digest = createHash('sha256').update(callId).digest('hex')
  return `${name.slice(0, NAME_LIMIT - digest.length)}${digest}.jsonl`
}
