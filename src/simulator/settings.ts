/**
 * Settings: the contested behaviours as switches with the reading named, the times of the service, and the tenant.
 * @module
 */

/** Every switch with its readings; the first is the default. What each means, and who says so: docs/emulator.md. */
export const switchReadings = {
  /** A DELETE addressed to an invitee who still rings. */
  cancelBeforeAnswer: ['supported', 'not-found'],
  /** An invite to a group call that is still being established. */
  earlyInvite: ['taken', 'refused'],
  /** What identifies the invitees in the answer to an invite. */
  inviteResponseId: ['participantId', 'null'],
  /** How rosters are reported to calls that do not ask for deltas themselves. */
  rosterMode: ['full', 'delta'],
  /** How enumeration values are written. */
  casing: ['documented', 'observed'],
  /** What the bot hears of an invite whose invitee it removed. */
  removedInvitee: ['failed-operation', 'silence'],
  /** Which comes first when an invitee answers, the roster or the completed operation. */
  answerOrder: ['roster-first', 'operation-first'],
  /** How an operation ends when some of its invitees came and some did not. */
  partialInvite: ['failed-at-end', 'failed-at-once', 'completed'],
  /** Whether being admitted from the lobby keeps the participant's id. */
  lobbyAdmission: ['keeps-id', 'new-id'],
  /** What happens to a bot that is left alone. */
  emptyCall: ['stays', 'ends'],
  /** Whether an invitee with `hidden` is on the roster of the bot that hid them. */
  hiddenInvitee: ['shown', 'absent'],
  /** Who is invited when the first of several has a `replacesCallId`. */
  replacementOfMany: ['first-only', 'all'],
  /** What the reason of a removal in a delta roster says. */
  removalReason: ['text', 'diagnosed'],
  /** Where a roster entry carries its id. */
  rosterIds: ['both', 'info-only', 'none', 'list-only'],
  /** Whether the entries of a list are numbered where rosters are. */
  listNumbers: ['as-rosters', 'none'],
  /** Whether notifications about a call carry the bot's own participant id. */
  ownParticipantId: ['told', 'absent'],
  /** Whether the bot is in the established call under the id that the answer to its creation said. */
  botAdmission: ['keeps-id', 'new-id'],
} as const

/** The reading each switch is set to. */
export type Switches = { readonly [S in keyof typeof switchReadings]: (typeof switchReadings)[S][number] }

/** The default reading of every switch. */
export const defaultSwitches: Switches = {
  cancelBeforeAnswer: 'supported',
  earlyInvite: 'taken',
  inviteResponseId: 'participantId',
  rosterMode: 'full',
  casing: 'documented',
  removedInvitee: 'failed-operation',
  answerOrder: 'roster-first',
  partialInvite: 'failed-at-end',
  lobbyAdmission: 'keeps-id',
  emptyCall: 'stays',
  hiddenInvitee: 'shown',
  replacementOfMany: 'first-only',
  removalReason: 'text',
  rosterIds: 'both',
  listNumbers: 'as-rosters',
  ownParticipantId: 'told',
  botAdmission: 'keeps-id',
}

/** The times of the service, milliseconds. */
export interface Timing {
  /** From a created call to its `establishing` notification. Assumed. */
  readonly establishingMs: number
  /** From a created group call to `established`. Assumed. */
  readonly establishedMs: number
  /** How long an invitee rings. About 60 s, observed (FACTS 4, 5.2). */
  readonly ringMs: number
  /** From the 204 of a participant's DELETE to their absence. Assumed. */
  readonly removalMs: number
  /** From the 204 of a call's DELETE to its `deleted` notification. Assumed. */
  readonly hangUpMs: number
  /** How long a call lives without a keepAlive. 45 minutes, documented. */
  readonly keepAliveMs: number
  /** How long an incoming call waits to be answered. 15 s, documented. */
  readonly answerWithinMs: number
  /** How long somebody waits in the lobby. Assumed; that it ends is documented (200/5855). */
  readonly lobbyMs: number
  /** From the departure of the last other participant to the end of a call that does not stay. Assumed. */
  readonly emptyCallMs: number
  /** How long changes of a roster are gathered before one report tells them all; with 0 each is told at once. Assumed. */
  readonly rosterGatherMs: number
}

/** The times used unless others are set. */
export const defaultTiming: Timing = {
  establishingMs: 10,
  establishedMs: 100,
  ringMs: 60_000,
  removalMs: 20,
  hangUpMs: 20,
  keepAliveMs: 45 * 60_000,
  answerWithinMs: 15_000,
  lobbyMs: 30 * 60_000,
  emptyCallMs: 1_000,
  rosterGatherMs: 0,
}

/** The tenant the service belongs to. */
export interface Tenant {
  readonly id: string
  /** Application ids on the tenant's `AllowRemoveParticipantAppIds` list; `everyone` stands for a list with all of them. */
  readonly removers: 'everyone' | readonly string[]
}

/** All settings of a world. */
export interface Settings {
  readonly switches: Switches
  readonly timing: Timing
  readonly tenant: Tenant
}

/** Settings as they may be given: what is absent keeps its default. */
export interface SettingsInput {
  readonly switches?: Partial<Switches> | undefined
  readonly timing?: Partial<Timing> | undefined
  readonly tenant?: Partial<Tenant> | undefined
}

/** The tenant id of the documented samples. */
const SAMPLE_TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'

/** Completes settings over a base.
 * @throws TypeError for a switch or a reading that does not exist, or a time that is not one. */
export function mergeSettings(input: SettingsInput = {}, base?: Settings): Settings {
  for (const [name, reading] of Object.entries(input.switches ?? {})) {
    if (!isSwitch(name))
      throw new TypeError(`There is no switch ${name}; there are ${Object.keys(switchReadings).join(', ')}.`)
    const readings: readonly string[] = switchReadings[name]
    if (!readings.includes(reading))
      throw new TypeError(`The switch ${name} is ${readings.join(' or ')}, not ${String(reading)}.`)
  }
  for (const [name, ms] of Object.entries(input.timing ?? {})) {
    if (!Object.hasOwn(defaultTiming, name))
      throw new TypeError(`There is no time ${name}; there are ${Object.keys(defaultTiming).join(', ')}.`)
    if (!Number.isSafeInteger(ms) || ms < 0)
      throw new TypeError(`The time ${name} is whole milliseconds from 0, not ${String(ms)}.`)
  }
  return {
    switches: { ...(base?.switches ?? defaultSwitches), ...input.switches },
    timing: { ...(base?.timing ?? defaultTiming), ...input.timing },
    tenant: { ...(base?.tenant ?? { id: SAMPLE_TENANT, removers: 'everyone' as const }), ...input.tenant },
  }
}

function isSwitch(name: string): name is keyof typeof switchReadings {
  return Object.hasOwn(switchReadings, name)
}
