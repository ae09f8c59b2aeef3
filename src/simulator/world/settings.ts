/**
 * Settings: undocumented or contradictory behaviours as switches, the times of the service, and the tenant.
 * @module
 */
import { defined, options, readOptions, someText } from '../../call/codec/options.ts'
import { either, list, oneOf, optional, text, wholeNumber, type Fields } from '../../call/codec/schema.ts'

/** Every switch with its readings; the first is the default. docs/emulator.md has their meanings and sources. */
export const switchReadings = {
  /** A DELETE of a ringing invitee. */
  cancelBeforeAnswer: ['supported', 'not-found'],
  /** An invite to a group call that is still being established. */
  earlyInvite: ['taken', 'refused'],
  /** The ids of invitees in the answer to an invite. */
  inviteResponseId: ['participantId', 'null'],
  /** The form of rosters for calls that do not ask for deltas. */
  rosterMode: ['full', 'delta'],
  /** The casing of enumeration values. */
  casing: ['documented', 'observed'],
  /** What the bot receives for an invite whose invitee it removed. */
  removedInvitee: ['failed-operation', 'silence'],
  /** Which notification comes first when an invitee answers: the roster or the completed operation. */
  answerOrder: ['roster-first', 'operation-first'],
  /** How an operation ends if only some of its invitees join. */
  partialInvite: ['failed-at-end', 'failed-at-once', 'completed'],
  /** Whether admission from the lobby keeps the participant id. */
  lobbyAdmission: ['keeps-id', 'new-id'],
  /** What happens to a bot that is left alone. */
  emptyCall: ['stays', 'ends'],
  /** Whether an invitee with `hidden` is on the roster of the bot that hid it. */
  hiddenInvitee: ['shown', 'absent'],
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
  /** Whether the bot keeps the participant id of the creation answer once its call is established. */
  botAdmission: ['keeps-id', 'new-id'],
} as const

/** The reading of each switch. */
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
  ownParticipantId: 'present',
  botAdmission: 'keeps-id',
}

/** The times of the service, in milliseconds. */
export interface Timing {
  /** From a created call to its `establishing` notification. Assumed. */
  readonly establishingMs: number
  /** From a created group call to `established`. Assumed. */
  readonly establishedMs: number
  /** How long an invitee rings. About 60 s, observed (microsoft-graph-comms-samples issues 408 and 479). */
  readonly ringMs: number
  /** From the 204 of a participant's DELETE to its absence. Assumed. */
  readonly removalMs: number
  /** From the 204 of a call's DELETE to its `deleted` notification. Assumed. */
  readonly hangUpMs: number
  /** How long a call lives without a keepAlive. 45 minutes, documented (call-keepalive). */
  readonly keepAliveMs: number
  /** How long an incoming call waits for its answer. 15 s, documented (call-answer). */
  readonly answerWithinMs: number
  /** How long a participant waits in the lobby. Assumed; the timeout itself is documented (200/5855). */
  readonly lobbyMs: number
  /** From the departure of the last other participant to the end of a call that does not stay. Assumed. */
  readonly emptyCallMs: number
  /** How long roster changes are gathered before one report; 0 reports each at once. Assumed. */
  readonly rosterGatherMs: number
}

/** The default times. */
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
  /** The tenant's id. */
  readonly id: string
  /** Application ids on the tenant's `AllowRemoveParticipantAppIds` list; `everyone` is a list with all of them. */
  readonly removers: 'everyone' | readonly string[]
}

/** All settings of a world. */
export interface Settings {
  /** How the service behaves where sources differ or are silent. */
  readonly switches: Switches
  /** How long things take, in virtual milliseconds. */
  readonly timing: Timing
  /** The tenant the service belongs to. */
  readonly tenant: Tenant
}

/** Partial settings; absent fields keep their values. */
export interface SettingsInput {
  /** Switches that differ. */
  readonly switches?: Partial<Switches> | undefined
  /** Times that differ, in virtual milliseconds. */
  readonly timing?: Partial<Timing> | undefined
  /** What differs of the tenant. */
  readonly tenant?: Partial<Tenant> | undefined
}

/** The tenant id of the documented samples. */
const SAMPLE_TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'

const switchFields = Object.fromEntries(
  Object.entries(switchReadings).map(([name, readings]) => [name, optional(oneOf<string>(...readings))]),
) as unknown as Fields<Partial<Switches>>

const timingFields = Object.fromEntries(
  Object.keys(defaultTiming).map((name) => [name, optional(wholeNumber(0))]),
) as unknown as Fields<Partial<Timing>>

/** Readings of switches, as far as they are chosen. */
export const switchesShape = options(switchFields)

/** Partial settings: the switches, readings and times that exist. */
export const settingsShape = options<SettingsInput>({
  switches: optional(switchesShape),
  timing: optional(options(timingFields)),
  tenant: optional(
    options<Partial<Tenant>>({ id: optional(someText), removers: optional(either(oneOf('everyone'), list(text))) }),
  ),
})

/**
 * Completes settings over a base.
 * @throws TypeError for an unknown switch, reading or time, or a time that is not a whole number from 0
 */
export function mergeSettings(input: SettingsInput = {}, base?: Settings): Settings {
  const { switches = {}, timing = {}, tenant = {} } = readOptions('settings', settingsShape, input)
  return {
    switches: { ...(base?.switches ?? defaultSwitches), ...defined(switches) },
    timing: { ...(base?.timing ?? defaultTiming), ...defined(timing) },
    tenant: { ...(base?.tenant ?? { id: SAMPLE_TENANT, removers: 'everyone' as const }), ...defined(tenant) },
  }
}
