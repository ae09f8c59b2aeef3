/**
 * The trace buffer: the latest entries of several calls, for the page's readers.
 *
 * Rule 1: the buffer is bounded. A call's oldest entries are dropped for new ones, and its history then starts from the
 * call's state at that point; ended calls are dropped for new calls. Drops are counted.
 * Rule 2: identities are replaced when an entry is added, unless asked otherwise; no reader can get at them.
 * @module
 */
import { flag, optional, wholeNumber, type Fields } from '../call/codec/schema.ts'
import type { Call } from '../call/model/call.ts'
import { redactTrace } from '../trace/redaction.ts'
import type { ObservedStep, StepSource } from '../trace/source.ts'
import { countUnknown, type Trace, type TraceEntry, type TraceHeader } from '../trace/trace.ts'
import { TraceRecorder } from '../trace/recorder.ts'

/** Entries held of one call; about an hour of a busy meeting. */
const ENTRIES_HELD = 5_000

/** Calls held. */
const CALLS_HELD = 100

/** Characters of all entries together, as JSON. Each full roster of 10,000 has millions, and rosters repeat. */
const SIZE_HELD = 64 * 1024 * 1024

/** Share of a call's entries dropped when it is full, so that not every step trims. */
const TRIMMED = 0.1

/** Limits and redaction of a buffer. */
export interface TraceBufferOptions {
  /** Show names and ids. Default: pseudonyms. */
  readonly showIdentities?: boolean | undefined
  /** Entries held of one call. Default {@link ENTRIES_HELD}. */
  readonly entriesHeld?: number | undefined
  /** Calls held. Default {@link CALLS_HELD}. */
  readonly callsHeld?: number | undefined
  /** Characters of all entries together, as JSON. Default {@link SIZE_HELD}. */
  readonly sizeHeld?: number | undefined
}

/** The checks of those options. */
export const bufferFields: Fields<TraceBufferOptions> = {
  showIdentities: optional(flag),
  entriesHeld: optional(wholeNumber(1)),
  callsHeld: optional(wholeNumber(1)),
  sizeHeld: optional(wholeNumber(1)),
}

/** One call of the buffer. */
export interface BufferedCall {
  readonly callId: string
  /** Number of the call's latest entry; numbers increase over all calls and are readers' positions. */
  readonly latest: number
  /** Index of the first held entry among all entries the call ever had: the number dropped. */
  readonly first: number
  /** Number of the latest entry dropped; 0 if none was. */
  readonly droppedUpTo: number
  /** Remarks for the reader: lines of unknown shape, an incomplete line. */
  readonly remarks: readonly string[]
  header(): TraceHeader
  /** At most `limit` entries with numbers above `after`, and the index of the first of them. */
  read(
    after: number,
    limit: number,
  ): { readonly from: number; readonly entries: readonly TraceEntry[]; readonly upTo: number }
}

interface NumberedEntry {
  readonly number: number
  readonly entry: TraceEntry
  /** The call before the entry; known only for live calls. */
  readonly before: Call | undefined
  /** Characters as JSON. */
  readonly size: number
}

/** Holds the latest entries of several calls. */
export class TraceBuffer {
  readonly showIdentities: boolean
  readonly #limits: { readonly entries: number; readonly calls: number; readonly size: number }
  readonly #calls = new Map<string, CallBuffer>()
  readonly #readers = new Set<() => void>()
  #count = 0
  #callsDropped = 0
  #callsOpened = 0

  constructor({
    showIdentities = false,
    entriesHeld = ENTRIES_HELD,
    callsHeld = CALLS_HELD,
    sizeHeld = SIZE_HELD,
  }: TraceBufferOptions = {}) {
    this.showIdentities = showIdentities
    this.#limits = { entries: entriesHeld, calls: callsHeld, size: sizeHeld }
  }

  /** Number of the latest entry. */
  get latest(): number {
    return this.#count
  }

  /** How many calls were dropped. */
  get callsDropped(): number {
    return this.#callsDropped
  }

  /** The calls held, oldest first. */
  calls(): readonly BufferedCall[] {
    return [...this.#calls.values()]
  }

  /** Calls back after every entry; returns a function that stops it. */
  follow(moved: () => void): () => void {
    this.#readers.add(moved)
    return () => void this.#readers.delete(moved)
  }

  /** Adds a whole trace. Its length is not limited: it is in memory already. */
  addTrace(recorded: Trace): void {
    const trace = this.showIdentities ? recorded : redactTrace(recorded)
    const unknown = countUnknown(trace)
    const { callId, options, isRedacted, start } = trace
    const page = new CallBuffer(callId, { callId, options, isRedacted, ...(start === undefined ? {} : { start }) }, [
      ...(unknown > 0 ? [`${unknown} lines have a shape this version does not know and are skipped.`] : []),
      ...(trace.isTorn === true ? ['An incomplete line is skipped.'] : []),
    ])
    // Two traces may have the same call id.
    this.#calls.set(`${callId} ${this.#calls.size}`, page)
    for (const entry of trace.entries) page.add({ number: (this.#count += 1), entry, before: undefined, size: 0 })
    this.#notifyReaders()
  }

  /** Records a live host; returns a function that stops it. */
  watch(source: StepSource): () => void {
    return source.onStep((seen) => this.#record(seen))
  }

  #record(seen: ObservedStep): void {
    const page = this.#calls.get(seen.callId) ?? this.#openCall(seen)
    for (const entry of page.entriesOf(seen))
      page.add({ number: (this.#count += 1), entry, before: seen.before, size: JSON.stringify(entry).length })
    if (page.length > this.#limits.entries) page.trim(Math.ceil(this.#limits.entries * TRIMMED))
    this.#makeRoom(page)
    this.#notifyReaders()
  }

  /**
   * Drops the oldest entries of the largest call, but never its latest; if that is not enough, drops the oldest other
   * call.
   */
  #makeRoom(latest: CallBuffer): void {
    const sizeOf = (pages: readonly CallBuffer[]): number => pages.reduce((sum, { size }) => sum + size, 0)
    while (sizeOf([...this.#calls.values()]) > this.#limits.size) {
      const [largest] = [...this.#calls.values()]
        .filter(({ length }) => length > 1)
        .sort((one, other) => other.size - one.size)
      if (largest?.trim(Math.ceil(largest.length * TRIMMED)) === true) continue
      const oldest = [...this.#calls].find(([, page]) => page !== latest)
      if (oldest === undefined) return
      this.#calls.delete(oldest[0])
      this.#callsDropped += 1
    }
  }

  #openCall({ callId, before }: ObservedStep): CallBuffer {
    while (this.#calls.size >= this.#limits.calls) {
      const oldest = [...this.#calls].find(([, page]) => page.isOver) ?? [...this.#calls][0]
      if (oldest === undefined) break
      this.#calls.delete(oldest[0])
      this.#callsDropped += 1
    }
    this.#callsOpened += 1
    const recorder = new TraceRecorder(callId, {
      showIdentities: this.showIdentities,
      callName: `call-${this.#callsOpened}`,
    })
    const page = new CallBuffer(callId, { recorder, start: before })
    this.#calls.set(callId, page)
    return page
  }

  #notifyReaders(): void {
    for (const moved of [...this.#readers]) moved()
  }
}

/** What a call's history starts from: a trace's header, or a live call. */
type HistoryStart = TraceHeader | { readonly recorder: TraceRecorder; readonly start: Call }

class CallBuffer implements BufferedCall {
  readonly callId: string
  readonly remarks: readonly string[]
  #origin: HistoryStart
  #entries: NumberedEntry[] = []
  #first = 0
  #droppedUpTo = 0
  #size = 0

  constructor(callId: string, origin: HistoryStart, remarks: readonly string[] = []) {
    this.callId = callId
    this.#origin = origin
    this.remarks = remarks
  }

  get latest(): number {
    return this.#entries.at(-1)?.number ?? this.#droppedUpTo
  }

  get first(): number {
    return this.#first
  }

  get droppedUpTo(): number {
    return this.#droppedUpTo
  }

  get length(): number {
    return this.#entries.length
  }

  /** Characters of the held entries. */
  get size(): number {
    return this.#size
  }

  get isOver(): boolean {
    return 'recorder' in this.#origin && this.#origin.recorder.call?.state === 'terminated'
  }

  header(): TraceHeader {
    return 'recorder' in this.#origin ? this.#origin.recorder.header(this.#origin.start) : this.#origin
  }

  read(
    after: number,
    limit: number,
  ): { readonly from: number; readonly entries: readonly TraceEntry[]; readonly upTo: number } {
    const begin = firstAfter(this.#entries, after)
    const page = this.#entries.slice(begin, begin + limit)
    return { from: this.#first + begin, entries: page.map(({ entry }) => entry), upTo: page.at(-1)?.number ?? after }
  }

  /** The entries a step adds. */
  entriesOf(seen: ObservedStep): readonly TraceEntry[] {
    return 'recorder' in this.#origin ? this.#origin.recorder.entriesOf(seen) : []
  }

  add(entry: NumberedEntry): void {
    this.#entries.push(entry)
    this.#size += entry.size
  }

  /**
   * Drops the oldest entries; the history then starts from the call before the first entry kept. False if that call is
   * not known.
   */
  trim(count: number): boolean {
    const rest = this.#entries.slice(count)
    const start = rest[0]?.before
    if (start === undefined || !('recorder' in this.#origin)) return false
    this.#size = rest.reduce((sum, { size }) => sum + size, 0)
    this.#droppedUpTo = this.#entries[count - 1]?.number ?? this.#droppedUpTo
    this.#first += count
    this.#entries = rest
    this.#origin = { ...this.#origin, start }
    return true
  }
}

/** Index of the first entry with a number above `after`. */
function firstAfter(entries: readonly NumberedEntry[], after: number): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle] as NumberedEntry).number > after) high = middle
    else low = middle + 1
  }
  return low
}
