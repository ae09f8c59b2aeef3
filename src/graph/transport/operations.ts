/**
 * Operations: how each request to Graph is sent: its method, and whether it may be repeated.
 * @module
 */
import type { GraphOperationName } from './service-errors.ts'

/** The traits of an operation. */
export interface OperationTraits {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** True when a repetition has no further effect. */
  readonly isRepeatable: boolean
  /** True when an answer without a readable JSON body is unconfirmed. */
  readonly needsBody?: boolean
}

/**
 * The traits of all operations. Like invite and create, requests that answer or move a call are not repeated: the
 * second one is refused because the first one worked, and that would be reported as a refusal.
 */
export const operationTraits: Readonly<Record<GraphOperationName, OperationTraits>> = {
  createCall: { method: 'POST', isRepeatable: false },
  getCall: { method: 'GET', isRepeatable: true, needsBody: true },
  keepAlive: { method: 'POST', isRepeatable: true },
  hangUp: { method: 'DELETE', isRepeatable: true },
  answer: { method: 'POST', isRepeatable: false },
  reject: { method: 'POST', isRepeatable: false },
  redirect: { method: 'POST', isRepeatable: false },
  transfer: { method: 'POST', isRepeatable: false },
  listParticipants: { method: 'GET', isRepeatable: true, needsBody: true },
  getParticipant: { method: 'GET', isRepeatable: true, needsBody: true },
  invite: { method: 'POST', isRepeatable: false },
  removeParticipant: { method: 'DELETE', isRepeatable: true },
  mute: { method: 'POST', isRepeatable: true },
  muteAll: { method: 'POST', isRepeatable: true },
  startHoldMusic: { method: 'POST', isRepeatable: false },
  stopHoldMusic: { method: 'POST', isRepeatable: true },
  // A repetition would also cancel prompts and recordings that the application has started since.
  cancelMediaProcessing: { method: 'POST', isRepeatable: false },
}
