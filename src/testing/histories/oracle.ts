/**
 * The oracle of belief: whether the belief of a bot of this library is right, during a run and at rest.
 *
 * Rule 1: during a run, it demands only what no fault excuses.
 * Rule 2: at rest, after faults have ended and a fenced snapshot was taken, the belief is the truth. What lost messages
 * and unnumbered rosters make unknowable is not demanded, and a comment says why.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import { defaultCallOptions } from '../../call/model/options.ts'
import { classifyResult } from '../../graph/wire/result-codes.ts'
import {
  isOpen,
  isPending,
  isPresent,
  isRemovalWanted,
  type Cause,
  type Participant,
} from '../../participant/participant.ts'
import { longestDelay, longestNewsDelay, losesSomething } from '../arbitraries/fault-plans.ts'
import type { Belief } from './bot.ts'
import type { Evidence } from './evidence.ts'
import { setsClock, type Plan } from './plan.ts'
import { personOf } from './test-environment.ts'
import type { Presence, Truth } from './truth.ts'

/** The true facts of a participant besides presence. */
export interface TrueFacts {
  readonly isMuted: boolean
  readonly isOnHold: boolean
  readonly endpoint: string
}

/** What the oracle compares. */
export interface RestState {
  readonly plan: Plan
  readonly truth: Truth
  readonly belief: Belief
  /** Whether the call truly continues. */
  readonly isCallOpen: boolean
  /** The true mute, hold and endpoint of the present participants, by id. */
  readonly facts: ReadonlyMap<string, TrueFacts>
}

/** No participant on the roster is believed to have left, whatever was lost. */
export function checkSafety({
  plan,
  truth,
  belief: { call },
  isCallOpen,
}: Omit<RestState, 'facts'>): string | undefined {
  // After the bot's own leg has ended, nothing is known about the others, who may stay in the call (rule 10).
  if (
    call === undefined ||
    !isCallOpen ||
    call.state === 'terminated' ||
    isRosterUnordered(plan) ||
    isLatenessUntold(plan) ||
    hasNoIds(plan)
  )
    return undefined
  for (const { id, ids, who, end } of truth.presences.values()) {
    if (end !== undefined) continue
    const believed = participantKnownBy(call, id)
    if (believed?.id === id && !isOpen(believed)) return `${who} is on the roster and is believed ${describe(believed)}`
    const lost = ids.length > 1 ? lostOnAdmission(call, ids) : undefined
    if (lost !== undefined)
      return `${who} is on the roster, admitted under another id, and is believed ${describe(lost)}`
  }
  return undefined
}

/** A participant known by a lobby id whose presence continues under another id, and who is believed to have left. */
function lostOnAdmission(call: Call, ids: readonly string[]): Participant | undefined {
  const known = ids.flatMap((id) => participantKnownBy(call, id) ?? [])
  if (known.some(isOpen)) return undefined
  return known.find(({ id, state }) => state === 'removed' && id !== undefined && ids.includes(id))
}

/** Why a belief at rest is wrong; undefined if it is the truth. */
export function checkAtRest(standing: RestState): string | undefined {
  const {
    belief: { call, participants },
    isCallOpen,
  } = standing
  if (call === undefined) return 'nothing is known of the call'
  if (!isCallOpen) return call.state === 'terminated' ? undefined : `the call has ended and is believed ${call.state}`
  if (call.state === 'terminated') return 'the call goes on and is believed to have ended'
  for (const one of participants) {
    const wrong = judgeStory(standing, one)
    if (wrong !== undefined) return wrong
  }
  return judgeRoster(standing) ?? checkEndings(standing)
}

/** What must not be true of a participant at rest. */
function judgeStory({ plan }: RestState, one: Participant): string | undefined {
  const { key, state, removal, ending } = one
  if (isPending(one)) return `${key} stays ${state}`
  // Without any id on the roster there is no address for a DELETE.
  if (isOpen(one) && isRemovalWanted(one) && plan.switches.rosterIds !== 'none')
    return `${key} was to be removed and is still ${state}, removal ${removal}`
  if (isPresent(one) && !isRemovalWanted(one) && one.announcedState !== undefined)
    return `${key} is ${state}, and the application was never told`
  const isOurs = ending?.by === 'local' && (ending.cause === 'removed' || ending.cause === 'cancelled')
  return isOurs && one.removalRequestedAt === undefined
    ? `the removal of ${key} was not requested, and ${key} is believed ${describe(one)}`
    : undefined
}

function judgeRoster({ plan, truth, facts, belief: { participants } }: RestState): string | undefined {
  const present = truth.present()
  const believed = participants.filter(isPresent)
  if (hasNoIds(plan)) {
    // Entries without ids: two devices of one person cannot be told apart.
    return differ(new Set(present.map(({ who }) => who)), new Set(believed.map(nameOf)))
  }
  const wrong = differ(
    new Set(present.map(({ id }) => id)),
    new Set(believed.map(({ id }) => id ?? '')),
    (id) => truth.presences.get(id)?.who ?? id,
  )
  if (wrong !== undefined) return wrong
  const byId = new Map(believed.map((one) => [one.id, one]))
  for (const { id, who, isInLobby } of present) {
    const one = byId.get(id)
    if (one !== undefined && (one.state === 'lobby') !== isInLobby)
      return `${who} is ${isInLobby ? 'in the lobby' : 'admitted'} and is believed ${one.state}`
    const wrongFact = one === undefined ? undefined : judgeFacts(one, facts.get(id))
    if (wrongFact !== undefined) return `${who} ${wrongFact}`
  }
  return undefined
}

const factWord = {
  isMuted: ({ isMuted }: Pick<TrueFacts, 'isMuted'>) => (isMuted ? 'muted' : 'not muted'),
  isOnHold: ({ isOnHold }: Pick<TrueFacts, 'isOnHold'>) => (isOnHold ? 'on hold' : 'not on hold'),
  endpoint: ({ endpoint }: { readonly endpoint?: string | undefined }) => `at the endpoint ${endpoint}`,
}

function judgeFacts(believed: Participant, truth: TrueFacts | undefined): string | undefined {
  for (const name of ['isMuted', 'isOnHold', 'endpoint'] as const) {
    if (truth !== undefined && believed[name] !== truth[name])
      return `is ${factWord[name](truth)} and is believed to be ${factWord[name](believed)}`
  }
  return undefined
}

/** Whether the ending has the true cause and actor, where a bot can know them. */
export function checkEndings({ plan, truth, belief: { participants } }: RestState): string | undefined {
  if (isRosterUnordered(plan) || hasNoIds(plan) || mayComeUpAgain(plan)) return undefined
  for (const one of participants) {
    // By its last id: a presence that continued under another id may have been lost there.
    const presence = one.id === undefined ? undefined : truth.presences.get(one.id)
    if (presence === undefined || mayBeStopped(presence, truth, plan)) continue
    const wrong = judgeDeparture(presence, one, plan)
    if (wrong !== undefined) return wrong
  }
  // People who were invited together cannot be told apart once some are forgotten; setting the clock ends rings early.
  const isBlurred =
    losesSomething(plan.faults) || longestDelay(plan.faults) > 0 || plan.remembers !== undefined || setsClock(plan)
  return isBlurred ? undefined : judgeRefusals(truth, participants)
}

/**
 * A DELETE to stop the ring met a person who had just answered, and whom the bot knew by another device: either cause
 * of their ending is right.
 */
function mayBeStopped({ end, ids, who }: Presence, { askings }: Truth, { actions }: Plan): boolean {
  const isInvitee = end?.by === 'bot' && ids.some((id) => askings.has(id))
  return (
    isInvitee &&
    actions.some(
      (action) => personOf(action) === who && (action.does === 'cancel' || action.ringTimeoutMs !== undefined),
    )
  )
}

function judgeDeparture({ who, end }: Presence, one: Participant, plan: Plan): string | undefined {
  const { ending } = one
  if (end === undefined || ending === undefined) return undefined
  // The DELETE of a ring deadline may have been theirs.
  const isOurs =
    ending.cause === 'removed' && (ending.by === 'local' || (ending.by === 'deadline' && one.removalBy === 'deadline'))
  // Absence while our removal is pending counts as that removal (rule 4), whichever was faster. An omission that was
  // not believed is not a departure: full rosters overtake each other, and this presence lasted until our DELETE.
  if (end.by === 'bot' && !isOurs) return `${who} was removed by the bot and is believed ${describe(one)}`
  const hasLeft = end.by === 'self' || end.by === 'human' || end.by === 'lobbyTimeout'
  // A snapshot may prove the absence before the delta that has the reason arrives.
  const isDiagnosed = plan.switches.removalReason === 'diagnosed' && plan.switches.rosterMode === 'delta'
  const isSo = ending.cause === 'left' || (isDiagnosed && ending.cause === diagnosed[end.by])
  if (hasLeft && !isOurs && !isSo) return `${who} left (${end.by}) and is believed ${describe(one)}`
  return undefined
}

/** The cause of a departure, by a service that diagnoses it. */
const diagnosed: { readonly [by: string]: Cause | undefined } = { human: 'removed', lobbyTimeout: 'lobbyTimeout' }

/** In a network where everything arrives at once, it is known which invitees did not join, and why. */
function judgeRefusals(truth: Truth, participants: readonly Participant[]): string | undefined {
  for (const { id, who, end } of truth.askings.values()) {
    if (end?.result === undefined || end.by === 'callEnded') continue
    const theirs = participants.filter((one) => nameOf(one) === who)
    const asked = theirs.find((one) => one.participantId === id)
    // Several invitees share one operation, one result, one cause.
    const isAlone =
      asked !== undefined && participants.filter(({ invitation }) => invitation === asked.invitation).length === 1
    // A person who joins another way while they ring cannot be told from an invitee who answers: the roster shows the
    // same.
    if (asked === undefined || !isAlone || asked.id !== undefined || asked.removalRequestedAt !== undefined) continue
    const { cause } = classifyResult(end.result)
    if (asked.ending?.cause !== cause) return `${who} did not come (${cause}) and is believed ${describe(asked)}`
  }
  return undefined
}

/** Whether unnumbered rosters overtake each other by more than the reorder window, and so prove nothing. */
function isRosterUnordered({ switches, faults }: Plan): boolean {
  return switches.rosterMode !== 'delta' && longestNewsDelay(faults) > defaultCallOptions.reorderWindowMs
}

/** Whether late evidence may show forgotten participants as new ones; a known numbered change does not. */
function mayComeUpAgain(plan: Plan): boolean {
  const {
    remembers,
    switches: { rosterMode, listNumbers },
  } = plan
  return (remembers !== undefined || setsClock(plan)) && (rosterMode !== 'delta' || listNumbers === 'none')
}

/** Whether a roster may seem later than the reorder window because the clock was set while it was on its way. */
function isLatenessUntold(plan: Plan): boolean {
  return plan.switches.rosterMode !== 'delta' && longestNewsDelay(plan.faults) > 0 && setsClock(plan)
}

/** Whether rosters have no ids, so that two devices of one person cannot be told apart. */
export function hasNoIds({ switches: { rosterIds } }: Plan): boolean {
  return rosterIds === 'none' || rosterIds === 'list-only'
}

function participantKnownBy({ participants, byId }: Call, id: string): Participant | undefined {
  const key = byId.get(id)
  return key === undefined ? undefined : participants.get(key)
}

function differ(
  truth: ReadonlySet<string>,
  belief: ReadonlySet<string>,
  name: (id: string) => string = (id) => id,
): string | undefined {
  for (const id of truth) if (!belief.has(id)) return `${name(id)} is in the call and is not believed to be`
  for (const id of belief) if (!truth.has(id)) return `${name(id)} is believed to be in the call and is not`
  return undefined
}

function nameOf({ identity }: Participant): string {
  return identity['user']?.id ?? ''
}

function describe({ state, ending }: Participant): string {
  return ending === undefined ? state : `${state} (${ending.cause} by ${ending.by})`
}

/**
 * After faults have ended and several keepAlives have passed, the bot believes, without a restart, what it received and
 * had time to check; and it waits for nothing.
 */
export function checkKnown(standing: RestState, evidence: Evidence, selfId: string | undefined): string | undefined {
  const {
    plan,
    truth,
    belief: { call, participants },
    isCallOpen,
  } = standing
  if (call === undefined) return undefined
  if (!isCallOpen)
    return call.state === 'terminated' ? undefined : `the call ended long ago and is believed ${call.state}`
  for (const one of participants) {
    const wrong = judgeStory(standing, one)
    if (wrong !== undefined) return wrong
  }
  const self = participants.find((one) => isPresent(one) && one.id !== undefined && one.id === selfId)
  if (self !== undefined) return `the bot is believed to be a participant of its own call, ${self.key}`
  if (isRosterUnordered(plan) || mayComeUpAgain(plan)) return undefined
  return hasNoIds(plan)
    ? judgeShownPeople(standing, evidence)
    : judgeShownIds(truth, participants, evidence, longestNewsDelay(plan.faults))
}

function judgeShownIds(
  truth: Truth,
  participants: readonly Participant[],
  { shown, removed, latest }: Evidence,
  latenessMs: number,
): string | undefined {
  const believed = new Set(
    participants.flatMap(({ state, id }) =>
      (state === 'active' || state === 'lobby') && id !== undefined ? [id] : [],
    ),
  )
  for (const { id, who, since, end } of truth.presences.values()) {
    if (end === undefined && shown.has(id) && !believed.has(id))
      return `${who} is in the call, was shown on the roster, and is not believed to be there`
    if (end === undefined || !believed.has(id)) continue
    const isMissed =
      latest !== undefined && !latest.ids.has(id) && latest.at >= Math.max(end.at, since + 1) + latenessMs
    if (isMissed || removed.has(id)) return `${who} has gone, as the roster told, and is believed to be there`
  }
  return undefined
}

/** Without ids: a person on the latest roster who has been present since before it is believed present. */
function judgeShownPeople(
  { plan, truth, belief: { participants } }: RestState,
  { latestReport }: Evidence,
): string | undefined {
  const believed = new Set(participants.filter(isPresent).map(nameOf))
  const sentAt = (latestReport?.at ?? -Infinity) - longestNewsDelay(plan.faults)
  const lost = truth
    .present()
    .find(({ who, since }) => since <= sentAt && latestReport?.people.has(who) === true && !believed.has(who))
  return lost === undefined
    ? undefined
    : `${lost.who} is in the call, the latest roster shows them, and they are not believed to be there`
}
