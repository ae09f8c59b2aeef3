/**
 * Traces of failures, written to a folder.
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The default folder of traces, below the working directory. */
export const TRACE_FOLDER = '.tmp/traces'

/** How many characters of the hash of a trace are in the name of its file. */
const HASH_LENGTH = 8

/**
 * Writes a trace and returns its path. The file name has `name` and a hash of the content, so that no trace replaces
 * another.
 */
export function saveTrace(trace: string, name: string, folder = TRACE_FOLDER): string {
  mkdirSync(folder, { recursive: true })
  const hash = createHash('sha256').update(trace).digest('hex').slice(0, HASH_LENGTH)
  const path = join(folder, `${name.replaceAll(/[^\w.-]+/g, '-')}-${hash}.trace.jsonl`)
  writeFileSync(path, trace)
  return path
}
