/**
 * HTTP attempt: sends one HTTP request once, limited in time and size, and returns the outcome without throwing.
 *
 * Rule 1: redirects are not followed: the token is only for the configured host.
 * Rule 2: nothing is awaited between the claim of a request and `fetch`.
 * Rule 3: an attempt ends at its timeout even if `fetch` ignores its signal.
 * @module
 */
import type { Clock } from '../../time/clock.ts'
import type { AttemptFailure } from '../wire/retry.ts'
import { DeadlinePassed, withDeadline } from '../../time/with-deadline.ts'

/** The `fetch` of the platform, or one like it. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>

/** The request to send. */
export interface HttpRequest {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** The outcome. `text` is absent when the body could not be read to its end. */
export type Attempt =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: Headers
      readonly text?: string | undefined
    }
  | { readonly kind: 'failed'; readonly trouble: AttemptFailure; readonly code: string; readonly message: string }

/** The options of an attempt. */
export interface AttemptBounds {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
  /** Called right before `fetch`; on `false` nothing is sent. */
  readonly beforeSend?: (() => Promise<boolean>) | undefined
}

/** Sends `request` once. Never rejects. */
export async function attemptRequest(request: HttpRequest, bounds: AttemptBounds): Promise<Attempt> {
  const { clock, timeoutMs, signal } = bounds
  if (!(await mayBeSent(bounds)))
    return {
      kind: 'failed',
      trouble: { kind: 'unreached' },
      code: 'aborted',
      message: 'the caller gave up before it was sent',
    }
  try {
    return await withDeadline({ clock, timeoutMs, signals: [signal] }, (given) => exchange(request, bounds, given))
  } catch (reason) {
    return { kind: 'failed', trouble: { kind: 'lost' }, ...stopReason(reason) }
  }
}

async function mayBeSent({ signal, beforeSend }: AttemptBounds): Promise<boolean> {
  const isGivenUp = (): boolean => signal?.aborted === true
  return !isGivenUp() && (beforeSend === undefined || (await beforeSend())) && !isGivenUp()
}

function stopReason(reason: unknown): { code: string; message: string } {
  if (reason instanceof DeadlinePassed) return { code: 'timeout', message: `no answer within ${reason.timeoutMs} ms` }
  return { code: 'aborted', message: 'the caller gave up while it was under way' }
}

async function exchange(request: HttpRequest, bounds: AttemptBounds, signal: AbortSignal): Promise<Attempt> {
  let response: Response
  try {
    response = await bounds.fetch(request.url, {
      method: request.method,
      headers: { ...request.headers },
      redirect: 'manual',
      signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    })
  } catch (error) {
    return { kind: 'failed', ...connectionTrouble(error) }
  }
  const text = await readText(response, bounds.maxBytes)
  return { kind: 'answered', status: response.status, headers: response.headers, text }
}

async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  try {
    const reader = response.body?.getReader()
    if (reader === undefined) return ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      bytes += value.byteLength
      if (bytes > maxBytes) {
        await reader.cancel()
        return undefined
      }
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    return undefined // the connection broke after the status line; the status still counts
  }
}

/** Codes of failed connections and untrusted certificates, as Node, undici and OpenSSL name them. */
const unreachedCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
])
/** How far `cause` is followed; `fetch failed` wraps once, an address family race once more. */
const CAUSE_LIMIT = 4

function connectionTrouble(error: unknown): { trouble: AttemptFailure; code: string; message: string } {
  const code = systemCode(error)
  if (code !== undefined && unreachedCodes.has(code)) {
    return { trouble: { kind: 'unreached' }, code, message: 'no connection to the service could be made' }
  }
  // The error's own message is not included: a platform may quote headers in it.
  return { trouble: { kind: 'lost' }, code: code ?? 'network', message: 'the connection broke before an answer came' }
}

function systemCode(error: unknown): string | undefined {
  let current = error
  for (let depth = 0; depth < CAUSE_LIMIT && typeof current === 'object' && current !== null; depth += 1) {
    const { code, cause } = current as { code?: unknown; cause?: unknown }
    if (typeof code === 'string') return code
    current = cause
  }
  return undefined
}
