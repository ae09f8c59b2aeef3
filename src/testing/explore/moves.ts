/**
 * Moves of the small world: everything that could happen next in a state, each with the state it leads to.
 *
 * Reduction, where it is sound: equal messages in the bag are one move; what a call that has ended is told changes
 * nothing, in any order, so it is not told; a message that would be ignored now and for ever (an answer that is out of
 * date) is dropped with its delivery like any other, which state hashing folds together.
 * @module
 */
import { isRequest, type RequestEffect } from '../../call/effects.ts'
import { isBeingRemoved, isOpen } from '../../participant/participant.ts'
import { identityOf, type Message } from '../story.ts'
import type { CallSystem } from '../system.ts'
import type { CallEvent } from '../../call/events.ts'
import { act, canAct, keepPromise, promised, serve } from './service.ts'
import type { Act, Asked, Person, Scope, World } from './world.ts'

/** One thing that could happen next. */
export interface Branch {
  /** Who did what, in a few words. */
  readonly label: string
  readonly world: World
}

/** The world before anything has happened: the bot is in the call and knows itself. */
export function beginWorld(system: CallSystem, scope: Scope): World {
  const empty: World = {
    call: system.open('call', scope.options), now: 1_000, sequence: 0, toBot: [], toService: [], outbox: [], posts: {},
    people: [nobody, nobody],
    acts: scope.acts, faults: scope.faults,
  }
  return tell(system, empty, { type: 'call.reported', state: 'established', myParticipantId: 'bot' })
}

const nobody: Person = { phone: 'none', isPresent: false, isLeaving: false, visits: 0 }

/** Everything that could happen next. */
export function branches(system: CallSystem, scope: Scope, world: World): readonly Branch[] {
  return [
    ...actBranches(system, scope, world),
    ...serviceBranches(system, scope, world),
    ...deliveryBranches(system, world),
    ...timeBranches(system, world),
    ...crashBranches(system, world),
  ]
}

/** The call is told something; what it asks for goes on its way. A system that throws leaves the call as it was, and the world says so. */
export function tell(system: CallSystem, world: World, message: Message): World {
  return guarded(world, message.type, () => {
    const { call, effects } = system.step(world.call, { ...message, at: world.now } as CallEvent)
    const asked = effects.filter(isRequest)
    return {
      ...world,
      call,
      outbox: [...world.outbox, ...asked],
      toService: [...world.toService, ...asked.map((effect): Asked => ({ effect, isUnheard: false }))],
    }
  })
}

function guarded(world: World, what: string, take: () => World): World {
  if (world.thrown !== undefined) return world
  try {
    return take()
  } catch (error) {
    return { ...world, thrown: `${what} made the system throw: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function actBranches(system: CallSystem, scope: Scope, world: World): readonly Branch[] {
  return world.acts.flatMap((todo, index) => {
    const rest = { ...world, acts: world.acts.filter((_, other) => other !== index) }
    const next = take(system, scope, rest, todo)
    return next === undefined ? [] : [{ label: `${todo.does === 'invite' || todo.does === 'remove' ? 'application' : 'person'} ${todo.does} ${todo.who}`, world: next }]
  })
}

function take(system: CallSystem, { readings }: Scope, world: World, todo: Act): World | undefined {
  if (todo.does === 'invite') return tell(system, world, { type: 'invite.requested', invitation: `invite-${todo.who}`, invitees: [{ identity: identityOf(todo.who) }] })
  if (todo.does === 'remove') {
    const known = [...world.call.participants.values()].find((one) => isOpen(one) && !isBeingRemoved(one) && one.identity['user']?.id === `user-${todo.who}`)
    return known === undefined ? undefined : tell(system, world, { type: 'removal.requested', key: known.key })
  }
  return canAct(world, todo) ? act(world, todo, readings) : undefined
}

function serviceBranches(system: CallSystem, { readings }: Scope, world: World): readonly Branch[] {
  const kept = promised(world).map((who) => ({ label: `service is done with the DELETE of ${who}`, world: keepPromise(world, who, readings) }))
  return [...kept, ...unique(world.toService).flatMap((asked) => {
    const rest = { ...world, toService: without(world.toService, asked) }
    const served = { label: `service takes ${asked.effect.id}`, world: serve(rest, asked.effect, asked.isUnheard, readings) }
    if (world.faults.losses === 0 || asked.isUnheard) return [served]
    return [served, { label: `${asked.effect.id} is lost`, world: fail(system, spend(rest, 'losses'), asked.effect) }]
  })]
}

function deliveryBranches(system: CallSystem, world: World): readonly Branch[] {
  return unique(world.toBot).flatMap((inFlight) => {
    const { message, answers } = inFlight
    const rest = { ...world, toBot: without(world.toBot, inFlight) }
    const heard = answers === undefined ? rest : settle(rest, answers)
    const found: Branch[] = [{ label: `bot hears ${nameOf(message)}`, world: tell(system, heard, message) }]
    if (world.faults.doubles > 0 && answers === undefined) {
      found.push({ label: `bot hears ${nameOf(message)}, and will again`, world: tell(system, spend(world, 'doubles'), message) })
    }
    if (world.faults.losses > 0) {
      const poorer = spend(rest, 'losses')
      found.push({ label: `${nameOf(message)} is lost`, world: answers === undefined ? poorer : fail(system, poorer, answers) })
    }
    return found
  })
}

function timeBranches(system: CallSystem, world: World): readonly Branch[] {
  const next = nextDeadline(world)
  if (next === undefined || world.faults.deadlines === 0) return []
  return [{ label: `deadline ${next.name}`, world: passDeadline(system, spend(world, 'deadlines'), next) }]
}

/** The next deadline to pass, the heartbeat aside. */
export function nextDeadline({ call }: World): { readonly name: string; readonly at: number } | undefined {
  let found: { readonly name: string; readonly at: number } | undefined
  for (const [name, at] of call.deadlines) {
    if (name === 'keepAlive') continue
    if (found === undefined || at < found.at || (at === found.at && name < found.name)) found = { name, at }
  }
  return found
}

/** Lets a deadline pass. */
export function passDeadline(system: CallSystem, world: World, { name, at }: { readonly name: string; readonly at: number }): World {
  return tell(system, { ...world, now: Math.max(world.now, at) }, { type: 'deadline.passed', deadline: name })
}

/** The process dies and another one takes the call up: answers on their way are heard by nobody, an invite is not posted again. */
function crashBranches(system: CallSystem, world: World): readonly Branch[] {
  if (world.faults.crashes === 0) return []
  const spent = spend(world, 'crashes')
  let next: World = {
    ...guarded(spent, 'the stored call', () => ({ ...spent, call: system.decode(JSON.parse(JSON.stringify(system.encode(world.call)))) })),
    toBot: world.toBot.filter(({ answers }) => answers === undefined),
    toService: world.toService.map(({ effect }) => ({ effect, isUnheard: true })),
  }
  for (const effect of world.outbox) {
    if (effect.type === 'participants.invite') next = fail(system, next, effect)
    else next = { ...next, toService: [...next.toService, { effect, isUnheard: false }] }
  }
  return [{ label: 'the process dies and another takes over', world: tell(system, next, { type: 'host.resumed' }) }]
}

function fail(system: CallSystem, world: World, effect: RequestEffect): World {
  const answer = { verdict: 'unconfirmed', failure: { code: 'timeout', message: 'no answer' } } as const
  const settled = settle(world, effect)
  switch (effect.type) {
    case 'participants.invite': return tell(system, settled, { type: 'invite.answered', invitation: effect.invitation, answer })
    case 'participant.delete': return tell(system, settled, { type: 'removal.answered', key: effect.key, attempt: effect.attempt, answer })
    case 'roster.fetch': return tell(system, settled, { type: 'roster.fetched', fetch: effect.fetch, answer })
    case 'call.keepAlive': return tell(system, settled, { type: 'keepAlive.answered', answer })
    default: return settled
  }
}

function settle(world: World, answered: RequestEffect): World {
  return { ...world, outbox: world.outbox.filter(({ id }) => id !== answered.id) }
}

function spend(world: World, what: keyof World['faults']): World {
  return { ...world, faults: { ...world.faults, [what]: world.faults[what] - 1 } }
}

function unique<T>(list: readonly T[]): readonly T[] {
  if (list.length < 2) return list
  const seen = new Map<string, T>()
  for (const item of list) seen.set(JSON.stringify(item), item)
  return [...seen.values()]
}

function without<T>(list: readonly T[], item: T): readonly T[] {
  const index = list.indexOf(item)
  return [...list.slice(0, index), ...list.slice(index + 1)]
}

function nameOf(message: Message): string {
  switch (message.type) {
    case 'roster.reported': return `${message.kind} roster${message.kind === 'delta' ? ` ${message.sequence}` : ''} [${message.entries.map(({ id, removed }) => `${removed === undefined ? '' : '-'}${id}`).join(' ')}]`
    case 'operation.reported': return `operation ${message.status}`
    case 'roster.fetched': return `snapshot ${message.fetch}`
    case 'removal.answered': return `the answer to DELETE ${message.attempt} of ${message.key}`
    default: return message.type
  }
}
