/**
 * Calls as Graph writes them.
 *
 * Rule: a call in a notification has no `id`; the id is in the URL (observed in every capture).
 * @module
 */
import type { GraphVersion } from '../../../graph/wire/shapes.ts'
import type { Leg, WorldState } from '../../world/world-state.ts'
import type { KeptRequest } from '../requests/read.ts'
import { settingsOf, type Switches } from '../settings.ts'
import type { WireObject } from '../wire-object.ts'
import { callStates, writeContext, writeEnum, writeIdentity, writeOutcome } from './values.ts'

/** The call in an answer to the bot. */
export function writeCall(leg: Leg, state: WorldState, version?: GraphVersion): WireObject {
  const { casing } = settingsOf(state).switches
  const { targets, repeated } = keptOf(leg)
  return {
    '@odata.type': '#microsoft.graph.call',
    '@odata.context': writeContext('communications/calls/$entity', version),
    id: leg.id,
    state: writeEnum(callStates[leg.state], casing),
    direction: writeEnum(leg.direction, casing),
    callbackUri: leg.callbackUri,
    callChainId: leg.chainId,
    tenantId: leg.tenantId,
    myParticipantId: leg.myParticipantId,
    resultInfo: writeOutcome(leg.outcome),
    source: writeSource(leg, casing),
    targets,
    ...repeated,
  }
}

/** The properties of a call notification. */
export function writeCallChange(leg: Leg, { casing, ownParticipantId }: Switches, more: WireObject): WireObject {
  return {
    '@odata.type': '#microsoft.graph.call',
    state: writeEnum(callStates[leg.state], casing),
    direction: writeEnum(leg.direction, casing),
    callbackUri: leg.callbackUri,
    callChainId: leg.chainId,
    tenantId: leg.tenantId,
    ...(ownParticipantId === 'present' ? { myParticipantId: leg.myParticipantId } : {}),
    source: writeSource(leg, casing),
    targets: keptOf(leg).targets,
    ...more,
  }
}

/** The caller: the bot itself, or the person who calls it. */
function writeSource(leg: Leg, casing: Switches['casing']): WireObject {
  const identity = leg.caller?.identity ?? { application: { id: leg.appId } }
  return {
    '@odata.type': '#microsoft.graph.participantInfo',
    identity: writeIdentity(identity, leg.tenantId),
    endpointType: writeEnum('default', casing),
  }
}

/** The parts of a call that come from its request. A call that an act made has none: they follow from the call. */
function keptOf(leg: Leg): KeptRequest {
  if (leg.kept !== undefined) return leg.kept as KeptRequest
  if (leg.direction === 'outgoing') {
    return { targets: [], repeated: leg.threadId === undefined ? {} : { chatInfo: { threadId: leg.threadId } } }
  }
  const bot = { application: { id: leg.appId } }
  return {
    targets: [{ '@odata.type': '#microsoft.graph.invitationParticipantInfo', identity: bot }],
    repeated: { requestedModalities: ['audio'] },
  }
}
