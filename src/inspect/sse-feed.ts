/**
 * The feed: what the page is told, as server-sent events, and where a reader left off.
 *
 * Rule 1: a reader that comes back says how far it had come and gets what is missing; where some of that was dropped
 * meanwhile, it gets the call anew and can tell how much it missed.
 * Rule 2: a slow reader is waited for, never buffered for: what it has not read is in the book, or dropped from it.
 * @module
 */
import type { BufferedCall, TraceBuffer } from './trace-buffer.ts'
import { plainEntry, plainHeader } from '../trace/trace.ts'

/** What the page is told; the name of the server-sent event is `type`. */
export type FeedMessage =
  /** First of all. `book` changes when the host was started anew; `held` are the calls it still has. */
  | {
      readonly type: 'hello'
      readonly book: string
      readonly kind: 'live' | 'saved'
      readonly isRedacted: boolean
      readonly held: readonly number[]
    }
  /** A call begins here, or begins again from a later moment. `first` entries of it are not held any more. */
  | {
      readonly type: 'call'
      readonly id: number
      readonly header: unknown
      readonly first: number
      readonly remarks: readonly string[]
    }
  /** Entries of a call; `from` is the place of the first of them among all the call ever had. */
  | { readonly type: 'entries'; readonly id: number; readonly from: number; readonly entries: readonly unknown[] }
  /** The book does not hold the call any more. */
  | { readonly type: 'gone'; readonly id: number }
  /** Everything there is has been told; of a saved trace nothing more will come. */
  | { readonly type: 'caughtUp' }

/** How many entries are told at once. */
const ENTRIES_AT_ONCE = 250

/** Where a feed is written to. */
export interface FeedOutput {
  /** Resolves when there is room for more. */
  write(text: string): Promise<void>
  readonly isClosed: boolean
  /** Resolves when nobody reads any more. */
  readonly closed: Promise<void>
}

/** What a feed is told from. */
export interface FeedSource {
  readonly book: TraceBuffer
  readonly name: string
  readonly kind: 'live' | 'saved'
}

/** Tells one reader everything in the book above where it left off, and goes on until its output is closed. */
export async function writeFeed(
  { book, name, kind }: FeedSource,
  after: string | undefined,
  output: FeedOutput,
): Promise<void> {
  const [known, place] = (after ?? '').split(':')
  const isKnown = known === name && /^\d+$/.test(place ?? '')
  let cursor = isKnown ? Number(place) : 0
  /** How far each call was told. A call that was dropped meanwhile is told gone. */
  const told = new Map<BufferedCall, number>()
  if (isKnown)
    for (const call of book.calls())
      if (call.droppedUpTo <= cursor && call.read(0, 1).upTo <= cursor) told.set(call, cursor)
  const write = (message: FeedMessage, id?: string): Promise<void> => output.write(encodeMessage(message, id))
  let wake: () => void = () => undefined
  const stop = book.follow(() => wake())
  try {
    await write({ type: 'hello', book: name, kind, isRedacted: !book.showIdentities, held: book.calls().map(numberOf) })
    while (!output.isClosed) {
      const moved = new Promise<void>((resolve) => {
        wake = resolve
      })
      const latest = book.latest
      const held = new Set(book.calls())
      for (const call of [...told.keys()].filter((one) => !held.has(one))) {
        told.delete(call)
        await write({ type: 'gone', id: numberOf(call) })
      }
      for (const call of held) await tellCall(call, told, latest, write)
      cursor = latest
      await write({ type: 'caughtUp' }, `${name}:${cursor}`)
      if (kind === 'saved') return
      if (book.latest === latest && !output.isClosed) await Promise.race([moved, output.closed])
    }
  } finally {
    stop()
  }
}

async function tellCall(
  call: BufferedCall,
  told: Map<BufferedCall, number>,
  latest: number,
  write: (message: FeedMessage) => Promise<void>,
): Promise<void> {
  for (;;) {
    const known = told.get(call)
    if (known === undefined || known < call.droppedUpTo) {
      told.set(call, call.droppedUpTo)
      await write({
        type: 'call',
        id: numberOf(call),
        header: plainHeader(call.header()),
        first: call.first,
        remarks: call.remarks,
      })
      continue
    }
    if (known >= latest) return
    const { from, entries, upTo } = call.read(known, ENTRIES_AT_ONCE)
    if (entries.length === 0) return
    told.set(call, upTo)
    await write({ type: 'entries', id: numberOf(call), from, entries: entries.map(plainEntry) })
  }
}

const numbers = new WeakMap<BufferedCall, number>()
let numbered = 0

/** A name for a call of a book: two saved traces may be of the same call. */
function numberOf(call: BufferedCall): number {
  let number = numbers.get(call)
  if (number === undefined) numbers.set(call, (number = numbered += 1))
  return number
}

/** A message as a server-sent event. */
export function encodeMessage({ type, ...data }: FeedMessage, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}
