/**
 * Refusals: answers that say no, as Graph says it.
 * @module
 */
import type { WireObject } from './wire-object.ts'
import { writeError } from './wire.ts'
import type { WorldState } from '../world/world-state.ts'

/** An answer that says no. */
interface Refusal {
  readonly status: number
  readonly body: WireObject
}

/** An error of that status and code. */
export function refuse(state: WorldState, status: number, code: string, message: string): Refusal {
  return { status, body: writeError(code, message, new Date(state.epochMs + state.now).toISOString().slice(0, 19)) }
}

/** 400: an argument cannot be. */
export function invalid(state: WorldState, message: string): Refusal {
  return refuse(state, 400, '8523', `Invalid argument. ${message}`)
}

/** 400: the call is not established. */
export function notEstablished(state: WorldState): Refusal {
  return refuse(state, 400, '8501', 'The call is not established.')
}

/** 404: there is no such participant. */
export function participantNotFound(state: WorldState): Refusal {
  return refuse(state, 404, '8522', 'Participant not found.')
}
