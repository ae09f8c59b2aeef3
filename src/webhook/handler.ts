/**
 * Webhook handler: the core as a Fetch-API function, with the options that every adapter has.
 * @module
 */
import { clock as clockShape, method, someMilliseconds } from '../call/codec/options.ts'
import { oneOf, optional, wholeNumber, type Fields } from '../call/codec/schema.ts'
import { isRollcallError } from '../call/model/errors.ts'
import type { InboundEvent } from '../call/model/events.ts'
import { systemClock } from '../time/system-clock.ts'
import type { Clock } from '../time/clock.ts'
import type { BodySource } from './body.ts'
import {
  answerCallback,
  type Callback,
  type EventSink,
  type UnknownCalls,
  type WebhookAdapter,
  type WebhookCounts,
} from './core.ts'
import type { Reply } from './reply.ts'

/** Options that every webhook has. */
export interface WebhookOptions {
  /** Largest body taken, in bytes. Default 16 MiB. */
  readonly bodyLimit?: number | undefined
  /** How long a body may take to arrive, in milliseconds. Default 10 s. */
  readonly bodyTimeoutMs?: number | undefined
  /** `adopt` (default): a call that the host does not know is adopted. `refuse`: it is answered 404. */
  readonly unknownCalls?: UnknownCalls | undefined
  /** Called with every event of an unknown kind, of calls (the host counts those, too) and of no call. */
  readonly onUnrecognised?: ((event: InboundEvent) => void) | undefined
  /** Called with the reason why a callback was refused. Default: errors that are not RollcallErrors go to `console.error`. */
  readonly onRefused?: ((error: unknown) => void) | undefined
  /** Default the host's clock, else the system clock. */
  readonly clock?: Clock | undefined
}

/** The checks of those options. */
export const webhookFields: Fields<WebhookOptions> = {
  bodyLimit: optional(wholeNumber(1)),
  bodyTimeoutMs: optional(someMilliseconds),
  unknownCalls: optional(oneOf('adopt', 'refuse')),
  onUnrecognised: optional(method),
  onRefused: optional(method),
  clock: optional(clockShape),
}

/** The symbol under which a handler carries its core: listeners then need not build a `Request`. */
export const coreOf: unique symbol = Symbol.for('rollcall.webhook.core')

/** A Fetch-API handler that counts what it saw. */
export interface WebhookHandler {
  (request: Request): Promise<Response>
  readonly counts: Readonly<WebhookCounts>
  /** Refused callbacks, by the code of the refusal. */
  readonly refusals: ReadonlyMap<string, number>
  readonly [coreOf]: (callback: Callback) => Promise<Reply>
}

/** Largest body taken, in bytes; a roster of 10,000 is about 8 MB. */
const BODY_LIMIT = 16 * 1024 * 1024

/** How long a body may take to arrive, milliseconds. Services post from their own data centres: it takes milliseconds. */
const BODY_TIMEOUT_MS = 10_000

/** A handler for the callbacks of one service, which hands their events to `sink`. */
export function createWebhook(sink: EventSink, adapter: WebhookAdapter, options: WebhookOptions = {}): WebhookHandler {
  const settings = {
    sink,
    adapter,
    clock: options.clock ?? sink.clock ?? systemClock,
    bodyLimit: options.bodyLimit ?? BODY_LIMIT,
    bodyTimeoutMs: options.bodyTimeoutMs ?? BODY_TIMEOUT_MS,
    unknownCalls: options.unknownCalls ?? 'adopt',
    onUnrecognised: options.onUnrecognised,
    onRefused: options.onRefused ?? reportBug,
    counts: { accepted: 0, observed: 0, unrecognised: 0, refused: 0 },
    refusals: new Map<string, number>(),
  }
  const core = (callback: Callback): Promise<Reply> => answerCallback(callback, settings)
  const handle = async (request: Request): Promise<Response> => {
    const { status, headers, body } = await core(callbackOf(request))
    return new Response(body ?? null, { status, headers })
  }
  return Object.assign(handle, { counts: settings.counts, refusals: settings.refusals, [coreOf]: core })
}

function reportBug(error: unknown): void {
  if (!isRollcallError(error)) console.error('rollcall:', error)
}

function callbackOf(request: Request): Callback {
  return {
    method: request.method,
    url: request.url,
    header: (name) => request.headers.get(name),
    body: bodyOf(request),
  }
}

function bodyOf(request: Request): BodySource {
  if (request.bodyUsed) return { kind: 'consumed' }
  if (request.body === null) return { kind: 'text', text: '' }
  return { kind: 'chunks', chunks: request.body }
}
