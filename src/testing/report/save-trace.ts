/**
 * Traces of failures, written where a person finds them.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where traces go unless said otherwise, below the working directory. */
export const TRACE_FOLDER = '.tmp/traces'

/** Writes a trace and returns its path. `name` becomes part of a file name. */
export function saveTrace(trace: string, name: string, folder = TRACE_FOLDER): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name.replaceAll(/[^\w.-]+/g, '-')}.trace.jsonl`)
  writeFileSync(path, trace)
  return path
}
