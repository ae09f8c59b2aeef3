/**
 * Graph webhook: the handler to mount where `callbackUri` points, as a Fetch-API function.
 *
 * Rule: callbacks are authenticated unless that was switched off by name; forgetting to configure it is an error.
 * @module
 */
import { isRollcallError } from '../../call/model/errors.ts'
import type { InboundEvent } from '../../call/model/events.ts'
import type { Clock } from '../../host/ports/ports.ts'
import type { BodySource } from './body.ts'
import { machineClock } from '../clock.ts'
import type { Fetch } from '../transport/http-attempt.ts'
import { createTokenCheck, type TokenCheck } from './token-verifier.ts'
import {
  answerCallback,
  type Callback,
  type ObservationSink,
  type Reply,
  type UnknownCalls,
  type WebhookCounts,
} from './core.ts'

/** What holds with and without authentication. */
interface CommonWebhookOptions {
  /** Largest body taken, in bytes. Default 16 MiB. */
  readonly bodyLimit?: number | undefined
  /** How long a body may take to arrive, in milliseconds. Default 10 s. */
  readonly bodyTimeoutMs?: number | undefined
  /** `adopt` (default): a call this bot does not know is taken in. `refuse`: it is answered 404. */
  readonly unknownCalls?: UnknownCalls | undefined
  /** Told of every notification nobody understood, of calls (the host counts those, too) and of no call. */
  readonly onUnrecognised?: ((observation: InboundEvent) => void) | undefined
  /**
   * Told why a callback was not accepted: more than the sender is. Default: what is the program's own fault goes to
   * `console.error`.
   */
  readonly onRefused?: ((error: unknown) => void) | undefined
  readonly clock?: Clock | undefined
}

/** Whose callbacks to take, or that anybody's are. */
export type GraphWebhookOptions = CommonWebhookOptions &
  (
    | {
        /** The bot's application (client) id. */
        readonly appId: string
        /**
         * The tenant, or tenants, callbacks may come from. Any when absent; each call then belongs to the tenant whose token
         * came with its first callback, and is closed to the others, also after a restart.
         */
        readonly tenantId?: string | readonly string[] | undefined
        /** Default Graph's calling service. */
        readonly openIdConfigUrl?: string | undefined
        /** What the keys are fetched with. Default the platform's. */
        readonly fetch?: Fetch | undefined
        readonly authentication?: undefined
      }
    /** For tests, emulators, and where something in front authenticates already. */
    | { readonly authentication: 'off'; readonly appId?: string | undefined }
  )

/** The symbol under which a handler carries its core, so that adapters need not build a `Request`. */
export const coreOf: unique symbol = Symbol.for('rollcall.webhook.core')

/** A Fetch-API handler that counts what it saw. */
export interface GraphWebhook {
  (request: Request): Promise<Response>
  readonly counts: Readonly<WebhookCounts>
  /** Callbacks that were refused, by the code of the refusal. */
  readonly refusals: ReadonlyMap<string, number>
  readonly [coreOf]: (callback: Callback) => Promise<Reply>
}

/** Largest body taken, in bytes; a roster of 10,000 is about 8 MB. */
const BODY_LIMIT = 16 * 1024 * 1024
/** How long a body may take to arrive. The service posts from its own data centres: it takes milliseconds. */
const BODY_TIMEOUT_MS = 10_000

/**
 * A handler that authenticates callbacks, reads them and hands what they say to `rollcall`.
 * @throws TypeError when neither `appId` nor `authentication: 'off'` is given
 */
export function graphWebhook(rollcall: ObservationSink, options: GraphWebhookOptions): GraphWebhook {
  const counts: WebhookCounts = { accepted: 0, observed: 0, unrecognised: 0, legacy: 0, refused: 0 }
  const settings = {
    sink: rollcall,
    // Tokens are of real time, whatever clock the host goes by.
    checkToken: tokenCheckOf(options, options?.clock ?? machineClock),
    clock: options.clock ?? rollcall.clock ?? machineClock,
    bodyLimit: options.bodyLimit ?? BODY_LIMIT,
    bodyTimeoutMs: options.bodyTimeoutMs ?? BODY_TIMEOUT_MS,
    unknownCalls: options.unknownCalls ?? 'adopt',
    onUnrecognised: options.onUnrecognised,
    onRefused: options.onRefused ?? reportMistake,
    counts,
    refusals: new Map<string, number>(),
  }
  const core = (callback: Callback): Promise<Reply> => answerCallback(callback, settings)
  const handle = async (request: Request): Promise<Response> => {
    const { status, headers, body } = await core(callbackOf(request))
    return new Response(body ?? null, { status, headers })
  }
  return Object.assign(handle, { counts, refusals: settings.refusals, [coreOf]: core })
}

function tokenCheckOf(options: GraphWebhookOptions | undefined, clock: Clock): TokenCheck | undefined {
  if (options?.authentication === 'off') return undefined
  if (options?.authentication !== undefined) throw new TypeError("authentication: expected 'off' or nothing")
  if (options?.appId === undefined) {
    throw new TypeError(
      "graphWebhook: expected appId, to authenticate callbacks for, or authentication: 'off' to take anybody's",
    )
  }
  return createTokenCheck({
    appId: options.appId,
    tenantId: options.tenantId,
    openIdConfigUrl: options.openIdConfigUrl,
    fetch: options.fetch,
    clock,
  })
}

function reportMistake(error: unknown): void {
  if (!isRollcallError(error)) console.error('rollcall:', error)
}

function callbackOf(request: Request): Callback {
  return {
    method: request.method,
    authorization: request.headers.get('authorization'),
    contentLength: request.headers.get('content-length'),
    body: bodyOf(request),
  }
}

function bodyOf(request: Request): BodySource {
  if (request.bodyUsed) return { kind: 'consumed' }
  if (request.body === null) return { kind: 'text', text: '' }
  return { kind: 'chunks', chunks: request.body }
}
