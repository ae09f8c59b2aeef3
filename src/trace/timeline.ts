/**
 * The timeline: a growing trace with access to any moment. Earlier moments are stepped again.
 *
 * Rule 1: a moment is a number of entries taken; 0 is before the first. A moment depends on the entries alone, however
 * they arrived.
 * Rule 2: after a new recording with its own pseudonyms, the same key is another participant; a moment shows the
 * recording it is in.
 * Rule 3: not every call is kept: one in {@link CHECKPOINT_EVERY}, and the calls around the moment shown.
 * @module
 */
import type { Call } from '../call/model/call.ts'
import { step } from '../call/step.ts'
import { Ladder, type LadderRow } from './ladder.ts'
import { callBefore, isRenamed, startOf, timeOf, type Frame, type TraceEntry, type TraceHeader } from './trace.ts'

/** Entries between two kept calls; the most that are stepped again to show a moment. */
export const CHECKPOINT_EVERY = 64

/** Segments between checkpoints that are kept in full: the current one and its neighbour. */
const KEPT_SEGMENTS = 2

/** The calls and frames of a segment. */
interface Segment {
  /** The checkpoint, then the call after each entry of the segment. */
  readonly calls: Call[]
  readonly frames: (Frame | undefined)[]
}

/** A trace as it grows. */
export class Timeline {
  readonly header: TraceHeader
  readonly rows: LadderRow[] = []
  readonly #entries: TraceEntry[] = []
  readonly #ladder: Ladder
  readonly #checkpoints: Call[]
  readonly #segments = new Map<number, Segment>()
  /** For each set of pseudonyms: its first entry, and the indexes in `rows` by participant. */
  readonly #indexes: { readonly first: number; readonly rowsByKey: Map<string, number[]> }[] = [
    { first: -1, rowsByKey: new Map() },
  ]
  /** Index in `rows` of the first row of each entry. */
  readonly #firstRow: number[] = []
  /** For each moment: how many of the entries before it are events. */
  readonly #events: number[] = [0]
  #latest: Call

  constructor(header: TraceHeader, entries: readonly TraceEntry[] = []) {
    this.header = header
    this.#latest = startOf(header)
    this.#ladder = new Ladder(this.#latest)
    this.#checkpoints = [this.#latest]
    this.append(entries)
  }

  /** Number of entries; the latest moment. */
  get length(): number {
    return this.#entries.length
  }

  /** All entries, in order. */
  get entries(): readonly TraceEntry[] {
    return this.#entries
  }

  /** Adds new entries. */
  append(entries: readonly TraceEntry[]): void {
    for (const entry of entries) {
      const place = this.#entries.length
      const { call, frame } = takeEntry(this.#latest, entry, place)
      this.#entries.push(entry)
      this.#events.push((this.#events[place] ?? 0) + ('event' in entry ? 1 : 0))
      this.#latest = call
      const stretch = this.#segments.get(Math.floor(place / CHECKPOINT_EVERY))
      stretch?.calls.push(this.#latest)
      stretch?.frames.push(frame)
      if (this.#entries.length % CHECKPOINT_EVERY === 0) this.#checkpoints.push(this.#latest)
      if ('begun' in entry && isRenamed(entry)) this.#indexes.push({ first: place, rowsByKey: new Map() })
      this.#firstRow.push(this.rows.length)
      for (const row of this.#ladder.rows(entry, frame, place)) this.#addRow(row)
    }
  }

  /** The call at a moment. */
  callAt(moment: number): Call {
    const { number, offset } = this.#placeOf(moment)
    if (offset === 0) return this.#checkpoints[number] as Call
    return this.#segment(number).calls[offset] as Call
  }

  /** The frame of the entry before the moment; undefined at the start, and for entries that are not events. */
  frameAt(moment: number): Frame | undefined {
    if (moment < 1) return undefined
    const { number, offset } = this.#placeOf(moment - 1)
    return this.#segment(number).frames[offset]
  }

  /** The time of the entry before the moment; at the start, the time of the first entry. */
  timeAt(moment: number): number | undefined {
    for (let place = Math.max(0, moment - 1); place >= 0; place -= 1) {
      const entry = this.#entries[place]
      const at = entry === undefined ? undefined : timeOf(entry)
      if (at !== undefined) return at
    }
    return undefined
  }

  /** Index in `rows` of the first row of an entry. */
  rowOf(entry: number): number {
    return this.#firstRow[entry] ?? this.rows.length
  }

  /** How many of the first entries are events. */
  eventsBefore(moment: number): number {
    return this.#events[Math.max(0, Math.min(moment, this.length))] ?? 0
  }

  /** The rows about the participant that has the key at the moment, in order, including later rows. */
  rowsAbout(key: string, moment = this.length): readonly LadderRow[] {
    const buffer = this.#indexes.findLast(({ first }) => first < moment) ?? this.#indexes[0]
    return (buffer?.rowsByKey.get(key) ?? []).map((place) => this.rows[place] as LadderRow)
  }

  #addRow(row: LadderRow): void {
    const place = this.rows.length
    const rowsByKey = this.#indexes.at(-1)?.rowsByKey
    this.rows.push(row)
    for (const key of row.about) {
      const places = rowsByKey?.get(key)
      if (places === undefined) rowsByKey?.set(key, [place])
      else places.push(place)
    }
  }

  #placeOf(moment: number): { readonly number: number; readonly offset: number } {
    const within = Math.max(0, Math.min(moment, this.#entries.length))
    return { number: Math.floor(within / CHECKPOINT_EVERY), offset: within % CHECKPOINT_EVERY }
  }

  #segment(number: number): Segment {
    const kept = this.#segments.get(number)
    if (kept !== undefined) return kept
    const first = number * CHECKPOINT_EVERY
    let call = this.#checkpoints[number] as Call
    const stretch: Segment = { calls: [call], frames: [] }
    for (let place = first; place < Math.min(first + CHECKPOINT_EVERY, this.#entries.length); place += 1) {
      const taken = takeEntry(call, this.#entries[place] as TraceEntry, place)
      call = taken.call
      stretch.calls.push(call)
      stretch.frames.push(taken.frame)
    }
    for (const oldest of this.#segments.keys()) {
      if (this.#segments.size < KEPT_SEGMENTS) break
      this.#segments.delete(oldest)
    }
    this.#segments.set(number, stretch)
    return stretch
  }
}

function takeEntry(
  before: Call,
  entry: TraceEntry,
  place: number,
): { readonly call: Call; readonly frame: Frame | undefined } {
  const call = callBefore(before, entry)
  if (!('event' in entry)) return { call, frame: undefined }
  const frame = { ...step(call, entry.event), event: entry.event, entry: place }
  return { call: frame.call, frame }
}
