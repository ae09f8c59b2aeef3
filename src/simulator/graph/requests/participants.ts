/**
 * Requests about participants, and their answers.
 * @module
 */
import { isObject } from '../../../call/codec/schema.ts'
import {
  completeOperation,
  getParticipant,
  inviteParticipants,
  listParticipants,
  muteAll,
  muteParticipants,
  removeParticipant,
  setHoldMusic,
  type CompletedOperation,
} from '../../world/commands/participants.ts'
import type { CommandResult } from '../../world/commands/result.ts'
import type { Tick } from '../../world/tick.ts'
import type { Leg } from '../../world/world-state.ts'
import { MAX_CLIENT_CONTEXT, MAX_INVITEES, type ServiceRequest, type ServiceResponse } from '../operations.ts'
import { invalid } from '../refusals.ts'
import { settingsOf } from '../settings.ts'
import { writeCompletedOperation, writeInvitedParticipant, writeInviteResponse } from '../write/operations.ts'
import { writeParticipant } from '../write/participants.ts'
import { writeContext } from '../write/values.ts'
import { accept, type Handler } from './handler.ts'
import { readInvitees, readMuted } from './read.ts'

const list: Handler = (tick, leg, { top, skip, version }) =>
  accept(tick, listParticipants(tick, leg, { top, skip }), ({ members, nextSkip }) => ({
    status: 200,
    nextSkip,
    body: {
      '@odata.context': writeContext(`communications/calls('${leg.id}')/participants`, version),
      value: members.map((member) => writeParticipant(member, settingsOf(tick.base), listed(tick, leg))),
    },
  }))

const get: Handler = (tick, leg, { participantId = '', version }) =>
  accept(tick, getParticipant(tick, leg, participantId), (member) => ({
    status: 200,
    body: {
      '@odata.context': writeContext(`communications/calls('${leg.id}')/participants/$entity`, version),
      ...writeParticipant(member, settingsOf(tick.base), listed(tick, leg)),
    },
  }))

/** How lists write a participant. */
function listed({ base }: Tick, { isDelta }: Leg): { readonly isNumbered: boolean; readonly isListed: true } {
  return { isNumbered: isDelta && settingsOf(base).switches.listNumbers === 'as-rosters', isListed: true }
}

const invite: Handler = (tick, leg, { body }) => {
  const settings = settingsOf(tick.base)
  if (!isObject(body) || !Array.isArray(body['participants']) || body['participants'].length === 0) {
    return invalid(tick.base, 'participants must be a collection of at least one invitationParticipantInfo.')
  }
  if (body['participants'].length > MAX_INVITEES)
    return invalid(tick.base, `At most ${MAX_INVITEES} participants can be invited in one request.`)
  const clientContext = body['clientContext'] ?? null
  if (clientContext !== null && (typeof clientContext !== 'string' || clientContext.length > MAX_CLIENT_CONTEXT)) {
    return invalid(tick.base, `clientContext must be text of at most ${MAX_CLIENT_CONTEXT} characters.`)
  }
  const invitees = readInvitees(body['participants'], settings)
  const result = inviteParticipants(tick, leg, { clientContext, invitees })
  return accept(tick, result, ({ operationId, participantIds }) => {
    const written = invitees.map(({ identity, replacesCallId, participantId }, index) =>
      writeInvitedParticipant(
        identity,
        settings.tenant.id,
        replacesCallId,
        settings.switches.inviteResponseId === 'participantId' ? participantIds[index] : participantId,
      ),
    )
    return {
      status: 200,
      location: `${leg.id}/operations/${operationId}`,
      body: writeInviteResponse(operationId, clientContext, written),
    }
  })
}

const remove: Handler = (tick, leg, { participantId = '', appId }) =>
  accept(tick, removeParticipant(tick, leg, { participantId, appId }), () => ({ status: 204 }))

/** An operation completed by its answer; no notification follows (documented). */
function complete(
  tick: Tick,
  result: CommandResult<CompletedOperation>,
  type: string,
  { body, version }: ServiceRequest,
): ServiceResponse {
  const clientContext = isObject(body) && typeof body['clientContext'] === 'string' ? body['clientContext'] : null
  return accept(tick, result, ({ operationId }) => ({
    status: 200,
    body: writeCompletedOperation(type, operationId, clientContext, version),
  }))
}

/** Mutes or unmutes the participants that the request names. */
function mute(isMuted: boolean, ids: (leg: Leg, request: ServiceRequest) => readonly string[]): Handler {
  const type = isMuted ? 'muteParticipantOperation' : 'unmuteParticipantOperation'
  return (tick, leg, request) => complete(tick, muteParticipants(tick, leg, ids(leg, request), isMuted), type, request)
}

function holdMusic(type: string): Handler {
  return (tick, leg, request) => complete(tick, setHoldMusic(tick, leg, request.participantId ?? ''), type, request)
}

/** The requests about the participants of a call, the bot among them. */
export const participantHandlers = {
  'call.mute': mute(true, ({ myParticipantId }) => [myParticipantId]),
  'call.unmute': mute(false, ({ myParticipantId }) => [myParticipantId]),
  'call.cancelMediaProcessing': (tick, _, request) =>
    complete(tick, completeOperation(tick), 'cancelMediaProcessingOperation', request),
  'participants.list': list,
  'participants.invite': invite,
  'participants.muteAll': (tick, leg, request) =>
    complete(tick, muteAll(tick, leg, readMuted(request.body)), 'muteParticipantOperation', request),
  'participant.get': get,
  'participant.delete': remove,
  'participant.mute': mute(true, (_, { participantId = '' }) => [participantId]),
  'participant.startHoldMusic': holdMusic('startHoldMusicOperation'),
  'participant.stopHoldMusic': holdMusic('stopHoldMusicOperation'),
} as const satisfies { readonly [operation: string]: Handler }
