/**
 * The sender: gives one request to the transport and comes back with a verdict, whatever the transport does.
 *
 * Rule 1: a request that takes too long, or that is given up, may have happened.
 * Rule 2: what is claimed has its time from its first claim on. A request that was given up, or answered, is claimed no more.
 * @module
 */
import type { Verdict } from '../../call/model/events.ts'
import { REQUEST_TIMEOUT_MS } from '../ports/limits.ts'
import type { Clock, RequestOptions } from '../ports/ports.ts'
import { GIVEN_UP, unconfirmed, verdictOfThrown } from './requests.ts'
import { isVerdict, type ValueTest } from './verdicts.ts'

/** How one request is sent. */
export interface SendOptions {
  /** Gives up this request. */
  readonly signal?: AbortSignal | undefined
  /** Claims the request; absent when there is nothing to claim, or it is claimed already. Never rejects. */
  readonly claim?: ((isGivenUp: () => boolean) => Promise<boolean>) | undefined
}

/** Sends requests for one host. */
export interface Sender {
  /** Never rejects. */
  send<T>(
    request: (options: RequestOptions) => Promise<Verdict<T>>,
    isValue: ValueTest<T>,
    options?: SendOptions,
  ): Promise<Verdict<T>>
  /** Gives up what is under way and all that is still to come. */
  abort(): void
  /** True once that was done: what comes now is not sent. */
  readonly isAborted: boolean
}

/** A sender by the host's clock. `onFault` is told of transports that break their contract. */
export function createSender(clock: Clock, onFault: (error: unknown) => void): Sender {
  const closing = new AbortController()
  return {
    async send<T>(
      request: (options: RequestOptions) => Promise<Verdict<T>>,
      isValue: ValueTest<T>,
      { signal, claim }: SendOptions = {},
    ): Promise<Verdict<T>> {
      const given = new AbortController()
      const givenUp = Promise.withResolvers<Verdict<T>>()
      const giveUp = (code: string, message: string): void => {
        givenUp.resolve(unconfirmed(code, message))
        given.abort()
      }
      const abort = (): void => giveUp(GIVEN_UP, 'the request was given up')
      if (closing.signal.aborted || signal?.aborted)
        return unconfirmed(GIVEN_UP, 'the request was given up before it was sent')
      const limit = (): (() => void) =>
        clock.schedule(clock.now() + REQUEST_TIMEOUT_MS, () =>
          giveUp('timeout', `no answer within ${REQUEST_TIMEOUT_MS} ms`),
        )
      let cancel = limit()
      let isClaimed = false
      let isOver = false
      const beforeSend =
        claim &&
        (async (): Promise<boolean> => {
          if (!(await claim(() => isOver || given.signal.aborted))) return false
          if (!isClaimed) {
            isClaimed = true
            cancel()
            cancel = limit()
          }
          return true
        })
      closing.signal.addEventListener('abort', abort)
      signal?.addEventListener('abort', abort)
      try {
        return await Promise.race([
          attempt(() => request({ signal: given.signal, ...(beforeSend && { beforeSend }) }), isValue, onFault),
          givenUp.promise,
        ])
      } finally {
        isOver = true
        cancel()
        closing.signal.removeEventListener('abort', abort)
        signal?.removeEventListener('abort', abort)
      }
    },
    abort: () => closing.abort(),
    get isAborted() {
      return closing.signal.aborted
    },
  }
}

async function attempt<T>(
  request: () => Promise<Verdict<T>>,
  isValue: ValueTest<T>,
  onFault: (error: unknown) => void,
): Promise<Verdict<T>> {
  try {
    const answer: unknown = await request()
    if (isVerdict(answer, isValue)) return answer
    throw new TypeError(
      'a transport answered with something that is no verdict, with a failure that has no reason, or not with what was asked for',
    )
  } catch (error) {
    const answer = verdictOfThrown(error)
    if (answer.verdict === 'unconfirmed') onFault(error)
    return answer
  }
}
