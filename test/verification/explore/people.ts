/**
 * The people of the small world: what they do, which promises the service keeps to drop them, and how the call ends.
 * @module
 */
import type { OperationReport, RosterEntry } from '../../../src/call/model/events.ts'
import { readResult } from '../../../src/graph/wire/result-codes.ts'
import { entryOf, absentPerson, report, send, setAsking, setPerson, tellOperation } from './reports.ts'
import {
  isInCall,
  ringingOf,
  type Act,
  type EndAct,
  type ExploredInvite,
  type ExploredPerson,
  type ExploredWorld,
  type Readings,
  type Visit,
} from './world.ts'

const cancelled = readResult({ code: 400, subcode: 8508, message: 'Action failed, the operation was cancelled.' })
const declined = readResult({ code: 603, subcode: 8538, message: 'Callee declined.' })
const oneRemained = readResult({ code: 200, subcode: 5010, message: 'Only one participant remained.' })

/** Whether the act is possible now. */
export function canAct(world: ExploredWorld, todo: Act | EndAct): boolean {
  if (world.isOver || todo.does === 'end') return !world.isOver
  const { who, does } = todo as Act
  const person = world.people[who] as ExploredPerson
  const isRinging = ringingOf(world, who) !== undefined
  switch (does) {
    case 'answer':
    case 'answerInLobby':
    case 'decline':
      return isRinging
    case 'join':
    case 'knock':
      return !isInCall(person) && !isRinging
    case 'admit':
      return isInCall(person) && person.isInLobby
    case 'leave':
      return isInCall(person)
    default:
      return false
  }
}

/**
 * The people for whom the service accepted a DELETE that has not taken effect: it will stop the ring or drop the
 * participant.
 */
export function promised(world: ExploredWorld): readonly number[] {
  return world.people.flatMap(({ isLeaving }, who) =>
    isLeaving || ringingOf(world, who)?.phone === 'stopping' ? [who] : [],
  )
}

/** An accepted DELETE takes effect: the service drops the participant, or stops the ring. */
export function keepPromise(world: ExploredWorld, who: number, readings: Readings): ExploredWorld {
  const person = world.people[who] as ExploredPerson
  if (person.isLeaving) return depart(world, who, 'removed', readings)
  const asking = ringingOf(world, who) as ExploredInvite
  const next = setAsking(world, { ...asking, phone: 'cancelled' })
  return readings.removedInvitee === 'silence' ? next : tellOperation(next, asking, 'failed', cancelled)
}

/** A person acts, or the call ends. */
export function act(world: ExploredWorld, todo: Act | EndAct, readings: Readings): ExploredWorld {
  if (todo.does === 'end') return endCall(world, oneRemained)
  const { who, does } = todo as Act
  const person = world.people[who] as ExploredPerson
  const asking = ringingOf(world, who)
  switch (does) {
    case 'answer':
    case 'answerInLobby':
      return asking === undefined ? world : answerPhone(world, asking, does === 'answerInLobby', readings)
    case 'decline':
      return asking === undefined
        ? world
        : tellOperation(setAsking(world, { ...asking, phone: 'declined' }), asking, 'failed', declined)
    case 'join':
      return arrive(world, who, { isInLobby: false }, readings)
    case 'knock':
      return arrive(world, who, { isInLobby: true }, readings)
    case 'admit':
      return admit(world, who, person, readings)
    case 'leave':
      return depart(world, who, 'left', readings)
    default:
      return world
  }
}

/** The invitee answers. If the answer crosses an accepted cancel, the invitee joins and is then dropped. */
function answerPhone(
  world: ExploredWorld,
  asking: ExploredInvite,
  isInLobby: boolean,
  readings: Readings,
): ExploredWorld {
  const { who, id, invitation, phone } = asking
  const there = arrive(
    setAsking(world, { ...asking, phone: 'answered' }),
    who,
    { isInLobby, id, cameBy: invitation, isLeaving: phone === 'stopping' },
    readings,
  )
  return tellOperation(there, asking, 'completed')
}

function arrive(
  world: ExploredWorld,
  who: number,
  {
    id,
    isInLobby,
    cameBy,
    isLeaving = false,
  }: { id?: string | undefined; isInLobby: boolean; cameBy?: string; isLeaving?: boolean },
  readings: Readings,
): ExploredWorld {
  const person = world.people[who] as ExploredPerson
  const given = id === undefined ? person.given + 1 : person.given
  const next = setPerson(world, who, {
    ...person,
    ids: [id ?? `p${who}-${given}`],
    isInLobby,
    isLeaving,
    given,
    ...(cameBy === undefined ? {} : { cameBy }),
  })
  const entry = entryOf(next.people[who] as ExploredPerson, who, readings)
  return report(next, [readings.newcomerId === 'null' ? { ...entry, id: undefined } : entry], readings)
}

function admit(world: ExploredWorld, who: number, person: ExploredPerson, readings: Readings): ExploredWorld {
  if (readings.admission !== 'new-id') return reportAdmitted(world, who, { ...person, isInLobby: false }, [], readings)
  const given = person.given + 1
  return reportAdmitted(
    world,
    who,
    { ...person, isInLobby: false, given, ids: [...person.ids, `p${who}-${given}`] },
    [{ ...entryOf(person, who, readings), removed: {} }],
    readings,
  )
}

function reportAdmitted(
  world: ExploredWorld,
  who: number,
  admitted: ExploredPerson,
  before: readonly RosterEntry[],
  readings: Readings,
): ExploredWorld {
  return report(setPerson(world, who, admitted), [...before, entryOf(admitted, who, readings)], readings)
}

function depart(world: ExploredWorld, who: number, exit: Visit['exit'], readings: Readings): ExploredWorld {
  const person = world.people[who] as ExploredPerson
  return report(
    setPerson(world, who, gone(person, exit)),
    [{ ...entryOf(person, who, readings), removed: {} }],
    readings,
  )
}

function gone({ ids, cameBy, visits, given }: ExploredPerson, exit: Visit['exit']): ExploredPerson {
  return { ...absentPerson, given, visits: [...visits, { ids, exit, ...(cameBy === undefined ? {} : { cameBy }) }] }
}

/** Ends the call. Only the end is reported; for the bot, no participant is present or rings any more. */
export function endCall(world: ExploredWorld, result: OperationReport['result']): ExploredWorld {
  const over: ExploredWorld = {
    ...world,
    isOver: true,
    people: world.people.map((person) => (isInCall(person) ? gone(person, 'callEnded') : person)),
    askings: world.askings.map((asking) =>
      asking.phone === 'ringing' || asking.phone === 'stopping' ? { ...asking, phone: 'callEnded' } : asking,
    ),
  }
  return send(over, { message: { type: 'call.reported', state: 'terminated', isDeleted: true, result } })
}
