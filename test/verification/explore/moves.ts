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
import type { RequestEffect } from '../../../src/call/model/effects.ts'
import { isBeingRemoved, isOpen, isPending } from '../../../src/participant/participant.ts'
import type { LogEntry } from '../../../src/testing/report/run-log.ts'
import type { CallSystem } from '../../../src/testing/system.ts'
import { identityOf, type Message } from '../../../src/testing/truth-model.ts'
import { crash, fail, hear, nextDeadline, passDeadline, tell, without } from './bot.ts'
import { memoJson } from './memo-json.ts'
import { act, canAct, keepPromise, promised } from './people.ts'
import { removalOf } from './removal-oracle.ts'
import { setAsking, tellGathered } from './reports.ts'
import { serve, serveEmptyList } from './service.ts'
import {
  identityNumber,
  type Act,
  type Asked,
  type EndAct,
  type ExploredWorld,
  type Faults,
  type Readings,
  type Removal,
  type Scope,
} from './world.ts'

/** One thing that could happen next. */
export interface Branch {
  /** The actor and the action, in a few words. */
  readonly label: string
  /** How the move is drawn, if it is more than an event of the call. */
  readonly line?: Pick<LogEntry, 'where' | 'words' | 'isLost'>
  /** The message that the move loses. */
  readonly lost?: Message
  readonly take: () => ExploredWorld
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

/**
 * The service answers with an empty list of participants, as it sometimes does; in an ended call the list is not found.
 */
function emptyListBranches(rest: ExploredWorld, { effect }: Asked): readonly Branch[] {
  if (effect.type !== 'roster.fetch' || rest.faults.empties === 0 || rest.isOver) return []
  const label = `the service answers ${effect.id} with an empty list`
  return [{ label, line: { where: 'world', words: label }, take: () => serveEmptyList(spend(rest, 'empties'), effect) }]
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

function timeBranches(system: CallSystem, world: ExploredWorld): readonly Branch[] {
  const next = nextDeadline(world)
  const found: Branch[] = []
  if (next !== undefined && world.faults.deadlines > 0) {
    found.push({
      label: `the deadline ${next.name} passes`,
      take: () => passDeadline(system, spend(world, 'deadlines'), next),
    })
  }
  // A deadline within the wait would pass first, which is a move of its own.
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

/**
 * The process dies and another one resumes the call: answers on their way are lost, requests may have been sent or not,
 * and all except invites and cancels are sent again.
 */
function crashBranches(system: CallSystem, world: ExploredWorld): readonly Branch[] {
  if (world.faults.crashes === 0) return []
  const label = 'the process dies and another takes over'
  return [{ label, line: { where: 'bot', words: label }, take: () => crash(system, spend(world, 'crashes')) }]
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
