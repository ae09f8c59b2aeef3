/**
 * Webhook core: takes one callback of a call service, from the request to the answer.
 *
 * Rule 1: the steps have a fixed order, and each begins only when the one before has passed: method, `authenticate`
 * (headers only), size limit, `verify` (the bytes), `parse`, `receive`, answer.
 * Rule 2: 202 means that everything the callback said is stored. Any other status means that nothing was stored, except
 * for the calls that a 503 names in `stored`: each call is committed by itself, and repeating them changes nothing.
 * Rule 3: an answer tells the sender no more about an error than the sender needs.
 * @module
 */
import { isRollcallError } from '../call/model/errors.ts'
import { noCall, type InboundEvent } from '../call/model/events.ts'
import { giveWay, systemClock } from '../time/system-clock.ts'
import type { Clock } from '../time/clock.ts'
import { readBody, type BodySource, type ReceivedBody } from './body.ts'
import { methodNotAllowed, replyTo, type Reply } from './reply.ts'

/** What a webhook does with callbacks of calls that the host does not know. */
export type UnknownCalls = 'adopt' | 'refuse'

/** Takes events in. A host is one. */
export interface EventSink {
  /**
   * The clock that bodies are timed by; the system clock when absent. A host with its own clock never waits for
   * another.
   */
  readonly clock?: Clock | undefined
  /**
   * Resolves once the events are stored. `tenantId` is the tenant that the sender proved to speak for.
   * @throws RollcallError MAILBOX_FULL | STORE_FAILED | STORE_CONFLICT | CALL_UNKNOWN | TOKEN_REFUSED; its `status` is answered
   */
  receive(
    events: readonly InboundEvent[],
    options?: { readonly unknownCalls?: UnknownCalls; readonly tenantId?: string },
  ): Promise<void>
}

/** A callback before its body is read. */
interface CallbackHead {
  readonly method: string
  /** The address it was posted to, as far as the server knows it; the path and query at least. */
  readonly url: string
  /** A header by its lower-case name; several of one name are joined by ", ". Null when there is none. */
  readonly header: (name: string) => string | null
}

/** A callback whose body is read on demand. */
export interface Callback extends CallbackHead {
  readonly body: BodySource
}

/** What a callback proved about its sender. */
interface Sender {
  /** The tenant the sender speaks for, where the service has tenants. */
  readonly tenantId?: string | undefined
}

/** What a body says. */
export interface ParsedCallback {
  /** In the order of the body. Events of no call have `noCall` as their call id. */
  readonly events: readonly InboundEvent[]
  /** Answers the callback as it is, without handing anything to the host. */
  readonly reply?: Reply | undefined
}

/** How the callbacks of one service are authenticated and read. */
export interface WebhookAdapter {
  /** The scheme named in `www-authenticate` of a 401. */
  readonly challenge?: string | undefined
  /**
   * Authenticates by the headers alone, before the body is read: for services that send a token.
   * @throws RollcallError TOKEN_REFUSED | KEYS_UNAVAILABLE
   */
  authenticate?(head: CallbackHead): Promise<Sender>
  /**
   * Authenticates the bytes of the body: for services that sign it. A body that a framework has parsed already cannot
   * be verified: the callback is answered 500, and the error says where to mount the webhook.
   * @throws RollcallError TOKEN_REFUSED
   */
  verify?(head: CallbackHead, bytes: Uint8Array): Promise<Sender>
  /**
   * Reads the body.
   * @throws RollcallError BODY_NOT_JSON | BODY_INVALID | BODY_TOO_COMPLEX
   */
  parse(body: ReceivedBody, head: CallbackHead): ParsedCallback
}

/** Counts what a webhook has seen, so that nothing is dropped silently. */
export interface WebhookCounts {
  /** Callbacks answered 202. */
  accepted: number
  /** Events of a known kind that were handed to the host. */
  observed: number
  /** Events of an unknown kind, of calls and of no call. */
  unrecognised: number
  /** Callbacks answered 4xx or 5xx. */
  refused: number
}

/** The settings of a webhook, all of them given. */
export interface WebhookSettings {
  readonly sink: EventSink
  readonly adapter: WebhookAdapter
  readonly clock: Clock
  readonly bodyLimit: number
  readonly bodyTimeoutMs: number
  readonly unknownCalls: UnknownCalls
  readonly onUnrecognised: ((event: InboundEvent) => void) | undefined
  readonly onRefused: ((error: unknown) => void) | undefined
  readonly counts: WebhookCounts
  /** Refused callbacks, by the code of the refusal. */
  readonly refusals: Map<string, number>
}

/** Answers one callback. Never rejects. */
export async function answerCallback(callback: Callback, settings: WebhookSettings): Promise<Reply> {
  const { adapter, bodyLimit, bodyTimeoutMs, clock, counts } = settings
  try {
    if (callback.method !== 'POST') {
      countRefusal(settings, 'METHOD_NOT_ALLOWED')
      return methodNotAllowed()
    }
    const sender = (await adapter.authenticate?.(callback)) ?? {}
    const contentLength = callback.header('content-length')
    const body = await readBody(callback.body, contentLength, { limit: bodyLimit, timeoutMs: bodyTimeoutMs, clock })
    const signer = adapter.verify === undefined ? {} : await adapter.verify(callback, bytesOf(body))
    const { events, reply } = adapter.parse(body, callback)
    if (reply !== undefined) return reply
    if (isLarge(events)) await giveWay(systemClock)
    await takeIn(events, { ...sender, ...signer }, settings)
    counts.accepted += 1
    return { status: 202, headers: {} }
  } catch (error) {
    countRefusal(settings, isRollcallError(error) ? error.code : 'INTERNAL')
    callListener(settings.onRefused, error)
    return replyTo(error, adapter.challenge)
  }
}

/** @throws TypeError for a body that was parsed before: its bytes are gone */
function bytesOf(body: ReceivedBody): Uint8Array {
  if (body.kind === 'bytes') return body.bytes
  if (body.kind === 'text') return new TextEncoder().encode(body.text)
  throw new TypeError(
    'the signature covers the bytes of the body, and a body parser has consumed them: mount the webhook before it',
  )
}

/**
 * From this many roster entries on, taking them in begins in a turn of its own: reading them took tens of milliseconds.
 */
const LARGE_BODY = 1_000

function isLarge(events: readonly InboundEvent[]): boolean {
  const size = ({ event }: InboundEvent): number => (event.type === 'roster.reported' ? event.entries.length : 1)
  return events.reduce((sum, event) => sum + size(event), 0) >= LARGE_BODY
}

/** The codes are a closed list, so the map stays small. */
function countRefusal({ counts, refusals }: WebhookSettings, code: string): void {
  counts.refused += 1
  refusals.set(code, (refusals.get(code) ?? 0) + 1)
}

async function takeIn(events: readonly InboundEvent[], { tenantId }: Sender, settings: WebhookSettings): Promise<void> {
  const { sink, unknownCalls, counts, onUnrecognised } = settings
  const ofCalls = events.filter(({ callId }) => callId !== noCall)
  if (ofCalls.length > 0) await sink.receive(ofCalls, { unknownCalls, ...(tenantId === undefined ? {} : { tenantId }) })
  for (const event of events) {
    if (event.event.type !== 'notification.unrecognised') {
      counts.observed += 1
      continue
    }
    counts.unrecognised += 1
    callListener(onUnrecognised, event)
  }
}

/** An error of a listener, thrown or rejected, changes no answer and ends nothing. */
function callListener<T>(listener: ((value: T) => unknown) | undefined, value: T): void {
  const report = (error: unknown): void => console.error('rollcall: a listener of the webhook threw', error)
  try {
    const returned = listener?.(value)
    if (isThenable(returned)) Promise.resolve(returned).catch(report)
  } catch (error) {
    report(error)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}
