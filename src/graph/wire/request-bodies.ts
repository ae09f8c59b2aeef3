/**
 * Request bodies: the bodies sent to Graph, checked against the service's limits before sending.
 *
 * Rule: a request that the service would refuse, or silently truncate, is not sent; the error names the limit.
 * @module
 */
import { RollcallError } from '../../call/model/errors.ts'
import type { Invitee } from '../../call/model/events.ts'
import { CALL_ID_LIMIT, callIdFault } from '../../call/model/ids.ts'
import { isIdentified } from '../../participant/identity.ts'
import { writeIdentitySet } from './identity-sets.ts'
import type { GraphIdentitySet, GraphInvitationParticipantInfo, GraphInviteBody } from './shapes.ts'

/** "Inviting up to 5 participants is supported" (participant-invite); creating a group call has the same limit. */
export const INVITEE_LIMIT = 5
/** "Maximum limit is 256 chars" (participant-invite). */
export const CLIENT_CONTEXT_LIMIT = 256
/** "We support up to 25 targets for simulring" (call-redirect). */
export const REDIRECT_TARGET_LIMIT = 25
/** Seconds a redirect may ring, both included (call-redirect). */
export const REDIRECT_TIMEOUT_RANGE = [15, 90] as const
/** The maximum length of an id in characters. Documented ids are far shorter, and a URL has to contain it. */
const ID_LIMIT = 1_024

/** Throws REQUEST_INVALID for a request that breaks a limit. */
export function refuseRequest(message: string, limit?: number): never {
  throw new RollcallError('REQUEST_INVALID', message, limit === undefined ? {} : { limit })
}

/** An id as one URL segment. @throws RollcallError REQUEST_INVALID for one that cannot be a segment of its own */
export function urlSegment(id: string, what: string): string {
  if (id === '' || id.length > ID_LIMIT)
    refuseRequest(`expected ${what} of 1 to ${ID_LIMIT} characters, got ${id.length}`, ID_LIMIT)
  // `..` stays special in a URL even when escaped: a DELETE of participant `..` would be one of the call.
  if (/^\.\.?$/.test(id)) refuseRequest(`expected ${what}; dots alone name another resource`)
  return encodeURIComponent(id.replace(/\p{Surrogate}/gu, '\uFFFD'))
}

/** A call id as one URL segment. @throws RollcallError REQUEST_INVALID */
export function callSegment(callId: string): string {
  const fault = callIdFault(callId)
  if (fault !== undefined) refuseRequest(`expected ${fault}`, callId.length > CALL_ID_LIMIT ? CALL_ID_LIMIT : undefined)
  return urlSegment(callId, 'a call id')
}

/** Checks a `clientContext`. @throws RollcallError REQUEST_INVALID */
export function checkClientContext(clientContext: string): void {
  if (clientContext === '' || clientContext.length > CLIENT_CONTEXT_LIMIT) {
    refuseRequest(
      `expected a clientContext of 1 to ${CLIENT_CONTEXT_LIMIT} characters, got ${clientContext.length}`,
      CLIENT_CONTEXT_LIMIT,
    )
  }
}

/** Body of `POST …/participants/invite`. @throws RollcallError REQUEST_INVALID */
export function inviteBody(invitees: readonly Invitee[], clientContext: string): GraphInviteBody {
  checkClientContext(clientContext)
  if (invitees.length < 1 || invitees.length > INVITEE_LIMIT) {
    refuseRequest(
      `expected 1 to ${INVITEE_LIMIT} invitees in one request, got ${invitees.length}; send several requests`,
      INVITEE_LIMIT,
    )
  }
  // With it, "only the first participant is read, the rest are ignored" (participant-invite, example 3).
  if (invitees.length > 1 && invitees.some((invitee) => invitee.replacesCallId !== undefined)) {
    refuseRequest(
      `expected one invitee with replacesCallId, got ${invitees.length}: the service would ignore all but the first`,
      1,
    )
  }
  return { participants: invitees.map(invitationParticipant), clientContext }
}

/** One invitee or target as Graph spells it. @throws RollcallError REQUEST_INVALID */
export function invitationParticipant(invitee: Invitee): GraphInvitationParticipantInfo {
  // In the order of the documented requests.
  const written: GraphInvitationParticipantInfo = {
    '@odata.type': '#microsoft.graph.invitationParticipantInfo',
    ...(invitee.replacesCallId === undefined ? {} : { replacesCallId: invitee.replacesCallId }),
    ...(invitee.participantId === undefined ? {} : { participantId: invitee.participantId }),
    identity: writtenIdentity(invitee),
  }
  if (invitee.isHidden !== undefined) written.hidden = invitee.isHidden
  if (invitee.removeFromDefaultAudioRoutingGroup !== undefined) {
    written.removeFromDefaultAudioRoutingGroup = invitee.removeFromDefaultAudioRoutingGroup
  }
  return written
}

function writtenIdentity({ identity }: Invitee): GraphIdentitySet {
  if (!isIdentified(identity))
    refuseRequest('expected an identity with an id, such as { user: { id } } or { phone: { id } }')
  return writeIdentitySet(identity)
}

/** Checks the callback address of a request. @throws RollcallError REQUEST_INVALID */
export function checkCallbackUri(callbackUri: unknown): void {
  if (typeof callbackUri !== 'string' || !URL.canParse(callbackUri))
    refuseRequest('expected callbackUri to be an absolute URL')
}
