/**
 * Traces in files.
 * @module
 */
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
