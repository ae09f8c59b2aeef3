/**
 * Handlers: what the requests of a call have in common.
 * @module
 */
import type { CommandResult } from '../../world/commands/result.ts'
import type { Tick } from '../../world/tick.ts'
import type { Leg } from '../../world/world-state.ts'
import type { ServiceRequest, ServiceResponse } from '../operations.ts'
import { refuse } from '../refusals.ts'

/** Answers a request about an open call. */
export type Handler = (tick: Tick, leg: Leg, request: ServiceRequest) => ServiceResponse

/** The answer to a command that was done, or its refusal. */
export function accept<T>(tick: Tick, result: CommandResult<T>, write: (value: T) => ServiceResponse): ServiceResponse {
  return result.type === 'refused' ? refuse(tick.base, result.reason) : write(result.value)
}
