/**
 * Traces: the history of one call as JSON lines, written by tests, crashes and production, and replayed here.
 *
 * Rule 1: the events are the whole history. Opening the call with the header's options, or taking the header's start
 * call, and stepping every event gives everything else. Only two other kinds of lines change the call: `loaded`
 * replaces missing steps of another host, and a header starts a new recording: in another process, or in the same one
 * when an event arrives for an ended call.
 * Rule 2: pseudonyms belong to one recording. After a later header the same pseudonym may be another participant.
 * @module
 */
import type { Call, StepResult } from '../call/model/call.ts'
import { decodeCall } from '../call/codec/codec.ts'
import type { RequestEffect } from '../call/model/effects.ts'
import type { CallEvent } from '../call/model/events.ts'
import type { CallOptions } from '../call/model/options.ts'
import { newCall, step } from '../call/step.ts'

/** The version of the format. Newer versions are refused; missing fields of older ones are filled in. */
export const TRACE_VERSION = 2

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
