/**
 * Graph's switches: the world's, and those of the wire, with their readings.
 * @module
 */
import type { OptionsShape } from '../../call/codec/options.ts'
import * as world from '../world/settings.ts'
import { defaultsOf, worldSwitches, type ReadingsOf, type Settings, type SwitchReadings } from '../world/settings.ts'
import type { WorldState } from '../world/world-state.ts'

/** Every switch with its readings; the first is the default. docs/emulator.md has their meanings and sources. */
export const switchReadings = {
  cancelBeforeAnswer: worldSwitches.cancelBeforeAnswer,
  earlyInvite: worldSwitches.earlyInvite,
  /** The ids of invitees in the answer to an invite. */
  inviteResponseId: ['participantId', 'null'],
  rosterMode: worldSwitches.rosterMode,
  /** The casing of enumeration values. */
  casing: ['documented', 'observed'],
  removedInvitee: worldSwitches.removedInvitee,
  answerOrder: worldSwitches.answerOrder,
  partialInvite: worldSwitches.partialInvite,
  lobbyAdmission: worldSwitches.lobbyAdmission,
  emptyCall: worldSwitches.emptyCall,
  hiddenInvitee: worldSwitches.hiddenInvitee,
  /** Who is invited if the first of several has a `replacesCallId`. */
  replacementOfMany: ['first-only', 'all'],
  /** The reason of a removal in a delta roster. */
  removalReason: ['text', 'diagnosed'],
  /** Where a roster entry has its id. */
  rosterIds: ['both', 'info-only', 'none', 'list-only'],
  /** Whether the entries of a list are numbered if rosters are. */
  listNumbers: ['as-rosters', 'none'],
  /** Whether notifications of a call have the bot's own participant id. */
  ownParticipantId: ['present', 'absent'],
  botAdmission: worldSwitches.botAdmission,
} as const satisfies SwitchReadings & { readonly [S in keyof typeof worldSwitches]: (typeof worldSwitches)[S] }

/** The reading of each switch. */
export type Switches = ReadingsOf<typeof switchReadings>

/** The default reading of every switch. */
export const defaultSwitches: Switches = defaultsOf(switchReadings)

/** Readings of switches, as far as they are chosen. */
export const switchesShape = world.switchesShape(switchReadings) as OptionsShape<Partial<Switches>>

/** The settings of a world behind Graph's face: they have every switch. */
export function settingsOf({ settings }: WorldState): Settings<Switches> {
  return settings as Settings<Switches>
}
