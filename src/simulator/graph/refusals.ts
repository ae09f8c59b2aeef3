/**
 * Refusals: Graph's status, code and message for each reason to refuse a request.
 *
 * Rule: every refusal has a status and Graph's error code: a comms subcode as text, if there is one.
 * @module
 */
import type { Fault } from '../network/network.ts'
import type { Refusal } from '../world/commands/result.ts'
import type { WorldState } from '../world/world-state.ts'
import type { ServiceResponse } from './operations.ts'
import type { WireObject } from './wire-object.ts'

const refusals: { readonly [R in Refusal]: readonly [status: number, code: string, message: string] } = {
  callNotFound: [404, '8522', 'Call not found.'],
  forbidden: [403, '7504', 'Insufficient enterprise tenant permissions, cannot access this API.'],
  notIncoming: [412, '8583', 'The call is no longer incoming.'],
  notEstablished: [400, '8501', 'The call is not established.'],
  noTarget: [400, '8523', 'Invalid argument. Every participant needs an identity with an id.'],
  participantNotFound: [404, '8522', 'Participant not found.'],
  alreadyInvited: [409, '8519', 'The same identity cannot be invited multiple times.'],
  organizer: [403, '8552', 'The organizer cannot be removed.'],
}

/** The answer to a refused request. */
export function refuse(state: WorldState, reason: Refusal): ServiceResponse {
  const [status, code, message] = refusals[reason]
  return { status, body: writeError(code, message, writeDate(state.epochMs + state.now)) }
}

/** The answer to a request that Graph cannot read. */
export function invalid(state: WorldState, message: string): ServiceResponse {
  return {
    status: 400,
    body: writeError('8523', `Invalid argument. ${message}`, writeDate(state.epochMs + state.now)),
  }
}

/** The answer of a service in trouble; `at` is in milliseconds since the epoch. */
export function fail(
  { status, code, message, retryAfterSeconds }: Extract<Fault, { type: 'status' }>,
  at: number,
): ServiceResponse {
  const isThrottled = status === 429
  return {
    status,
    retryAfterSeconds,
    body: writeError(
      code ?? (isThrottled ? 'TooManyRequests' : '9999'),
      message ?? (isThrottled ? 'Please retry again later.' : 'Unknown internal server error.'),
      writeDate(at),
    ),
  }
}

/** Graph's error envelope; the edge adds the request ids. */
export function writeError(code: string, message: string, date: string): WireObject {
  return { error: { code, message, innerError: { date } } }
}

function writeDate(at: number): string {
  return new Date(at).toISOString().slice(0, 19)
}
