/**
 * Rosters as the service shows them: full or numbered, with and without the bot, with and without ids.
 * @module
 */
import fc from 'fast-check'
import type { RosterEntry } from '../../call/model/events.ts'
import type { ReportedFacts } from '../../participant/facts.ts'
import { flag, optional } from '../../call/codec/schema.ts'
import { options, readOptions } from '../../call/codec/options.ts'
import { applicationId, identities } from './identities.ts'

/** The bot's own roster id. */
export const botId = '0b0b0b0b-0000-4000-8000-000000000000'

/** The bot as rosters show it. */
export const botEntry: RosterEntry = {
  id: botId,
  identity: { application: { id: applicationId } },
  isInLobby: false,
  isMuted: false,
}

/** A few roster ids, so that they repeat. */
const rosterIds = [1, 2, 3, 4, 5].map((digit) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`)

/** A roster, full or in changes. */
export type RosterReport =
  | {
      readonly kind: 'full'
      /** The participants it shows. */
      readonly entries: readonly RosterEntry[]
    }
  | {
      readonly kind: 'delta'
      /** The number of the change. */
      readonly sequence?: number
      /** The participants it shows. */
      readonly entries: readonly RosterEntry[]
    }

/** Options of roster entries. */
export interface RosterEntryOptions {
  /** Entries as in a delta: sometimes with a sequence number, or removed. Default false. */
  readonly isDelta?: boolean | undefined
}

const shape = options<RosterEntryOptions>({ isDelta: optional(flag) })

/** Facts of an entry besides identity and lobby; shrinking ends at the first, none. */
const reportedFacts = fc.constantFrom<ReportedFacts>(
  {},
  { endpoint: 'default' },
  { endpoint: 'voicemail', media: [{ kind: 'audio', direction: 'receiveOnly', sourceId: '7', isServerMuted: false }] },
  {
    isAnonymous: true,
    media: [
      { kind: 'audio', direction: 'inactive', sourceId: '8', isServerMuted: true },
      { kind: 'screen', direction: 'sendOnly', sourceId: '9', isServerMuted: false },
    ],
  },
  // A service may add words; they are kept in its spelling.
  {
    endpoint: 'Hologram',
    media: [{ kind: 'Smell', direction: 'Upwards', sourceId: '10', isServerMuted: false }],
    details: { publishedStates: [{ type: 'handRaised' }] },
  },
)

/**
 * One entry. Ids are sometimes absent, as in documented samples. Shrinks to a user in the call, with an id and not muted.
 * @throws TypeError for an invalid option
 */
export function rosterEntries(given: RosterEntryOptions = {}): fc.Arbitrary<RosterEntry> {
  const { isDelta = false } = readOptions('rosterEntries', shape, given)
  return fc
    .record({
      id: fc.oneof(
        { withCrossShrink: true },
        { weight: 9, arbitrary: fc.constantFrom<string | undefined>(...rosterIds) },
        { weight: 1, arbitrary: fc.constant(undefined) },
      ),
      identity: identities(),
      isInLobby: fc.oneof(
        { withCrossShrink: true },
        { weight: 5, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
      isMuted: fc.boolean(),
      facts: reportedFacts,
      removed: isDelta
        ? fc.constantFrom<RosterEntry['removed']>(
            undefined,
            undefined,
            {},
            { reason: 'Participant has left the meeting call.' },
          )
        : fc.constant(undefined),
      sequence: isDelta ? fc.constantFrom(undefined, 1, 2, 7) : fc.constant(undefined),
    })
    .map(({ id, removed, sequence, facts, ...rest }) => ({
      ...rest,
      ...facts,
      ...(id === undefined ? {} : { id }),
      ...(removed === undefined ? {} : { removed }),
      ...(sequence === undefined ? {} : { sequence }),
    }))
}

/**
 * Rosters: mostly full ones with the bot, which shrinking ends at; also without the bot, empty, and deltas with gaps.
 */
export function rosters(): fc.Arbitrary<RosterReport> {
  const full = fc
    .tuple(fc.array(rosterEntries(), { maxLength: 5 }), fc.constantFrom(true, true, true, false))
    .map(([entries, hasBot]): RosterReport => ({ kind: 'full', entries: hasBot ? [...entries, botEntry] : entries }))
  const delta = fc
    .tuple(fc.array(rosterEntries({ isDelta: true }), { maxLength: 3 }), fc.constantFrom(1, 2, 3, 5, 10, undefined))
    .map(
      ([entries, sequence]): RosterReport => ({
        kind: 'delta',
        entries,
        ...(sequence === undefined ? {} : { sequence }),
      }),
    )
  return fc.oneof({ withCrossShrink: true }, { weight: 2, arbitrary: full }, { weight: 1, arbitrary: delta })
}
