/**
 * Reading a trace: text to entries, with every limit and shape checked. `trace.ts` says what the entries mean.
 *
 * Rule 1: lines of unknown shape are kept, counted, and written unchanged.
 * Rule 2: a crash can leave an incomplete line, at the end or before another header; it is skipped and reported.
 * Rule 3: traces of version 1, recorded before edges classified codes, are classified when read.
 * @module
 */
import { decodeCall } from '../call/codec/codec.ts'
import { isRollcallError, RollcallError } from '../call/model/errors.ts'
import { measureJson } from '../call/codec/json-limits.ts'
import { defaultCallOptions, type CallOptions } from '../call/model/options.ts'
import { readEvent, requestEffect } from '../call/codec/event-schema.ts'
import {
  anything,
  flag,
  isObject,
  number,
  object,
  oneOf,
  optional,
  parse,
  text,
  time,
  type Check,
  type Fault,
} from '../call/codec/schema.ts'
import { callOptions } from '../call/codec/snapshot-schema.ts'
import {
  TRACE_VERSION,
  type LoadedEntry,
  type LostEntry,
  type Trace,
  type TraceEntry,
  type TraceHeader,
} from './trace.ts'
import { classifyRecorded, classifyStoredCall, withBlankReason } from './version-1.ts'

/** The last version whose failures have no reason and whose results have no cause. */
const UNCLASSIFIED_VERSION = 1

/** The longest line read, in characters. The encoded call of 10,000 participants has a third of that. */
export const TRACE_LINE_LIMIT = 64 * 1024 * 1024

/**
 * Maximum nesting depth of a line. A callback's body, at most 64 deep, is part of a call, which is part of an entry.
 */
export const TRACE_DEPTH_LIMIT = 128

/** Maximum number of values of all lines together: what fits into memory, stepped and redacted. */
export const TRACE_VALUES_LIMIT = 10_000_000

/** Reads a trace. @throws RollcallError TRACE_INVALID | TRACE_NEWER */
export function readTrace(content: string): Trace {
  const lines = content.replace(/^\uFEFF/, '').split('\n')
  checkSize(lines)
  const first = parseLine(lines[0] ?? '', 1)
  const header = readHeader(first)
  let version = versionOf(first)
  const entries: TraceEntry[] = []
  let isTorn = false
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue
    const read = readLine(lines, index)
    isTorn ||= read.isTorn
    if (!('value' in read)) continue
    // Each recording has the version of its own header.
    version = isHeader(read.value) ? versionOf(read.value) : version
    entries.push(readEntry(read.value, index + 1, version))
  }
  return { ...header, entries, ...(isTorn ? { isTorn } : {}) }
}

/**
 * Refuses lines that are too long, too deep or too many, before anything is built from them.
 * @throws RollcallError TRACE_INVALID
 */
function checkSize(lines: readonly string[]): void {
  let values = 0
  for (const [index, line] of lines.entries()) {
    if (line.length > TRACE_LINE_LIMIT)
      throw tooMuch(index, `at most ${TRACE_LINE_LIMIT} characters`, TRACE_LINE_LIMIT, line.length)
    const measured = measureJson(line, { depth: TRACE_DEPTH_LIMIT, values: TRACE_VALUES_LIMIT - values })
    if (typeof measured === 'number') values += measured
    else if (measured.what === 'depth')
      throw tooMuch(index, `objects and arrays at most ${TRACE_DEPTH_LIMIT} deep`, TRACE_DEPTH_LIMIT, measured.found)
    else
      throw tooMuch(
        index,
        `at most ${TRACE_VALUES_LIMIT} values, with the lines before it`,
        TRACE_VALUES_LIMIT,
        TRACE_VALUES_LIMIT + 1,
      )
  }
}

function tooMuch(index: number, expected: string, limit: number, found: number): RollcallError {
  return new RollcallError(
    'TRACE_INVALID',
    `Line ${index + 1} of the trace is not read: expected ${expected}, found ${found}.`,
    { path: String(index + 1), expected, limit, found },
  )
}

/** Reads a header from its JSON. @throws RollcallError TRACE_INVALID | TRACE_NEWER */
export function readHeader(value: unknown, line = 1): TraceHeader {
  const header = parse(writtenHeader, value, unreadable(line, 'header'))
  const { version, callId, options, isRedacted, keepsPseudonyms } = header
  if (version > TRACE_VERSION) {
    throw new RollcallError(
      'TRACE_NEWER',
      `The trace has version ${version}, this rollcall reads up to ${TRACE_VERSION}: update rollcall.`,
      { path: String(line) },
    )
  }
  const start = version > UNCLASSIFIED_VERSION ? header.start : classifyStoredCall(header.start)
  if (start !== undefined) checkCall(start, line)
  return {
    callId,
    options: { ...defaultCallOptions, ...options },
    isRedacted: isRedacted === true,
    ...(keepsPseudonyms === true ? { keepsPseudonyms } : {}),
    ...(start === undefined ? {} : { start }),
  }
}

/** The version in a header's JSON; the current version if it has none. */
export function versionOf(header: unknown): number {
  const version = isObject(header) ? header['version'] : undefined
  return typeof version === 'number' ? version : TRACE_VERSION
}

function isHeader(value: unknown): boolean {
  return isObject(value) && value['rollcall'] === 'trace'
}

/**
 * Reads an entry from its JSON; `version` is that of the header before it.
 * @throws RollcallError TRACE_INVALID | TRACE_NEWER
 */
export function readEntry(value: unknown, line: number, version = TRACE_VERSION): TraceEntry {
  if (isHeader(value)) return { begun: readHeader(value, line) }
  if (!isObject(value)) throw unreadable(line, 'the line')({ path: '', expected: 'an object', found: value })
  const isUnclassified = version <= UNCLASSIFIED_VERSION
  if ('event' in value) {
    const written = isUnclassified ? withBlankReason(value['event']) : value['event']
    const event = readEvent(written, unreadable(line, 'event'))
    if (event === undefined) return { unknown: value }
    return { event: isUnclassified ? classifyRecorded(event) : event }
  }
  for (const [name, check] of otherEntries) {
    if (!(name in value)) continue
    const entry = parse<TraceEntry>(check, value, unreadable(line, 'the line'))
    if (!('loaded' in entry)) return entry
    checkCall(entry.loaded, line)
    return isUnclassified ? { ...entry, loaded: classifyStoredCall(entry.loaded) } : entry
  }
  return { unknown: value }
}

/** A header as it is written. */
interface WrittenHeader {
  readonly rollcall: 'trace'
  readonly version: number
  readonly callId: string
  readonly options?: Partial<CallOptions>
  readonly isRedacted?: boolean
  readonly start?: unknown
  readonly keepsPseudonyms?: boolean
}

const writtenHeader = object<WrittenHeader>({
  rollcall: oneOf('trace'),
  version: number,
  callId: text,
  options: optional(callOptions),
  isRedacted: optional(flag),
  start: anything,
  keepsPseudonyms: optional(flag),
})

const otherEntries: readonly (readonly [name: string, Check])[] = [
  ['sent', object<Extract<TraceEntry, { sent: unknown }>>({ sent: requestEffect, at: time })],
  ['lost', object<LostEntry>({ lost: anything, at: time, direction: oneOf('toBot', 'toService') })],
  ['note', object<Extract<TraceEntry, { note: unknown }>>({ note: text, at: time })],
  ['loaded', object<LoadedEntry>({ loaded: anything, at: time })],
]

/** The start of a header line, as it is written. */
const HEADER_BEGINS = '{"rollcall":"trace"'

/**
 * The value of a line; for an incomplete line, the header written right behind it, or none.
 * @throws RollcallError TRACE_INVALID
 */
function readLine(lines: readonly string[], index: number): { readonly value?: unknown; readonly isTorn: boolean } {
  const line = lines[index] ?? ''
  const whole = jsonOf(line)
  if (whole !== undefined) return { value: whole, isTorn: false }
  const header = line.includes(HEADER_BEGINS) ? jsonOf(line.slice(line.lastIndexOf(HEADER_BEGINS))) : undefined
  if (header !== undefined) return { value: header, isTorn: true }
  let next = index + 1
  while (next < lines.length && lines[next]?.trim() === '') next += 1
  const isEnd = index === lines.length - 1 || lines[next]?.startsWith(HEADER_BEGINS) === true
  return isEnd ? { isTorn: true } : { value: parseLine(line, index + 1), isTorn: false }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function parseLine(line: string, number_: number): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new RollcallError(
      'TRACE_INVALID',
      `Line ${number_} of the trace is not JSON.`,
      { path: String(number_), expected: 'JSON' },
      { cause: error },
    )
  }
}

function unreadable(line: number, name: string): (fault: Fault) => RollcallError {
  return ({ path, expected }) =>
    new RollcallError(
      'TRACE_INVALID',
      `Line ${line} of the trace cannot be read: expected ${expected} at ${name}${path}.`,
      { path: String(line), expected },
    )
}

/** @throws RollcallError TRACE_INVALID for a stored call that cannot be read, SNAPSHOT_NEWER */
function checkCall(stored: unknown, line: number): void {
  try {
    decodeCall(stored)
  } catch (error) {
    if (!isRollcallError(error) || error.code !== 'SNAPSHOT_INVALID') throw error
    throw new RollcallError(
      'TRACE_INVALID',
      `Line ${line} of the trace starts from a call that cannot be read: ${error.message}`,
      { path: String(line) },
      { cause: error },
    )
  }
}
