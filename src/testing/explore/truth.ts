/**
 * Truth: whether what the call believes is right, in every state and when everything has come to rest.
 * @module
 */
import type { Call } from '../../call/call.ts'
import { invariants } from '../../call/invariants.ts'
import { isOpen, isPresent, type Participant } from '../../participant/participant.ts'
import type { CallSystem } from '../system.ts'
import { nextDeadline, passDeadline, tell } from './moves.ts'
import { keepPromise, promised, serve, trueRoster } from './service.ts'
import { rosterId, type Asked, type InFlight, type Scope, type World } from './world.ts'

/** How many rounds a call at rest may take to settle; the longest story needs a few dozen. */
const SETTLING_ROUNDS = 300

/** What is wrong with the step from one state to the next; nothing, most of the time. */
export function judgeStep({ readings }: Scope, before: World, after: World): string | undefined {
  if (after.thrown !== undefined) return after.thrown
  for (const [invitation, posts] of Object.entries(after.posts)) if (posts > 1) return `the invitation ${invitation} was posted ${posts} times`
  const deletes = new Set<string>()
  for (const effect of after.outbox) {
    if (effect.type !== 'participant.delete') continue
    if (deletes.has(effect.key)) return `two DELETEs are in flight for ${effect.key}`
    deletes.add(effect.key)
  }
  for (const was of before.call.participants.values()) {
    const now = after.call.participants.get(was.key)
    if (isOpen(was) || now === undefined) continue
    if (now.state !== was.state || now.ending?.cause !== was.ending?.cause) return `${was.key} had ended and moved`
  }
  if (before.call === after.call) return undefined
  // Unnumbered reports that overtake each other by more than the reorder window may say somebody is gone who is not.
  const wronged = readings.rosterMode === 'delta' ? after.people.findIndex((person, who) => person.isPresent && isBelievedGone(after.call, rosterId(who, person.visits))) : -1
  return wronged >= 0 ? `person ${wronged} is on the roster and is believed to be gone` : invariants(after.call)[0]
}

function isBelievedGone({ participants, byId }: Call, id: string): boolean {
  const participant = participants.get(byId.get(id) ?? '')
  return participant !== undefined && participant.id === id && !isOpen(participant)
}

/** True when nothing is left to happen but the passing of time. */
export function isAtRest(world: World): boolean {
  return world.toBot.length === 0 && world.toService.length === 0 && promised(world).length === 0
}

/** Lets a fair service and time do the rest, and compares belief with truth. */
export function judgeEnd(system: CallSystem, scope: Scope, atRest: World): string | undefined {
  let world = tell(system, atRest, { type: 'host.resumed' })
  for (let round = 0; ; round += 1) {
    if (round > SETTLING_ROUNDS) return 'the call does not come to rest'
    world = drain(system, scope, world)
    if (world.thrown !== undefined) return world.thrown
    const next = nextDeadline(world)
    if (next === undefined) break
    world = passDeadline(system, world, next)
  }
  const believed = [...world.call.participants.values()]
  for (const [who, person] of world.people.entries()) {
    const theirs = believed.filter((one) => one.identity['user']?.id === `user-${who}`)
    const wrong = judgePerson(scope, person, theirs, who)
    if (wrong !== undefined) return wrong
  }
  const truth = trueRoster(world).map(({ id }) => id).sort().join(' ')
  const belief = ['bot', ...believed.filter(isPresent).map(({ id }) => id)].sort().join(' ')
  return truth === belief ? undefined : `on the roster are ${truth}, believed are ${belief}`
}

function judgePerson(scope: Scope, person: World['people'][number], believed: readonly Participant[], who: number): string | undefined {
  const open = believed.filter(isOpen)
  if (open.length !== (person.isPresent ? 1 : 0)) return `person ${who} is ${person.isPresent ? 'present' : 'not there'}, and believed ${describe(believed)}`
  const unwanted = believed.find((one) => one.removalRequestedAt !== undefined && one.refusal === undefined && isOpen(one))
  if (unwanted !== undefined) return `person ${who} was to be removed and is still ${unwanted.state}`
  const wasRemoved = believed.some((one) => one.removalRequestedAt !== undefined)
  const causes = new Set(believed.map(({ ending }) => ending?.cause))
  // News that is later than the ring deadline comes too late; what was lost does not come.
  const isTold = scope.faults.losses === 0 && !believed.some(({ ending }) => ending?.by === 'deadline')
  if (person.phone === 'declined' && !wasRemoved && person.visits === 0 && isTold && !causes.has('declined')) return `person ${who} declined, and is believed ${describe(believed)}`
  if (!wasRemoved && (causes.has('removed') || causes.has('cancelled'))) return `nobody asked for the removal of person ${who}, who is believed ${describe(believed)}`
  return undefined
}

function describe(believed: readonly Participant[]): string {
  return believed.length === 0 ? 'never to have been' : believed.map(({ key, state, ending }) => `${key} ${state}${ending === undefined ? '' : ` ${ending.cause} by ${ending.by}`}`).join(', ')
}

/** Everything on its way arrives, in order, and is answered. */
function drain(system: CallSystem, { readings }: Scope, world: World): World {
  let next = world
  while (!isAtRest(next) && next.thrown === undefined) {
    const [asked] = next.toService as readonly [Asked?]
    if (asked !== undefined) {
      next = serve({ ...next, toService: next.toService.slice(1) }, asked.effect, asked.isUnheard, readings)
      continue
    }
    const [inFlight] = next.toBot as readonly [InFlight?]
    const [who] = promised(next)
    if (inFlight === undefined) {
      next = keepPromise(next, who as number, readings)
      continue
    }
    const outbox = inFlight.answers === undefined ? next.outbox : next.outbox.filter(({ id }) => id !== inFlight.answers?.id)
    next = tell(system, { ...next, outbox, toBot: next.toBot.slice(1) }, inFlight.message)
  }
  return next
}

/**
 * What makes two states of a call the same: all that its later steps, or a judge of them, can depend on. Left out are
 * the indexes, which follow from the participants, and what only says how a state came about: trails, counters, how
 * many heartbeats were sent and how many people were ever introduced, which make names and nothing else.
 */
export function essence(call: Call): unknown {
  const { state, ending, self, participants, roster, deadlines, aliases, invitations, orphans, hangUpRequestedAt, mutes } = call
  return [
    state, ending, self, [...participants.values()].sort((one, other) => one.ordinal - other.ordinal), roster, [...deadlines].sort(byName),
    aliases, [...invitations].sort(byName), [...orphans].sort(byName), hangUpRequestedAt, mutes,
  ]
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}
