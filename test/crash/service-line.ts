/**
 * The line to the service: HTTP requests, whose answers are late now and then in the bot's own time.
 *
 * Rule 1: a request is work until its answer has come; an answer that is held back is not, and time goes on meanwhile.
 * Rule 2: nothing here is bounded in real time, as the platform's `fetch` would be.
 * @module
 */
import { Agent, request } from 'node:http'
import type { Fetch } from '../../src/graph/transport/http-attempt.ts'
import type { Clock } from '../../src/time/clock.ts'
import type { Dice } from './dice.ts'
import type { Work } from './work.ts'

/** One answer in so many is late. */
const LATE_ONE_IN = 10

/** By how much, milliseconds: by less than an attempt may take (15 s), and by more. */
const delays = [200, 1_000, 4_000, 16_000] as const

/** A `fetch` whose requests count as work, and whose answers may be late by the clock. */
export function serviceLine(work: Work, clock: Clock, dice: Dice): Fetch {
  const agent = new Agent({ keepAlive: true })
  return async (url, init) => {
    const answer = await work.during(exchange(agent, url, init))
    if (dice.below(LATE_ONE_IN) === 0) await pass(clock, dice.pick(delays), init.signal)
    return answer
  }
}

/** The answer, read to its end. */
function exchange(
  agent: Agent,
  url: string,
  { method = 'GET', headers, body, signal }: RequestInit,
): Promise<Response> {
  const text = typeof body === 'string' ? body : ''
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        method,
        ...(signal ? { signal } : {}),
        headers: { ...(headers as Record<string, string>), 'content-length': Buffer.byteLength(text) },
      },
      (incoming) => {
        let answer = ''
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          answer += chunk
        })
        incoming.once('error', reject)
        incoming.once('end', () =>
          resolve(
            new Response(answer === '' ? null : answer, {
              status: incoming.statusCode ?? 500,
              headers: incoming.headers as Record<string, string>,
            }),
          ),
        )
      },
    )
    outgoing.once('error', reject)
    outgoing.end(text)
  })
}

/** Resolves after so many milliseconds, unless the request is given up. */
function pass(clock: Clock, ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(clock.now() + ms, resolve)
    signal?.addEventListener(
      'abort',
      () => {
        cancel()
        reject(signal.reason as Error)
      },
      { once: true },
    )
  })
}
