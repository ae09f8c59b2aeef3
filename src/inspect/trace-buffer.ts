/**
 * The book: the histories of several calls, as they are shown to whoever looks on.
 *
 * Rule 1: what is held is bounded. A call's oldest entries make room for new ones, and its history then starts from
 * the call as it was there; calls that are over make room for new calls. What was dropped is counted.
 * Rule 2: identities are replaced when they enter, unless asked otherwise; no reader can get at them.
 * @module
 */
import type { Call } from '../call/model/call.ts'
import { redactTrace } from '../trace/redaction.ts'
import type { ObservedStep, StepSource } from '../trace/source.ts'
import { countUnknown, type Trace, type TraceEntry, type TraceHeader } from '../trace/trace.ts'
import { TraceRecorder } from '../trace/recorder.ts'

/** How many entries of one call are held; an hour of a busy meeting. */
export const ENTRIES_HELD = 5_000

/** How many calls are held. */
export const CALLS_HELD = 100

/** How many characters all entries may have together, as JSON: a roster of 10,000 has millions, and comes again and again. */
export const SIZE_HELD = 64 * 1024 * 1024

/** How many of a call's entries go when it is full, so that it is not trimmed at every step. */
const TRIMMED = 0.1

/** How a book is kept. */
export interface TraceBufferOptions {
  /** Names and ids as they are. Default: replaced by pseudonyms. */
  readonly showIdentities?: boolean | undefined
  /** Default {@link ENTRIES_HELD}. */
  readonly entriesHeld?: number | undefined
  /** Default {@link CALLS_HELD}. */
  readonly callsHeld?: number | undefined
  /** Characters of all entries together, as JSON. Default {@link SIZE_HELD}. */
  readonly sizeHeld?: number | undefined
}

/** One call in the book. */
export interface BufferedCall {
  readonly callId: string
  /** Goes up with every entry of the book: where a reader is. */
  readonly latest: number
  /** Place of the first held entry among all the call ever had: as many were dropped. */
  readonly first: number
  /** The number of the latest entry that was dropped; 0 when none was. */
  readonly droppedUpTo: number
  /** Things a reader should know of: lines of unknown shape, a torn end. */
  readonly remarks: readonly string[]
  header(): TraceHeader
  /** Entries with a number above `after`, at most `limit`, and the place of the first of them. */
  read(
    after: number,
    limit: number,
  ): { readonly from: number; readonly entries: readonly TraceEntry[]; readonly upTo: number }
}

interface Numbered {
  readonly number: number
  readonly entry: TraceEntry
  /** The call before it, where the book watched it happen. */
  readonly before: Call | undefined
  /** Its characters, as JSON. */
  readonly size: number
}

/** Histories of calls. */
export class TraceBuffer {
  readonly showIdentities: boolean
  readonly #limits: { readonly entries: number; readonly calls: number; readonly size: number }
  readonly #calls = new Map<string, Page>()
  readonly #readers = new Set<() => void>()
  #count = 0
  #callsDropped = 0
  #callsBegun = 0

  constructor({
    showIdentities = false,
    entriesHeld = ENTRIES_HELD,
    callsHeld = CALLS_HELD,
    sizeHeld = SIZE_HELD,
  }: TraceBufferOptions = {}) {
    this.showIdentities = showIdentities
    this.#limits = { entries: entriesHeld, calls: callsHeld, size: sizeHeld }
  }

  /** The number of the latest entry. */
  get latest(): number {
    return this.#count
  }

  /** How many calls had to make room. */
  get callsDropped(): number {
    return this.#callsDropped
  }

  /** The calls held, in the order in which they came. */
  calls(): readonly BufferedCall[] {
    return [...this.#calls.values()]
  }

  /** Calls back after every entry; returns what stops it. */
  follow(moved: () => void): () => void {
    this.#readers.add(moved)
    return () => void this.#readers.delete(moved)
  }

  /** Adds a whole trace; its length is not bounded, because it is there already. */
  addTrace(recorded: Trace): void {
    const trace = this.showIdentities ? recorded : redactTrace(recorded)
    const unknown = countUnknown(trace)
    const { callId, options, isRedacted, start } = trace
    const page = new Page(callId, { callId, options, isRedacted, ...(start === undefined ? {} : { start }) }, [
      ...(unknown > 0 ? [`${unknown} lines have a shape this version does not know and are left out.`] : []),
      ...(trace.isTorn === true ? ['A line broke off and is left out.'] : []),
    ])
    // Two traces may be of the same call.
    this.#calls.set(`${callId} ${this.#calls.size}`, page)
    for (const entry of trace.entries) page.add({ number: (this.#count += 1), entry, before: undefined, size: 0 })
    this.#tell()
  }

  /** Looks on at a live host; returns what stops it. */
  watch(source: StepSource): () => void {
    return source.onStep((seen) => this.#take(seen))
  }

  #take(seen: ObservedStep): void {
    const page = this.#calls.get(seen.callId) ?? this.#begin(seen)
    for (const entry of page.entriesOf(seen))
      page.add({ number: (this.#count += 1), entry, before: seen.before, size: JSON.stringify(entry).length })
    if (page.length > this.#limits.entries) page.trim(Math.ceil(this.#limits.entries * TRIMMED))
    this.#makeRoom(page)
    this.#tell()
  }

  /** The largest call gives up its oldest entries, but for its latest; when that does not help, the oldest of the other calls goes. */
  #makeRoom(latest: Page): void {
    const sizeOf = (pages: readonly Page[]): number => pages.reduce((sum, { size }) => sum + size, 0)
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

  #begin({ callId, before }: ObservedStep): Page {
    while (this.#calls.size >= this.#limits.calls) {
      const oldest = [...this.#calls].find(([, page]) => page.isOver) ?? [...this.#calls][0]
      if (oldest === undefined) break
      this.#calls.delete(oldest[0])
      this.#callsDropped += 1
    }
    this.#callsBegun += 1
    const transcript = new TraceRecorder(callId, {
      showIdentities: this.showIdentities,
      callName: `call-${this.#callsBegun}`,
    })
    const page = new Page(callId, { transcript, start: before })
    this.#calls.set(callId, page)
    return page
  }

  #tell(): void {
    for (const moved of [...this.#readers]) moved()
  }
}

/** What a page's history starts from: a trace's header, or a live call. */
type Beginning = TraceHeader | { readonly transcript: TraceRecorder; readonly start: Call }

class Page implements BufferedCall {
  readonly callId: string
  readonly remarks: readonly string[]
  #beginning: Beginning
  #entries: Numbered[] = []
  #first = 0
  #droppedUpTo = 0
  #size = 0

  constructor(callId: string, beginning: Beginning, remarks: readonly string[] = []) {
    this.callId = callId
    this.#beginning = beginning
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

  /** The characters of what is held. */
  get size(): number {
    return this.#size
  }

  get isOver(): boolean {
    return 'transcript' in this.#beginning && this.#beginning.transcript.call?.state === 'terminated'
  }

  header(): TraceHeader {
    return 'transcript' in this.#beginning ? this.#beginning.transcript.header(this.#beginning.start) : this.#beginning
  }

  read(
    after: number,
    limit: number,
  ): { readonly from: number; readonly entries: readonly TraceEntry[]; readonly upTo: number } {
    const begin = firstAfter(this.#entries, after)
    const page = this.#entries.slice(begin, begin + limit)
    return { from: this.#first + begin, entries: page.map(({ entry }) => entry), upTo: page.at(-1)?.number ?? after }
  }

  /** What a step adds. */
  entriesOf(seen: ObservedStep): readonly TraceEntry[] {
    return 'transcript' in this.#beginning ? this.#beginning.transcript.entriesOf(seen) : []
  }

  add(entry: Numbered): void {
    this.#entries.push(entry)
    this.#size += entry.size
  }

  /** Drops the oldest entries, at least one; the history then starts from the call before the first that stays. False when that is not known. */
  trim(count: number): boolean {
    const rest = this.#entries.slice(count)
    const start = rest[0]?.before
    if (start === undefined || !('transcript' in this.#beginning)) return false
    this.#size = rest.reduce((sum, { size }) => sum + size, 0)
    this.#droppedUpTo = this.#entries[count - 1]?.number ?? this.#droppedUpTo
    this.#first += count
    this.#entries = rest
    this.#beginning = { ...this.#beginning, start }
    return true
  }
}

/** Place of the first entry with a number above `after`. */
function firstAfter(entries: readonly Numbered[], after: number): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle] as Numbered).number > after) high = middle
    else low = middle + 1
  }
  return low
}
