/**
 * Rest: the end of every history. A fair service answers every request, all messages arrive, and time passes.
 * @module
 */
import type { CallSystem } from '../../../src/testing/system.ts'
import type { RequestEffect } from '../../../src/call/model/effects.ts'
import { hear, nextDeadline, passDeadline } from './moves.ts'
import { keepPromise, promised, serve, tellGathered } from './service.ts'
import type { Asked, Scope, ExploredWorld } from './world.ts'

/** How many deadlines may pass before a call at rest has settled; the longest story needs a few dozen. */
const SETTLING_ROUNDS = 300

/** How many messages may be on their way until nothing is, while no time passes; the longest story needs a few. */
const MESSAGES_AT_ONCE = 300

/** True when nothing is left to happen but the passing of time; of a call that has ended, nothing ever is. */
export function isAtRest(world: ExploredWorld): boolean {
  return (
    world.call.state === 'terminated' ||
    (world.toBot.length === 0 &&
      world.toService.length === 0 &&
      promised(world).length === 0 &&
      world.gathered.length === 0)
  )
}

/** The world when nothing more comes of it, or undefined when it never comes to that. */
export function comeToRest(system: CallSystem, scope: Scope, world: ExploredWorld): ExploredWorld | undefined {
  let next = world
  for (let round = 0; round <= SETTLING_ROUNDS; round += 1) {
    next = drain(system, scope, next)
    const waiting = earliest(next)
    if (!isAtRest(next) && next.thrown === undefined && waiting === undefined) return undefined
    const deadline = next.thrown === undefined ? nextDeadline(next) : undefined
    if (waiting !== undefined && (deadline === undefined || deadline.at > waiting))
      next = { ...next, now: Math.max(next.now, waiting) }
    else if (deadline === undefined) return next
    else next = passDeadline(system, next, deadline)
  }
  return undefined
}

/** False for a world in which, without any time passing, something is always on its way. */
export function stopsAsking(system: CallSystem, scope: Scope, world: ExploredWorld): boolean {
  const drained = drain(system, scope, world)
  return isAtRest(drained) || drained.thrown !== undefined || earliest(drained) !== undefined
}

/** When the first of the slow answers comes that are all that is left. */
function earliest({ toBot, now }: ExploredWorld): number | undefined {
  const times = toBot.flatMap(({ notBefore = now }) => (notBefore > now ? [notBefore] : []))
  return times.length < toBot.length || times.length === 0 ? undefined : Math.min(...times)
}

/** How much longer than the call waits for proof a slow answer takes. */
const SLOWER_BY_MS = 1_000

/** The answer to what was just served takes its time. */
function slowDown(world: ExploredWorld, served: RequestEffect): ExploredWorld {
  const notBefore = world.now + world.call.options.confirmTimeoutMs + SLOWER_BY_MS
  return {
    ...world,
    toBot: world.toBot.map((sent) =>
      sent.answers?.id === served.id && sent.notBefore === undefined ? { ...sent, notBefore } : sent,
    ),
  }
}

/** The next heartbeat is due: it finds out whether the call is over. */
export function passHeartbeat(system: CallSystem, scope: Scope, world: ExploredWorld): ExploredWorld | undefined {
  const at = world.call.deadlines.get('keepAlive')
  return at === undefined ? world : comeToRest(system, scope, passDeadline(system, world, { name: 'keepAlive', at }))
}

/** Everything on its way arrives, in order, and is answered; a call that never stops asking is left at it. */
function drain(system: CallSystem, { readings }: Scope, world: ExploredWorld): ExploredWorld {
  let next = world
  for (let count = 0; count < MESSAGES_AT_ONCE && !isAtRest(next) && next.thrown === undefined; count += 1) {
    const [asked] = next.toService as readonly [Asked?]
    const { now } = next
    const inFlight = next.toBot.find(({ notBefore = now }) => notBefore <= now)
    const [who] = promised(next)
    if (asked !== undefined) {
      next = serve({ ...next, toService: next.toService.slice(1) }, asked.effect, asked.isUnheard, readings)
      if (readings.answers === 'slow' && !asked.isUnheard) next = slowDown(next, asked.effect)
    } else if (inFlight !== undefined)
      next = hear(system, { ...next, toBot: next.toBot.filter((other) => other !== inFlight) }, inFlight)
    else if (who !== undefined) next = keepPromise(next, who, readings)
    else if (next.gathered.length > 0) next = tellGathered(next)
    else break
  }
  return next
}
