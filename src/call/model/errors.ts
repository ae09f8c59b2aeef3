/**
 * Errors: one class for all failures at the edges, with a closed union of codes.
 *
 * Inside the library a failure (refused, gone, timed out) is an event; it becomes an error only where a caller waits
 * for another outcome. A programming error is a `TypeError`. Messages never contain tokens, names or phone numbers.
 * @module
 */

/** The meaning of each code, whether it is definite, and the HTTP status of a webhook's answer. */
export const errorCodes = {
  BODY_NOT_JSON: { status: 400, isDefinite: true, meaning: 'The body of a notification is not JSON.' },
  NOTIFICATION_INVALID: {
    status: 400,
    isDefinite: true,
    meaning:
      'The body is not a notification collection, or a value at `details.path`, in it or in an event for `receive`, has the wrong type.',
  },
  BODY_TOO_LARGE: { status: 413, isDefinite: true, meaning: 'The body is longer than the webhook accepts.' },
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
      'The body has more notifications, facts or values than the webhook accepts; `details.expected` says which, `details.limit` how many are allowed.',
  },
  BODY_TOO_SLOW: { status: 408, isDefinite: true, meaning: 'The body did not arrive in time.' },
  TOKEN_REFUSED: {
    status: 401,
    isDefinite: true,
    meaning: "The inbound token is missing, or is not the service's token for this bot.",
  },
  KEYS_UNAVAILABLE: {
    status: 503,
    isDefinite: true,
    meaning: 'The signing keys of inbound tokens could not be fetched; every token is refused until they are.',
  },
  CALL_UNKNOWN: {
    status: 404,
    isDefinite: true,
    meaning: 'The notification is for an unknown call, and the policy is to refuse those.',
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
      'Too many unknown calls wait for proof from the service that they exist; nothing was stored, send it again later.',
  },
  STORE_CONFLICT: {
    status: 503,
    isDefinite: true,
    meaning: 'Another instance committed to the call first, and the retries of this host are used up.',
  },
  STORE_FAILED: { status: 503, isDefinite: false, meaning: 'The store could not read or write.' },
  STORE_UNUSABLE: {
    status: 500,
    isDefinite: true,
    meaning:
      'The file is not a store of this library, is damaged, or was written by a newer version; or the runtime has no `node:sqlite`. The file was not changed.',
  },
  STORE_REPLACED: {
    status: 503,
    isDefinite: false,
    meaning:
      'The file of the store or its log was deleted or replaced while it was open. Nothing is read or written until the file is back or the store is reopened.',
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
    meaning: 'A trace cannot be read or is too large; `details.path` is the number of the line.',
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
  REQUEST_UNSUPPORTED: {
    status: 501,
    isDefinite: true,
    meaning: 'The transport has no method for the request, because its service has none; nothing was sent.',
  },
  REQUEST_UNCONFIRMED: {
    status: 504,
    isDefinite: false,
    meaning: 'There was no answer, or an inconclusive one: the request may have happened.',
  },
  REMOVAL_REFUSED: {
    status: 403,
    isDefinite: true,
    meaning: 'The service refused to remove the participant; they are still there.',
  },
  PARTICIPANT_UNKNOWN: {
    status: 404,
    isDefinite: true,
    meaning: 'The call has no participant with this key, or no longer remembers it.',
  },
  PARTICIPANT_ENDED: {
    status: 409,
    isDefinite: true,
    meaning: 'The participant ended before the awaited state; `details.ending` says how.',
  },
  CALL_ENDED: { status: 409, isDefinite: true, meaning: 'The call ended before the awaited outcome.' },
  STATE_PASSED: {
    status: 409,
    isDefinite: true,
    meaning:
      'The participant has passed the awaited state and cannot return to it, or answered before the invitation was cancelled; `details.state` is the current state.',
  },
  ENDPOINT_DIFFERS: {
    status: 409,
    isDefinite: true,
    meaning:
      'The participant is present at another endpoint than the awaited one, such as a mailbox; `details.endpoint` names it.',
  },
  CHANGES_LOST: {
    status: 500,
    isDefinite: true,
    meaning: 'The store dropped changes before this host or reader had read them; the stored calls are complete.',
  },
  WAIT_TIMEOUT: {
    status: 504,
    isDefinite: false,
    meaning: 'The awaited outcome did not happen in time; it still may.',
  },
  HOST_CLOSED: {
    status: 503,
    isDefinite: true,
    meaning: 'This host was closed and stored nothing. Not definite for a wait whose outcome may have happened.',
  },
} as const satisfies Record<string, { status: number; isDefinite: boolean; meaning: string }>

/** Every code a `RollcallError` can have. */
export type ErrorCode = keyof typeof errorCodes

/** The data of an error beside its message. The code determines which fields are set. */
export interface ErrorDetails {
  /** JSON path of the offending value, `$` being the body. */
  readonly path?: string
  /** What was expected there. */
  readonly expected?: string
  /** The call the error is about. */
  readonly callId?: string
  /** Ids of the calls whose part of the input is stored despite the error; sending it again repeats that part. */
  readonly stored?: readonly string[]
  /** The key of the participant the error is about. */
  readonly key?: string
  /** The state of that participant; of the call if there is no `key`. */
  readonly state?: string
  /** How the participant, or the call, ended. */
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
  /** The limit that was exceeded. */
  readonly limit?: number
  /** The number found where `limit` is allowed. Counting stops past the limit, so the real number may be higher. */
  readonly found?: number
}

const brand = Symbol.for('rollcall.error')

/** The library's error. Recognise it with {@link isRollcallError}, which also works across copies of the package. */
export class RollcallError extends Error {
  /** What went wrong; {@link errorCodes} says what each code means. */
  readonly code: ErrorCode
  /** What the error is about, as data. */
  readonly details: ErrorDetails
  /** True when the request certainly did not happen; false when it may have. */
  readonly definite: boolean
  /** The HTTP status a webhook answers with. */
  readonly status: number

  /** `isDefinite: false` is for a failure that is less certain than its code. */
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

/**
 * True for a `RollcallError` from any copy of the package.
 * @example
 * ```ts
 * try {
 *   await call.waitFor(bob.key, 'active')
 * } catch (error) {
 *   if (isRollcallError(error) && error.code === 'PARTICIPANT_ENDED') console.log(error.details.ending)
 *   else throw error
 * }
 * ```
 */
export function isRollcallError(value: unknown): value is RollcallError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}
