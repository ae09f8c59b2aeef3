/**
 * Snapshot schema: the shape of a stored call.
 *
 * Rule: a value from a store is either refused here, with the path of its first fault, or safe to step.
 * @module
 */
import { factNames } from '../../participant/facts.ts'
import type { Ending, Participant, Refusal } from '../../participant/participant.ts'
import type { Call, Counters, Evidence, Invitation, Roster, RosterFetch, Self } from '../model/call.ts'
import { RollcallError } from '../model/errors.ts'
import type { OperationReport } from '../model/events.ts'
import type { CallOptions } from '../model/options.ts'
import {
  callState,
  cause,
  endedBy,
  failureReason,
  identitySet,
  invitees,
  media,
  operationReport,
  operationStatus,
  reference,
  result,
} from './event-schema.ts'
import {
  also,
  anything,
  count,
  flag,
  jsonObject,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  pair,
  parse,
  text,
  wholeNumber,
  type Fault,
} from './schema.ts'

/** Facts that participants stored by earlier versions lack. */
type LaterFact = 'isOnHold' | 'isAnonymous'

/** A stored participant with its evidence. */
export type StoredParticipant = Omit<Participant, LaterFact> &
  Partial<Pick<Participant, LaterFact>> & { readonly trail: readonly Evidence[] }

/** Fields that are rebuilt from the participants and not stored. */
type Derived = 'participants' | 'byId' | 'pending' | 'byIdentity' | 'byInvitation' | 'tombstones' | 'trails'

/** Maps, which are stored as lists of pairs. */
type Mapped = 'aliases' | 'invitations' | 'unmatchedOperations' | 'deadlines'

/** Numbers that calls stored by earlier versions lack. */
type LaterCount = 'hangUps' | 'forgotten'

/** A stored core: a call without its participants. */
export type StoredCore = Omit<Call, Derived | Mapped | LaterCount | 'options' | 'counters'> &
  Partial<Pick<Call, LaterCount>> & {
    readonly options: Partial<CallOptions>
    readonly counters: Omit<Counters, 'uninvitedDropped'> & Partial<Pick<Counters, 'uninvitedDropped'>>
    readonly aliases: readonly (readonly [id: string, key: string])[]
    readonly invitations: readonly (readonly [id: string, invitation: Invitation])[]
    readonly unmatchedOperations: readonly (readonly [id: string, operation: OperationReport])[]
    readonly deadlines: readonly (readonly [name: string, at: number])[]
  }

const ending = object<Ending>({
  cause,
  by: endedBy,
  at: number,
  code: optional(number),
  subcode: optional(number),
  message: optional(text),
  requestId: optional(text),
})

const participantState = oneOf('invited', 'ringing', 'lobby', 'active', 'removed', 'cancelled')
const removal = optional(oneOf('held', 'sent', 'accepted', 'refused', 'crossed', 'confirmed'))

const evidence = object<Evidence>({
  at: number,
  source: text,
  state: participantState,
  removal,
  note: text,
  facts: optional(list(oneOf(...factNames))),
})

const participant = also(
  object<StoredParticipant>({
    key: text,
    state: participantState,
    removal,
    identity: identitySet,
    id: optional(text),
    participantId: optional(text),
    invitation: optional(text),
    ordinal: count,
    isHidden: optional(flag),
    isMuted: flag,
    isOnHold: optional(flag),
    media: optional(media),
    endpoint: optional(text),
    isAnonymous: optional(flag),
    details: optional(jsonObject),
    sequence: optional(number),
    introducedAt: number,
    invitedAt: optional(number),
    ringsUntil: optional(number),
    ringingAt: optional(number),
    lobbyAt: optional(number),
    activeAt: optional(number),
    completedAt: optional(number),
    expiredAt: optional(number),
    missingSince: optional(number),
    lobbyEnding: optional(ending),
    isIdUnconfirmed: optional(flag),
    removalRequestedAt: optional(number),
    removalBy: optional(oneOf('local', 'deadline')),
    isCancelOnly: optional(flag),
    isRemovalUnsure: optional(flag),
    knownAtRemoval: optional(count),
    removalTarget: optional(text),
    isRemovalEarly: optional(flag),
    removalAcceptedAt: optional(number),
    removalConfirmedAt: optional(number),
    removalAttempts: count,
    refusal: optional(
      object<Refusal>({
        reason: optional(failureReason),
        status: optional(number),
        code: text,
        message: text,
        requestId: optional(text),
        at: number,
      }),
    ),
    announcedState: optional(nullable(participantState)),
    ending: optional(ending),
    trail: list(evidence),
  }),
  ({ state, ending: found }) => {
    const isEnded = state === 'removed' || state === 'cancelled'
    if (isEnded === (found !== undefined)) return undefined
    return { path: '.ending', expected: isEnded ? 'an ending' : 'no ending of an open participant', found }
  },
)

const invitation = also(
  object<Invitation>({
    id: text,
    keys: list(text),
    invitees,
    requestedAt: number,
    cancelsOnExpiry: flag,
    operationId: optional(text),
    request: oneOf('sent', 'accepted', 'unconfirmed', 'refused'),
    operation: optional(operationStatus),
    completedAt: optional(number),
    over: optional(list(text)),
    failure: optional(result),
  }),
  ({ keys, invitees: { length } }) =>
    keys.length === length ? undefined : { path: '.keys', expected: 'a key for each invitee', found: keys },
)

/** The options of a call; an absent one has its default. */
export const callOptions = object<Partial<CallOptions>>({
  ringTimeoutMs: optional(number),
  graceMs: optional(number),
  confirmTimeoutMs: optional(number),
  reorderWindowMs: optional(number),
  keepAliveMs: optional(number),
  tombstoneMs: optional(number),
  tombstoneLimit: optional(number),
  applicationId: optional(text),
  liveness: optional(oneOf('push', 'poll')),
  isBotOnRoster: optional(flag),
  resyncMs: optional(number),
})

const core = object<StoredCore>({
  id: text,
  state: callState,
  adoption: optional(oneOf('asked', 'denied')),
  tenant: optional(text),
  reference: optional(reference),
  options: callOptions,
  self: object<Self>({
    participantId: optional(text),
    formerId: optional(text),
    isInLobby: optional(flag),
    isMuted: optional(flag),
    isOnRoster: optional(flag),
    doubt: optional(oneOf('missing', 'guessed')),
    questions: optional(count),
  }),
  ending: optional(ending),
  aliases: list(pair(text, text)),
  invitations: list(
    also(pair(text, invitation), ([name, { id }]) =>
      name === id ? undefined : { path: '[0]', expected: 'the id of the invitation', found: name },
    ),
  ),
  unmatchedOperations: list(pair(text, operationReport)),
  roster: object<Roster>({
    sequence: optional(number),
    baseline: optional(number),
    isOrdered: optional(flag),
    completeThrough: optional(number),
    fetches: count,
    attempts: count,
    introducedBefore: optional(count),
    settledBefore: optional(count),
    fetch: optional(
      object<RosterFetch>({
        number: count,
        requestedAt: number,
        attempt: count,
        isFenceBroken: flag,
        waiting: optional(list(pair(text, number))),
      }),
    ),
  }),
  deadlines: list(pair(text, number)),
  hangUpRequestedAt: optional(number),
  hangUps: optional(count),
  mutes: list(text),
  introduced: count,
  forgotten: optional(count),
  keepAlives: count,
  at: optional(number),
  counters: object<StoredCore['counters']>({
    unrecognised: count,
    unclassified: count,
    suspected: count,
    unmatchedDropped: count,
    uninvitedDropped: optional(count),
  }),
})

const versioned = object<{ readonly schema: number }>({ schema: wholeNumber(1) })

/** An encoded call whose parts have not been checked yet. */
export interface StoredCall {
  readonly core: unknown
  readonly participants: readonly { readonly key: string }[]
}

const whole = object<StoredCall>({
  core: anything,
  participants: list(object<{ readonly key: string }>({ key: text })),
})

/** Reads only the schema version of a core. @throws RollcallError SNAPSHOT_INVALID */
export function readSchema(stored: unknown): { readonly schema: number } {
  return parse(versioned, stored, invalidAt('$.core'))
}

/** Reads a core of this schema version. @throws RollcallError SNAPSHOT_INVALID */
export function readCore(stored: unknown): StoredCore {
  return parse(core, stored, invalidAt('$.core'))
}

/** Reads a participant of this schema version. @throws RollcallError SNAPSHOT_INVALID */
export function readParticipant(stored: unknown, key: string): StoredParticipant {
  return parse(participant, stored, invalidAt(`participant ${JSON.stringify(key)}`))
}

/** Reads an encoded call without its parts. @throws RollcallError SNAPSHOT_INVALID */
export function readWhole(stored: unknown): StoredCall {
  return parse(whole, stored, invalidAt('$'))
}

function invalidAt(root: string): (fault: Fault) => RollcallError {
  return ({ path, expected }) =>
    new RollcallError('SNAPSHOT_INVALID', `The stored call is not readable: expected ${expected} at ${root}${path}.`, {
      path: `${root}${path}`,
      expected,
    })
}
