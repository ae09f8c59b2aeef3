/**
 * Traces: the history of one call as JSON lines, written by tests, crashes and production, and replayed here.
 *
 * Rule 1: the events are the whole history. Opening the call with the header's options, or taking the header's start
 * call, and stepping every event gives everything else. Only two other kinds of lines change the call: `loaded`
 * replaces missing steps of another host, and a header starts a new recording: in another process, or in the same one
 * when an event arrives for an ended call.
 * Rule 2: lines of unknown shape are kept, counted, and written unchanged.
 * Rule 3: a crash can leave an incomplete line, at the end or before another header; it is skipped and reported.
 * Rule 4: traces of version 1, recorded before edges classified codes, are classified when read.
 * Rule 5: pseudonyms belong to one recording. After a later header the same pseudonym may be another participant.
 * @module
 */
import type { Call, StepResult } from '../call/model/call.ts'
import { decodeCall } from '../call/codec/codec.ts'
import type { RequestEffect } from '../call/model/effects.ts'
import { isRollcallError, RollcallError } from '../call/model/errors.ts'
import type { CallEvent } from '../call/model/events.ts'
import { measureJson } from '../call/codec/json-limits.ts'
import { defaultCallOptions, type CallOptions } from '../call/model/options.ts'
import { newCall, step } from '../call/step.ts'
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
import { classifyRecorded, classifyStoredCall, withBlankReason } from './version-1.ts'

/** The version of the format. Newer versions are refused; missing fields of older ones are filled in. */
export const TRACE_VERSION = 2

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

/** The first line of a trace. */
export interface TraceHeader {
  /** The call's id. */
  readonly callId: string
  /** The options of the call. */
  readonly options: CallOptions
  /** Identities were replaced; names cannot be shown. */
  readonly isRedacted: boolean
  /** The encoded call the events start from; absent: a new call. */
  readonly start?: unknown
  /** On a later header: pseudonyms keep their meaning from before it. */
  readonly keepsPseudonyms?: boolean | undefined
}

/** A message that a simulator lost. */
export interface LostEntry {
  /** The message. */
  readonly lost: unknown
  /** When it was lost, in milliseconds since the epoch. */
  readonly at: number
  /** Where it was going. */
  readonly direction: 'toBot' | 'toService'
}

/** The encoded call as a host loaded it from its store, if that is not the result of its own last step. */
export interface LoadedEntry {
  /** The encoded call. */
  readonly loaded: unknown
  /** When it was loaded, in milliseconds since the epoch. */
  readonly at: number
}

/** A new recording starts; the call continues from the header's start. */
export interface BegunEntry {
  /** The header of the new recording. */
  readonly begun: TraceHeader
}

/** One line after the first. `unknown` is a line of unknown shape, as it was read. */
export type TraceEntry =
  | {
      /** An event of the call. */
      readonly event: CallEvent
    }
  | {
      /** A request that was sent. */
      readonly sent: RequestEffect
      /** When, in milliseconds since the epoch. */
      readonly at: number
    }
  | LostEntry
  | {
      /** A remark for people. */
      readonly note: string
      /** When, in milliseconds since the epoch. */
      readonly at: number
    }
  | LoadedEntry
  | BegunEntry
  | {
      /** What the line says. */
      readonly unknown: unknown
    }

/** The history of one call. */
export interface Trace extends TraceHeader {
  /** The lines after the first. */
  readonly entries: readonly TraceEntry[]
  /** A line, the last one or the last of a recording, is incomplete and not among the entries. */
  readonly isTorn?: boolean | undefined
}

/** One step of a replay. */
export interface Frame extends StepResult {
  /** Index among the trace's entries. */
  readonly entry: number
  /** The event that was stepped. */
  readonly event: CallEvent
}

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

/** The trace as text. */
export function writeTrace(trace: Trace): string {
  return [
    JSON.stringify(plainHeader(trace)),
    ...trace.entries.map((entry) => JSON.stringify(plainEntry(entry))),
    '',
  ].join('\n')
}

/** A header as JSON. */
export function plainHeader({ callId, options, isRedacted, start, keepsPseudonyms }: TraceHeader): object {
  return {
    rollcall: 'trace',
    version: TRACE_VERSION,
    callId,
    options,
    isRedacted,
    ...(start === undefined ? {} : { start }),
    ...(keepsPseudonyms === true ? { keepsPseudonyms } : {}),
  }
}

/** An entry as JSON. */
export function plainEntry(entry: TraceEntry): unknown {
  if ('begun' in entry) return plainHeader(entry.begun)
  return 'unknown' in entry ? entry.unknown : entry
}

/** Steps every event of a trace again. */
export function replay(trace: Trace): readonly Frame[] {
  const frames: Frame[] = []
  let call = startOf(trace)
  for (const [index, entry] of trace.entries.entries()) {
    call = callBefore(call, entry)
    if (!('event' in entry)) continue
    const frame: Frame = { ...step(call, entry.event), event: entry.event, entry: index }
    frames.push(frame)
    call = frame.call
  }
  return frames
}

/**
 * The call before an entry: the given one, or the one the entry records.
 * @throws RollcallError SNAPSHOT_INVALID | SNAPSHOT_NEWER
 */
export function callBefore<C extends Call | undefined>(call: C, entry: TraceEntry): Call | C {
  if ('begun' in entry) return startOf(entry.begun)
  return 'loaded' in entry ? decodeCall(entry.loaded) : call
}

/** True if pseudonyms change their meaning here. */
export function isRenamed({ begun: { isRedacted, keepsPseudonyms } }: BegunEntry): boolean {
  return isRedacted && keepsPseudonyms !== true
}

/** True if identities were replaced in every recording of the trace. */
export function isRedactedThroughout({ isRedacted, entries }: Pick<Trace, 'isRedacted' | 'entries'>): boolean {
  return isRedacted && entries.every((entry) => !('begun' in entry) || entry.begun.isRedacted)
}

/** The time of an entry in epoch milliseconds; undefined if it is unknown. */
export function timeOf(entry: TraceEntry): number | undefined {
  if ('unknown' in entry || 'begun' in entry) return undefined
  return 'event' in entry ? entry.event.at : entry.at
}

/** The call a trace's events start from. @throws RollcallError SNAPSHOT_INVALID | SNAPSHOT_NEWER */
export function startOf({ callId, options, start }: TraceHeader): Call {
  return start === undefined ? newCall(callId, options) : decodeCall(start)
}

/** Number of entries of unknown shape. */
export function countUnknown({ entries }: Pick<Trace, 'entries'>): number {
  return entries.filter((entry) => 'unknown' in entry).length
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
