/**
 * The way to the service: `fetch`, with answers that are late now and then in the bot's own time.
 *
 * Rule: a request is work until its answer has come; an answer that is held back is not, and time goes on meanwhile.
 * @module
 */
import type { Fetch } from '../../src/graph/http-attempt.ts'
import type { Clock } from '../../src/host/ports.ts'
import type { Dice } from './dice.ts'
import type { Work } from './work.ts'

/** One answer in so many is late. */
const LATE_ONE_IN = 10

/** By how much, milliseconds: less than an attempt may take, and more. */
const delays = [200, 1_000, 4_000, 16_000] as const

/** A `fetch` whose requests count as work, and whose answers may be late by the clock. */
export function slowFetch(work: Work, clock: Clock, dice: Dice): Fetch {
  return async (input, init) => {
    const answer = await work.during(answerTo(input, init))
    if (dice.below(LATE_ONE_IN) === 0) await late(clock, dice.pick(delays), init.signal)
    return answer
  }
}

/** The answer, read to its end. */
async function answerTo(input: string, init: RequestInit): Promise<Response> {
  const response = await fetch(input, init)
  const { status, headers } = response
  const text = await response.text()
  return new Response(text === '' ? null : text, { status, headers })
}

function late(clock: Clock, ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(clock.now() + ms, resolve)
    signal?.addEventListener('abort', () => {
      cancel()
      reject(signal.reason as Error)
    }, { once: true })
  })
}
