/**
 * Reads the feed into timelines; reconnects when the connection is lost.
 * @module
 */
import { batch } from '@preact/signals'
import { isRollcallError } from '../../call/model/errors.ts'
import { FeedReader, type ReadMessage } from '../sse-reader.ts'
import { Timeline } from '../../trace/timeline.ts'
import { formatCount } from '../../trace/labels.ts'
import { readEntry, readHeader, versionOf } from '../../trace/read-trace.ts'
import { calls, connection, grown, isRedacted, addNotice, type ShownCall } from './state.ts'
import { backoffMs } from '../../time/backoff.ts'

/** The first wait before a reconnect, and the longest; each wait is twice the one before. */
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [500, 8_000]

/** The page's position in the feed. */
interface Progress {
  /** The buffer the position belongs to; another name means that the host was restarted. */
  buffer: string | undefined
  /** Position of the last message read. */
  after: string
  kind: string
  isCaughtUp: boolean
  /** Failed connections in a row. */
  failures: number
}

/** Follows the feed; returns once a saved trace is complete or the feed cannot be read. */
export async function followFeed(): Promise<void> {
  const progress: Progress = { buffer: undefined, after: '', kind: '', isCaughtUp: false, failures: 0 }
  for (;;) {
    const why = await readFeed(progress).catch((error: unknown) => {
      // Data that cannot be read now cannot be read later either.
      connection.value = { state: 'lost', why: error instanceof Error ? error.message : String(error) }
      throw error
    })
    if (progress.kind === 'saved' && progress.isCaughtUp) return
    connection.value = { state: 'lost', why: `${why}; trying again` }
    progress.failures += 1
    const waitMs = backoffMs(progress.failures, { firstMs: FIRST_WAIT_MS, longestMs: LONGEST_WAIT_MS })
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/** Reads until the feed ends; resolves to the reason. */
async function readFeed(progress: Progress): Promise<string> {
  try {
    const response = await fetch(progress.after === '' ? 'feed' : `feed?after=${encodeURIComponent(progress.after)}`)
    if (!response.ok || response.body === null) return (await response.text()).trim() || `status ${response.status}`
    const reader = new FeedReader()
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const messages = reader.read(piece)
      batch(() => {
        for (const message of messages) handleMessage(progress, message)
        if (messages.length > 0) grown.value += 1
      })
    }
    return 'the feed ended'
  } catch (error) {
    if (isRollcallError(error)) throw error
    return error instanceof TypeError ? 'the server cannot be reached' : String(error)
  }
}

function handleMessage(progress: Progress, { type, id, data }: ReadMessage): void {
  if (type === 'hello') handleHello(progress, data)
  else if (type === 'call') startCall(data)
  else if (type === 'entries') append(data)
  else if (type === 'gone') update(Number(data['id']), { isGone: true })
  else if (type === 'caughtUp') {
    progress.isCaughtUp = true
    progress.failures = 0
  }
  if (id !== undefined) progress.after = id
}

function handleHello(progress: Progress, { buffer, kind, isRedacted: redacted, held }: ReadMessage['data']): void {
  if (progress.buffer !== undefined && progress.buffer !== buffer) {
    calls.value = new Map()
    addNotice('The host was restarted; its earlier history is gone.')
  }
  for (const id of calls.value.keys()) if (Array.isArray(held) && !held.includes(id)) update(id, { isGone: true })
  progress.buffer = String(buffer)
  progress.kind = String(kind)
  isRedacted.value = redacted === true
  connection.value = { state: kind === 'live' ? 'live' : 'saved' }
}

function startCall({ id: number, header, first, remarks }: ReadMessage['data']): void {
  const id = Number(number)
  const known = calls.value.get(id)
  const read = readHeader(header)
  const missed = Number(first) - (known === undefined ? 0 : known.first + known.history.length)
  if (missed > 0) {
    addNotice(
      `${formatCount(missed, 'event')} of call ${read.callId} ${missed === 1 ? 'was' : 'were'} dropped ${known === undefined ? 'before this page was opened' : 'before they could be shown'}; the history starts after ${missed === 1 ? 'it' : 'them'}.`,
    )
  }
  // Two saved traces may have the same call id.
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
  // Entries sent before the connection was lost may be sent again.
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
