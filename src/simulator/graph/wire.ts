/**
 * Wire: the JSON the service sends — resources, operations, notifications, errors — in the shapes of Graph's
 * documentation, with the properties and enumerations of its published model.
 *
 * Rule 1: a call in a notification has no `id`; the id is in the URL (observed in every capture).
 * Rule 2: a notification has both `resource` and `resourceUrl` (observed in every capture).
 * Rule 3: an unchanged member is rendered once: every roster has the same object.
 * @module
 */
import type { GraphVersion } from '../../graph/wire/shapes.ts'
import type { Result } from './results.ts'
import type { Switches } from '../world/settings.ts'
import type { WireObject } from './wire-object.ts'
import type { Conversation, Leg, Member, Operation, WorldState } from '../world/world-state.ts'

/** An enumeration value in the casing of the switch. */
export function writeEnum(value: string, casing: Switches['casing']): string {
  return casing === 'documented' ? value : value.charAt(0).toUpperCase() + value.slice(1)
}

/** A `resultInfo`, or null. */
export function writeResult(result: Result | undefined): WireObject | null {
  return result === undefined ? null : { '@odata.type': '#microsoft.graph.resultInfo', ...result }
}

/** An identity set as notifications write it. */
function writeIdentity(identity: WireObject, tenantId?: string): WireObject {
  const entries = Object.entries(identity).map(([kind, fields]) => [
    kind,
    {
      '@odata.type': '#microsoft.graph.identity',
      ...providerOf(kind, tenantId),
      ...(fields as WireObject),
    },
  ])
  return { '@odata.type': '#microsoft.graph.identitySet', ...(Object.fromEntries(entries) as WireObject) }
}

/** The properties the directory adds to the identity of a user or an application. */
function providerOf(kind: string, tenantId: string | undefined): WireObject {
  if (tenantId === undefined) return {}
  if (kind === 'user') return { identityProvider: 'AAD', tenantId }
  return kind === 'application' ? { tenantId } : {}
}

interface Rendered {
  readonly settings: WorldState['settings']
  readonly ids: ShownIds
  readonly entry: WireObject
}

/** Where an entry has its id. */
type ShownIds = Exclude<Switches['rosterIds'], 'list-only'>

const rendered = new WeakMap<Member, Rendered>()

/** A participant in rosters and lists. The object is shared between rosters: never change it. */
export function writeParticipant(
  member: Member,
  settings: WorldState['settings'],
  { isNumbered = false, isListed = false }: { readonly isNumbered?: boolean; readonly isListed?: boolean } = {},
): WireObject {
  const known = rendered.get(member)
  const ids = shownIds(settings.switches.rosterIds, isListed)
  const entry =
    known !== undefined && known.settings === settings && known.ids === ids
      ? known.entry
      : renderParticipant(member, settings, ids)
  if (entry !== known?.entry) rendered.set(member, { settings, ids, entry })
  return isNumbered ? { ...entry, rosterSequenceNumber: member.sequence } : entry
}

function shownIds(rosterIds: Switches['rosterIds'], isListed: boolean): ShownIds {
  if (rosterIds !== 'list-only') return rosterIds
  return isListed ? 'both' : 'none'
}

function renderParticipant(
  member: Member,
  { switches, tenant }: WorldState['settings'],
  rosterIds: ShownIds,
): WireObject {
  const { casing } = switches
  return {
    '@odata.type': '#microsoft.graph.participant',
    info: {
      '@odata.type': '#microsoft.graph.participantInfo',
      identity: writeIdentity(member.identity, tenant.id),
      endpointType: writeEnum(member.endpoint, casing),
      ...(rosterIds === 'none' ? {} : { participantId: member.id }),
    },
    mediaStreams: member.streams.map(({ mediaType, direction }, index) => ({
      '@odata.type': '#microsoft.graph.mediaStream',
      mediaType: writeEnum(mediaType, casing),
      sourceId: index === 0 ? String(member.source) : `${member.source}0${index}`,
      direction: writeEnum(direction, casing),
      serverMuted: false,
    })),
    isMuted: member.isMuted,
    isInLobby: member.isInLobby,
    id: rosterIds === 'both' ? member.id : null,
  }
}

/** A removed participant in a delta roster. */
export function writeRemoved(member: Member, reason: string, settings: WorldState['settings']): WireObject {
  return {
    ...renderParticipant(member, settings, shownIds(settings.switches.rosterIds, false)),
    rosterSequenceNumber: member.sequence,
    removedState: { '@odata.type': '#microsoft.graph.removedState', reason },
  }
}

/** The members on a call's roster, newest first (observed: a joining user comes before the bot). */
export function visibleMembers(conversation: Conversation, callId: string, switches: Switches): Member[] {
  const members: Member[] = []
  for (const member of conversation.members.values()) {
    if (member.hiddenBy === undefined || (member.hiddenBy === callId && switches.hiddenInvitee === 'shown'))
      members.push(member)
  }
  return members.reverse()
}

/** The `@odata.context` of an answer, with the API version of the request (documented, both versions). */
export function writeContext(of: string, version: GraphVersion = 'v1.0'): string {
  return `https://graph.microsoft.com/${version}/$metadata#${of}`
}

/** The call in an answer to the bot. */
export function writeCall(leg: Leg, state: WorldState, version?: GraphVersion): WireObject {
  const { casing } = state.settings.switches
  return {
    '@odata.type': '#microsoft.graph.call',
    '@odata.context': writeContext('communications/calls/$entity', version),
    id: leg.id,
    state: writeEnum(leg.state, casing),
    direction: writeEnum(leg.direction, casing),
    callbackUri: leg.callbackUri,
    callChainId: leg.chainId,
    tenantId: leg.tenantId,
    myParticipantId: leg.myParticipantId,
    resultInfo: writeResult(leg.result),
    source: writeSource(leg, casing),
    targets: leg.targets,
    ...leg.repeated,
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

/** The properties of a call notification except its state. */
export function writeCallChange(leg: Leg, { casing, ownParticipantId }: Switches, more: WireObject = {}): WireObject {
  return {
    '@odata.type': '#microsoft.graph.call',
    state: writeEnum(leg.state, casing),
    direction: writeEnum(leg.direction, casing),
    callbackUri: leg.callbackUri,
    callChainId: leg.chainId,
    tenantId: leg.tenantId,
    ...(ownParticipantId === 'present' ? { myParticipantId: leg.myParticipantId } : {}),
    source: writeSource(leg, casing),
    targets: leg.targets,
    ...more,
  }
}

/** An invite operation in the answer to the invite; identity kinds that are not set are null. */
export function writeInviteResponse(
  { id, clientContext }: Pick<Operation, 'id' | 'clientContext'>,
  invitees: readonly WireObject[],
  status: string,
): WireObject {
  return {
    '@odata.type': '#microsoft.graph.inviteParticipantsOperation',
    id,
    status,
    clientContext,
    resultInfo: null,
    participants: invitees,
  }
}

/** One invitee in the answer to an invite. */
export function writeInvitedParticipant(
  identity: WireObject,
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
  operation: Pick<Operation, 'id' | 'clientContext' | 'identities'>,
  status: 'completed' | 'failed',
  result: Result | undefined,
  settings: WorldState['settings'],
): WireObject {
  return {
    '@odata.type': '#microsoft.graph.inviteParticipantsOperation',
    participants: operation.identities.map((identity) => ({
      '@odata.type': '#microsoft.graph.invitationParticipantInfo',
      identity: writeIdentity(identity, settings.tenant.id),
    })),
    status: writeEnum(status, settings.switches.casing),
    clientContext: operation.clientContext,
    id: operation.id,
    ...(result === undefined ? {} : { resultInfo: writeResult(result) }),
  }
}

/** The collection that a notification is posted in; `path` is below `/calls`. */
export function writeNotification(
  changeType: string,
  path: string,
  resourceData: unknown,
  casing: Switches['casing'],
): WireObject {
  return {
    '@odata.type': '#microsoft.graph.commsNotifications',
    value: [
      {
        '@odata.type': '#microsoft.graph.commsNotification',
        changeType: writeEnum(changeType, casing),
        resource: `/app/calls/${path}`,
        resourceUrl: `/communications/calls/${path}`,
        resourceData,
      },
    ],
  }
}

/** Graph's error envelope; the edge adds the request ids. */
export function writeError(code: string, message: string, date: string): WireObject {
  return { error: { code, message, innerError: { date } } }
}
