/**
 * Passes the feed of another server on to a page.
 *
 * Rule: redaction is the other server's decision; nothing is added or removed here.
 * @module
 */
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

/** The feed's URL for a page's URL. @throws TypeError if the URL is not one of a page */
export function feedOf(page: string): URL {
  const url = URL.parse(page)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new TypeError(`expected the URL of a page, http://…, not ${JSON.stringify(page)}`)
  url.hash = ''
  url.search = ''
  return new URL('feed', url.pathname.endsWith('/') ? url : `${url.href}/`)
}

/** How long a live host may take to answer, in milliseconds: it is asked once, by a user who waits at a terminal. */
const ANSWER_TIMEOUT_MS = 10_000

/** Resolves when the feed answers as the feed of a page does. @throws Error of one sentence when it does not */
export async function checkFeed(feed: URL): Promise<void> {
  let answer: Response
  try {
    answer = await askFor(feed, AbortSignal.timeout(ANSWER_TIMEOUT_MS))
  } catch (error) {
    throw new Error(`no live host answers at ${feed.origin} (${reasonOf(error)})`, { cause: error })
  }
  await answer.body?.cancel()
  if (!isFeed(answer))
    throw new Error(`${feed.origin} answered ${answer.status}: the URL is not that of a live host's page`)
}

function reasonOf(error: unknown): string {
  const { name, cause } = error as { readonly name?: string; readonly cause?: { readonly code?: string } }
  if (name === 'TimeoutError') return `nothing came within ${ANSWER_TIMEOUT_MS / 1_000} s`
  return cause?.code ?? 'the request failed'
}

function askFor(feed: URL, signal: AbortSignal): Promise<Response> {
  return fetch(feed, { signal, headers: { accept: 'text/event-stream' }, redirect: 'error' })
}

function isFeed({ ok, body, headers }: Response): boolean {
  return ok && body !== null && headers.get('content-type')?.startsWith('text/event-stream') === true
}

/** Passes the other feed on, from the reader's position. Never rejects: the page reconnects by itself. */
export async function proxyFeed(
  feed: URL,
  after: string,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const from = new URL(feed)
  if (after !== '') from.searchParams.set('after', after)
  try {
    const answer = await askFor(from, signal)
    if (!isFeed(answer)) {
      await answer.body?.cancel()
      return refuse(response, `${feed.origin} answered ${answer.status}`)
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    await pipeline(Readable.fromWeb(answer.body as ReadableStream), response, { signal })
  } catch {
    if (!response.headersSent) refuse(response, `${feed.origin} cannot be reached`)
    else response.destroy()
  }
}

/** Answers 502 with the reason; the page shows it and tries again. */
function refuse(response: ServerResponse, why: string): void {
  if (!response.destroyed) response.writeHead(502, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${why}\n`)
}
