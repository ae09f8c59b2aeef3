/**
 * Errors: one class for everything that can go wrong at the edges, with a closed union of codes.
 *
 * Facts (refused, gone, timed out) are events inside the library and become errors only where a caller waits for
 * something else. Programmer error is a `TypeError`. Messages never hold tokens, names or phone numbers.
 * @module
 */

/** What each code means, whether it is definite, and the HTTP status a webhook answers with. */
export const errorCodes = {
  BODY_NOT_JSON: { status: 400, isDefinite: true, meaning: 'The body of a notification is not JSON.' },
  NOTIFICATION_INVALID: {
    status: 400,
    isDefinite: true,
    meaning: 'The body is not a notification collection, or a value at `details.path` has the wrong type.',
  },
  BODY_TOO_LARGE: { status: 413, isDefinite: true, meaning: 'The body is longer than the webhook takes.' },
  BODY_TOO_DEEP: {
    status: 400,
    isDefinite: true,
    meaning:
      'The body of a notification is nested deeper than any the service sends; `details.limit` says how deep it may be.',
  },
  BODY_TOO_FULL: {
    status: 413,
    isDefinite: true,
    meaning:
      'The body holds more notifications, facts or values than the webhook takes; `details.expected` says which, `details.limit` how many it may hold.',
  },
  BODY_TOO_SLOW: { status: 408, isDefinite: true, meaning: 'The body did not arrive in time.' },
  TOKEN_REFUSED: {
    status: 401,
    isDefinite: true,
    meaning: 'The inbound token is missing, or not one of the service for this bot.',
  },
  KEYS_UNAVAILABLE: {
    status: 503,
    isDefinite: true,
    meaning: 'The keys that inbound tokens are checked with could not be fetched; nobody is let in meanwhile.',
  },
  CALL_UNKNOWN: {
    status: 404,
    isDefinite: true,
    meaning: 'The notification is for a call this bot does not know, and the policy is to refuse those.',
  },
  MAILBOX_FULL: {
    status: 503,
    isDefinite: true,
    meaning: 'The call has more unprocessed events than its mailbox holds; send it again later.',
  },
  CALLS_UNPROVED: {
    status: 503,
    isDefinite: true,
    meaning:
      'Too many calls that were not known here wait for the service to say something of them; nothing was taken in, send it again later.',
  },
  STORE_CONFLICT: {
    status: 503,
    isDefinite: true,
    meaning: 'Another instance committed to the call first, more often than the host retries.',
  },
  STORE_FAILED: { status: 503, isDefinite: false, meaning: 'The store could not read or write.' },
  STORE_UNUSABLE: {
    status: 500,
    isDefinite: true,
    meaning:
      'The file is no store of this library, is damaged, or was written by a newer version. It was left as it is.',
  },
  STORE_REPLACED: {
    status: 503,
    isDefinite: false,
    meaning:
      'The file of the store was deleted or replaced while it was open, or its log was. Nothing is read or written until it is back, or the store is opened anew.',
  },
  STORE_NEWER: {
    status: 503,
    isDefinite: true,
    meaning:
      'Another process, of a newer version, has changed the schema of the store; this one writes nothing more to it.',
  },
  SNAPSHOT_INVALID: { status: 500, isDefinite: true, meaning: 'A stored call cannot be read.' },
  SNAPSHOT_NEWER: {
    status: 500,
    isDefinite: true,
    meaning: 'A stored call was written by a newer version of the library.',
  },
  TRACE_INVALID: {
    status: 400,
    isDefinite: true,
    meaning: 'A trace cannot be read, or is larger than any that is read; `details.path` is the number of the line.',
  },
  TRACE_NEWER: { status: 400, isDefinite: true, meaning: 'A trace was written by a newer version of the library.' },
  REQUEST_INVALID: {
    status: 400,
    isDefinite: true,
    meaning: 'The service would refuse this request; it was not sent.',
  },
  REQUEST_REFUSED: {
    status: 502,
    isDefinite: true,
    meaning: 'The service refused the request: it certainly did not happen.',
  },
  REQUEST_UNCONFIRMED: {
    status: 504,
    isDefinite: false,
    meaning: 'No answer, or one that does not say: the request may have happened.',
  },
  REMOVAL_REFUSED: {
    status: 403,
    isDefinite: true,
    meaning: 'The service refused to remove the participant; they are still there.',
  },
  PARTICIPANT_UNKNOWN: {
    status: 404,
    isDefinite: true,
    meaning: 'The call has no participant with this key, or has forgotten them.',
  },
  PARTICIPANT_ENDED: {
    status: 409,
    isDefinite: true,
    meaning: 'The participant ended before what was waited for; `details.ending` says how.',
  },
  CALL_ENDED: { status: 409, isDefinite: true, meaning: 'The call ended before what was waited for.' },
  STATE_PASSED: {
    status: 409,
    isDefinite: true,
    meaning:
      'The participant has gone past the state that was waited for and cannot come back to it, or answered before their invitation was cancelled; `details.state` says where they are.',
  },
  ENDPOINT_DIFFERS: {
    status: 409,
    isDefinite: true,
    meaning:
      'The participant is there at another endpoint than was waited for, such as a mailbox; `details.endpoint` names it.',
  },
  CHANGES_LOST: {
    status: 500,
    isDefinite: true,
    meaning:
      'The store dropped changes before this host or reader had read them; what is stored of the calls is whole.',
  },
  WAIT_TIMEOUT: {
    status: 504,
    isDefinite: false,
    meaning: 'What was waited for did not happen in time; it still may.',
  },
  HOST_CLOSED: {
    status: 503,
    isDefinite: true,
    meaning:
      'This host was closed, and took nothing in. Not definite where something was waited for that may have happened.',
  },
} as const satisfies Record<string, { status: number; isDefinite: boolean; meaning: string }>

/** Every code a `RollcallError` can have. */
export type ErrorCode = keyof typeof errorCodes

/** What an error knows beside its message. Which fields are set depends on the code. */
export interface ErrorDetails {
  /** JSON path of the offending value, `$` being the body. */
  readonly path?: string
  readonly expected?: string
  readonly callId?: string
  /** Calls whose part of what came is stored all the same: sending it again repeats that part. */
  readonly stored?: readonly string[]
  readonly key?: string
  readonly state?: string
  readonly ending?: object
  /** The service's word for the participant's endpoint. */
  readonly endpoint?: string
  /** HTTP status of the service's answer. */
  readonly status?: number
  /** The service's own error code. */
  readonly serviceCode?: string
  /** `client-request-id` of the request. */
  readonly requestId?: string
  /** Seconds the service asked to wait, fractions included. */
  readonly retryAfter?: number
  readonly limit?: number
  /** What came where `limit` was allowed. Counting stops at the limit, so that there may be more. */
  readonly found?: number
}

const brand = Symbol.for('rollcall.error')

/** The library's error. Recognise it with {@link isRollcallError}, which also works across copies of the package. */
export class RollcallError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  /** True when what was asked certainly did not happen; false when it may have. */
  readonly definite: boolean
  /** The HTTP status a webhook answers with. */
  readonly status: number

  /** `isDefinite` is for what is less certain than its code. */
  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
    options?: ErrorOptions & { readonly isDefinite?: false },
  ) {
    super(message, options)
    this.name = 'RollcallError'
    this.code = code
    this.details = details
    this.definite = options?.isDefinite ?? errorCodes[code].isDefinite
    this.status = errorCodes[code].status
    Object.defineProperty(this, brand, { value: true })
  }
}

/** True for a `RollcallError`, whichever copy of the package made it. */
export function isRollcallError(value: unknown): value is RollcallError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}
