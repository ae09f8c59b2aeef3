/**
 * Invariants: conditions that hold for every call after every step, whatever events came before.
 *
 * A violation is a defect of this library, never of the service. Tests check the invariants after every step; `step`
 * does not use them.
 * @module
 */
import { isAwaitingId, isOpen, isPending, isPresent, type Participant } from '../participant/participant.ts'
import type { Call } from './model/call.ts'
import { TRAIL_LIMIT } from './model/evidence.ts'
import type { CallState } from './model/events.ts'
import { indexIdentities, type IdentityIndex } from './model/identity-index.ts'
import { countInvitations } from './model/invitation-index.ts'
import { UNMATCHED_OPERATIONS_LIMIT } from './invitations.ts'
import { isAskedAbout } from './lifecycle.ts'
import { isReference } from './model/reference.ts'
import { isResynced, RESYNC } from './resync.ts'

/** The violated invariants, each as a sentence; empty for every call that `step` returned. */
export function invariants(call: Call): readonly string[] {
  const participants = [...call.participants.values()].sort((one, other) => one.ordinal - other.ordinal)
  return [
    ...participants.flatMap((participant) => recordOf(participant).map((what) => `${participant.key} ${what}`)),
    ...placesOf(call, participants),
    ...idsOf(call, participants),
    ...deadlinesOf(call, participants),
    ...recordsOf(call),
    ...endOf(call, participants),
  ]
}

/** The fields of one participant are consistent. */
function recordOf(participant: Participant): readonly string[] {
  const {
    state,
    removal,
    ending,
    removalTarget,
    removalAttempts,
    removalConfirmedAt,
    removalRequestedAt,
    announcedState,
  } = participant
  const isWanted = removal === 'held' || removal === 'sent' || removal === 'accepted' || removal === 'crossed'
  return violated([
    [
      isOpen(participant) === (ending === undefined),
      `is ${state} and has ${ending === undefined ? 'no' : 'an'} ending`,
    ],
    [
      (removal === 'confirmed') === (removalConfirmedAt !== undefined),
      `has the removal ${removal}, confirmed at ${removalConfirmedAt}`,
    ],
    [
      removal !== 'crossed' || (isPresent(participant) && participant.isCancelOnly === true),
      `is ${state} with the removal crossed`,
    ],
    [
      participant.isCancelOnly !== true || !isPresent(participant) || removal === 'crossed' || removal === 'refused',
      `is ${state} with the cancel ${removal}`,
    ],
    [removal !== 'confirmed' || !isOpen(participant), 'is open although its removal is confirmed'],
    [isOpen(participant) || !isWanted, `has ended with the removal ${removal}`],
    [!isWanted || removalRequestedAt !== undefined, `has the removal ${removal} without a request`],
    [
      (removal !== 'sent' && removal !== 'accepted') || (removalTarget !== undefined && removalAttempts > 0),
      `has the removal ${removal} without a DELETE`,
    ],
    [state !== 'invited' || removal === undefined || removal === 'held', `is invited with the removal ${removal}`],
    [announcedState !== state, `is ${state}, and its announced state is stored although it is the same`],
  ])
}

/** Every participant is in exactly the lists that its state requires, in order. */
function placesOf(call: Call, participants: readonly Participant[]): readonly string[] {
  const keys = (isIn: (participant: Participant) => boolean): string =>
    text(participants.filter(isIn).map(({ key }) => key))
  const ended = participants
    .filter((participant) => !isOpen(participant))
    .sort((one, other) => (one.ending?.at ?? 0) - (other.ending?.at ?? 0))
  return violated([
    [
      [...call.participants].every(([key, participant]) => key === participant.key),
      "a participant is stored under a key that is not the participant's own",
    ],
    [
      new Set(participants.map(({ ordinal }) => ordinal)).size === participants.length,
      'two participants have one ordinal',
    ],
    [
      participants.every(({ ordinal }) => ordinal < call.introduced),
      'an ordinal is larger than the number of introductions',
    ],
    [text(call.pending) === keys(isPending), `pending is ${text(call.pending)} and should be ${keys(isPending)}`],
    [
      namesIn(call.byIdentity) === namesIn(indexIdentities(participants)),
      'the identity index does not match the identities',
    ],
    [
      text([...call.byInvitation].sort()) === text([...countInvitations(participants)].sort()),
      'the participants are counted under the wrong invitations',
    ],
    [
      text(call.tombstones) === text(ended.map(({ key }) => key)),
      `tombstones are ${text(call.tombstones)} and should be ${text(ended.map(({ key }) => key))}`,
    ],
    [
      call.tombstones.length <= call.options.tombstoneLimit,
      `${call.tombstones.length} ended participants are remembered`,
    ],
    [participants.every(({ key }) => (call.trails.get(key)?.length ?? 0) > 0), 'a participant has no evidence'],
    [
      [...call.trails].every(([key, trail]) => call.participants.has(key) && trail.length <= TRAIL_LIMIT),
      'a trail is too long, or belongs to no participant',
    ],
  ])
}

function namesIn(index: IdentityIndex): string {
  return text(
    [...index]
      .map(([name, { keys }]) => [
        name,
        [...keys].map(([id, of]) => [id, typeof of === 'string' ? [of] : [...of.keys()].sort()]).sort(),
      ])
      .sort(),
  )
}

/** Every id resolves to a participant that has it or had it. */
function idsOf(call: Call, participants: readonly Participant[]): readonly string[] {
  const aliases = [...call.aliases]
  const former = new Set(aliases.map(([id, key]) => text([id, key])))
  const present = participants.filter(isPresent)
  const named = present.flatMap(({ key, id }) => (id === undefined ? [] : [{ key, id }]))
  const ids = named.map(({ id }) => id)
  return violated([
    ...[...call.byId].map(([id, key]): Check => {
      const participant = call.participants.get(key)
      const isKnown = participant?.id === id || participant?.participantId === id || former.has(text([id, key]))
      return [isKnown, `the id ${id} resolves to ${key}, which never had it`]
    }),
    ...participants.flatMap(({ key, id, participantId }) =>
      [id, participantId].map(
        (own): Check => [own === undefined || call.byId.has(own), `the id ${own} of ${key} resolves to no participant`],
      ),
    ),
    ...named.map(
      ({ key, id }): Check => [
        call.byId.get(id) === key,
        `the roster id ${id} of ${key} resolves to ${call.byId.get(id)}`,
      ],
    ),
    [new Set(ids).size === ids.length, `two present participants have the same roster id: ${text(ids)}`],
    ...aliases.map(
      ([id, key]): Check => [
        call.byId.get(id) === key && call.participants.has(key),
        `the former id ${id} of ${key} resolves to ${call.byId.get(id)}`,
      ],
    ),
    [
      present.every(
        ({ id, invitation }) => id === undefined || id !== call.self.participantId || invitation !== undefined,
      ),
      'the bot itself is one of the participants',
    ],
  ])
}

/** Everything that waits has a deadline, and every deadline belongs to something that waits. */
function deadlinesOf(call: Call, participants: readonly Participant[]): readonly string[] {
  const { deadlines } = call
  const belongs = (deadline: string): boolean => {
    const [kind, ...rest] = deadline.split('/')
    const subject = rest.join('/')
    const participant = call.participants.get(subject)
    switch (kind) {
      case 'ring':
      case 'grace':
        return participant !== undefined && isPending(participant)
      case 'confirm':
        return participant !== undefined && isLookedAfter(participant)
      case 'retry':
        return participant?.removal === 'held'
      case 'complete':
        return call.invitations.has(subject)
      case 'refetch':
        return call.roster.fetch === undefined
      case 'callFetch':
        return beforeEstablished.has(call.state) || isSelfSought(call)
      case RESYNC:
        return isResynced(call)
      default:
        return deadline === 'keepAlive' || deadline === 'hangUp'
    }
  }
  const awaited = new Set(call.roster.fetch?.waiting?.map(([deadline]) => deadline))
  const isWaitedFor = (deadline: string): boolean => deadlines.has(deadline) || awaited.has(deadline)
  return violated([
    ...[...deadlines.keys()].map(
      (deadline): Check => [belongs(deadline), `the deadline ${deadline} belongs to nothing`],
    ),
    ...participants
      .filter(isPending)
      .map(({ key }): Check => [isWaitedFor(`ring/${key}`) || isWaitedFor(`grace/${key}`), `${key} may ring for ever`]),
    ...participants
      .filter(isLookedAfter)
      .map(({ key }): Check => [deadlines.has(`confirm/${key}`), `the removal of ${key} has no deadline`]),
    [isAskedAbout(call) || isUntouched(call), `the call is ${call.state} and has no deadline to check it`],
    [
      deadlines.has('callFetch') || !isSelfSought(call),
      "the bot's own roster id is missing and has no deadline to fetch it",
    ],
    [deadlines.has(RESYNC) || !isResynced(call), 'the roster has no deadline to fetch it again (resync)'],
    [[...deadlines.values()].every(Number.isFinite), 'a deadline has no time'],
  ])
}

const beforeEstablished: ReadonlySet<CallState> = new Set<CallState>([
  'unknown',
  'incoming',
  'ringing',
  'redirecting',
  'establishing',
])

/** True while the bot's own entry may be mistaken for a participant. */
function isSelfSought({ state, self, introduced, options }: Call): boolean {
  return (
    options.isBotOnRoster !== false &&
    (self.participantId === undefined || self.doubt !== undefined) &&
    state !== 'terminating' &&
    state !== 'terminated' &&
    (introduced > 0 || !beforeEstablished.has(state))
  )
}

/** True for a call without any history. */
function isUntouched({ state, roster, introduced }: Call): boolean {
  return state === 'unknown' && roster.fetches === 0 && introduced === 0
}

function isLookedAfter(participant: Participant): boolean {
  return participant.removal === 'accepted' || participant.removal === 'crossed' || isAwaitingId(participant)
}

/** Evidence, invitations, unmatched operations and roster numbers are consistent. */
function recordsOf(call: Call): readonly string[] {
  const { trails, invitations, unmatchedOperations, roster, introduced, reference } = call
  const { fetch, fetches, sequence, baseline, isOrdered, introducedBefore = 0, settledBefore = 0 } = roster
  return violated([
    [
      [...trails.values()].flat().every(({ source, note }) => source !== '' && note !== ''),
      'a piece of evidence has no source or no note',
    ],
    ...[...invitations].map(
      ([id, invitation]): Check => [
        id === invitation.id && invitation.keys.length === invitation.invitees.length && invitation.keys.length > 0,
        `the invitation ${id} does not match its invitees`,
      ],
    ),
    [
      unmatchedOperations.size <= UNMATCHED_OPERATIONS_LIMIT,
      `${unmatchedOperations.size} unmatched operations are kept`,
    ],
    [
      fetch === undefined || fetch.number <= fetches,
      `fetch ${fetch?.number} is in progress, and only ${fetches} have been requested`,
    ],
    [
      introducedBefore <= introduced,
      `a complete report came after ${introducedBefore} introductions, and there were only ${introduced}`,
    ],
    [reference === undefined || isReference(reference), `${text(reference)} is not a reference`],
    [
      settledBefore <= introduced,
      `a delta came in order after ${settledBefore} introductions, and there were only ${introduced}`,
    ],
    [
      baseline === undefined || (sequence !== undefined && baseline <= sequence),
      `the baseline is ${baseline}, and the latest sequence number is ${sequence}`,
    ],
    [
      isOrdered !== true || baseline !== undefined,
      'rosters are marked as ordered by numbers, and there is no numbered baseline',
    ],
  ])
}

/** A call that has ended has no open participants, deadlines or fetches. */
function endOf({ state, ending, deadlines, roster }: Call, participants: readonly Participant[]): readonly string[] {
  if (state !== 'terminated') return violated([[ending === undefined, `the call is ${state} and has an ending`]])
  return violated([
    [ending !== undefined, 'the call is terminated and has no ending'],
    [!participants.some(isOpen), 'a participant is open in a call that has ended'],
    [deadlines.size === 0, `deadlines are left after the end: ${text([...deadlines.keys()])}`],
    [roster.fetch === undefined, 'a roster fetch is in progress after the end'],
  ])
}

type Check = readonly [holds: boolean, otherwise: string]

function violated(checks: readonly Check[]): readonly string[] {
  return checks.filter(([holds]) => !holds).map(([, otherwise]) => otherwise)
}

function text(value: unknown): string {
  return JSON.stringify(value)
}
