/**
 * The feed: server-sent events for the page, and the position a reader continues from.
 *
 * Rule 1: a reader that reconnects sends its position and receives what it missed. If part of that was dropped, it
 * receives the call again from the oldest entry held, with the number of dropped entries.
 * Rule 2: a slow reader gets no queue of its own: unread entries stay in the trace buffer or are dropped from it.
 * @module
 */
import type { BufferedCall, TraceBuffer } from './trace-buffer.ts'
import { plainEntry, plainHeader } from '../trace/trace.ts'

/** A message to the page; `type` is the name of the server-sent event. */
type FeedMessage =
  /** The first message. `buffer` changes when the host restarts; `held` lists the calls it still has. */
  | {
      readonly type: 'hello'
      readonly buffer: string
      readonly kind: 'live' | 'saved'
      readonly isRedacted: boolean
      readonly held: readonly number[]
    }
  /** A call, new or started again from a later moment. `first` is the number of its entries that are no longer held. */
  | {
      readonly type: 'call'
      readonly id: number
      readonly header: unknown
      readonly first: number
      readonly remarks: readonly string[]
    }
  /** Entries of a call; `from` is the index of the first of them among all entries the call ever had. */
  | { readonly type: 'entries'; readonly id: number; readonly from: number; readonly entries: readonly unknown[] }
  /** The buffer no longer holds the call. */
  | { readonly type: 'gone'; readonly id: number }
  /** Everything held has been sent; a saved trace sends nothing more. */
  | { readonly type: 'caughtUp' }

/** How many entries one message has. */
const ENTRIES_AT_ONCE = 250

/** Where a feed is written. */
export interface FeedOutput {
  /** Resolves when the output accepts more. */
  write(text: string): Promise<void>
  readonly isClosed: boolean
  /** Resolves when the reader has gone. */
  readonly closed: Promise<void>
}

/** What a feed reads from. */
export interface FeedSource {
  readonly buffer: TraceBuffer
  readonly name: string
  readonly kind: 'live' | 'saved'
}

/** Sends one reader everything in the buffer after its position, then follows the buffer until the output closes. */
export async function writeFeed(
  { buffer, name, kind }: FeedSource,
  after: string | undefined,
  output: FeedOutput,
): Promise<void> {
  const [known, place] = (after ?? '').split(':')
  const isKnown = known === name && /^\d+$/.test(place ?? '')
  let cursor = isKnown ? Number(place) : 0
  /** The last entry sent of each call; a call that was dropped is announced as gone. */
  const sent = new Map<BufferedCall, number>()
  if (isKnown)
    for (const call of buffer.calls())
      if (call.droppedUpTo <= cursor && call.read(0, 1).upTo <= cursor) sent.set(call, cursor)
  const write = (message: FeedMessage, id?: string): Promise<void> => output.write(encodeMessage(message, id))
  let wake: () => void = () => undefined
  const stop = buffer.follow(() => wake())
  try {
    await write({
      type: 'hello',
      buffer: name,
      kind,
      isRedacted: !buffer.showIdentities,
      held: buffer.calls().map(numberOf),
    })
    while (!output.isClosed) {
      const moved = new Promise<void>((resolve) => {
        wake = resolve
      })
      const latest = buffer.latest
      const held = new Set(buffer.calls())
      for (const call of [...sent.keys()].filter((one) => !held.has(one))) {
        sent.delete(call)
        await write({ type: 'gone', id: numberOf(call) })
      }
      for (const call of held) await sendCall(call, sent, latest, write)
      cursor = latest
      await write({ type: 'caughtUp' }, `${name}:${cursor}`)
      if (kind === 'saved') return
      if (buffer.latest === latest && !output.isClosed) await Promise.race([moved, output.closed])
    }
  } finally {
    stop()
  }
}

async function sendCall(
  call: BufferedCall,
  sent: Map<BufferedCall, number>,
  latest: number,
  write: (message: FeedMessage) => Promise<void>,
): Promise<void> {
  for (;;) {
    const known = sent.get(call)
    if (known === undefined || known < call.droppedUpTo) {
      sent.set(call, call.droppedUpTo)
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
    sent.set(call, upTo)
    await write({ type: 'entries', id: numberOf(call), from, entries: entries.map(plainEntry) })
  }
}

const numbers = new WeakMap<BufferedCall, number>()
let numbered = 0

/** The number of a call in its buffer: two saved traces may have the same call id. */
function numberOf(call: BufferedCall): number {
  let number = numbers.get(call)
  if (number === undefined) numbers.set(call, (number = numbered += 1))
  return number
}

/** A message as a server-sent event. */
function encodeMessage({ type, ...data }: FeedMessage, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}
