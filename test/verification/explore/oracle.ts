/**
 * The oracle: whether the belief of the call is right, in every state and at rest.
 * @module
 */
import type { Call } from '../../../src/call/model/call.ts'
import { invariants } from '../../../src/call/invariants.ts'
import { isBeingRemoved, isOpen, isPending, isPresent, type Participant } from '../../../src/participant/participant.ts'
import type { CallSystem } from '../../../src/testing/system.ts'
import { checkEnding, maySplit } from './ending-oracle.ts'
import { tell } from './bot.ts'
import { comeToRest, passHeartbeat } from './quiescence.ts'
import { trueRoster } from './reports.ts'
import { memoJson } from './memo-json.ts'
import { mayBeUnwanted } from './removal-oracle.ts'
import {
  isInCall,
  isUnwanted,
  isAskedOut,
  mayBeAnswer,
  ownerOf,
  type ExploredPerson,
  type Scope,
  type ExploredWorld,
} from './world.ts'

/** How many heartbeats a call may take to find out about its end. */
const HEARTBEATS = 3

/** What is wrong with the step from one state to the next; undefined if nothing is. */
export function checkStep(before: ExploredWorld, after: ExploredWorld): string | undefined {
  if (after.thrown !== undefined) return after.thrown
  if (after.wrong !== undefined) return after.wrong
  for (const was of before.call.participants.values()) {
    const now = after.call.participants.get(was.key)
    if (isOpen(was) || now === undefined) continue
    if (now.state !== was.state || now.ending?.cause !== was.ending?.cause) return `${was.key} had ended and moved`
  }
  return strayDelete(before, after)
}

/** No DELETE is sent for a present participant if only its invitation was cancelled, or rang for too long. */
function strayDelete(before: ExploredWorld, after: ExploredWorld): string | undefined {
  for (const effect of after.outbox.slice(before.outbox.length)) {
    const one = effect.type === 'participant.delete' ? after.call.participants.get(effect.key) : undefined
    if (one === undefined || !isPresent(one)) continue
    const { removals } = after
    if (
      removals.some(({ key }) => key === one.key) &&
      removals.every(({ isCancelOnly, byDeadline }) => isCancelOnly === true || byDeadline === true)
    )
      return `${one.key} is ${one.state}, was only to be cancelled, and is sent a DELETE`
  }
  return undefined
}

/** What is wrong with a state, however it came about. */
export function checkState({ readings }: Scope, world: ExploredWorld): string | undefined {
  for (const { invitation, posts } of world.askings)
    if (posts > 1) return `the invitation ${invitation} was posted ${posts} times`
  const deletes = new Set<string>()
  for (const effect of world.outbox) {
    if (effect.type !== 'participant.delete') continue
    if (deletes.has(effect.key)) return `two DELETEs are in flight for ${effect.key}`
    deletes.add(effect.key)
  }
  if (world.call.state === 'terminated' && !world.isOver) return 'the call is believed to have ended, and has not'
  const wronged =
    maySplit(readings, world, world) || readings.newcomerId === 'never'
      ? -1
      : world.people.findIndex((person) => isBelievedGone(world.call, person))
  return wronged >= 0 ? `person ${wronged} is on the roster and is believed to be gone` : invariants(world.call)[0]
}

/** Matches by the current id, or by a former one if no other participant is believed to be that visit. */
function isBelievedGone(call: Call, { ids }: ExploredPerson): boolean {
  const holders = ids.flatMap((id) => holderOf(call, id) ?? [])
  const current = holders.find(({ id }) => id === ids.at(-1))
  return current === undefined ? holders.length > 0 && !holders.some(isOpen) : !isOpen(current)
}

function holderOf({ participants, byId }: Call, id: string): Participant | undefined {
  const participant = participants.get(byId.get(id) ?? '')
  return participant?.id === id ? participant : undefined
}

/** The result of judging an end: why it is wrong, and the world at rest. */
export interface CheckedState {
  readonly wrong?: string | undefined
  readonly world: ExploredWorld
}

/** Brings the world to rest with a fair service, and compares belief with truth. */
export function checkEnd(system: CallSystem, scope: Scope, atRest: ExploredWorld): CheckedState {
  const settled = comeToRest(system, scope, atRest)
  if (settled === undefined) return { wrong: 'the call does not come to rest', world: atRest }
  const stuck = settled.thrown ?? settled.wrong ?? judgeLiveness(settled)
  if (stuck !== undefined) return { wrong: stuck, world: settled }
  const unseen =
    scope.readings.newcomerId === 'never' && isNewestLast(settled)
      ? settled.people.findIndex((person, who) => isInCall(person) && !hasOpen(settled, who))
      : -1
  if (unseen >= 0)
    return {
      wrong: `person ${unseen} is on the roster that the bot heard last, and is not believed to be there`,
      world: settled,
    }
  const world = lookOnceMore(system, scope, settled)
  if (world === undefined) return { wrong: 'the call does not come to rest', world: settled }
  return { wrong: world.thrown ?? world.wrong ?? judgeRequests(world) ?? judgePeople(scope, world, atRest), world }
}

/** True if the newest full roster arrived last. */
function isNewestLast({ latestTold, sequence }: ExploredWorld): boolean {
  return latestTold === sequence
}

function hasOpen({ call }: ExploredWorld, who: number): boolean {
  return [...call.participants.values()].some((one) => isOpen(one) && one.identity['user']?.id === `user-${who}`)
}

/**
 * Lost messages, and unnumbered rosters out of order, cannot be known: then one more fetch of the roster is due, as
 * after a restart. A few keepAlives find out that a call has ended without a notification, or that it has not, although
 * it was hung up.
 */
function lookOnceMore(system: CallSystem, scope: Scope, settled: ExploredWorld): ExploredWorld | undefined {
  const { faults, readings } = scope
  // A lost change leaves a gap before the next one, and the fetch that follows has shown it. Full rosters without
  // numbers that overtook each other prove nothing, unless the newest arrived last.
  const isHeard = settled.call.roster.sequence === settled.sequence
  const isInOrder =
    readings.rosterMode === 'full' ? isNewestLast(settled) : settled.faults.losses === faults.losses || isHeard
  const { newcomerId = 'given', news = 'told' } = readings
  const isKnowable = isInOrder && news === 'told' && newcomerId === 'given'
  let looked = isKnowable ? settled : comeToRest(system, scope, tell(system, settled, { type: 'host.resumed' }))
  for (let beat = 0; beat < HEARTBEATS && looked !== undefined; beat += 1) {
    if (looked.call.state === 'terminated' || !(looked.isOver || looked.isHangUpWanted)) return looked
    looked = passHeartbeat(system, scope, looked)
  }
  return looked
}

/** No participant rings or waits for a removal forever, whatever was lost: deadlines and queries end that. */
function judgeLiveness({ call, isOver }: ExploredWorld): string | undefined {
  if (isOver) return undefined
  for (const one of call.participants.values()) {
    if (isPending(one)) return `${one.key} is ${one.state} and nothing more will happen`
    if (isBeingRemoved(one) || one.removal === 'crossed')
      return `${one.key} is ${one.state}, their removal is ${one.removal}, and nothing more will happen`
  }
  return undefined
}

/** Requests were carried out, unless a fault prevented it. */
function judgeRequests({ askings, isOver, isHangUpWanted, call }: ExploredWorld): string | undefined {
  const forgotten = isOver
    ? undefined
    : askings.find(({ isNeeded, isPrevented, posts }) => isNeeded && !isPrevented && posts === 0)
  if (forgotten !== undefined) return `the invitation ${forgotten.invitation} was never posted`
  if (isHangUpWanted && !isOver) return 'the application hung up, and the call goes on'
  return isOver && call.state !== 'terminated' ? 'the call has ended, and is believed to go on' : undefined
}

function judgePeople(scope: Scope, world: ExploredWorld, atRest: ExploredWorld): string | undefined {
  const believed = [...world.call.participants.values()]
  for (const [who, person] of world.people.entries()) {
    const theirs = believed.filter((one) =>
      scope.readings.devices === 'two' ? ownerOf(world, one.id) === who : one.identity['user']?.id === `user-${who}`,
    )
    const wrong = judgePerson(world, person, theirs, {
      who,
      mayBeSplit: maySplit(scope.readings, world, atRest),
      areTold: (scope.readings.newcomerId ?? 'given') === 'given',
    })
    if (wrong !== undefined) return wrong
  }
  for (const one of believed) {
    const wrong = checkEnding(scope, world, atRest, one)
    if (wrong !== undefined) return wrong
  }
  if (world.isOver) return undefined
  const truth = trueRoster(world, scope.readings)
    .map(({ id, isInLobby }) => placeOf(id, isInLobby === true))
    .sort()
    .join(', ')
  const belief = ['bot', ...believed.filter(isPresent).map(({ id, state }) => placeOf(id, state === 'lobby'))]
    .sort()
    .join(', ')
  return truth === belief ? undefined : `on the roster are ${truth}, believed are ${belief}`
}

function placeOf(id: string | undefined, isInLobby: boolean): string {
  return `${id ?? 'a person without an id'}${isInLobby ? ' in the lobby' : ''}`
}

/**
 * Why the belief about one person is wrong. If one visit may be believed to be two, the application may have removed
 * the other one; without ids the visit it meant is unknown (`areTold`).
 */
function judgePerson(
  world: ExploredWorld,
  person: ExploredPerson,
  believed: readonly Participant[],
  { who, mayBeSplit, areTold }: { readonly who: number; readonly mayBeSplit: boolean; readonly areTold: boolean },
): string | undefined {
  const open = believed.filter(isOpen)
  if (open.length !== (isInCall(person) ? 1 : 0))
    return `person ${who} is ${isInCall(person) ? 'present' : 'not there'}, and believed ${describe(believed)}`
  if (
    isInCall(person) &&
    (areTold || person.visits.length === 0) &&
    isAskedOut(world, who, { ids: mayBeSplit ? person.ids.slice(-1) : person.ids, invitation: person.cameBy })
  )
    return `person ${who} was to be removed and is still there`
  if (world.isNameless && world.removals.some((removal) => removal.who === who)) return undefined
  const dropped = person.visits.find(
    ({ exit, ids, cameBy }) =>
      exit === 'removed' &&
      !isUnwanted(world, who, { ids, invitation: cameBy }) &&
      !mayBeUnwanted(world, { ids, cameBy }) &&
      !(cameBy === undefined && mayBeAnswer(world, ids)),
  )
  return dropped === undefined ? undefined : `person ${who} was removed, and no removal was requested`
}

function describe(believed: readonly Participant[]): string {
  return believed.length === 0
    ? 'never to have been'
    : believed
        .map(
          ({ key, state, ending }) =>
            `${key} ${state}${ending === undefined ? '' : ` ${ending.cause} by ${ending.by}`}`,
        )
        .join(', ')
}

/**
 * What makes two states of a call equal: everything that its later steps, or their oracle, can depend on. It omits
 * the indexes, which follow from the participants, everything that never changes, and everything that only explains a
 * state: trails, counters, the time of the latest event (the world's own is never earlier), and the numbers of
 * heartbeats and of introduced people, which only make names.
 */
export function essence(call: Call): readonly string[] {
  const {
    id: _id,
    options: _options,
    byId: _byId,
    pending: _pending,
    byIdentity: _byIdentity,
    byInvitation: _byInvitation,
    tombstones: _tombstones,
    trails: _trails,
    counters: _counters,
    keepAlives: _keepAlives,
    introduced: _introduced,
    at: _at,
    participants,
    ...rest
  } = call
  const people = [...participants.values()].sort((one, other) => one.ordinal - other.ordinal)
  return [...people.map(memoJson), ...Object.entries(rest).map(([name, value]) => `${name} ${essenceOf(value)}`)]
}

function essenceOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value) || !(Symbol.iterator in value)) return memoJson(value)
  return [...(value as Iterable<[string, unknown]>)]
    .map(([name, item]) => `${name} ${essenceOf(item)}`)
    .sort()
    .join('\n')
}
