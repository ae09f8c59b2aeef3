/**
 * The bot of the small world: its call takes steps, and what it requests goes to the service.
 * @module
 */
import { isRequest, type RequestEffect } from '../../../src/call/model/effects.ts'
import type { CallEvent } from '../../../src/call/model/events.ts'
import { stepMonitors } from '../../../src/testing/step-monitors.ts'
import { wronglyBelieved } from '../../../src/testing/suspicion-monitor.ts'
import type { CallSystem } from '../../../src/testing/system.ts'
import { bot, type Message } from '../../../src/testing/truth-model.ts'
import { recordFailure, recordRemoval, recordShown, wrongDelete } from './removal-oracle.ts'
import { absentPerson } from './reports.ts'
import { answerTo, noAnswer } from './service.ts'
import { BEGINNING, PEOPLE, type Asked, type ExploredWorld, type InFlight, type Scope } from './world.ts'

/** The world before the first move: the bot is in the call and knows its own id. */
export function beginWorld(system: CallSystem, scope: Scope): ExploredWorld {
  const empty: ExploredWorld = {
    call: system.open('call', scope.options),
    now: BEGINNING,
    sequence: 0,
    toBot: [],
    toService: [],
    outbox: [],
    isSilent: scope.readings.news === 'lost',
    isNameless: scope.readings.newcomerId === 'never',
    gathered: [],
    latestTold: 0,
    people: Array.from({ length: PEOPLE }, () => absentPerson),
    askings: [],
    removals: [],
    heardFailures: [],
    answerable: [],
    isOver: false,
    isHangUpWanted: false,
    acts: scope.acts,
    faults: { waits: 0, empties: 0, ...scope.faults },
  }
  const { beginning = 'established', ownId = 'shown' } = scope.readings
  if (beginning === 'incoming') return tell(system, empty, { type: 'call.reported', state: 'incoming' })
  const begun = tell(system, empty, {
    type: 'call.reported',
    state: beginning,
    myParticipantId: ownId === 'stale' ? 'bot-in-lobby' : 'bot',
  })
  if (beginning === 'established') return scope.isRosterKnown ? readRoster(system, begun) : begun
  return begun.isSilent ? begun : { ...begun, toBot: [{ message: { type: 'call.reported', state: 'established' } }] }
}

/** The first change of the roster, which shows the bot, and the fetch that follows it. */
function readRoster(system: CallSystem, world: ExploredWorld): ExploredWorld {
  const heard = tell(
    system,
    { ...world, sequence: 1 },
    { type: 'roster.reported', kind: 'delta', sequence: 1, entries: [bot] },
  )
  const asked = heard.toService.find(({ effect }) => effect.type === 'roster.fetch')
  if (asked === undefined) return heard
  const served = settle({ ...heard, toService: without(heard.toService, asked) }, asked.effect)
  return tell(system, served, answerTo(asked.effect, { verdict: 'done', value: { entries: [bot] } }))
}

/**
 * Steps an event; the requests of the call are sent. If the system throws, or believes a suspicious report, the call
 * stays as it was, and the world records it.
 */
export function tell(system: CallSystem, world: ExploredWorld, message: Message): ExploredWorld {
  return guarded(world, message.type, () => {
    const event = { ...message, at: world.now } as CallEvent
    const result = system.step(world.call, event)
    const misjudged = wronglyBelieved({ before: world.call, event, result })
    if (misjudged !== undefined) return { ...world, thrown: misjudged }
    const asked = result.effects.filter(isRequest)
    const heard = recordRemoval(recordShown(recordFailure(world, message), message), message, result.call)
    const wrong =
      world.wrong ?? announcing({ before: world.call, event, result }) ?? wrongDelete(heard, asked, result.call)
    return {
      ...heard,
      ...(wrong === undefined ? {} : { wrong }),
      call: result.call,
      outbox: [...world.outbox, ...asked],
      toService: [...world.toService, ...asked.map((effect): Asked => ({ effect, isUnheard: false }))],
    }
  })
}

const announcing = stepMonitors.announcing()

/** The world that `take` returns; if it throws, the given world with the error. */
export function guarded(world: ExploredWorld, what: string, take: () => ExploredWorld): ExploredWorld {
  if (world.thrown !== undefined) return world
  try {
    return take()
  } catch (error) {
    return {
      ...world,
      thrown: `${what} made the system throw: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

/** A message arrives. */
export function hear(
  system: CallSystem,
  world: ExploredWorld,
  { message, answers, sequence }: InFlight,
): ExploredWorld {
  const told =
    sequence === undefined || message.type !== 'roster.reported' || message.kind !== 'full'
      ? world
      : { ...world, latestTold: sequence }
  return tell(system, answers === undefined ? told : settle(told, answers), message)
}

/** The next deadline to pass; the heartbeat only if it is due at once, as after an answer "not found". */
export function nextDeadline({ call, now }: ExploredWorld): { readonly name: string; readonly at: number } | undefined {
  let found: { readonly name: string; readonly at: number } | undefined
  for (const [name, at] of call.deadlines) {
    if (name === 'keepAlive' && at > now) continue
    if (found === undefined || at < found.at || (at === found.at && name < found.name)) found = { name, at }
  }
  return found
}

/** Lets a deadline pass. */
export function passDeadline(
  system: CallSystem,
  world: ExploredWorld,
  { name, at }: { readonly name: string; readonly at: number },
): ExploredWorld {
  return tell(system, { ...world, now: Math.max(world.now, at) }, { type: 'deadline.passed', deadline: name })
}

/** The process dies, and another one resumes the call. */
export function crash(system: CallSystem, world: ExploredWorld): ExploredWorld {
  let next: ExploredWorld = {
    ...guarded(world, 'the stored call', () => ({
      ...world,
      call: system.decode(JSON.parse(JSON.stringify(system.encode(world.call)))),
    })),
    toBot: world.toBot.filter(({ answers }) => answers === undefined),
    toService: world.toService.map(({ effect }) => ({ effect, isUnheard: true })),
  }
  for (const effect of world.outbox) {
    if (effect.type === 'participants.invite' || (effect.type === 'participant.delete' && effect.isCancelOnly === true))
      next = fail(system, next, effect)
    else next = { ...next, toService: [...next.toService, { effect, isUnheard: false }] }
  }
  return tell(system, next, { type: 'host.resumed' })
}

/** A request fails: the call receives an answer that confirms nothing. */
export function fail(system: CallSystem, world: ExploredWorld, effect: RequestEffect): ExploredWorld {
  return tell(system, settle(world, effect), answerTo(effect, { verdict: 'unconfirmed', failure: noAnswer }))
}

/** The call has received the answer to a request. */
function settle(world: ExploredWorld, answered: RequestEffect): ExploredWorld {
  return { ...world, outbox: world.outbox.filter(({ id }) => id !== answered.id) }
}

/** The list without one occurrence of an item. */
export function without<T>(list: readonly T[], item: T): readonly T[] {
  const index = list.indexOf(item)
  return [...list.slice(0, index), ...list.slice(index + 1)]
}
