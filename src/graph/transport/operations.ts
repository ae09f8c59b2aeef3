/**
 * Operations: requests that a host does not need: answer, reject, redirect and transfer calls, mute all participants,
 * hold music. Converts the library's parameters to Graph's bodies.
 * @module
 */
import type { Invitee } from '../../call/model/events.ts'
import type { CreateCallBody } from '../../host/ports/ports.ts'
import type { GraphOperationName } from './service-errors.ts'
import {
  INVITEE_LIMIT,
  REDIRECT_TARGET_LIMIT,
  REDIRECT_TIMEOUT_RANGE,
  checkCallbackUri,
  checkClientContext,
  invitationParticipant,
  refuseRequest,
} from '../wire/request-bodies.ts'

/** `call: answer`. It has to come within 15 s of the notification (5 s for policy recording). */
export interface AnswerParameters {
  readonly callbackUri: string
  /** `audio`, `video`, `videoBasedScreenSharing`, `data`. */
  readonly acceptedModalities?: readonly string[]
  /** Graph's `mediaConfig`. Default: media hosted by the service. */
  readonly mediaConfig?: object
  readonly participantCapacity?: number
  readonly callOptions?: object
}

/** `call: reject`. */
export interface RejectParameters {
  readonly reason?: 'none' | 'busy' | 'forbidden'
  readonly callbackUri?: string
}

/** `call: redirect`. */
export interface RedirectParameters {
  /** 1 to 25; several ring at the same time and the first to answer is connected. */
  readonly targets: readonly Invitee[]
  /** How long they ring, 15 to 90 seconds. */
  readonly timeoutSeconds?: number
  readonly callbackUri?: string
}

/** `call: transfer`. `target.replacesCallId` makes it a consultative transfer. */
export interface TransferParameters {
  readonly target: Invitee
  /** The participant to transfer, in a group call: Graph's `participantInfo`. */
  readonly transferee?: object
}

/** `participant: startHoldMusic` and `stopHoldMusic`. */
export interface HoldMusicParameters {
  readonly clientContext: string
  /** Graph's `prompt`. Default: the service's own music. */
  readonly customPrompt?: object
}

const serviceHostedMedia = { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' }

/** Body of `POST /communications/calls`. @throws RollcallError REQUEST_INVALID */
export function createCallBody(body: CreateCallBody): Readonly<Record<string, unknown>> {
  checkCallbackUri(body['callbackUri'])
  const targets = body['targets']
  if (Array.isArray(targets) && targets.length > INVITEE_LIMIT) {
    refuseRequest(
      `expected at most ${INVITEE_LIMIT} targets of a new call, got ${targets.length}; invite the others`,
      INVITEE_LIMIT,
    )
  }
  return { '@odata.type': '#microsoft.graph.call', ...body }
}

/** Body of `POST …/answer`. @throws RollcallError REQUEST_INVALID */
export function answerBody(parameters: AnswerParameters): Readonly<Record<string, unknown>> {
  checkCallbackUri(parameters.callbackUri)
  return { acceptedModalities: ['audio'], mediaConfig: serviceHostedMedia, ...parameters }
}

/** Body of `POST …/reject`. @throws RollcallError REQUEST_INVALID */
export function rejectBody({ reason = 'none', callbackUri }: RejectParameters): Readonly<Record<string, unknown>> {
  if (!['none', 'busy', 'forbidden'].includes(reason))
    refuseRequest('expected the reason to be none, busy or forbidden')
  if (callbackUri !== undefined) checkCallbackUri(callbackUri)
  return callbackUri === undefined ? { reason } : { reason, callbackUri }
}

/** Body of `POST …/redirect`. @throws RollcallError REQUEST_INVALID */
export function redirectBody({
  targets,
  timeoutSeconds,
  callbackUri,
}: RedirectParameters): Readonly<Record<string, unknown>> {
  if (targets.length < 1 || targets.length > REDIRECT_TARGET_LIMIT) {
    refuseRequest(
      `expected 1 to ${REDIRECT_TARGET_LIMIT} targets of a redirect, got ${targets.length}`,
      REDIRECT_TARGET_LIMIT,
    )
  }
  const [shortest, longest] = REDIRECT_TIMEOUT_RANGE
  if (
    timeoutSeconds !== undefined &&
    !(Number.isInteger(timeoutSeconds) && timeoutSeconds >= shortest && timeoutSeconds <= longest)
  ) {
    refuseRequest(`expected timeoutSeconds to be a whole number from ${shortest} to ${longest}`, longest)
  }
  if (callbackUri !== undefined) checkCallbackUri(callbackUri)
  return {
    targets: targets.map(invitationParticipant),
    ...(timeoutSeconds === undefined ? {} : { timeout: timeoutSeconds }),
    ...(callbackUri === undefined ? {} : { callbackUri }),
  }
}

/** Body of `POST …/transfer`. @throws RollcallError REQUEST_INVALID */
export function transferBody({ target, transferee }: TransferParameters): Readonly<Record<string, unknown>> {
  return { transferTarget: invitationParticipant(target), ...(transferee === undefined ? {} : { transferee }) }
}

/** Body of `POST …/participants/muteAll`. @throws RollcallError REQUEST_INVALID */
export function muteAllBody(
  participantIds: readonly string[],
  clientContext: string,
): Readonly<Record<string, unknown>> {
  checkClientContext(clientContext)
  if (participantIds.length === 0) refuseRequest('expected at least one participant id to mute')
  return { participants: participantIds, clientContext }
}

/** Body of `POST …/startHoldMusic` and `…/stopHoldMusic`. @throws RollcallError REQUEST_INVALID */
export function holdMusicBody({ clientContext, customPrompt }: HoldMusicParameters): Readonly<Record<string, unknown>> {
  checkClientContext(clientContext)
  return customPrompt === undefined ? { clientContext } : { customPrompt, clientContext }
}

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
