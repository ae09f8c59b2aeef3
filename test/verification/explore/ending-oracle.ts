/**
 * Attribution: whether the believed endings have the true cause and the true causer.
 *
 * Rule 1: a participant whom the service dropped for a DELETE of the application was removed by it, or cancelled if no
 * roster ever showed them; no other participant was, except one whose departure crossed the removal: there both are
 * right.
 * Rule 2: what a person did themselves (declined, left) is known, unless it was lost or arrived after a deadline.
 * Rule 3: a person who joins on their own while the bot cannot know that their cancelled ring is over may be removed.
 * Rule 4: in an ended call, every participant may have ended with it: messages on their way then are never delivered.
 * @module
 */
import { isOpen, type Participant } from '../../../src/participant/participant.ts'
import {
  isUnwanted,
  isAskedOut,
  mayBeAnswer,
  type ExploredInvite,
  type Readings,
  type Scope,
  type Visit,
  type ExploredWorld,
} from './world.ts'
import { mayBeUnwanted } from './removal-oracle.ts'
import { BEGINNING, isInCall, ownerOf } from './world.ts'

/** Why the believed ending of a participant is wrong; undefined if it is right. */
export function checkEnding(
  scope: Scope,
  world: ExploredWorld,
  atRest: ExploredWorld,
  one: Participant,
): string | undefined {
  if (isOpen(one) || one.ending === undefined) return undefined
  const believed = `${one.ending.cause} by ${one.ending.by}`
  if (world.isOver && endingsWithCall(world).includes(believed)) return undefined
  const { who, allowed, truly } =
    one.state === 'removed' ? departures(scope, world, atRest, one) : cancellations(scope, world, atRest, one)
  return allowed.includes(believed)
    ? undefined
    : `person ${who} ${truly}, and ${one.key} is believed ${one.state}, ${believed}`
}

interface Allowed {
  readonly who: number
  readonly truly: string
  readonly allowed: readonly string[]
}

/**
 * The endings of participants that end with the call: as the service reports it, or as a heartbeat finds the call gone.
 */
function endingsWithCall({ isHangUpWanted }: ExploredWorld): readonly string[] {
  return isHangUpWanted ? ['callEnded by local', 'lost by local'] : ['callEnded by remote', 'lost by service']
}

const words: { readonly [E in Visit['exit']]: string } = {
  left: 'left',
  removed: 'was removed',
  callEnded: 'stayed until the call ended',
}

function departures({ readings }: Scope, world: ExploredWorld, atRest: ExploredWorld, one: Participant): Allowed {
  const who = ownerOf(world, one.id) ?? numberOf(one)
  const person = world.people[who]
  const visits = (person?.visits ?? []).filter(({ ids }) => one.id === undefined || ids.includes(one.id))
  const isHere = person !== undefined && isInCall(person) && (one.id === undefined || person.ids.includes(one.id))
  const isPart = isSplit(world, one, isHere ? [person] : visits, maySplit(readings, world, atRest))
  const allowed = [
    ...visits.flatMap((visit) => departureOf(world, who, one, visit)),
    ...(isPart ? ['left by remote', ...(isHere ? wantedOut(world, who, one, person) : [])] : []),
  ]
  return {
    who,
    allowed,
    truly:
      visits.length === 0
        ? isHere
          ? 'is there'
          : 'was never there'
        : visits.map(({ exit }) => words[exit]).join(', then '),
  }
}

/** A DELETE after the end of the call is not found, which proves the removal. */
function departureOf(
  world: ExploredWorld,
  who: number,
  one: Participant,
  { exit, ids, cameBy }: Visit,
): readonly string[] {
  const crossed = wantedOut(world, who, one, { ids, cameBy })
  if (exit === 'left') return ['left by remote', ...crossed]
  // A cancel is over once a roster shows the invitee after the service took it; its later effect looks like a
  // departure.
  const isLateCancel =
    exit === 'removed' && !isAskedOut(world, who, { key: one.key, ids, invitation: cameBy ?? one.invitation })
  return isLateCancel ? ['left by remote', ...crossed] : crossed
}

function wantedOut(
  world: ExploredWorld,
  who: number,
  { key, invitation }: Participant,
  { ids, cameBy }: { readonly ids: readonly string[]; readonly cameBy?: string | undefined },
): readonly string[] {
  const isOurs =
    isUnwanted(world, who, { key, ids, invitation: cameBy ?? invitation }) ||
    mayBeAnswer(world, ids) ||
    mayBeUnwanted(world, { ids, cameBy })
  return isOurs ? ['removed by local', 'removed by deadline'] : []
}

/**
 * One visit may be believed to be two if no evidence shows that it is one: an entry without an id, or with an unknown
 * lobby id, arrived when the visit was known by another id, or an unnumbered roster arrived later than the window.
 */
function isSplit(
  { call }: ExploredWorld,
  one: Participant,
  visits: readonly Pick<Visit, 'ids'>[],
  isLate: boolean,
): boolean {
  const ids = visits.flatMap((visit) => visit.ids)
  const others = [...call.participants.values()].filter(
    (other) => other.key !== one.key && other.id !== undefined && ids.includes(other.id),
  )
  return others.some(({ id }) => isLate || id !== one.id)
}

/** Full rosters without numbers: one that overtakes another by more than the reorder window may be believed. */
export function maySplit({ rosterMode }: Readings, { call }: ExploredWorld, { now }: ExploredWorld): boolean {
  return rosterMode === 'full' && now - BEGINNING >= call.options.reorderWindowMs
}

const phones: { readonly [P in ExploredInvite['phone']]: string } = {
  none: 'was not rung',
  ringing: 'was rung',
  stopping: 'was rung',
  answered: 'answered',
  declined: 'declined',
  cancelled: 'was rung until that was cancelled',
  callEnded: 'was rung until the call ended',
}

function cancellations({ faults }: Scope, world: ExploredWorld, atRest: ExploredWorld, one: Participant): Allowed {
  const who = numberOf(one)
  const asking = world.askings.find(({ invitation }) => invitation === one.invitation)
  if (asking === undefined) return { who, truly: 'was not invited', allowed: [] }
  const { phone, id, invitation } = asking
  const isWanted = isUnwanted(world, who, { key: one.key, ids: id === undefined ? [] : [id], invitation })
  const isHidden = atRest.faults.losses < faults.losses || atRest.faults.deadlines < faults.deadlines
  const allowed = [
    ...(isWanted ? ['cancelled by local', 'noAnswer by deadline'] : []),
    ...(phone === 'declined' ? ['declined by remote'] : []),
    ...(phone === 'ringing' || phone === 'none' || isHidden ? ['noAnswer by deadline'] : []),
    // The operation was reported, and no roster showed the invitee.
    ...(phone === 'answered' && isHidden ? ['unknown by deadline'] : []),
  ]
  return { who, truly: phones[phone], allowed }
}

function numberOf({ identity }: Participant): number {
  return Number(identity['user']?.id?.slice('user-'.length))
}
