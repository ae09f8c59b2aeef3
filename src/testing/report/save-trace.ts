/**
 * Traces of failures, written where a person finds them.
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where traces go unless said otherwise, below the working directory. */
export const TRACE_FOLDER = '.tmp/traces'

/** How much of a trace's hash its file is named by. */
const HASH_LENGTH = 8

/** Writes a trace and returns its path. `name` becomes part of the file's name, and so does what is in it: no trace takes another's place. */
export function saveTrace(trace: string, name: string, folder = TRACE_FOLDER): string {
  mkdirSync(folder, { recursive: true })
  const hash = createHash('sha256').update(trace).digest('hex').slice(0, HASH_LENGTH)
  const path = join(folder, `${name.replaceAll(/[^\w.-]+/g, '-')}-${hash}.trace.jsonl`)
  writeFileSync(path, trace)
  return path
}
