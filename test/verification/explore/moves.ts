/**
 * Moves of the small world: everything that could happen next in a state, each with the state it leads to.
 *
 * Partial-order reduction, where it is sound:
 * - Equal messages in the bag are one move: whichever is delivered, the same bag is left.
 * - A call that has ended has no moves. Every single event it could still receive is tried where it ends
 *   (`after-the-end.ts`), and must return the same call and request nothing. By induction any events, in any order and
 *   number, do so, and undelivered messages could not have led to another call.
 *
 * Nothing else is left out: orders that make no difference to the library are merged by the state hash.
 * @module
 */
import { isRequest, type RequestEffect } from '../../../src/call/model/effects.ts'
import type { CallEvent } from '../../../src/call/model/events.ts'
import { isBeingRemoved, isOpen, isPending } from '../../../src/participant/participant.ts'
import type { LogEntry } from '../../../src/testing/report/run-log.ts'
import { bot, identityOf, type Message } from '../../../src/testing/truth-model.ts'
import { wronglyBelieved } from '../../../src/testing/suspicion-monitor.ts'
import type { CallSystem } from '../../../src/testing/system.ts'
import {
  act,
  answerTo,
  canAct,
  keepPromise,
  noAnswer,
  nobody,
  promised,
  serve,
  serveNobody,
  setAsking,
  tellGathered,
} from './service.ts'
import { memoJson } from './memo-json.ts'
import { recordFailure, recordShown, recordRemoval, removalOf, wrongDelete } from './removal-oracle.ts'
import { stepMonitors } from '../../../src/testing/step-monitors.ts'
import {
  BEGINNING,
  identityNumber,
  PEOPLE,
  type Act,
  type Asked,
  type EndAct,
  type Faults,
  type InFlight,
  type Readings,
  type Removal,
  type Scope,
  type ExploredWorld,
} from './world.ts'

/** One thing that could happen next. */
export interface Branch {
  /** The actor and the action, in a few words. */
  readonly label: string
  /** How it is drawn, where it is more than the call being told something. */
  readonly line?: Pick<LogEntry, 'where' | 'words' | 'isLost'>
  /** The message that the move loses. */
  readonly lost?: Message
  readonly take: () => ExploredWorld
}

/** The world before anything has happened: the bot is in the call and knows itself. */
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
    people: Array.from({ length: PEOPLE }, () => nobody),
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

/** The first change of the roster, which shows the bot, and the fetch that answers it. */
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

/** Everything that could happen next. */
export function branches(system: CallSystem, scope: Scope, world: ExploredWorld): readonly Branch[] {
  if (world.call.state === 'terminated') return []
  return [
    ...actBranches(system, scope, world),
    ...serviceBranches(system, scope, world),
    ...deliveryBranches(system, world),
    ...timeBranches(system, world),
    ...crashBranches(system, world),
  ]
}

/**
 * Steps an event; the requests of the call are sent. If the system throws, or believes a suspicious report, the call stays
 * as it was, and the world records it.
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

/** The world with what `take` makes of it, or, when that throws, as it was with what went wrong. */
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

function actBranches(system: CallSystem, scope: Scope, world: ExploredWorld): readonly Branch[] {
  return world.acts.flatMap((todo, index): readonly Branch[] => {
    const take = takerOf(system, scope, { ...world, acts: world.acts.filter((_, other) => other !== index) }, todo)
    if (take === undefined) return []
    const label = actWords(todo)
    return [{ label, line: { where: isWish(todo) ? 'bot' : 'world', words: label }, take }]
  })
}

/** True for acts of the application, not of a person or the service. */
function isWish({ does }: Act | EndAct): boolean {
  return does === 'invite' || does === 'inviteBriefly' || does === 'remove' || does === 'cancel' || does === 'hangUp'
}

const verbs: { readonly [D in Act['does']]: string } = {
  invite: 'invites',
  inviteBriefly: 'invites for a moment',
  remove: 'removes',
  cancel: 'cancels the invitation of',
  answer: 'answers',
  answerInLobby: 'answers into the lobby',
  decline: 'declines',
  join: 'joins',
  knock: 'comes into the lobby',
  admit: 'is admitted',
  leave: 'leaves',
}

function actWords(todo: Act | EndAct): string {
  if (todo.does === 'end') return 'the call ends'
  if (todo.does === 'hangUp') return 'the application hangs up'
  const { who, does } = todo as Act
  return isWish(todo) ? `the application ${verbs[does]} person ${who}` : `person ${who} ${verbs[does]}`
}

function takerOf(
  system: CallSystem,
  { readings }: Scope,
  world: ExploredWorld,
  todo: Act | EndAct,
): (() => ExploredWorld) | undefined {
  if (todo.does === 'hangUp')
    return () => tell(system, { ...world, isHangUpWanted: true }, { type: 'hangUp.requested' })
  if (todo.does === 'invite' || todo.does === 'inviteBriefly') return () => takeInvite(system, world, todo as Act)
  if (todo.does === 'cancel') return cancelTaker(system, readings, world, todo.who)
  if (todo.does !== 'remove') return canAct(world, todo) ? () => act(world, todo, readings) : undefined
  const { who } = todo as Act
  const known = [...world.call.participants.values()].find(
    (one) =>
      isOpen(one) && !isBeingRemoved(one) && one.identity['user']?.id === `user-${identityNumber(who, readings)}`,
  )
  if (known === undefined) return undefined
  return () =>
    tell(
      system,
      { ...world, removals: [...world.removals, removalOf(world, known, who)] },
      { type: 'removal.requested', key: known.key },
    )
}

function cancelTaker(
  system: CallSystem,
  readings: Readings,
  world: ExploredWorld,
  who: number,
): (() => ExploredWorld) | undefined {
  const known = [...world.call.participants.values()].find(
    (one) =>
      isPending(one) &&
      one.removal === undefined &&
      one.identity['user']?.id === `user-${identityNumber(who, readings)}`,
  )
  if (known === undefined) return undefined
  const wish: Removal = { ...removalOf(world, known, who), isCancelOnly: true }
  return () =>
    tell(system, { ...world, removals: [...world.removals, wish] }, { type: 'cancel.requested', key: known.key })
}

/** The ring time of a brief invite. */
const MOMENT_MS = 3_000

/** Each invitation has its own name. An invitation of a pending or present participant need not be posted. */
function takeInvite(system: CallSystem, world: ExploredWorld, { who, does }: Act): ExploredWorld {
  const earlier = world.askings.filter((asking) => asking.who === who).length
  const invitation = `invite-${who}${earlier === 0 ? '' : `-${earlier + 1}`}`
  const identity = identityOf(who)
  const isNeeded = ![...world.call.participants.values()].some(
    (one) => isOpen(one) && one.identity['user']?.id === identity['user']?.id,
  )
  const asked = setAsking(world, { invitation, who, isNeeded, isPrevented: false, posts: 0, phone: 'none' })
  return tell(system, asked, {
    type: 'invite.requested',
    invitation,
    invitees: [{ identity }],
    ...(does === 'inviteBriefly' ? { ringTimeoutMs: MOMENT_MS } : {}),
  })
}

function serviceBranches(system: CallSystem, { readings }: Scope, world: ExploredWorld): readonly Branch[] {
  const kept = promised(world).map((who): Branch => {
    const label = `the service is done with the DELETE of person ${who}`
    return { label, line: { where: 'world', words: label }, take: () => keepPromise(world, who, readings) }
  })
  const gathered: readonly Branch[] =
    world.gathered.length === 0
      ? []
      : [{ label: 'the service tells what it has gathered', take: () => tellGathered(world) }]
  return [
    ...kept,
    ...gathered,
    ...unique(world.toService).flatMap((asked): readonly Branch[] => {
      const rest = { ...world, toService: without(world.toService, asked) }
      const {
        effect: { id },
        effect,
        isUnheard,
      } = asked
      const taken = `the service takes ${id}`
      const served: Branch = {
        label: taken,
        line: { where: 'world', words: taken },
        take: () => serve(rest, effect, isUnheard, readings),
      }
      if (isUnheard)
        return [
          served,
          {
            label: `${id} died with the process`,
            line: { where: 'toService', words: id, isLost: true },
            take: () => prevent(rest, effect),
          },
        ]
      const all = [served, ...emptyListBranches(rest, asked)]
      if (world.faults.losses === 0) return all
      return [
        ...all,
        {
          label: `${id} is lost`,
          line: { where: 'toService', words: id, isLost: true },
          take: () => fail(system, prevent(spend(rest, 'losses'), effect), effect),
        },
      ]
    }),
  ]
}

/** The list of participants comes back empty, as it does now and then; of a call that has ended it is not found. */
function emptyListBranches(rest: ExploredWorld, { effect }: Asked): readonly Branch[] {
  if (effect.type !== 'roster.fetch' || rest.faults.empties === 0 || rest.isOver) return []
  const label = `the service answers ${effect.id} with an empty list`
  return [{ label, line: { where: 'world', words: label }, take: () => serveNobody(spend(rest, 'empties'), effect) }]
}

/** Records an invite that the network lost. */
function prevent(world: ExploredWorld, effect: RequestEffect): ExploredWorld {
  const asking =
    effect.type === 'participants.invite'
      ? world.askings.find(({ invitation }) => invitation === effect.invitation)
      : undefined
  return asking === undefined ? world : setAsking(world, { ...asking, isPrevented: true })
}

function deliveryBranches(system: CallSystem, world: ExploredWorld): readonly Branch[] {
  return unique(world.toBot).flatMap((inFlight) => {
    const { message, answers } = inFlight
    const rest = { ...world, toBot: without(world.toBot, inFlight) }
    const name = nameOf(message)
    const found: Branch[] = [{ label: `the bot hears ${name}`, take: () => hear(system, rest, inFlight) }]
    if (world.faults.doubles > 0 && answers === undefined) {
      found.push({
        label: `the bot hears ${name}, and will again`,
        take: () => hear(system, spend(world, 'doubles'), inFlight),
      })
    }
    if (world.faults.losses > 0) {
      const poorer = spend(rest, 'losses')
      found.push({
        label: `${name} is lost`,
        line: { where: 'toBot', words: name, isLost: true },
        lost: message,
        take: () => (answers === undefined ? poorer : fail(system, poorer, answers)),
      })
    }
    return found
  })
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

function timeBranches(system: CallSystem, world: ExploredWorld): readonly Branch[] {
  const next = nextDeadline(world)
  const found: Branch[] = []
  if (next !== undefined && world.faults.deadlines > 0) {
    found.push({
      label: `the deadline ${next.name} passes`,
      take: () => passDeadline(system, spend(world, 'deadlines'), next),
    })
  }
  // A deadline within the wait would pass first, and that is a move of its own.
  const later = world.now + world.call.options.reorderWindowMs + 1
  if (world.faults.waits > 0 && (next === undefined || next.at > later)) {
    const label = 'longer than the reorder window passes'
    found.push({
      label,
      line: { where: 'world', words: label },
      take: () => ({ ...spend(world, 'waits'), now: later }),
    })
  }
  return found
}

/** The next deadline to pass; the heartbeat only when it is due at once, as a call asks for when something was not found. */
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

/**
 * The process dies and another one resumes the call: answers on their way are lost, requests may have been sent or not,
 * and all except invites and cancels are sent again.
 */
function crashBranches(system: CallSystem, world: ExploredWorld): readonly Branch[] {
  if (world.faults.crashes === 0) return []
  const label = 'the process dies and another takes over'
  return [{ label, line: { where: 'bot', words: label }, take: () => crash(system, spend(world, 'crashes')) }]
}

function crash(system: CallSystem, world: ExploredWorld): ExploredWorld {
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

function fail(system: CallSystem, world: ExploredWorld, effect: RequestEffect): ExploredWorld {
  return tell(system, settle(world, effect), answerTo(effect, { verdict: 'unconfirmed', failure: noAnswer }))
}

/** A request has its answer. */
function settle(world: ExploredWorld, answered: RequestEffect): ExploredWorld {
  return { ...world, outbox: world.outbox.filter(({ id }) => id !== answered.id) }
}

function spend(world: ExploredWorld, what: keyof Faults): ExploredWorld {
  return { ...world, faults: { ...world.faults, [what]: world.faults[what] - 1 } }
}

function unique<T extends object>(list: readonly T[]): readonly T[] {
  if (list.length < 2) return list
  const seen = new Map<string, T>()
  for (const item of list) seen.set(memoJson(item), item)
  return [...seen.values()]
}

function without<T>(list: readonly T[], item: T): readonly T[] {
  const index = list.indexOf(item)
  return [...list.slice(0, index), ...list.slice(index + 1)]
}

function nameOf(message: Message): string {
  switch (message.type) {
    case 'roster.reported':
      return `${message.kind} roster${message.sequence === undefined ? '' : ` ${message.sequence}`} [${message.entries.map(({ id, isInLobby, removed }) => `${removed === undefined ? '' : '-'}${id ?? 'null'}${isInLobby ? ' in the lobby' : ''}`).join(' ')}]`
    case 'operation.reported':
      return `operation ${message.clientContext ?? ''} ${message.status}`
    case 'call.reported':
      return `call ${message.state ?? ''}`
    case 'roster.fetched':
      return `snapshot ${message.fetch}`
    case 'removal.answered':
      return `the answer to DELETE ${message.attempt} of ${message.key}`
    default:
      return message.type
  }
}
