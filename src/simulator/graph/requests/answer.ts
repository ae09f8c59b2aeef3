/**
 * Answers: Graph's requests as commands of the world, and their results as Graph's answers.
 *
 * Rule: a 2xx to a removal, hang-up or transfer is a promise; the proof comes by notification (documented).
 * @module
 */
import { findCall } from '../../world/commands/calls.ts'
import type { Tick } from '../../world/tick.ts'
import type { OperationName, ServiceRequest, ServiceResponse } from '../operations.ts'
import { callHandlers, create } from './calls.ts'
import { accept, type Handler } from './handler.ts'
import { participantHandlers } from './participants.ts'

const handlers: { readonly [O in Exclude<OperationName, 'call.create'>]: Handler } = {
  ...callHandlers,
  ...participantHandlers,
}

/** Answers a request. Changes go to the tick. */
export function answerRequest(tick: Tick, request: ServiceRequest): ServiceResponse {
  const { operation, callId = '', appId } = request
  if (operation === 'call.create') return create(tick, request)
  return accept(tick, findCall(tick, { callId, appId }), (leg) => handlers[operation](tick, leg, request))
}
