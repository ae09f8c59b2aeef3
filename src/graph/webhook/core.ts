/**
 * Webhook core: what becomes of one callback, whatever brought it.
 *
 * Rule 1: in this order, and no step is begun before the one before has passed: method, token, size, body, shape, host.
 * Rule 2: 202 means that what the callback said is kept. Everything else means that nothing of it counted, but for the
 * calls that a 503 names in `stored`: each call is committed by itself, and what is repeated for them changes nothing.
 * Rule 3: an answer never says more of an error than the sender needs.
 * @module
 */
import { isRollcallError, type RollcallError } from '../../call/model/errors.ts'
import type { InboundEvent } from '../../call/model/events.ts'
import type { Clock } from '../../host/ports/ports.ts'
import { readBody, type BodySource } from './body.ts'
import { giveWay } from '../clock.ts'
import type { TokenCheck } from './token-verifier.ts'
import { isObject, type JsonObject } from '../wire/json-reader.ts'
import { noCall, parseBody, readNotifications } from '../wire/notifications.ts'

/** What a webhook does with callbacks of calls the host does not know. */
export type UnknownCalls = 'adopt' | 'refuse'

/** Who takes observations in; a host is one. */
export interface ObservationSink {
  /** What bodies are timed by; default the machine's. A host on a clock of its own never waits for another one. */
  readonly clock?: Clock | undefined
  /**
   * Resolves once the observations are kept. `tenantId` is the tenant whose token came with them.
   * @throws RollcallError MAILBOX_FULL | STORE_FAILED | STORE_CONFLICT | CALL_UNKNOWN | TOKEN_REFUSED, whose `status` is answered
   */
  receive(
    observations: readonly InboundEvent[],
    options?: { readonly unknownCalls?: UnknownCalls; readonly tenantId?: string },
  ): Promise<void>
}

/** A callback, read lazily. */
export interface Callback {
  readonly method: string
  readonly authorization: string | null
  /** `content-length` as it came. */
  readonly contentLength: string | null
  readonly body: BodySource
}

/** What to answer. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What a webhook has seen, so that nothing is dropped silently. */
export interface WebhookCounts {
  /** Callbacks answered 202. */
  accepted: number
  /** Observations of known shape handed to the host. */
  observed: number
  /** Facts nobody understood, of calls and of no call. */
  unrecognised: number
  /** Callbacks in the format before Graph's, answered 204. */
  legacy: number
  /** Callbacks answered 4xx or 5xx. */
  refused: number
}

/** What the core goes by. */
export interface WebhookSettings {
  readonly sink: ObservationSink
  /** Absent when authentication was switched off by name. */
  readonly checkToken: TokenCheck | undefined
  readonly clock: Clock
  readonly bodyLimit: number
  readonly bodyTimeoutMs: number
  readonly unknownCalls: UnknownCalls
  readonly onUnrecognised: ((observation: InboundEvent) => void) | undefined
  readonly onRefused: ((error: unknown) => void) | undefined
  readonly counts: WebhookCounts
  /** Callbacks that were refused, by the code of the refusal. */
  readonly refusals: Map<string, number>
}

/** Answers one callback. Never rejects. */
export async function answerCallback(callback: Callback, settings: WebhookSettings): Promise<Reply> {
  try {
    if (callback.method !== 'POST') return methodNotAllowed(settings)
    const tenant = await settings.checkToken?.(callback.authorization)
    const bounds = { limit: settings.bodyLimit, timeoutMs: settings.bodyTimeoutMs, clock: settings.clock }
    const parsed = parseBody(await readBody(callback.body, callback.contentLength, bounds))
    if (isLegacy(parsed)) {
      settings.counts.legacy += 1
      return { status: 204, headers: {} }
    }
    const observations = readNotifications(parsed)
    if (isLarge(observations)) await giveWay()
    await take(observations, tenant, settings)
    settings.counts.accepted += 1
    return { status: 202, headers: {} }
  } catch (error) {
    count(settings, isRollcallError(error) ? error.code : 'INTERNAL')
    tell(settings.onRefused, error)
    return replyTo(error)
  }
}

/** From so many entries of rosters on, taking them in begins in a turn of its own: reading them took tens of milliseconds. */
const LARGE_BODY = 1_000

function isLarge(observations: readonly InboundEvent[]): boolean {
  return (
    observations.reduce((sum, { event }) => sum + (event.type === 'roster.reported' ? event.entries.length : 1), 0) >=
    LARGE_BODY
  )
}

/** The codes are a closed list: the counts stay as few. */
function count({ counts, refusals }: WebhookSettings, code: string): void {
  counts.refused += 1
  refusals.set(code, (refusals.get(code) ?? 0) + 1)
}

async function take(
  observations: readonly InboundEvent[],
  tenant: string | undefined,
  settings: WebhookSettings,
): Promise<void> {
  const ofCalls = observations.filter(({ callId }) => callId !== noCall)
  if (ofCalls.length > 0) {
    await settings.sink.receive(ofCalls, {
      unknownCalls: settings.unknownCalls,
      ...(tenant === undefined ? {} : { tenantId: tenant }),
    })
  }
  for (const observation of observations) {
    if (observation.event.type !== 'notification.unrecognised') {
      settings.counts.observed += 1
      continue
    }
    settings.counts.unrecognised += 1
    tell(settings.onUnrecognised, observation)
  }
}

/**
 * The calling format before Graph's: the same incoming call is posted in both, and 204 means "in Graph's, please"
 * (FACTS 3.5). It is an object without `value` that describes a conversation or the outcome of an action on one.
 */
function isLegacy(body: unknown): boolean {
  if (!isObject(body) || Object.hasOwn(body, 'value')) return false
  const has = (key: string, test: (value: unknown) => boolean): boolean =>
    Object.hasOwn(body, key) && test((body as JsonObject)[key])
  return (
    has('callState', (value) => typeof value === 'string') ||
    has('operationOutcome', isObject) ||
    (has('id', (value) => typeof value === 'string') &&
      (has('participants', Array.isArray) || has('operations', Array.isArray)))
  )
}

/** The application's callbacks are its own business: what they throw, or reject with, changes no answer and ends nothing. */
function tell<T>(listener: ((value: T) => unknown) | undefined, value: T): void {
  const fail = (error: unknown): void => console.error('rollcall: a listener of the webhook threw', error)
  try {
    const told = listener?.(value)
    if (isThenable(told)) Promise.resolve(told).catch(fail)
  } catch (error) {
    fail(error)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

function methodNotAllowed(settings: WebhookSettings): Reply {
  count(settings, 'METHOD_NOT_ALLOWED')
  return { ...errorReply(405, 'METHOD_NOT_ALLOWED', 'callbacks are posted'), headers: { ...jsonType, allow: 'POST' } }
}

const jsonType = { 'content-type': 'application/json' }

function errorReply(status: number, code: string, message: string, more: object = {}): Reply {
  return { status, headers: jsonType, body: JSON.stringify({ error: { code, message, ...more } }) }
}

function replyTo(error: unknown): Reply {
  if (!isRollcallError(error)) return errorReply(500, 'INTERNAL', 'the callback could not be handled')
  const reply = errorReply(error.status, error.code, messageFor(error), saidOf(error))
  const extra: Record<string, string> = {}
  if (error.status === 401) extra['www-authenticate'] = 'Bearer'
  if (error.status === 503) extra['retry-after'] = '1'
  // What is left of the body is not read: the connection is of no more use.
  if (error.code === 'BODY_TOO_LARGE' || error.code === 'BODY_TOO_SLOW') extra['connection'] = 'close'
  return { ...reply, headers: { ...reply.headers, ...extra } }
}

/** What the sender can do something with: where the body is wrong, which limit it exceeds, what of it is stored. */
function saidOf({ details: { path, limit, found, stored } }: RollcallError): object {
  return {
    ...(path === undefined ? {} : { path }),
    ...(found === undefined ? {} : { limit, found }),
    ...(stored === undefined ? {} : { stored }),
  }
}

/** Rule 3: what is wrong with a body is said in full, why a token was refused or a store failed is not. */
function messageFor(error: RollcallError): string {
  if (error.status === 401) return 'the bearer token is missing or not valid here'
  if (error.status >= 500) return 'not now; send it again later'
  return error.message
}
