/**
 * Requests about calls, and their answers.
 * @module
 */
import { isObject } from '../../../call/codec/schema.ts'
import {
  answerCall,
  createCall,
  hangUp,
  keepAlive,
  redirectCall,
  rejectCall,
  transferCall,
} from '../../world/commands/calls.ts'
import type { Tick } from '../../world/tick.ts'
import { MAX_INVITEES, type ServiceRequest, type ServiceResponse } from '../operations.ts'
import { invalid } from '../refusals.ts'
import { writeCall } from '../write/calls.ts'
import { accept, type Handler } from './handler.ts'
import { readNewCall, readTargets, readTransferTarget } from './read.ts'

/** Creates a call. */
export function create(tick: Tick, { appId, body, version }: ServiceRequest): ServiceResponse {
  if (!isObject(body)) return invalid(tick.base, 'The body must be a call.')
  const { callbackUri } = body
  if (!isUrl(callbackUri)) return invalid(tick.base, 'callbackUri must be an absolute URL.')
  const call = readNewCall(body)
  if (call.kept.targets.length > MAX_INVITEES)
    return invalid(tick.base, `A call can have at most ${MAX_INVITEES} targets.`)
  return accept(tick, createCall(tick, { appId, callbackUri, ...call }), (leg) => ({
    status: 201,
    location: leg.id,
    body: writeCall(leg, tick.base, version),
  }))
}

const answer: Handler = (tick, leg, { body }) => {
  const callbackUri = isObject(body) ? body['callbackUri'] : undefined
  // A call that is no longer incoming is refused first, whatever the body says.
  if (leg.state === 'incoming') {
    if (!isObject(body)) {
      return invalid(tick.base, 'The body must have callbackUri, acceptedModalities and mediaConfig.')
    }
    if (callbackUri !== undefined && !isUrl(callbackUri))
      return invalid(tick.base, 'callbackUri must be an absolute URL.')
  }
  const given = isUrl(callbackUri) ? callbackUri : undefined
  return accept(tick, answerCall(tick, leg, { callbackUri: given }), () => ({ status: 202 }))
}

const redirect: Handler = (tick, leg, { body }) => {
  const result = redirectCall(tick, leg, isObject(body) ? readTargets(body['targets']) : [])
  return result.type === 'refused' && result.reason === 'noTarget'
    ? invalid(tick.base, 'targets must name the targets of the redirect.')
    : accept(tick, result, () => ({ status: 202 }))
}

const transfer: Handler = (tick, leg, { body }) => {
  const result = transferCall(tick, leg, readTransferTarget(body))
  return result.type === 'refused' && result.reason === 'noTarget'
    ? invalid(tick.base, 'transferTarget.identity must have an id.')
    : accept(tick, result, () => ({ status: 202 }))
}

/** The requests about one call. */
export const callHandlers = {
  'call.get': (tick, leg, { version }) => ({ status: 200, body: writeCall(leg, tick.base, version) }),
  'call.delete': (tick, leg) => accept(tick, hangUp(tick, leg), () => ({ status: 204 })),
  'call.keepAlive': (tick, leg) => accept(tick, keepAlive(tick, leg), () => ({ status: 200 })),
  'call.answer': answer,
  'call.reject': (tick, leg) => accept(tick, rejectCall(tick, leg), () => ({ status: 202 })),
  'call.redirect': redirect,
  'call.transfer': transfer,
} as const satisfies { readonly [operation: string]: Handler }

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value)
}
