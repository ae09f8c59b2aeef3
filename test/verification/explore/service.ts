/**
 * The service of the small world: how it handles requests and acts of people, and what it reports to the bot.
 * @module
 */
import type { RequestEffect } from '../../../src/call/model/effects.ts'
import type { OperationReport, RosterEntry, ServiceFailure, Verdict } from '../../../src/call/model/events.ts'
import { bot, identityOf, type Message } from '../../../src/testing/truth-model.ts'
import {
  currentId,
  identityNumber,
  isInCall,
  personOf,
  ringingOf,
  type Act,
  type ExploredInvite,
  type EndAct,
  type InFlight,
  type ExploredPerson,
  type Readings,
  type Visit,
  type ExploredWorld,
} from './world.ts'
import { readFailure, readResult } from '../../../src/graph/wire/result-codes.ts'

const done: Verdict = { verdict: 'done', value: undefined }
const notFound: Verdict<never> = {
  verdict: 'refused',
  failure: readFailure({ status: 404, code: '8522', message: 'not found' }),
}
const cancelled = readResult({ code: 400, subcode: 8508, message: 'Action failed, the operation was cancelled.' })
const declined = readResult({ code: 603, subcode: 8538, message: 'Callee declined.' })
const oneRemained = readResult({ code: 200, subcode: 5010, message: 'Only one participant remained.' })
const hungUp = readResult({ code: 200, subcode: 7000, message: 'The bot ended the call.' })

/** A person who was never present. */
export const nobody: ExploredPerson = { ids: [], isInLobby: false, isLeaving: false, given: 0, visits: [] }

/** The true roster, the bot included. */
export function trueRoster(world: ExploredWorld, readings: Readings): readonly RosterEntry[] {
  const entries = world.people.flatMap((person, who) => (isInCall(person) ? [entryOf(person, who, readings)] : []))
  return [bot, ...entries]
}

function entryOf(person: ExploredPerson, who: number, readings: Readings): RosterEntry {
  return {
    id: currentId(person),
    identity: identityOf(identityNumber(who, readings)),
    isInLobby: person.isInLobby,
    isMuted: false,
  }
}

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

/** The promises that the service has made with a 2xx and not kept yet: to stop a ring, to drop a participant. */
export function promised(world: ExploredWorld): readonly number[] {
  return world.people.flatMap(({ isLeaving }, who) =>
    isLeaving || ringingOf(world, who)?.phone === 'stopping' ? [who] : [],
  )
}

/** The service keeps a promise: it drops a participant, or stops their ring. */
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

/** An answer that crosses an accepted cancel: they join, and are dropped. */
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

/** A request arrives. Its answer is sent if the process that asked still runs. */
export function serve(
  world: ExploredWorld,
  effect: RequestEffect,
  isUnheard: boolean,
  readings: Readings,
): ExploredWorld {
  if (effect.type === 'participants.invite') return serveInvite(world, effect, isUnheard, readings)
  if (world.isOver) return reply(world, effect, isUnheard, notFound)
  switch (effect.type) {
    case 'participant.delete':
      return serveDelete(world, effect, isUnheard, readings)
    case 'roster.fetch':
      return reply(tellGathered(world), effect, isUnheard, {
        verdict: 'done',
        value: { entries: trueRoster(world, readings) },
      })
    // However the call started, it is established when it is queried.
    case 'call.fetch':
      return reply(world, effect, isUnheard, {
        verdict: 'done',
        value: { state: 'established', myParticipantId: 'bot' },
      })
    case 'call.hangUp':
      return reply(endCall(world, hungUp), effect, isUnheard, done)
    default:
      return reply(world, effect, isUnheard, done)
  }
}

/** A list is requested, and is empty. */
export function serveNobody(world: ExploredWorld, effect: RequestEffect): ExploredWorld {
  return reply(tellGathered(world), effect, false, { verdict: 'done', value: { entries: [] } })
}

function serveInvite(
  world: ExploredWorld,
  effect: Extract<RequestEffect, { type: 'participants.invite' }>,
  isUnheard: boolean,
  readings: Readings,
): ExploredWorld {
  let next = world
  const participants = effect.invitees.map(({ identity }) => {
    const who = personOf(identity['user']?.id)
    const person = next.people[who] as ExploredPerson
    const id = `p${who}-${person.given + 1}`
    const rings = !next.isOver && !isInCall(person) && ringingOf(next, who) === undefined
    const asking = next.askings.find(({ invitation }) => invitation === effect.invitation) ?? {
      invitation: effect.invitation,
      who,
      isNeeded: false,
      isPrevented: false,
      posts: 0,
      phone: 'none',
    }
    next = setPerson(next, who, { ...person, given: person.given + 1 })
    next = setAsking(next, { ...asking, posts: asking.posts + 1, ...(rings ? { phone: 'ringing', id } : {}) })
    return { identity, ...(readings.inviteResponseId === 'null' ? {} : { participantId: id }) }
  })
  if (next.isOver) return reply(next, effect, isUnheard, notFound)
  const value: OperationReport = {
    operationId: `op-${effect.invitation}`,
    clientContext: effect.invitation,
    status: 'running',
    participants,
  }
  return reply(next, effect, isUnheard, { verdict: 'done', value })
}

function serveDelete(
  world: ExploredWorld,
  effect: Extract<RequestEffect, { type: 'participant.delete' }>,
  isUnheard: boolean,
  readings: Readings,
): ExploredWorld {
  const there = world.people.findIndex((person) => isInCall(person) && currentId(person) === effect.participantId)
  if (there >= 0)
    return reply(
      setPerson(world, there, { ...(world.people[there] as ExploredPerson), isLeaving: true }),
      effect,
      isUnheard,
      done,
    )
  const rung =
    readings.cancelBeforeAnswer === 'not-found'
      ? undefined
      : world.people.map((_, who) => ringingOf(world, who)).find((asking) => asking?.id === effect.participantId)
  return rung === undefined
    ? reply(world, effect, isUnheard, notFound)
    : reply(setAsking(world, { ...rung, phone: 'stopping' }), effect, isUnheard, done)
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
  return { ...nobody, given, visits: [...visits, { ids, exit, ...(cameBy === undefined ? {} : { cameBy }) }] }
}

/** Only the end is reported of an ended call; for the bot, no participant is present or rings any more. */
function endCall(world: ExploredWorld, result: OperationReport['result']): ExploredWorld {
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

function report(world: ExploredWorld, changed: readonly RosterEntry[], readings: Readings): ExploredWorld {
  const { rosterMode, newcomerId, changes } = readings
  const hide = (entry: RosterEntry): RosterEntry =>
    newcomerId === 'never' && entry.id !== bot.id ? { ...entry, id: undefined } : entry
  if (rosterMode === 'delta') {
    const told = changed.map(hide)
    return changes === 'gathered'
      ? { ...world, gathered: gather(world.gathered, told) }
      : sendRoster(world, { type: 'roster.reported', kind: 'delta', sequence: world.sequence + 1, entries: told })
  }
  // The newcomer as the change shows them: their id may not be known yet.
  const shown = trueRoster(world, readings).map(
    (entry) =>
      changed.find(
        ({ id, identity, removed }) =>
          removed === undefined &&
          (id ?? entry.id) === entry.id &&
          identity['user']?.id !== undefined &&
          identity['user'].id === entry.identity['user']?.id,
      ) ?? entry,
  )
  const number = rosterMode === 'numbered' ? { sequence: world.sequence + 1 } : {}
  return sendRoster(world, { type: 'roster.reported', kind: 'full', ...number, entries: shown.map(hide) })
}

/** For each id, the latest report holds. */
function gather(gathered: readonly RosterEntry[], changed: readonly RosterEntry[]): readonly RosterEntry[] {
  return [...gathered.filter(({ id }) => id === undefined || !changed.some((entry) => entry.id === id)), ...changed]
}

/** The service sends what it has gathered, if anything. */
export function tellGathered(world: ExploredWorld): ExploredWorld {
  if (world.gathered.length === 0) return world
  return sendRoster(
    { ...world, gathered: [] },
    { type: 'roster.reported', kind: 'delta', sequence: world.sequence + 1, entries: world.gathered },
  )
}

function sendRoster(world: ExploredWorld, message: Message): ExploredWorld {
  const sequence = world.sequence + 1
  return send({ ...world, sequence }, { message, sequence })
}

function tellOperation(
  world: ExploredWorld,
  { invitation }: ExploredInvite,
  status: 'completed' | 'failed',
  result?: typeof cancelled,
): ExploredWorld {
  return send(world, {
    message: {
      type: 'operation.reported',
      operationId: `op-${invitation}`,
      clientContext: invitation,
      status,
      ...(result === undefined ? {} : { result }),
    },
  })
}

function reply(
  world: ExploredWorld,
  answers: RequestEffect,
  isUnheard: boolean,
  verdict: Verdict<unknown>,
): ExploredWorld {
  return isUnheard ? world : send(world, { message: answerTo(answers, verdict), answers })
}

/** The event that brings the answer to a request. */
export function answerTo(effect: RequestEffect, verdict: Verdict<unknown>): Message {
  const answer = verdict as Verdict<never>
  switch (effect.type) {
    case 'participants.invite':
      return { type: 'invite.answered', invitation: effect.invitation, answer }
    case 'participant.delete':
      return { type: 'removal.answered', key: effect.key, attempt: effect.attempt, answer }
    case 'participant.mute':
      return { type: 'mute.answered', key: effect.key, clientContext: effect.clientContext, answer }
    case 'roster.fetch':
      return { type: 'roster.fetched', fetch: effect.fetch, answer }
    case 'call.fetch':
      return { type: 'call.fetched', answer }
    case 'call.keepAlive':
      return { type: 'keepAlive.answered', answer }
    case 'call.hangUp':
      return { type: 'hangUp.answered', answer }
  }
}

/** How a transport reports a request that was lost, or the answer to it. */
export const noAnswer: ServiceFailure = { reason: 'other', code: 'timeout', message: 'no answer' }

function send(world: ExploredWorld, sent: InFlight): ExploredWorld {
  if (world.isSilent && sent.answers === undefined) return world
  return { ...world, toBot: [...world.toBot, sent] }
}

function setPerson(world: ExploredWorld, who: number, person: ExploredPerson): ExploredWorld {
  return { ...world, people: world.people.map((other, index) => (index === who ? person : other)) }
}

/** Replaces the invitation of the same name, or adds it. */
export function setAsking(world: ExploredWorld, asking: ExploredInvite): ExploredWorld {
  const isKnown = world.askings.some(({ invitation }) => invitation === asking.invitation)
  return {
    ...world,
    askings: isKnown
      ? world.askings.map((other) => (other.invitation === asking.invitation ? asking : other))
      : [...world.askings, asking],
  }
}
