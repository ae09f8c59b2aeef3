/**
 * `rollcall/graph`: the Graph edge — reads callbacks, authenticates them, and talks to the service.
 * @module
 */
export { parseNotifications } from './wire/notifications.ts'
export { normaliseId } from './wire/ids.ts'
export { graphTransport } from './transport/transport.ts'
export type { GraphTransport, GraphTransportOptions } from './transport/transport.ts'
export type {
  AnswerParameters,
  HoldMusicParameters,
  RedirectParameters,
  RejectParameters,
  TransferParameters,
} from './wire/operation-bodies.ts'
export type { TokenCredentialLike, TokenProvider } from './transport/token-source.ts'
export type { GraphOperationName } from './transport/service-errors.ts'
export { graphWebhook } from './webhook/webhook.ts'
export type { GraphWebhook, GraphWebhookCounts, GraphWebhookOptions } from './webhook/webhook.ts'
export type { EventSink, UnknownCalls, WebhookCounts } from '../webhook/core.ts'
export { toNodeListener } from '../webhook/node-listener.ts'
export type { FetchHandler, NodeListener } from '../webhook/node-listener.ts'
export type { Fetch } from './transport/http-attempt.ts'
export type * from './wire/shapes.ts'
