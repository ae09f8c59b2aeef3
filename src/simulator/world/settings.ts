/**
 * Settings: undocumented or contradictory behaviours as switches, the times of the service, and the tenant.
 * @module
 */
import { defined, options, readOptions, someText, type OptionsShape } from '../../call/codec/options.ts'
import { either, list, oneOf, optional, text, wholeNumber, type Fields } from '../../call/codec/schema.ts'

/** Names of switches with their readings; the first reading is the default. */
export type SwitchReadings = { readonly [name: string]: readonly string[] }

/** The switches of the world with their readings. A face adds those of its wire. docs/emulator.md has their sources. */
export const worldSwitches = {
  /** A removal of a ringing invitee. */
  cancelBeforeAnswer: ['supported', 'not-found'],
  /** An invite to a group call that is still being established. */
  earlyInvite: ['taken', 'refused'],
  /** The form of rosters for calls that do not ask for deltas. */
  rosterMode: ['full', 'delta'],
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
  /** Whether a hidden invitee is on the roster of the bot that hid it. */
  hiddenInvitee: ['shown', 'absent'],
  /** Whether the bot keeps the participant id of the creation answer once its call is established. */
  botAdmission: ['keeps-id', 'new-id'],
} as const satisfies SwitchReadings

/** The reading of each switch of a table. */
export type ReadingsOf<T extends SwitchReadings> = { readonly [S in keyof T]: T[S][number] }

/** The readings of the world's switches, and of others that only a face knows. */
type WorldSwitches = ReadingsOf<typeof worldSwitches> & { readonly [name: string]: string }

/** The times of the service, in milliseconds. */
export interface Timing {
  /** From a created call to its `establishing` notification. Assumed. */
  readonly establishingMs: number
  /** From a created group call to `established`. Assumed. */
  readonly establishedMs: number
  /** How long an invitee rings. About 60 s, observed (microsoft-graph-comms-samples issues 408 and 479). */
  readonly ringMs: number
  /** From the accepted removal of a participant to its absence. Assumed. */
  readonly removalMs: number
  /** From an accepted hang-up to the end of the call. Assumed. */
  readonly hangUpMs: number
  /** How long a call lives without a keepAlive. 45 minutes, documented (call-keepalive). */
  readonly keepAliveMs: number
  /** How long an incoming call waits for its answer. 15 s, documented (call-answer). */
  readonly answerWithinMs: number
  /** How long a participant waits in the lobby. Assumed; the timeout itself is documented (call-delete). */
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
  /** The tenant id. */
  readonly id: string
  /** Application ids on the tenant's `AllowRemoveParticipantAppIds` list; `everyone` is a list with all of them. */
  readonly removers: 'everyone' | readonly string[]
}

/** All settings of a world. */
export interface Settings<S = WorldSwitches> {
  readonly switches: S
  readonly timing: Timing
  readonly tenant: Tenant
}

/** Partial settings; absent fields keep their values. */
export interface SettingsInput<S = { readonly [name: string]: string }> {
  readonly switches?: Partial<S> | undefined
  readonly timing?: Partial<Timing> | undefined
  readonly tenant?: Partial<Tenant> | undefined
}

/** The tenant id of the documented samples. */
const SAMPLE_TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'

const timingFields = Object.fromEntries(
  Object.keys(defaultTiming).map((name) => [name, optional(wholeNumber(0))]),
) as unknown as Fields<Partial<Timing>>

/** Readings of the switches of a table, as far as they are chosen. */
export function switchesShape(readings: SwitchReadings): OptionsShape<Partial<{ readonly [name: string]: string }>> {
  const fields = Object.entries(readings).map(([name, choices]) => [name, optional(oneOf<string>(...choices))])
  return options(Object.fromEntries(fields))
}

const shapes = new WeakMap<SwitchReadings, OptionsShape<SettingsInput>>()

/** Partial settings: the switches, readings and times that exist. */
export function settingsShape(readings: SwitchReadings): OptionsShape<SettingsInput> {
  const known = shapes.get(readings)
  if (known !== undefined) return known
  const shape = options<SettingsInput>({
    switches: optional(switchesShape(readings)),
    timing: optional(options(timingFields)),
    tenant: optional(
      options<Partial<Tenant>>({ id: optional(someText), removers: optional(either(oneOf('everyone'), list(text))) }),
    ),
  })
  shapes.set(readings, shape)
  return shape
}

/**
 * Completes settings over a base, with the switches of the world and its face.
 * @throws TypeError for an unknown switch, reading or time, or a time that is not a whole number from 0
 */
export function mergeSettings(readings: SwitchReadings, input: SettingsInput = {}, base?: Settings): Settings {
  const { switches = {}, timing = {}, tenant = {} } = readOptions('settings', settingsShape(readings), input)
  return {
    switches: { ...(base?.switches ?? (defaultsOf(readings) as WorldSwitches)), ...defined(switches) } as WorldSwitches,
    timing: { ...(base?.timing ?? defaultTiming), ...defined(timing) },
    tenant: { ...(base?.tenant ?? { id: SAMPLE_TENANT, removers: 'everyone' as const }), ...defined(tenant) },
  }
}

/** The first reading of every switch. */
export function defaultsOf<T extends SwitchReadings>(readings: T): ReadingsOf<T> {
  return Object.fromEntries(Object.entries(readings).map(([name, [first]]) => [name, first])) as ReadingsOf<T>
}
