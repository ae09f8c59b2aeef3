/**
 * Operation bodies: the bodies of requests that answer, reject, redirect and transfer a call, mute all participants and play
 * hold music. Converts the library's parameters to Graph's bodies.
 * @module
 */
import { isObject } from '../../call/codec/schema.ts'
import type {
  AnswerBody,
  CreateCallBody,
  RedirectRequest,
  RejectRequest,
  TransferRequest,
} from '../../host/ports/ports.ts'
import type { IdentitySet } from '../../participant/identity.ts'
import { writeIdentitySet } from './identity-sets.ts'
import {
  INVITEE_LIMIT,
  REDIRECT_TARGET_LIMIT,
  REDIRECT_TIMEOUT_RANGE,
  checkCallbackUri,
  checkClientContext,
  invitationParticipant,
  refuseRequest,
} from './request-bodies.ts'

/** `call: answer`. It has to come within 15 s of the notification (5 s for policy recording). Other fields are passed on. */
export interface AnswerParameters extends AnswerBody {
  /** Where notifications of the call go from now on: an absolute URL. */
  readonly callbackUri: string
  /** `audio`, `video`, `videoBasedScreenSharing`, `data`. Default `audio`. */
  readonly acceptedModalities?: readonly string[]
  /** Graph's `mediaConfig`. Default: media hosted by the service. */
  readonly mediaConfig?: object
  /** How many participants a call of a policy recording may have. */
  readonly participantCapacity?: number
  /** Graph's `callOptions`, such as `isDeltaRosterEnabled`. */
  readonly callOptions?: object
}

/** `call: reject`. */
export interface RejectParameters extends RejectRequest {
  /** Where notifications of the call go from now on: an absolute URL. */
  readonly callbackUri?: string
}

/** `call: redirect`: 1 to 25 targets, which ring for 15 to 90 s. */
export interface RedirectParameters extends RedirectRequest {
  /** Where notifications of the call go from now on: an absolute URL. */
  readonly callbackUri?: string
}

/** `call: transfer`. `target.replacesCallId` makes it a consultative transfer. */
export interface TransferParameters extends Pick<TransferRequest, 'target'> {
  /** The participant to transfer, in a group call: identity and id, or Graph's `participantInfo`. */
  readonly transferee?: object | undefined
}

/** `participant: startHoldMusic` and `stopHoldMusic`. */
export interface HoldMusicParameters {
  /** What the service repeats in its answer, 1 to 256 characters. */
  readonly clientContext: string
  /** Graph's `prompt`; the service's own music unless said otherwise. */
  readonly customPrompt?: object
}

/** Media that the service hosts: the bot has none of its own. */
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
export function answerBody(parameters: AnswerBody): Readonly<Record<string, unknown>> {
  checkCallbackUri(parameters['callbackUri'])
  return { acceptedModalities: ['audio'], mediaConfig: serviceHostedMedia, ...parameters }
}

/** Body of `POST …/reject`. @throws RollcallError REQUEST_INVALID */
export function rejectBody({ reason = 'none', callbackUri }: RejectParameters): Readonly<Record<string, unknown>> {
  if (!['none', 'busy', 'forbidden'].includes(reason))
    refuseRequest('expected the reason to be none, busy or forbidden')
  if (callbackUri !== undefined) checkCallbackUri(callbackUri)
  return callbackUri === undefined ? { reason } : { reason, callbackUri }
}

const MS_PER_SECOND = 1_000

/** Body of `POST …/redirect`. @throws RollcallError REQUEST_INVALID */
export function redirectBody({
  targets,
  ringTimeoutMs,
  callbackUri,
}: RedirectParameters): Readonly<Record<string, unknown>> {
  if (targets.length < 1 || targets.length > REDIRECT_TARGET_LIMIT) {
    refuseRequest(
      `expected 1 to ${REDIRECT_TARGET_LIMIT} targets of a redirect, got ${targets.length}`,
      REDIRECT_TARGET_LIMIT,
    )
  }
  if (callbackUri !== undefined) checkCallbackUri(callbackUri)
  return {
    targets: targets.map(invitationParticipant),
    ...(ringTimeoutMs === undefined ? {} : { timeout: redirectSeconds(ringTimeoutMs) }),
    ...(callbackUri === undefined ? {} : { callbackUri }),
  }
}

/** Graph takes whole seconds: a part of one counts as one. */
function redirectSeconds(ringTimeoutMs: number): number {
  const [shortest, longest] = REDIRECT_TIMEOUT_RANGE
  const seconds = Math.ceil(ringTimeoutMs / MS_PER_SECOND)
  if (!(seconds >= shortest && seconds <= longest)) {
    const limit = longest * MS_PER_SECOND
    refuseRequest(`expected ringTimeoutMs of a redirect from ${shortest * MS_PER_SECOND} to ${limit}`, limit)
  }
  return seconds
}

/** Body of `POST …/transfer`. @throws RollcallError REQUEST_INVALID */
export function transferBody({ target, transferee }: TransferParameters): Readonly<Record<string, unknown>> {
  return {
    transferTarget: invitationParticipant(target),
    ...(transferee === undefined ? {} : { transferee: writeTransferee(transferee) }),
  }
}

function writeTransferee(transferee: object): object {
  const { identity } = transferee as { readonly identity?: unknown }
  const isWritten = !isObject(identity) || '@odata.type' in identity
  return {
    '@odata.type': '#microsoft.graph.participantInfo',
    ...transferee,
    ...(isWritten ? {} : { identity: writeIdentitySet(identity as IdentitySet) }),
  }
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
