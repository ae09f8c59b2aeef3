/**
 * Listens to the feed and keeps the histories; comes back by itself when it is cut off.
 * @module
 */
import { batch } from '@preact/signals'
import { isRollcallError } from '../../call/model/errors.ts'
import { FeedReader, type ReadMessage } from '../sse-reader.ts'
import { Timeline } from '../../trace/timeline.ts'
import { countWords } from '../../trace/labels.ts'
import { readEntry, readHeader, versionOf } from '../../trace/trace.ts'
import { calls, connection, grown, isRedacted, notice, type ShownCall } from './state.ts'
import { backoffMs } from '../../time/backoff.ts'
import { sleep } from '../../time/sleep.ts'
import { holdingSystemClock } from '../../time/system-clock.ts'

/** How long to wait before coming back, and the longest of such waits, each twice the one before. */
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [500, 8_000]

/** What is known of the feed so far. */
interface Progress {
  /** Which book it is; another one means the host was started anew. */
  book: string | undefined
  /** Where we left off. */
  after: string
  kind: string
  isCaughtUp: boolean
  /** How often in a row it was tried in vain. */
  failures: number
}

/** Follows the feed for as long as there is one. */
export async function followFeed(): Promise<void> {
  const progress: Progress = { book: undefined, after: '', kind: '', isCaughtUp: false, failures: 0 }
  for (;;) {
    const why = await readFeed(progress).catch((error: unknown) => {
      // What cannot be read now cannot be read the next time.
      connection.value = { state: 'lost', why: error instanceof Error ? error.message : String(error) }
      throw error
    })
    if (progress.kind === 'saved' && progress.isCaughtUp) return
    connection.value = { state: 'lost', why: `${why}; trying again` }
    progress.failures += 1
    await sleep(
      holdingSystemClock,
      backoffMs(progress.failures, { firstMs: FIRST_WAIT_MS, longestMs: LONGEST_WAIT_MS }),
    )
  }
}

/** Reads until the feed ends; resolves to why it did. */
async function readFeed(progress: Progress): Promise<string> {
  try {
    const response = await fetch(progress.after === '' ? 'feed' : `feed?after=${encodeURIComponent(progress.after)}`)
    if (!response.ok || response.body === null) return (await response.text()).trim() || `status ${response.status}`
    const reader = new FeedReader()
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const messages = reader.read(piece)
      batch(() => {
        for (const message of messages) take(progress, message)
        if (messages.length > 0) grown.value += 1
      })
    }
    return 'the feed ended'
  } catch (error) {
    if (isRollcallError(error)) throw error
    return error instanceof TypeError ? 'it cannot be reached' : String(error)
  }
}

function take(progress: Progress, { type, id, data }: ReadMessage): void {
  if (type === 'hello') greet(progress, data)
  else if (type === 'call') begin(data)
  else if (type === 'entries') append(data)
  else if (type === 'gone') update(Number(data['id']), { isGone: true })
  else if (type === 'caughtUp') {
    progress.isCaughtUp = true
    progress.failures = 0
  }
  if (id !== undefined) progress.after = id
}

function greet(progress: Progress, { book, kind, isRedacted: redacted, held }: ReadMessage['data']): void {
  if (progress.book !== undefined && progress.book !== book) {
    calls.value = new Map()
    notice('The host was started anew; what was before is gone.')
  }
  for (const id of calls.value.keys()) if (Array.isArray(held) && !held.includes(id)) update(id, { isGone: true })
  progress.book = String(book)
  progress.kind = String(kind)
  isRedacted.value = redacted === true
  connection.value = { state: kind === 'live' ? 'live' : 'saved' }
}

function begin({ id: number, header, first, remarks }: ReadMessage['data']): void {
  const id = Number(number)
  const known = calls.value.get(id)
  const read = readHeader(header)
  const missed = Number(first) - (known === undefined ? 0 : known.first + known.history.length)
  if (missed > 0) {
    notice(
      `${countWords(missed, 'event')} of call ${read.callId} ${missed === 1 ? 'was' : 'were'} dropped ${known === undefined ? 'before this page was opened' : 'before they could be shown'}; the history starts after ${missed === 1 ? 'it' : 'them'}.`,
    )
  }
  // Two saved traces may be of the same call.
  const isNameTaken = [...calls.value.values()].some((other) => other.id !== id && other.callId === read.callId)
  const call: ShownCall = {
    id,
    callId: isNameTaken ? `${read.callId} (${id})` : read.callId,
    history: new Timeline(read),
    version: versionOf(header),
    first: Number(first),
    isGone: false,
    remarks: Array.isArray(remarks) ? remarks.map(String) : [],
  }
  calls.value = new Map(calls.value).set(id, call)
}

function append({ id, from, entries }: ReadMessage['data']): void {
  const call = calls.value.get(Number(id))
  if (call === undefined || !Array.isArray(entries)) return
  // What was told before the line was cut is told again.
  const known = call.first + call.history.length - Number(from)
  call.history.append(
    entries
      .slice(known)
      .map((entry: unknown, index) => readEntry(entry, Number(from) + known + index + 2, call.version)),
  )
}

function update(id: number, change: Partial<ShownCall>): void {
  const call = calls.value.get(id)
  if (call !== undefined) calls.value = new Map(calls.value).set(id, { ...call, ...change })
}
