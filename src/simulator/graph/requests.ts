/**
 * Requests: the bots' requests to the service, checked and answered as Graph answers.
 *
 * Rule 1: a 2xx to a removal, hang-up or transfer is a promise; the proof comes by notification (documented).
 * Rule 2: every refusal has a status and Graph's error code: a comms subcode as text, if there is one.
 * @module
 */
import type { GraphVersion } from '../../graph/wire/shapes.ts'
import { isObject } from '../../call/codec/schema.ts'
import { nameIdentity, readIdentity } from '../world/identities.ts'
import { answerInvitee, cancelInvitee, isInvitedOrPresent, startOperation, type Callee } from '../world/invites.ts'
import { createLeg, readTargets } from '../world/legs.ts'
import { callResults } from './results.ts'
import { invalid, notEstablished, participantNotFound, refuse } from './refusals.ts'
import { setMuted, sendGathered } from '../world/roster.ts'
import { currentOf, newId, planAfter, type Tick } from '../world/tick.ts'
import {
  visibleMembers,
  writeCall,
  writeContext,
  writeInvitedParticipant,
  writeInviteResponse,
  writeParticipant,
} from './wire.ts'
import type { WireObject } from './wire-object.ts'
import type { Conversation, Leg } from '../world/world-state.ts'

/** All operations of the service. */
export const operations = [
  'call.create',
  'call.get',
  'call.delete',
  'call.keepAlive',
  'call.answer',
  'call.reject',
  'call.redirect',
  'call.transfer',
  'call.mute',
  'call.unmute',
  'call.cancelMediaProcessing',
  'participants.list',
  'participants.invite',
  'participants.muteAll',
  'participant.get',
  'participant.delete',
  'participant.mute',
  'participant.startHoldMusic',
  'participant.stopHoldMusic',
] as const

/** The name of an operation. */
export type OperationName = (typeof operations)[number]

/** A request of a bot, as read by an edge. Ids are lower case. */
export interface ServiceRequest {
  /** What is asked for. */
  readonly operation: OperationName
  /** The API version of the URL, repeated in the answer's `@odata.context`. Default `v1.0`. */
  readonly version?: GraphVersion | undefined
  /** The application that asks. */
  readonly appId: string
  /** The call it is about; absent for a new one. */
  readonly callId?: string | undefined
  /** The participant it is about. */
  readonly participantId?: string | undefined
  /** The body, read as JSON. */
  readonly body?: unknown
  /** Page of a list: number of entries, and number skipped. */
  readonly top?: number | undefined
  /** How many entries of a list were read before. */
  readonly skip?: number | undefined
}

/** The service's answer. */
export interface ServiceResponse {
  /** The HTTP status. */
  readonly status: number
  /** The path of the created resource, below `/communications/calls/`. */
  readonly location?: string | undefined
  /** Number of entries before the next page. */
  readonly nextSkip?: number | undefined
  /** Seconds to wait, on 429. */
  readonly retryAfterSeconds?: number | undefined
  /** The body to write as JSON. */
  readonly body?: WireObject | undefined
}

/** Maximum number of invitees of one request, and of targets of one call (documented). */
export const MAX_INVITEES = 5
/** Maximum length of a `clientContext` in characters (documented). */
export const MAX_CLIENT_CONTEXT = 256

/** Answers a request. Changes go to the tick. */
export function answerRequest(tick: Tick, request: ServiceRequest): ServiceResponse {
  if (request.operation === 'call.create') return create(tick, request)
  const leg = tick.base.legs.get(request.callId ?? '')
  if (leg === undefined || leg.state === 'terminated') return refuse(tick.base, 404, '8522', 'Call not found.')
  if (!isSame(leg.appId, request.appId))
    return refuse(tick.base, 403, '7504', 'Insufficient enterprise tenant permissions, cannot access this API.')
  return handlers[request.operation](tick, leg, request)
}

type Handler = (tick: Tick, leg: Leg, request: ServiceRequest) => ServiceResponse

const handlers: { readonly [O in Exclude<OperationName, 'call.create'>]: Handler } = {
  'call.get': (tick, leg, { version }) => ({ status: 200, body: writeCall(leg, tick.base, version) }),
  'call.delete': hangUp,
  'call.keepAlive': keepAlive,
  'call.answer': answerCall,
  'call.reject': rejectCall,
  'call.redirect': redirectCall,
  'call.transfer': transfer,
  'call.mute': (tick, leg, request) => mute(tick, leg, request, [leg.myParticipantId], true),
  'call.unmute': (tick, leg, request) => mute(tick, leg, request, [leg.myParticipantId], false),
  'call.cancelMediaProcessing': (tick, _, request) => completed(tick, 'cancelMediaProcessingOperation', request),
  'participants.list': listParticipants,
  'participants.invite': invite,
  'participants.muteAll': muteAll,
  'participant.get': getParticipant,
  'participant.delete': deleteParticipant,
  'participant.mute': (tick, leg, request) => mute(tick, leg, request, [request.participantId ?? ''], true),
  'participant.startHoldMusic': holdMusic('startHoldMusicOperation'),
  'participant.stopHoldMusic': holdMusic('stopHoldMusicOperation'),
}

function create(tick: Tick, { appId, body, version }: ServiceRequest): ServiceResponse {
  if (!isObject(body)) return invalid(tick.base, 'The body must be a call.')
  const { callbackUri } = body
  if (typeof callbackUri !== 'string' || !URL.canParse(callbackUri))
    return invalid(tick.base, 'callbackUri must be an absolute URL.')
  if (readTargets(body['targets']).length > MAX_INVITEES)
    return invalid(tick.base, `A call can have at most ${MAX_INVITEES} targets.`)
  const id = createLeg(tick, { appId, callbackUri, body })
  const leg = currentOf(tick.draft.legs.get(id) as Leg)
  return { status: 201, location: id, body: writeCall(leg, tick.base, version) }
}

function hangUp(tick: Tick, leg: Leg): ServiceResponse {
  const draft = tick.draft.legs.get(leg.id)
  if (draft !== undefined && draft.state !== 'terminating') {
    draft.state = 'terminating'
    tick.notices.push({ type: 'call', callId: leg.id, changeType: 'updated', more: {} })
    planAfter(tick, tick.base.settings.timing.hangUpMs, {
      type: 'leg.ends',
      callId: leg.id,
      result: callResults.endedByBot,
      by: 'hungUp',
    })
  }
  return { status: 204 }
}

function keepAlive(tick: Tick, leg: Leg): ServiceResponse {
  const draft = tick.draft.legs.get(leg.id)
  if (draft !== undefined) draft.aliveUntil = tick.draft.now + tick.base.settings.timing.keepAliveMs
  return { status: 200 }
}

function answerCall(tick: Tick, leg: Leg, { body }: ServiceRequest): ServiceResponse {
  if (leg.state !== 'incoming') return refuse(tick.base, 412, '8583', 'The call is no longer incoming.')
  if (!isObject(body)) return invalid(tick.base, 'The body must have callbackUri, acceptedModalities and mediaConfig.')
  const { callbackUri } = body
  if (callbackUri !== undefined && (typeof callbackUri !== 'string' || !URL.canParse(callbackUri)))
    return invalid(tick.base, 'callbackUri must be an absolute URL.')
  const draft = tick.draft.legs.get(leg.id)
  if (draft === undefined) return { status: 202 }
  if (typeof callbackUri === 'string') draft.callbackUri = callbackUri
  draft.state = 'establishing'
  planAfter(tick, tick.base.settings.timing.establishingMs, { type: 'leg.establishing', callId: leg.id })
  planAfter(tick, tick.base.settings.timing.establishedMs, { type: 'leg.established', callId: leg.id })
  return { status: 202 }
}

function rejectCall(tick: Tick, leg: Leg): ServiceResponse {
  if (leg.state !== 'incoming') return refuse(tick.base, 412, '8583', 'The call is no longer incoming.')
  planAfter(tick, tick.base.settings.timing.hangUpMs, {
    type: 'leg.ends',
    callId: leg.id,
    result: callResults.rejected,
    by: 'hungUp',
  })
  return { status: 202 }
}

function redirectCall(tick: Tick, leg: Leg, { body }: ServiceRequest): ServiceResponse {
  if (leg.state !== 'incoming') return refuse(tick.base, 412, '8583', 'The call is no longer incoming.')
  const targets = isObject(body) ? readTargets(body['targets']) : []
  if (targets.length === 0) return invalid(tick.base, 'targets must name the targets of the redirect.')
  const draft = tick.draft.legs.get(leg.id)
  if (draft !== undefined) draft.state = 'redirecting'
  tick.notices.push({ type: 'call', callId: leg.id, changeType: 'updated', more: {} })
  planAfter(tick, tick.base.settings.timing.hangUpMs, {
    type: 'leg.ends',
    callId: leg.id,
    result: callResults.redirected,
    by: 'transfer',
  })
  return { status: 202 }
}

function transfer(tick: Tick, leg: Leg, { body }: ServiceRequest): ServiceResponse {
  if (leg.state !== 'established') return notEstablished(tick.base)
  const target =
    isObject(body) && isObject(body['transferTarget']) ? readIdentity(body['transferTarget']['identity']) : {}
  if (nameIdentity(target) === undefined) return invalid(tick.base, 'transferTarget.identity must have an id.')
  const draft = tick.draft.legs.get(leg.id)
  if (draft !== undefined) draft.state = 'transferring'
  tick.notices.push({ type: 'call', callId: leg.id, changeType: 'updated', more: {} })
  startOperation(tick, {
    callId: leg.id,
    purpose: 'transfer',
    clientContext: null,
    invitees: [{ identity: target, isHidden: false }],
  })
  return { status: 202 }
}

function listParticipants(tick: Tick, leg: Leg, { top, skip = 0, version }: ServiceRequest): ServiceResponse {
  const { settings } = tick.base
  const conversation = conversationOf(tick, leg)
  const members =
    conversation === undefined || conversation.kind === 'peer'
      ? []
      : visibleMembers(conversation, leg.id, settings.switches)
  const page = top === undefined ? members.slice(skip) : members.slice(skip, skip + top)
  const isMore = skip + page.length < members.length
  return {
    status: 200,
    nextSkip: isMore ? skip + page.length : undefined,
    body: {
      '@odata.context': writeContext(`communications/calls('${leg.id}')/participants`, version),
      value: page.map((member) =>
        writeParticipant(member, settings, {
          isNumbered: leg.isDelta && settings.switches.listNumbers === 'as-rosters',
          isListed: true,
        }),
      ),
    },
  }
}

/** The conversation, after its gathered roster changes are reported. */
function conversationOf(tick: Tick, { conversationId }: Leg): Conversation | undefined {
  if (tick.base.conversations.get(conversationId)?.gathered === undefined)
    return tick.base.conversations.get(conversationId)
  sendGathered(tick, conversationId)
  return currentOf(tick.draft.conversations.get(conversationId))
}

function getParticipant(tick: Tick, leg: Leg, { participantId, version }: ServiceRequest): ServiceResponse {
  const { settings } = tick.base
  const conversation = conversationOf(tick, leg)
  const member =
    conversation?.kind === 'group'
      ? visibleMembers(conversation, leg.id, settings.switches).find(({ id }) => id === participantId)
      : undefined
  if (member === undefined) return participantNotFound(tick.base)
  return {
    status: 200,
    body: {
      '@odata.context': writeContext(`communications/calls('${leg.id}')/participants/$entity`, version),
      ...writeParticipant(member, settings, {
        isNumbered: leg.isDelta && settings.switches.listNumbers === 'as-rosters',
        isListed: true,
      }),
    },
  }
}

function invite(tick: Tick, leg: Leg, { body }: ServiceRequest): ServiceResponse {
  const { switches, tenant } = tick.base.settings
  if (!isObject(body) || !Array.isArray(body['participants']) || body['participants'].length === 0) {
    return invalid(tick.base, 'participants must be a collection of at least one invitationParticipantInfo.')
  }
  if (body['participants'].length > MAX_INVITEES)
    return invalid(tick.base, `At most ${MAX_INVITEES} participants can be invited in one request.`)
  const clientContext = body['clientContext'] ?? null
  if (clientContext !== null && (typeof clientContext !== 'string' || clientContext.length > MAX_CLIENT_CONTEXT)) {
    return invalid(tick.base, `clientContext must be text of at most ${MAX_CLIENT_CONTEXT} characters.`)
  }
  if (!mayInvite(tick, leg)) return notEstablished(tick.base)
  const all = body['participants'].map(readCallee)
  // Only the first invitee is read if it replaces a call; the rest are ignored silently (documented).
  const invitees =
    all[0]?.replacesCallId !== undefined && switches.replacementOfMany === 'first-only' ? all.slice(0, 1) : all
  if (invitees.some(({ identity }) => nameIdentity(identity) === undefined))
    return invalid(tick.base, 'Every participant needs an identity with an id.')
  const names = invitees.map(({ identity }) => nameIdentity(identity)?.id)
  if (
    new Set(names).size < names.length ||
    invitees.some(({ identity }) => isInvitedOrPresent(tick, leg.id, identity))
  ) {
    return refuse(tick.base, 409, '8519', 'The same identity cannot be invited multiple times.')
  }
  const { id, participantIds } = startOperation(tick, { callId: leg.id, purpose: 'invite', clientContext, invitees })
  const written = invitees.map(({ identity, replacesCallId, participantId }, index) =>
    writeInvitedParticipant(
      identity,
      tenant.id,
      replacesCallId,
      switches.inviteResponseId === 'participantId' ? participantIds[index] : participantId,
    ),
  )
  // The documented sample capitalizes this one status, whatever the casing of others.
  return {
    status: 200,
    location: `${leg.id}/operations/${id}`,
    body: writeInviteResponse({ id, clientContext }, written, 'Running'),
  }
}

function readCallee(participant: unknown): Callee {
  if (!isObject(participant)) return { identity: {}, isHidden: false }
  const { replacesCallId, participantId } = participant
  return {
    identity: readIdentity(participant['identity']),
    isHidden: participant['hidden'] === true,
    replacesCallId: typeof replacesCallId === 'string' ? replacesCallId.toLowerCase() : undefined,
    participantId: typeof participantId === 'string' ? participantId.toLowerCase() : undefined,
  }
}

function deleteParticipant(tick: Tick, leg: Leg, { participantId = '', appId }: ServiceRequest): ServiceResponse {
  const { switches, tenant, timing } = tick.base.settings
  if (tenant.removers !== 'everyone' && !tenant.removers.some((id) => isSame(id, appId))) {
    return refuse(tick.base, 403, '7504', 'Insufficient enterprise tenant permissions, cannot access this API.')
  }
  const member = tick.base.conversations.get(leg.conversationId)?.members.get(participantId)
  if (member !== undefined) {
    if (member.isOrganizer) return refuse(tick.base, 403, '8552', 'The organizer cannot be removed.')
    planAfter(tick, timing.removalMs, {
      type: 'member.leaves',
      conversationId: leg.conversationId,
      id: member.id,
      by: 'bot',
    })
    return { status: 204 }
  }
  const invitee = tick.base.invitees.get(participantId)
  if (invitee === undefined || invitee.callId !== leg.id) return participantNotFound(tick.base)
  if (switches.cancelBeforeAnswer === 'supported') {
    cancelInvitee(tick, invitee.id)
    return { status: 204 }
  }
  if (invitee.script.answersOnCancel !== undefined && invitee.script.answersOnCancel !== false)
    answerInvitee(tick, invitee.id)
  return participantNotFound(tick.base)
}

function mute(
  tick: Tick,
  leg: Leg,
  request: ServiceRequest,
  ids: readonly string[],
  isMuted: boolean,
): ServiceResponse {
  const members = tick.base.conversations.get(leg.conversationId)?.members
  if (ids.some((id) => members?.has(id) !== true)) return participantNotFound(tick.base)
  setMuted(tick, leg.conversationId, ids, isMuted)
  return completed(tick, isMuted ? 'muteParticipantOperation' : 'unmuteParticipantOperation', request)
}

/** There is no media here: hold music starts or stops at once. */
function holdMusic(type: string): Handler {
  return (tick, leg, request) => {
    const isThere = tick.base.conversations.get(leg.conversationId)?.members.has(request.participantId ?? '') === true
    return isThere ? completed(tick, type, request) : participantNotFound(tick.base)
  }
}

/** An operation completed by its answer; no notification follows (documented). */
function completed(tick: Tick, type: string, { body, version }: ServiceRequest): ServiceResponse {
  return {
    status: 200,
    body: {
      '@odata.type': `#microsoft.graph.${type}`,
      '@odata.context': writeContext(type, version),
      id: newId(tick),
      status: 'completed',
      clientContext: isObject(body) && typeof body['clientContext'] === 'string' ? body['clientContext'] : null,
    },
  }
}

function muteAll(tick: Tick, leg: Leg, request: ServiceRequest): ServiceResponse {
  const { body } = request
  const members = tick.base.conversations.get(leg.conversationId)?.members ?? new Map<string, unknown>()
  const named =
    isObject(body) && Array.isArray(body['participants'])
      ? body['participants']
          .filter((id): id is string => typeof id === 'string' && id !== '')
          .map((id) => id.toLowerCase())
      : []
  // The documented request names no participant (`[""]`): it means all but the bot.
  const ids = named.length > 0 ? named : [...members.keys()].filter((id) => id !== leg.myParticipantId)
  return mute(tick, leg, request, ids, true)
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** Whether an invite must wait for the call is not documented: a switch. Only group calls accept early invites. */
function mayInvite({ base }: Tick, { state, conversationId }: Leg): boolean {
  const isEarly = state === 'establishing' && base.conversations.get(conversationId)?.kind === 'group'
  return state === 'established' || (isEarly && base.settings.switches.earlyInvite === 'taken')
}
