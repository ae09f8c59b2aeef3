/**
 * Operations: Graph's requests for calls and their answers, apart from HTTP.
 * @module
 */
import type { GraphVersion } from '../../graph/wire/shapes.ts'
import type { WireObject } from './wire-object.ts'

/** All operations of the service. */
export const operations = [
  'call.create',
  'call.get',
  'call.delete',
  'call.keepAlive',
  'call.answer',
  'call.reject',
  'call.redirect',
  'call.transfer',
  'call.mute',
  'call.unmute',
  'call.cancelMediaProcessing',
  'participants.list',
  'participants.invite',
  'participants.muteAll',
  'participant.get',
  'participant.delete',
  'participant.mute',
  'participant.startHoldMusic',
  'participant.stopHoldMusic',
] as const

/** The name of an operation. */
export type OperationName = (typeof operations)[number]

/** A request of a bot, as read by an edge. Ids are lower case. */
export interface ServiceRequest {
  /** The requested operation. */
  readonly operation: OperationName
  /** The API version of the URL, repeated in the answer's `@odata.context`. Default `v1.0`. */
  readonly version?: GraphVersion | undefined
  /** The application that asks. */
  readonly appId: string
  /** The call it is about; absent for a new one. */
  readonly callId?: string | undefined
  /** The participant it is about. */
  readonly participantId?: string | undefined
  /** The body, read as JSON. */
  readonly body?: unknown
  /** Page of a list: number of entries, and number skipped. */
  readonly top?: number | undefined
  /** How many entries of a list were read before. */
  readonly skip?: number | undefined
}

/** The service's answer. */
export interface ServiceResponse {
  /** The HTTP status. */
  readonly status: number
  /** The path of the created resource, below `/communications/calls/`. */
  readonly location?: string | undefined
  /** Number of entries before the next page. */
  readonly nextSkip?: number | undefined
  /** Seconds to wait, on 429. */
  readonly retryAfterSeconds?: number | undefined
  /** The body to write as JSON. */
  readonly body?: WireObject | undefined
}

/** Maximum number of invitees of one request, and of targets of one call (documented). */
export const MAX_INVITEES = 5
/** Maximum length of a `clientContext` in characters (documented). */
export const MAX_CLIENT_CONTEXT = 256
