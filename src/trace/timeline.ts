/**
 * The history: a growing trace that can be looked at at any moment. Going back is stepping again.
 *
 * Rule 1: a moment is a number of entries taken; 0 is before the first. What is shown of a moment follows from the
 * entries alone, whether they came at once or one by one.
 * Rule 2: where the recording begins anew with pseudonyms of its own, a key is another key; what is shown of somebody
 * at a moment is of the recording at that moment.
 * Rule 3: not every call is kept: one in {@link CHECKPOINT_EVERY}, and the ones around where somebody looks.
 * @module
 */
import type { Call } from '../call/model/call.ts'
import { step } from '../call/step.ts'
import { Ladder, type LadderRow } from './ladder.ts'
import { callBefore, isRenamed, startOf, timeOf, type Frame, type TraceEntry, type TraceHeader } from './trace.ts'

/** How many entries lie between two calls that are kept: so many are stepped again at most, to look at any moment. */
export const CHECKPOINT_EVERY = 64

/** How many stretches between checkpoints are kept whole: the one looked at and its neighbour. */
const KEPT_SEGMENTS = 2

/** What is kept of a stretch. */
interface Segment {
  /** The call after each of its entries, the checkpoint first. */
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
  /** For each set of pseudonyms: the entry it begins with, and places in `rows` of what is about a participant. */
  readonly #indexes: { readonly first: number; readonly rowsByKey: Map<string, number[]> }[] = [
    { first: -1, rowsByKey: new Map() },
  ]
  /** Place in `rows` of the first row of each entry. */
  readonly #firstRow: number[] = []
  #latest: Call

  constructor(header: TraceHeader, entries: readonly TraceEntry[] = []) {
    this.header = header
    this.#latest = startOf(header)
    this.#ladder = new Ladder(this.#latest)
    this.#checkpoints = [this.#latest]
    this.append(entries)
  }

  /** How many entries there are; the latest moment. */
  get length(): number {
    return this.#entries.length
  }

  /** All entries, in order. */
  get entries(): readonly TraceEntry[] {
    return this.#entries
  }

  /** Adds what has happened since. */
  append(entries: readonly TraceEntry[]): void {
    for (const entry of entries) {
      const place = this.#entries.length
      const { call, frame } = takeEntry(this.#latest, entry, place)
      this.#entries.push(entry)
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

  /** What the entry before the moment did; undefined at the beginning, and for an entry that is no event. */
  frameAt(moment: number): Frame | undefined {
    if (moment < 1) return undefined
    const { number, offset } = this.#placeOf(moment - 1)
    return this.#segment(number).frames[offset]
  }

  /** When the entry before the moment happened; at the beginning, when the first did. */
  timeAt(moment: number): number | undefined {
    for (let place = Math.max(0, moment - 1); place >= 0; place -= 1) {
      const entry = this.#entries[place]
      const at = entry === undefined ? undefined : timeOf(entry)
      if (at !== undefined) return at
    }
    return undefined
  }

  /** Place in `rows` of the first row of an entry. */
  rowOf(entry: number): number {
    return this.#firstRow[entry] ?? this.rows.length
  }

  /** The rows about whoever has the key at the moment, in order, later ones as well. */
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
