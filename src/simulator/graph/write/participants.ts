/**
 * Participants as Graph writes them.
 *
 * Rule: an unchanged member is rendered once: every roster has the same object.
 * @module
 */
import type { Departure } from '../../world/departure.ts'
import type { DepartedMember, Member } from '../../world/world-state.ts'
import type { Settings } from '../dialect.ts'
import type { Switches } from '../settings.ts'
import type { WireObject } from '../wire-object.ts'
import { writeEnum, writeIdentity } from './values.ts'

interface Rendered {
  readonly settings: Settings
  readonly ids: ShownIds
  readonly entry: WireObject
}

/** Where an entry has its id. */
type ShownIds = Exclude<Switches['rosterIds'], 'list-only'>

const rendered = new WeakMap<Member, Rendered>()

/** A participant in rosters and lists. The object is shared between rosters: never change it. */
export function writeParticipant(
  member: Member,
  settings: Settings,
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

function renderParticipant(member: Member, { switches, tenant }: Settings, rosterIds: ShownIds): WireObject {
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
export function writeRemoved({ member, by }: DepartedMember, settings: Settings): WireObject {
  return {
    ...renderParticipant(member, settings, shownIds(settings.switches.rosterIds, false)),
    rosterSequenceNumber: member.sequence,
    removedState: { '@odata.type': '#microsoft.graph.removedState', reason: writeReason(by, settings.switches) },
  }
}

/** Text observed in another service's roster feed; Graph's enumeration is not documented. */
const LEFT = 'Participant has left the meeting call.'

/** Diagnoses of the termination table of call-delete, for a service that gives one as the reason. */
const diagnoses: { readonly [D in Departure]?: string } = {
  lobbyTimeout: '200#5855',
  human: '200#5300',
  bot: '200#5300',
}

function writeReason(by: Departure, { removalReason }: Switches): string {
  const diagnosis = removalReason === 'diagnosed' ? diagnoses[by] : undefined
  return diagnosis === undefined ? LEFT : `${LEFT} DiagCode: ${diagnosis}.@`
}
