/**
 * Quiescence: the end of every history. A fair service answers every request, all messages arrive, and time passes.
 * @module
 */
import type { CallSystem } from '../../../src/testing/system.ts'
import type { RequestEffect } from '../../../src/call/model/effects.ts'
import { hear, nextDeadline, passDeadline } from './bot.ts'
import { keepPromise, promised } from './people.ts'
import { tellGathered } from './reports.ts'
import { serve } from './service.ts'
import type { Asked, Scope, ExploredWorld } from './world.ts'

/** How many deadlines may pass before a call at rest has settled; the longest history needs a few dozen. */
const SETTLING_ROUNDS = 300

/** How many messages may be delivered without time passing; the longest history needs a few. */
const MESSAGES_AT_ONCE = 300

/** True if only time can pass: no message, request or promise is pending. An ended call is always at rest. */
export function isAtRest(world: ExploredWorld): boolean {
  return (
    world.call.state === 'terminated' ||
    (world.toBot.length === 0 &&
      world.toService.length === 0 &&
      promised(world).length === 0 &&
      world.gathered.length === 0)
  )
}

/** The world in which nothing is left to happen; undefined if it does not come to rest within the limits. */
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

/** False for a world in which, without time passing, a message is always on its way. */
export function stopsAsking(system: CallSystem, scope: Scope, world: ExploredWorld): boolean {
  const drained = drain(system, scope, world)
  return isAtRest(drained) || drained.thrown !== undefined || earliest(drained) !== undefined
}

/** When the first slow answer arrives, if only slow answers are on their way. */
function earliest({ toBot, now }: ExploredWorld): number | undefined {
  const times = toBot.flatMap(({ notBefore = now }) => (notBefore > now ? [notBefore] : []))
  return times.length < toBot.length || times.length === 0 ? undefined : Math.min(...times)
}

/** How much longer than the call waits for proof a slow answer takes. */
const SLOWER_BY_MS = 1_000

/** Delays the answer to the request that was just served. */
function slowDown(world: ExploredWorld, served: RequestEffect): ExploredWorld {
  const notBefore = world.now + world.call.options.confirmTimeoutMs + SLOWER_BY_MS
  return {
    ...world,
    toBot: world.toBot.map((sent) =>
      sent.answers?.id === served.id && sent.notBefore === undefined ? { ...sent, notBefore } : sent,
    ),
  }
}

/** The next heartbeat passes: it detects whether the call has ended. */
export function passHeartbeat(system: CallSystem, scope: Scope, world: ExploredWorld): ExploredWorld | undefined {
  const at = world.call.deadlines.get('keepAlive')
  return at === undefined ? world : comeToRest(system, scope, passDeadline(system, world, { name: 'keepAlive', at }))
}

/** Delivers and answers everything on its way, in order, up to a limit for a call that never stops requesting. */
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
