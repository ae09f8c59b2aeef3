/**
 * Graph client: sends one request to Graph, with token, request id, rate limit and retries, and returns its verdict.
 *
 * Rule 1: an idempotent request is `unconfirmed` after a temporary failure: a removal is not given up because the
 * service was busy. `refused` is a definite refusal by the service.
 * Rule 2: a request that must not be repeated is `refused` only if it certainly did not happen.
 * Rule 3: after a 401 the request is sent once more with a new token: the service did not accept it.
 * @module
 */
import type { ServiceFailure, Verdict } from '../../call/model/events.ts'
import { findExcess } from '../../call/codec/json-limits.ts'
import type { Clock } from '../../time/clock.ts'
import { attemptRequest, type Attempt, type Fetch } from './http-attempt.ts'
import { bodyLimits } from '../wire/json-reader.ts'
import type { Limiter } from './limiter.ts'
import {
  retryWaitMs,
  isDefinite,
  isRetryable,
  isTransient,
  readRetryAfter,
  type AttemptFailure,
} from '../wire/retry.ts'
import { effectiveStatus, readFailure } from '../wire/result-codes.ts'
import { adviceFor, readServiceError, redact, type GraphOperationName } from './service-errors.ts'
import { TokenUnavailable, type TokenSource } from './token-source.ts'
import { unlessAborted } from '../../time/abort.ts'
import { sleep } from '../../time/sleep.ts'

/** One request of an operation. */
export interface GraphRequest {
  readonly operation: GraphOperationName
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly body?: unknown
  /** True when a repetition has no further effect. */
  readonly isRepeatable: boolean
  /** True when an answer without a readable JSON body is unconfirmed. */
  readonly needsBody?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Called right before each attempt; on `false` nothing is sent. */
  readonly beforeSend?: (() => Promise<boolean>) | undefined
  /** Only one attempt, plus one with a new token after a 401: the caller owns the retries. */
  readonly isRetriedByCaller?: boolean | undefined
}

/** A 2xx answer. `json` is undefined when there was none. */
export interface GraphAnswer {
  readonly status: number
  readonly headers: Headers
  readonly json: unknown
  readonly requestId: string
}

/** The configuration of the client. */
export interface GraphClientSettings {
  readonly fetch: Fetch
  readonly tokens: TokenSource
  readonly limiter: Limiter
  readonly clock: () => Clock
  readonly random: () => number
  readonly newRequestId: () => string
  readonly attemptTimeoutMs: number
  readonly maxAttempts: number
  readonly maxElapsedMs: number
  readonly maxResponseBytes: number
  readonly appId?: string | undefined
}

interface Failed {
  readonly trouble: AttemptFailure
  readonly failure: ServiceFailure
  /** True when another attempt cannot change the result. */
  readonly isFinal?: boolean
}

type Tried = { readonly answer: GraphAnswer } | Failed

/** Sends `request` and repeats it where that is safe and may help. Never rejects. */
export async function sendToGraph(request: GraphRequest, settings: GraphClientSettings): Promise<Verdict<GraphAnswer>> {
  const startedAt = settings.clock().now()
  const requestId = settings.newRequestId()
  let isTokenFresh = false
  let waitedMs = 0
  for (let failures = 1; ; failures += 1) {
    let token: string | undefined
    let tried = await tryOnce(request, requestId, settings, (used) => {
      token = used
    })
    if ('failure' in tried && tried.failure.status === 401 && token !== undefined && !isTokenFresh) {
      isTokenFresh = true
      settings.tokens.invalidate(token)
      tried = await tryOnce(request, requestId, settings, () => {})
    }
    if ('answer' in tried) return { verdict: 'done', value: tried.answer }
    const waitMs = retryWaitMs(failures, tried.failure.retryAfterMs, settings.random())
    // The wait counts in full, even if the wall clock was set back meanwhile.
    const elapsedMs = Math.max(waitedMs, settings.clock().now() - startedAt)
    const isInTime = elapsedMs + waitMs <= settings.maxElapsedMs
    waitedMs += waitMs
    const isWorthIt = tried.isFinal !== true && isRetryable(tried.trouble, request.isRepeatable)
    if (!isWorthIt || !isInTime || failures >= (request.isRetriedByCaller === true ? 1 : settings.maxAttempts))
      return judge(tried, request.isRepeatable)
    if (!(await sleep(settings.clock(), waitMs, request.signal))) return judge(tried, request.isRepeatable)
  }
}

/** Rules 1 and 2. */
function judge({ trouble, failure }: Failed, isRepeatable: boolean): Verdict<GraphAnswer> {
  const isRefused = isDefinite(trouble) && !(isRepeatable && isTransient(trouble))
  return { verdict: isRefused ? 'refused' : 'unconfirmed', failure }
}

async function tryOnce(
  request: GraphRequest,
  requestId: string,
  settings: GraphClientSettings,
  onToken: (token: string) => void,
): Promise<Tried> {
  const leave = await settings.limiter.enter(request.signal)
  if (leave === undefined) return unsent(requestId, ...reasonNotEntered(request.signal))
  try {
    const token = await unlessAborted(settings.tokens.get(), request.signal)
    onToken(token)
    const attempt = await attemptRequest(
      {
        url: request.url,
        method: request.method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token}`,
          'client-request-id': requestId,
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
      },
      {
        fetch: settings.fetch,
        clock: settings.clock(),
        timeoutMs: settings.attemptTimeoutMs,
        maxBytes: settings.maxResponseBytes,
        signal: request.signal,
        beforeSend: request.beforeSend,
      },
    )
    return readAttempt(attempt, request, requestId, settings)
  } catch (error) {
    if (error instanceof TokenUnavailable) return unsent(requestId, 'tokenUnavailable', error.message)
    if (request.signal?.aborted && error === request.signal.reason)
      return unsent(requestId, ...reasonNotEntered(request.signal))
    throw error
  } finally {
    leave()
  }
}

function reasonNotEntered(signal: AbortSignal | undefined): [code: string, message: string] {
  if (signal?.aborted === true) return ['aborted', 'the caller gave up before it was sent']
  return ['queueFull', 'too many requests are waiting to be sent']
}

function unsent(requestId: string, code: string, message: string): Failed {
  return { trouble: { kind: 'unreached' }, failure: { reason: 'other', code, message, requestId }, isFinal: true }
}

function readAttempt(attempt: Attempt, request: GraphRequest, requestId: string, settings: GraphClientSettings): Tried {
  if (attempt.kind === 'failed') {
    const { trouble, code, message } = attempt
    return { trouble, failure: { reason: 'other', code, message, requestId }, isFinal: code === 'aborted' }
  }
  const { status, headers, text } = attempt
  if (status >= 200 && status < 300) {
    const json = parse(text)
    if (request.needsBody !== true || json !== undefined) return { answer: { status, headers, json, requestId } }
    return {
      trouble: { kind: 'lost' },
      failure: {
        reason: 'other',
        status,
        code: 'answerUnreadable',
        message: 'the answer has no readable JSON body',
        requestId,
      },
    }
  }
  // A browser shows a redirect that is not followed as status 0.
  if (status === 0 || (status >= 300 && status < 400)) {
    const message =
      'the service answered with a redirect, which is not followed because the token is only for this host; check baseUrl'
    return {
      trouble: { kind: 'status', status },
      failure: readFailure({ status, code: 'redirected', message, requestId }),
    }
  }
  return readRefusal(status, headers, text ?? '', request, requestId, settings)
}

function readRefusal(
  status: number,
  headers: Headers,
  text: string,
  request: GraphRequest,
  requestId: string,
  settings: GraphClientSettings,
): Failed {
  const { code, message } = readServiceError(status, text)
  const counted = effectiveStatus(status, code)
  const advice = adviceFor(request.operation, counted, code, settings.appId)
  const retryAfterMs = readRetryAfter(headers, settings.clock().now())
  return {
    trouble: { kind: 'status', status: counted },
    failure: readFailure({
      status: counted,
      code,
      message: redact(advice === undefined ? message : `${message} ${advice}`),
      requestId,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }),
  }
}

function parse(text: string | undefined): unknown {
  if (text === undefined || text === '' || findExcess(text, bodyLimits) !== undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the `needsBody` of the request decides whether that matters
  }
}
