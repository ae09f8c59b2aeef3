/**
 * `rollcall/graph`: the Graph edge — reads callbacks, authenticates them, and talks to the service.
 * @module
 */
export { parseNotifications } from './notifications.ts'
export { normaliseId } from '../call/ids.ts'
export { graphTransport } from './transport.ts'
export type { GraphTransport, GraphTransportOptions } from './transport.ts'
export type {
  AnswerParameters,
  HoldMusicParameters,
  RedirectParameters,
  RejectParameters,
  TransferParameters,
} from './operations.ts'
export type { TokenCredentialLike, TokenProvider } from './token-source.ts'
export type { GraphOperationName } from './service-failures.ts'
export { graphWebhook } from './webhook.ts'
export type { GraphWebhook, GraphWebhookOptions } from './webhook.ts'
export type { ObservationSink, UnknownCalls, WebhookCounts } from './webhook-core.ts'
export { toNodeListener } from './node-listener.ts'
export type { FetchHandler, NodeListener } from './node-listener.ts'
export type { Fetch } from './http-attempt.ts'
export type * from './wire.ts'
