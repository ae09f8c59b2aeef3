/**
 * Requests: what bots ask of the service, checked and answered as Graph answers.
 *
 * Rule 1: a 2xx to a removal, a hang-up or a transfer is a promise; the proof comes by notification (documented).
 * Rule 2: every refusal is a status with Graph's error code, a comms subcode as text where there is one.
 * @module
 */
import type { GraphVersion } from '../graph/wire/shapes.ts'
import { isObject, nameIdentity, readIdentity } from './identities.ts'
import { answerInvitee, cancelInvitee, isAskedOrPresent, startOperation, type Callee } from './invites.ts'
import { createLeg, readTargets } from './legs.ts'
import { callResults } from './results.ts'
import { setMuted, tellGathered } from './roster.ts'
import { finished, newId, planAfter, type Tick } from './tick.ts'
import {
  visibleMembers,
  writeCall,
  writeContext,
  writeError,
  writeInvitedParticipant,
  writeInviteResponse,
  writeParticipant,
} from './wire.ts'
import type { WireObject } from './wire-object.ts'
import type { Conversation, Leg, WorldState } from './world-state.ts'

/** Everything a bot can ask. */
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

/** The name of something a bot can ask. */
export type OperationName = (typeof operations)[number]

/** A request of a bot, as an edge has read it. Ids are lower case. */
export interface ServiceRequest {
  readonly operation: OperationName
  /** The API version of the URL, which the answer's `@odata.context` repeats. Default `v1.0`. */
  readonly version?: GraphVersion | undefined
  readonly appId: string
  readonly callId?: string | undefined
  readonly participantId?: string | undefined
  readonly body?: unknown
  /** Page of a list: how many, and how many before it. */
  readonly top?: number | undefined
  readonly skip?: number | undefined
}

/** What the service answers. */
export interface ServiceResponse {
  readonly status: number
  /** The path of what was made, below `/communications/calls/`. */
  readonly location?: string | undefined
  /** Where the next page begins. */
  readonly nextSkip?: number | undefined
  /** Seconds to wait, on 429. */
  readonly retryAfterSeconds?: number | undefined
  readonly body?: WireObject | undefined
}

/** How many people one request may invite, and one call may be created for (documented). */
export const MAX_INVITEES = 5
/** How long a `clientContext` may be (documented). */
export const MAX_CLIENT_CONTEXT = 256

/** Answers a request. Everything that changes goes to the stage. */
export function answerRequest(stage: Tick, request: ServiceRequest): ServiceResponse {
  if (request.operation === 'call.create') return create(stage, request)
  const leg = stage.base.legs.get(request.callId ?? '')
  if (leg === undefined || leg.state === 'terminated') return refuse(stage.base, 404, '8522', 'Call not found.')
  if (!isSame(leg.appId, request.appId))
    return refuse(stage.base, 403, '7504', 'Insufficient enterprise tenant permissions, cannot access this API.')
  return handlers[request.operation](stage, leg, request)
}

type Handler = (stage: Tick, leg: Leg, request: ServiceRequest) => ServiceResponse

const handlers: { readonly [O in Exclude<OperationName, 'call.create'>]: Handler } = {
  'call.get': (stage, leg, { version }) => ({ status: 200, body: writeCall(leg, stage.base, version) }),
  'call.delete': hangUp,
  'call.keepAlive': keepAlive,
  'call.answer': answerCall,
  'call.reject': rejectCall,
  'call.redirect': redirectCall,
  'call.transfer': transfer,
  'call.mute': (stage, leg, request) => mute(stage, leg, request, [leg.myParticipantId], true),
  'call.unmute': (stage, leg, request) => mute(stage, leg, request, [leg.myParticipantId], false),
  'call.cancelMediaProcessing': (stage, _, request) => completed(stage, 'cancelMediaProcessingOperation', request),
  'participants.list': listParticipants,
  'participants.invite': invite,
  'participants.muteAll': muteAll,
  'participant.get': getParticipant,
  'participant.delete': deleteParticipant,
  'participant.mute': (stage, leg, request) => mute(stage, leg, request, [request.participantId ?? ''], true),
  'participant.startHoldMusic': holdMusic('startHoldMusicOperation'),
  'participant.stopHoldMusic': holdMusic('stopHoldMusicOperation'),
}

function create(stage: Tick, { appId, body, version }: ServiceRequest): ServiceResponse {
  if (!isObject(body)) return invalid(stage.base, 'The body is a call.')
  const { callbackUri } = body
  if (typeof callbackUri !== 'string' || !URL.canParse(callbackUri))
    return invalid(stage.base, 'callbackUri is an absolute URL.')
  if (readTargets(body['targets']).length > MAX_INVITEES)
    return invalid(stage.base, `A call is created for at most ${MAX_INVITEES} targets.`)
  const id = createLeg(stage, { appId, callbackUri, body })
  const leg = finished(stage.draft.legs.get(id) as Leg)
  return { status: 201, location: id, body: writeCall(leg, stage.base, version) }
}

function hangUp(stage: Tick, leg: Leg): ServiceResponse {
  const draft = stage.draft.legs.get(leg.id)
  if (draft !== undefined && draft.state !== 'terminating') {
    draft.state = 'terminating'
    stage.notices.push({ type: 'call', callId: leg.id, changeType: 'updated', more: {} })
    planAfter(stage, stage.base.settings.timing.hangUpMs, {
      type: 'leg.ends',
      callId: leg.id,
      result: callResults.endedByBot,
      by: 'hungUp',
    })
  }
  return { status: 204 }
}

function keepAlive(stage: Tick, leg: Leg): ServiceResponse {
  const draft = stage.draft.legs.get(leg.id)
  if (draft !== undefined) draft.aliveUntil = stage.draft.now + stage.base.settings.timing.keepAliveMs
  return { status: 200 }
}

function answerCall(stage: Tick, leg: Leg, { body }: ServiceRequest): ServiceResponse {
  if (leg.state !== 'incoming') return refuse(stage.base, 412, '8583', 'The call is not incoming any more.')
  if (!isObject(body)) return invalid(stage.base, 'The body has callbackUri, acceptedModalities and mediaConfig.')
  const { callbackUri } = body
  if (callbackUri !== undefined && (typeof callbackUri !== 'string' || !URL.canParse(callbackUri)))
    return invalid(stage.base, 'callbackUri is an absolute URL.')
  const draft = stage.draft.legs.get(leg.id)
  if (draft === undefined) return { status: 202 }
  if (typeof callbackUri === 'string') draft.callbackUri = callbackUri
  draft.state = 'establishing'
  planAfter(stage, stage.base.settings.timing.establishingMs, { type: 'leg.establishing', callId: leg.id })
  planAfter(stage, stage.base.settings.timing.establishedMs, { type: 'leg.established', callId: leg.id })
  return { status: 202 }
}

function rejectCall(stage: Tick, leg: Leg): ServiceResponse {
  if (leg.state !== 'incoming') return refuse(stage.base, 412, '8583', 'The call is not incoming any more.')
  planAfter(stage, stage.base.settings.timing.hangUpMs, {
    type: 'leg.ends',
    callId: leg.id,
    result: callResults.rejected,
    by: 'hungUp',
  })
  return { status: 202 }
}

function redirectCall(stage: Tick, leg: Leg, { body }: ServiceRequest): ServiceResponse {
  if (leg.state !== 'incoming') return refuse(stage.base, 412, '8583', 'The call is not incoming any more.')
  const targets = isObject(body) ? readTargets(body['targets']) : []
  if (targets.length === 0) return invalid(stage.base, 'targets names whom to redirect the call to.')
  const draft = stage.draft.legs.get(leg.id)
  if (draft !== undefined) draft.state = 'redirecting'
  stage.notices.push({ type: 'call', callId: leg.id, changeType: 'updated', more: {} })
  planAfter(stage, stage.base.settings.timing.hangUpMs, {
    type: 'leg.ends',
    callId: leg.id,
    result: callResults.redirected,
    by: 'transfer',
  })
  return { status: 202 }
}

function transfer(stage: Tick, leg: Leg, { body }: ServiceRequest): ServiceResponse {
  if (leg.state !== 'established') return notEstablished(stage.base)
  const target =
    isObject(body) && isObject(body['transferTarget']) ? readIdentity(body['transferTarget']['identity']) : {}
  if (nameIdentity(target) === undefined) return invalid(stage.base, 'transferTarget.identity names somebody by id.')
  const draft = stage.draft.legs.get(leg.id)
  if (draft !== undefined) draft.state = 'transferring'
  stage.notices.push({ type: 'call', callId: leg.id, changeType: 'updated', more: {} })
  startOperation(stage, {
    callId: leg.id,
    purpose: 'transfer',
    clientContext: null,
    invitees: [{ identity: target, isHidden: false }],
  })
  return { status: 202 }
}

function listParticipants(stage: Tick, leg: Leg, { top, skip = 0, version }: ServiceRequest): ServiceResponse {
  const { settings } = stage.base
  const conversation = conversationOf(stage, leg)
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

/** The conversation as the rosters have told of it by now. */
function conversationOf(stage: Tick, { conversationId }: Leg): Conversation | undefined {
  if (stage.base.conversations.get(conversationId)?.gathered === undefined)
    return stage.base.conversations.get(conversationId)
  tellGathered(stage, conversationId)
  return finished(stage.draft.conversations.get(conversationId))
}

function getParticipant(stage: Tick, leg: Leg, { participantId, version }: ServiceRequest): ServiceResponse {
  const { settings } = stage.base
  const conversation = conversationOf(stage, leg)
  const member =
    conversation?.kind === 'group'
      ? visibleMembers(conversation, leg.id, settings.switches).find(({ id }) => id === participantId)
      : undefined
  if (member === undefined) return participantNotFound(stage.base)
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

function invite(stage: Tick, leg: Leg, { body }: ServiceRequest): ServiceResponse {
  const { switches, tenant } = stage.base.settings
  if (!isObject(body) || !Array.isArray(body['participants']) || body['participants'].length === 0) {
    return invalid(stage.base, 'participants is a collection of at least one invitationParticipantInfo.')
  }
  if (body['participants'].length > MAX_INVITEES)
    return invalid(stage.base, `At most ${MAX_INVITEES} participants can be invited in one request.`)
  const clientContext = body['clientContext'] ?? null
  if (clientContext !== null && (typeof clientContext !== 'string' || clientContext.length > MAX_CLIENT_CONTEXT)) {
    return invalid(stage.base, `clientContext is text of at most ${MAX_CLIENT_CONTEXT} characters.`)
  }
  if (!mayInvite(stage, leg)) return notEstablished(stage.base)
  const all = body['participants'].map(readCallee)
  // Only the first is read when it replaces a call; the rest are ignored without a word (documented).
  const invitees =
    all[0]?.replacesCallId !== undefined && switches.replacementOfMany === 'first-only' ? all.slice(0, 1) : all
  if (invitees.some(({ identity }) => nameIdentity(identity) === undefined))
    return invalid(stage.base, 'Every participant has an identity with an id.')
  const names = invitees.map(({ identity }) => nameIdentity(identity)?.id)
  if (
    new Set(names).size < names.length ||
    invitees.some(({ identity }) => isAskedOrPresent(stage, leg.id, identity))
  ) {
    return refuse(stage.base, 409, '8519', 'The same identity cannot be invited multiple times.')
  }
  const { id, participantIds } = startOperation(stage, { callId: leg.id, purpose: 'invite', clientContext, invitees })
  const written = invitees.map(({ identity, replacesCallId, participantId }, index) =>
    writeInvitedParticipant(
      identity,
      tenant.id,
      replacesCallId,
      switches.inviteResponseId === 'participantId' ? participantIds[index] : participantId,
    ),
  )
  // The documented sample writes this one status with a capital, whatever the case of all others.
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

function deleteParticipant(stage: Tick, leg: Leg, { participantId = '', appId }: ServiceRequest): ServiceResponse {
  const { switches, tenant, timing } = stage.base.settings
  if (tenant.removers !== 'everyone' && !tenant.removers.some((id) => isSame(id, appId))) {
    return refuse(stage.base, 403, '7504', 'Insufficient enterprise tenant permissions, cannot access this API.')
  }
  const member = stage.base.conversations.get(leg.conversationId)?.members.get(participantId)
  if (member !== undefined) {
    if (member.isOrganizer) return refuse(stage.base, 403, '8552', 'The organizer cannot be removed.')
    planAfter(stage, timing.removalMs, {
      type: 'member.leaves',
      conversationId: leg.conversationId,
      id: member.id,
      by: 'bot',
    })
    return { status: 204 }
  }
  const invitee = stage.base.invitees.get(participantId)
  if (invitee === undefined || invitee.callId !== leg.id) return participantNotFound(stage.base)
  if (switches.cancelBeforeAnswer === 'supported') {
    cancelInvitee(stage, invitee.id)
    return { status: 204 }
  }
  if (invitee.script.answersOnCancel !== undefined && invitee.script.answersOnCancel !== false)
    answerInvitee(stage, invitee.id)
  return participantNotFound(stage.base)
}

function mute(
  stage: Tick,
  leg: Leg,
  request: ServiceRequest,
  ids: readonly string[],
  isMuted: boolean,
): ServiceResponse {
  const members = stage.base.conversations.get(leg.conversationId)?.members
  if (ids.some((id) => members?.has(id) !== true)) return participantNotFound(stage.base)
  setMuted(stage, leg.conversationId, ids, isMuted)
  return completed(stage, isMuted ? 'muteParticipantOperation' : 'unmuteParticipantOperation', request)
}

/** Media do not exist here: whoever is there is given music, or relieved of it, at once. */
function holdMusic(type: string): Handler {
  return (stage, leg, request) => {
    const isThere = stage.base.conversations.get(leg.conversationId)?.members.has(request.participantId ?? '') === true
    return isThere ? completed(stage, type, request) : participantNotFound(stage.base)
  }
}

/** An operation that is done with its answer; no notification follows (documented). */
function completed(stage: Tick, type: string, { body, version }: ServiceRequest): ServiceResponse {
  return {
    status: 200,
    body: {
      '@odata.type': `#microsoft.graph.${type}`,
      '@odata.context': writeContext(type, version),
      id: newId(stage),
      status: 'completed',
      clientContext: isObject(body) && typeof body['clientContext'] === 'string' ? body['clientContext'] : null,
    },
  }
}

function muteAll(stage: Tick, leg: Leg, request: ServiceRequest): ServiceResponse {
  const { body } = request
  const members = stage.base.conversations.get(leg.conversationId)?.members ?? new Map<string, unknown>()
  const named =
    isObject(body) && Array.isArray(body['participants'])
      ? body['participants']
          .filter((id): id is string => typeof id === 'string' && id !== '')
          .map((id) => id.toLowerCase())
      : []
  // The documented request names nobody (`[""]`): that is everybody but the bot.
  const ids = named.length > 0 ? named : [...members.keys()].filter((id) => id !== leg.myParticipantId)
  return mute(stage, leg, request, ids, true)
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function refuse(state: WorldState, status: number, code: string, message: string): ServiceResponse {
  return { status, body: writeError(code, message, new Date(state.epochMs + state.now).toISOString().slice(0, 19)) }
}

function invalid(state: WorldState, message: string): ServiceResponse {
  return refuse(state, 400, '8523', `Invalid argument. ${message}`)
}

/** No document says whether an invite waits for the call: a switch. Only a conference can take anybody in. */
function mayInvite({ base }: Tick, { state, conversationId }: Leg): boolean {
  const isEarly = state === 'establishing' && base.conversations.get(conversationId)?.kind === 'group'
  return state === 'established' || (isEarly && base.settings.switches.earlyInvite === 'taken')
}

function notEstablished(state: WorldState): ServiceResponse {
  return refuse(state, 400, '8501', 'The call is not established.')
}

function participantNotFound(state: WorldState): ServiceResponse {
  return refuse(state, 404, '8522', 'Participant not found.')
}
