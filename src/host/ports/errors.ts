/**
 * The errors of a host and their messages.
 * @module
 */
import type { Fault } from '../../call/codec/schema.ts'
import { isRollcallError, RollcallError, type ErrorDetails } from '../../call/model/errors.ts'
import type { ServiceFailure } from '../../call/model/events.ts'
import { MAILBOX_LIMIT, STORE_CLOSING_MS, UNPROVED_CALLS } from './limits.ts'

/** The library's own errors as they are; any other error of a store as STORE_FAILED. */
export function storeError(error: unknown, callId: string): RollcallError {
  if (isRollcallError(error)) return error
  return new RollcallError(
    'STORE_FAILED',
    `The store could not read or write the call ${callId}.`,
    { callId },
    { cause: error },
  )
}

/** The host is closed: nothing was stored or sent for the request, and nothing will be. */
export function hostClosed(): RollcallError {
  return new RollcallError('HOST_CLOSED', 'This host was closed.')
}

/** True for the error of a host that is closed. */
export function isHostClosed(error: unknown): boolean {
  return isRollcallError(error) && error.code === 'HOST_CLOSED'
}

/** The host was closed during a wait: what was waited for may have happened, or may still happen. */
export function waitClosed(): RollcallError {
  return new RollcallError(
    'HOST_CLOSED',
    'This host was closed before what was waited for; it may have happened, or still happen.',
    {},
    { isDefinite: false },
  )
}

/** The store did not finish an operation of a closing host. */
export function storeHangs(what: string): RollcallError {
  return new RollcallError(
    'STORE_FAILED',
    `${what} did not end within ${STORE_CLOSING_MS} ms; the host closes without it.`,
  )
}

/** The service made the call, and it is not known to be stored here. */
export function callNotStored(callId: string, cause: unknown): RollcallError {
  const why = isRollcallError(cause) ? `: ${cause.message}` : '.'
  return new RollcallError(
    'REQUEST_UNCONFIRMED',
    `The service made the call, and it could not be stored${why}`,
    { callId },
    { cause },
  )
}

/** The call is not in the store, and unknown calls are refused. */
export function callUnknown(callId: string): RollcallError {
  return new RollcallError(
    'CALL_UNKNOWN',
    `The call ${callId} is not known here, and calls that are not known are refused.`,
    { callId },
  )
}

/** The call belongs to another tenant than the sender speaks for. */
export function ofAnotherTenant(callId: string): RollcallError {
  return new RollcallError(
    'TOKEN_REFUSED',
    `The callback's token was refused: of another tenant than the first for the call ${callId}.`,
    {
      callId,
      expected: "a token of the tenant whose token came with the call's first callback",
    },
  )
}

/** The value at `index` given to `receive` is not an event. The value itself is not shown. */
export function eventInvalid(callId: string, index: number, { path, expected }: Fault): RollcallError {
  const at = `events[${index}].event${path}`
  return new RollcallError('NOTIFICATION_INVALID', `Expected ${expected} at ${at}.`, { path: at, expected, callId })
}

/** The call's mailbox is full. */
export function mailboxFull(callId: string): RollcallError {
  return new RollcallError(
    'MAILBOX_FULL',
    `The call ${callId} has ${MAILBOX_LIMIT} events waiting; send it again later.`,
    { callId, limit: MAILBOX_LIMIT },
  )
}

/** The service has not answered yet about as many adopted calls as the host takes. */
export function callsUnproved(): RollcallError {
  return new RollcallError(
    'CALLS_UNPROVED',
    `The service has yet to say something of ${UNPROVED_CALLS} calls that were not known here; send it again later.`,
    { limit: UNPROVED_CALLS },
  )
}

/** How many calls a message names. */
const NAMED_CALLS = 10

/**
 * The error of a receipt of which the part of some calls is stored and that of others is not: it says of which it is. It is
 * not definite, whatever its code: something did happen.
 */
export function partlyStored(error: unknown, stored: readonly string[]): unknown {
  if (stored.length === 0 || !isRollcallError(error)) return error
  const more = stored.length - NAMED_CALLS
  const names = `${stored.slice(0, NAMED_CALLS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return new RollcallError(
    error.code,
    `${error.message} Stored already, and stored again by a repetition: what came for ${names}.`,
    { ...error.details, stored },
    { cause: error, isDefinite: false },
  )
}

/** The transport lacks the method for a request. */
export function requestUnsupported(method: string, callId: string): RollcallError {
  return new RollcallError(
    'REQUEST_UNSUPPORTED',
    `The transport of this host has no method ${method}: its service is not known to take such a request.`,
    { callId, expected: `a transport with the method ${method}` },
  )
}

/** The service said no. */
export function requestRefused(what: string, failure: ServiceFailure, details: ErrorDetails): RollcallError {
  return new RollcallError('REQUEST_REFUSED', `${what}: ${failureWords(failure)}.`, {
    ...details,
    ...failureDetails(failure),
  })
}

/** The service said nothing that can be relied on; without a failure, another host has the answer. */
export function requestUnconfirmed(
  what: string,
  failure: ServiceFailure | undefined,
  details: ErrorDetails,
): RollcallError {
  const how = failure === undefined ? 'another host sent the request' : failureWords(failure)
  return new RollcallError('REQUEST_UNCONFIRMED', `${what}: ${how}.`, {
    ...details,
    ...(failure === undefined ? {} : failureDetails(failure)),
  })
}

/** What the service answered, with what the edge says to do about it. */
export function failureWords({ status, code, message }: Pick<ServiceFailure, 'status' | 'code' | 'message'>): string {
  return `${status === undefined ? '' : `status ${status}, `}code ${code}, ${withoutNumbers(message)}`
}

/** The service repeats phone numbers in its messages ("addParticipants failed for participant 4:+61…", observed). */
function withoutNumbers(message: string): string {
  return message.replace(/\+\d{5,}/g, '(number)')
}

function failureDetails({ status, code, retryAfterMs, requestId }: ServiceFailure): ErrorDetails {
  return {
    serviceCode: code,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfter: retryAfterMs / 1_000 }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}
