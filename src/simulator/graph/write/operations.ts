/**
 * Operations as Graph writes them.
 * @module
 */
import type { GraphVersion } from '../../../graph/wire/shapes.ts'
import type { Identities } from '../../world/identities.ts'
import type { Failure, Operation } from '../../world/world-state.ts'
import type { Settings } from '../dialect.ts'
import { addressOf } from '../identities.ts'
import { nameParticipant, resultOf } from '../results.ts'
import type { WireObject } from '../wire-object.ts'
import { providerOf, writeContext, writeEnum, writeIdentity, writeResult } from './values.ts'

/** An invite operation in the answer to the invite. */
export function writeInviteResponse(
  id: string,
  clientContext: string | null,
  invitees: readonly WireObject[],
): WireObject {
  return {
    '@odata.type': '#microsoft.graph.inviteParticipantsOperation',
    id,
    // The documented sample capitalizes this one status, whatever the casing of others.
    status: 'Running',
    clientContext,
    resultInfo: null,
    participants: invitees,
  }
}

/** One invitee in the answer to an invite; identity kinds that are not set are null. */
export function writeInvitedParticipant(
  identity: Identities,
  tenantId: string,
  replacesCallId: string | undefined,
  participantId: string | undefined,
): WireObject {
  const entries = Object.entries(identity).map(([kind, fields]) => [
    kind,
    { ...(fields as WireObject), ...providerOf(kind, tenantId) },
  ])
  return {
    endpointType: null,
    id: null,
    replacesCallId: replacesCallId ?? null,
    ...(participantId === undefined ? {} : { participantId }),
    identity: {
      user: null,
      application: null,
      device: null,
      phone: null,
      ...(Object.fromEntries(entries) as WireObject),
    },
  }
}

/** A finished invite operation in its notification: identities without participant ids. */
export function writeFinishedInvite(
  operation: Operation,
  failure: Failure | undefined,
  { switches, tenant }: Settings,
): WireObject {
  return {
    '@odata.type': '#microsoft.graph.inviteParticipantsOperation',
    participants: operation.identities.map((identity) => ({
      '@odata.type': '#microsoft.graph.invitationParticipantInfo',
      identity: writeIdentity(identity, tenant.id),
    })),
    status: writeEnum(failure === undefined ? 'completed' : 'failed', switches.casing),
    clientContext: operation.clientContext,
    id: operation.id,
    ...(failure === undefined ? {} : { resultInfo: writeFailure(operation, failure) }),
  }
}

/** The one result of an operation; of several invitees, it names the one who did not join. */
function writeFailure({ identities }: Operation, { identity, outcome }: Failure): WireObject {
  const result = resultOf(outcome)
  return writeResult(identities.length === 1 ? result : nameParticipant(result, addressOf(identity)))
}

/** An operation that is completed by its answer. */
export function writeCompletedOperation(
  type: string,
  id: string,
  clientContext: string | null,
  version: GraphVersion | undefined,
): WireObject {
  return {
    '@odata.type': `#microsoft.graph.${type}`,
    '@odata.context': writeContext(type, version),
    id,
    status: 'completed',
    clientContext,
  }
}
