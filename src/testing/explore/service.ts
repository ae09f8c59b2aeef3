/**
 * The service of the small world: what it does with a request or a person's act, and what it tells the bot of it.
 * @module
 */
import type { RequestEffect } from '../../call/effects.ts'
import type { RosterEntry, Verdict } from '../../call/events.ts'
import { bot, identityOf, type Message } from '../story.ts'
import { rosterId, type Act, type InFlight, type Person, type Readings, type World } from './world.ts'

const done: Verdict = { verdict: 'done', value: undefined }
const notFound: Verdict = { verdict: 'refused', failure: { status: 404, code: '8522', message: 'not found' } }
const cancelled = { code: 400, subcode: 8508, message: 'Action failed, the operation was cancelled.' }
const declined = { code: 603, subcode: 8538, message: 'Callee declined.' }

/** The true roster, the bot included. */
export function trueRoster(world: World): readonly RosterEntry[] {
  const entries = world.people.flatMap((person, who) => (person.isPresent ? [entryOf(person, who)] : []))
  return [bot, ...entries]
}

function entryOf({ visits }: Person, who: number): RosterEntry {
  return { id: rosterId(who, visits), identity: identityOf(who), isInLobby: false, isMuted: false }
}

/** Whether a person can do that now. */
export function canAct({ people }: World, { who, does }: Act): boolean {
  const person = people[who] as Person
  switch (does) {
    case 'answer':
    case 'decline': return isRinging(person)
    case 'join': return !person.isPresent && !isRinging(person)
    case 'leave': return person.isPresent
    default: return false
  }
}

function isRinging({ phone }: Person): boolean {
  return phone === 'ringing' || phone === 'stopping'
}

/** People the service has yet to do something about that it promised: a 2xx is no more than that. */
export function promised({ people }: World): readonly number[] {
  return people.flatMap(({ isLeaving, phone }, who) => (isLeaving || phone === 'stopping' ? [who] : []))
}

/** The service keeps a promise: drops somebody, or stops their phone. */
export function keepPromise(world: World, who: number, readings: Readings): World {
  const person = world.people[who] as Person
  if (person.isPresent) return depart(world, who, 'removed', readings)
  const next = setPerson(world, who, { ...person, phone: 'cancelled', isLeaving: false })
  return readings.removedInvitee === 'silence' ? next : tellOperation(next, who, 'failed', cancelled)
}

/** A person acts. */
export function act(world: World, { who, does }: Act, readings: Readings): World {
  const person = world.people[who] as Person
  switch (does) {
    // An answer that crosses a cancel the service has taken: they come in, and are dropped.
    case 'answer': return tellOperation(arrive(setPerson(world, who, { ...person, phone: 'answered', isLeaving: person.phone === 'stopping' }), who, readings), who, 'completed')
    case 'decline': return tellOperation(setPerson(world, who, { ...person, phone: 'declined' }), who, 'failed', declined)
    case 'join': return arrive(world, who, readings)
    case 'leave': return depart(world, who, 'left', readings)
    default: return world
  }
}

/** A request arrives. The answer is on its way when somebody waits for it. */
export function serve(world: World, effect: RequestEffect, isUnheard: boolean, readings: Readings): World {
  switch (effect.type) {
    case 'participants.invite': return serveInvite(world, effect, isUnheard, readings)
    case 'participant.delete': return serveDelete(world, effect, isUnheard, readings)
    case 'roster.fetch': return answer(world, effect, isUnheard, { type: 'roster.fetched', fetch: effect.fetch, answer: { verdict: 'done', value: { entries: trueRoster(world) } } })
    case 'call.keepAlive': return answer(world, effect, isUnheard, { type: 'keepAlive.answered', answer: done })
    default: return world
  }
}

function serveInvite(world: World, effect: Extract<RequestEffect, { type: 'participants.invite' }>, isUnheard: boolean, readings: Readings): World {
  let next: World = { ...world, posts: { ...world.posts, [effect.invitation]: (world.posts[effect.invitation] ?? 0) + 1 } }
  const participants = effect.invitees.map(({ identity }) => {
    const who = Number(identity['user']?.id?.slice('user-'.length))
    const person = next.people[who] as Person
    if (!person.isPresent) next = setPerson(next, who, { ...person, phone: 'ringing', invitation: effect.invitation })
    return { identity, ...(readings.inviteResponseId === 'null' ? {} : { participantId: rosterId(who, person.visits + 1) }) }
  })
  const value = { operationId: `op-${effect.invitation}`, clientContext: effect.invitation, status: 'running', participants } as const
  return answer(next, effect, isUnheard, { type: 'invite.answered', invitation: effect.invitation, answer: { verdict: 'done', value } })
}

function serveDelete(world: World, effect: Extract<RequestEffect, { type: 'participant.delete' }>, isUnheard: boolean, readings: Readings): World {
  const reply = (next: World, verdict: Verdict): World => answer(next, effect, isUnheard, { type: 'removal.answered', key: effect.key, attempt: effect.attempt, answer: verdict })
  const promise = (who: number, more: Partial<Person>): World => reply(setPerson(world, who, { ...(world.people[who] as Person), ...more }), done)
  const there = world.people.findIndex((person, who) => person.isPresent && rosterId(who, person.visits) === effect.participantId)
  if (there >= 0) return promise(there, { isLeaving: true })
  const ringing = world.people.findIndex((person, who) => isRinging(person) && rosterId(who, person.visits + 1) === effect.participantId)
  return ringing < 0 || readings.cancelBeforeAnswer === 'not-found' ? reply(world, notFound) : promise(ringing, { phone: 'stopping' })
}

function arrive(world: World, who: number, readings: Readings): World {
  const person = world.people[who] as Person
  const next = setPerson(world, who, { ...person, isPresent: true, visits: person.visits + 1, exit: undefined })
  return report(next, entryOf(next.people[who] as Person, who), readings)
}

function depart(world: World, who: number, exit: 'left' | 'removed', readings: Readings): World {
  const person = world.people[who] as Person
  return report(setPerson(world, who, { ...person, isPresent: false, isLeaving: false, exit }), { ...entryOf(person, who), removed: {} }, readings)
}

function report(world: World, changed: RosterEntry, { rosterMode }: Readings): World {
  const sequence = world.sequence + 1
  const message: Message = rosterMode === 'full'
    ? { type: 'roster.reported', kind: 'full', entries: trueRoster(world) }
    : { type: 'roster.reported', kind: 'delta', sequence, entries: [changed] }
  return send({ ...world, sequence }, { message })
}

function tellOperation(world: World, who: number, status: 'completed' | 'failed', result?: typeof cancelled): World {
  const invitation = world.people[who]?.invitation
  if (invitation === undefined) return world
  return send(world, { message: { type: 'operation.reported', operationId: `op-${invitation}`, clientContext: invitation, status, ...(result === undefined ? {} : { result }) } })
}

function answer(world: World, answers: RequestEffect, isUnheard: boolean, message: Message): World {
  return isUnheard ? world : send(world, { message, answers })
}

function send(world: World, sent: InFlight): World {
  return { ...world, toBot: [...world.toBot, sent] }
}

function setPerson(world: World, who: number, person: Person): World {
  return { ...world, people: world.people.map((other, index) => (index === who ? person : other)) }
}
