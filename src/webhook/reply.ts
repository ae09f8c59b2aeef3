/**
 * Replies of a webhook: the status, headers and JSON for each outcome.
 * @module
 */
import { isRollcallError, type RollcallError } from '../call/model/errors.ts'

/** The answer to a callback. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

const jsonType = { 'content-type': 'application/json' }

/** 405: callbacks are posted. */
export function methodNotAllowed(): Reply {
  return {
    ...errorReply(405, 'METHOD_NOT_ALLOWED', 'callbacks are posted'),
    headers: { ...jsonType, allow: 'POST' },
  }
}

/** The reply to an error. `challenge` goes into `www-authenticate` of a 401. */
export function replyTo(error: unknown, challenge?: string): Reply {
  if (!isRollcallError(error)) return errorReply(500, 'INTERNAL', 'the callback could not be handled')
  const reply = errorReply(error.status, error.code, messageFor(error), detailsFor(error))
  const extra: Record<string, string> = {}
  if (error.status === 401 && challenge !== undefined) extra['www-authenticate'] = challenge
  if (error.status === 503) extra['retry-after'] = '1'
  // The rest of the body is not read, so the connection cannot be used again.
  if (error.code === 'BODY_TOO_LARGE' || error.code === 'BODY_TOO_SLOW') extra['connection'] = 'close'
  return { ...reply, headers: { ...reply.headers, ...extra } }
}

function errorReply(status: number, code: string, message: string, more: object = {}): Reply {
  return { status, headers: jsonType, body: JSON.stringify({ error: { code, message, ...more } }) }
}

/** What the sender can act on: where the body is wrong, which limit it exceeds, which calls are stored. */
function detailsFor({ details: { path, limit, found, stored } }: RollcallError): object {
  return {
    ...(path === undefined ? {} : { path }),
    ...(found === undefined ? {} : { limit, found }),
    ...(stored === undefined ? {} : { stored }),
  }
}

/** An invalid body is explained in full; the reason of a failed authentication or store is not. */
function messageFor(error: RollcallError): string {
  if (error.status === 401) return 'the credentials are missing or not valid here'
  if (error.status >= 500) return 'not now; send it again later'
  return error.message
}
