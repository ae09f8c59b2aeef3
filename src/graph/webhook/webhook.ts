/**
 * Graph webhook: the Fetch-API handler for the URL in `callbackUri`.
 *
 * Rule: callbacks are authenticated unless the application switches that off explicitly; missing configuration is an
 * error.
 * @module
 */
import type { Clock } from '../../time/clock.ts'
import type { EventSink, ParsedCallback, WebhookAdapter, WebhookCounts } from '../../webhook/core.ts'
import { textOrValue, type ReceivedBody } from '../../webhook/body.ts'
import { createWebhook, webhookFields, type WebhookHandler, type WebhookOptions } from '../../webhook/handler.ts'
import { holdingSystemClock } from '../../time/system-clock.ts'
import type { Fetch } from '../transport/http-attempt.ts'
import { checkArgument, method, options, readOptions, withMethods, type EveryOption } from '../../call/codec/options.ts'
import { also, either, is, isObject, list, oneOf, optional } from '../../call/codec/schema.ts'
import { normaliseId } from '../wire/ids.ts'
import type { JsonObject } from '../wire/json-reader.ts'
import { parseBody, readNotifications } from '../wire/notifications.ts'
import { createTokenCheck, type TokenCheck } from './token-verifier.ts'

/** The options of a Graph webhook: how callbacks are authenticated, or that they are not. */
export type GraphWebhookOptions = WebhookOptions &
  (
    | {
        /** The bot's application (client) id. */
        readonly appId: string
        /**
         * The tenant or tenants that callbacks may come from; any when absent. Each call then belongs to the tenant
         * whose token came with its first callback, and is closed to the others, also after a restart.
         */
        readonly tenantId?: string | readonly string[] | undefined
        /** Default Graph's calling service. */
        readonly openIdConfigUrl?: string | undefined
        /** The `fetch` for the keys. Default: the platform's. */
        readonly fetch?: Fetch | undefined
        /** Left out: every callback's token is checked. `off`: none is, which is for tests. */
        readonly authentication?: undefined
      }
    /** For tests, emulators, and a proxy that authenticates. */
    | {
        readonly authentication: 'off'
        /** The bot's application id: the audience of every callback's token. */
        readonly appId?: string | undefined
      }
  )

const tenant = is<string>('a tenant id', (value) => typeof value === 'string' && normaliseId(value) !== '')

const someTenants = also(list(tenant), (tenants) =>
  tenants.length > 0 ? undefined : { path: '', expected: 'a tenant id, or none of the option', found: tenants },
)

const shape = options<EveryOption<GraphWebhookOptions>>({
  ...webhookFields,
  appId: optional(is('the application id of the bot', (value) => typeof value === 'string' && value.trim() !== '')),
  tenantId: optional(either(tenant, someTenants)),
  openIdConfigUrl: optional(is('an absolute URL', (value) => typeof value === 'string' && URL.canParse(value))),
  fetch: optional(method),
  authentication: optional(oneOf('off')),
})

/** Counters of a Graph webhook. */
export interface GraphWebhookCounts extends WebhookCounts {
  /** Callbacks in the older, pre-Graph format, answered 204. */
  legacy: number
}

/** A Fetch-API handler with counters. */
export interface GraphWebhook extends WebhookHandler {
  /** What the webhook has counted since it was made. */
  readonly counts: Readonly<GraphWebhookCounts>
}

/**
 * Creates a handler that authenticates callbacks, reads them and passes their events to `rollcall`.
 * @throws TypeError when neither `appId` nor `authentication: 'off'` is given, for an option that does not exist, and for
 * one that cannot work
 * @example
 * ```ts
 * import { graphWebhook } from 'rollcall/graph'
 *
 * const handle = graphWebhook(rollcall, { appId: 'your-app-id', tenantId: 'your-tenant-id' })
 * export const POST = (request: Request): Promise<Response> => handle(request)
 * ```
 */
export function graphWebhook(rollcall: EventSink, given: GraphWebhookOptions): GraphWebhook {
  checkArgument('graphWebhook: the host', rollcall, withMethods('receive'))
  const options = readOptions<EveryOption<GraphWebhookOptions>>('graphWebhook', shape, given)
  const legacy = { count: 0 }
  const handler = createWebhook(rollcall, adapterOf(options, legacy), options)
  const counts = Object.defineProperty(handler.counts, 'legacy', { get: () => legacy.count, enumerable: true })
  return Object.assign(handler, { counts: counts as GraphWebhookCounts })
}

function adapterOf(options: EveryOption<GraphWebhookOptions>, legacy: { count: number }): WebhookAdapter {
  // Tokens are checked against real time, whatever clock the host uses.
  const checkToken = tokenCheckOf(options, options.clock ?? holdingSystemClock)
  return {
    challenge: 'Bearer',
    ...(checkToken === undefined
      ? {}
      : { authenticate: async ({ header }) => ({ tenantId: await checkToken(header('authorization')) }) }),
    parse: (body) => {
      const parsed = parse(body)
      if (parsed.reply !== undefined) legacy.count += 1
      return parsed
    },
  }
}

function parse(body: ReceivedBody): ParsedCallback {
  const value = parseBody(textOrValue(body))
  if (isLegacy(value)) return { events: [], reply: { status: 204, headers: {} } }
  return { events: readNotifications(value) }
}

/**
 * True for the older, pre-Graph calling format: an incoming call is posted in both formats, and 204 selects Graph's. It
 * is an object without `value` that describes a conversation or the outcome of an action on one.
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

function tokenCheckOf(
  { authentication, appId, tenantId, openIdConfigUrl, fetch }: EveryOption<GraphWebhookOptions>,
  clock: Clock,
): TokenCheck | undefined {
  if (authentication === 'off') return undefined
  if (appId === undefined) {
    throw new TypeError(
      "graphWebhook: expected appId, to authenticate callbacks, or authentication: 'off', to accept them from any sender",
    )
  }
  return createTokenCheck({ appId, tenantId, openIdConfigUrl, fetch, clock })
}
