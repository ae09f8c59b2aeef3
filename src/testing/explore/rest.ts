/**
 * Rest: the end of every history. A fair service answers what was asked, everything on its way arrives, time passes.
 * @module
 */
import type { CallSystem } from '../system.ts'
import { nextDeadline, passDeadline, settle, tell } from './moves.ts'
import { keepPromise, promised, serve } from './service.ts'
import type { Asked, InFlight, Scope, World } from './world.ts'

/** How many deadlines may pass before a call at rest has settled; the longest story needs a few dozen. */
const SETTLING_ROUNDS = 300

/** How many messages may be on their way until nothing is, while no time passes; the longest story needs a few. */
const MESSAGES_AT_ONCE = 300

/** True when nothing is left to happen but the passing of time; of a call that has ended, nothing ever is. */
export function isAtRest(world: World): boolean {
  return world.call.state === 'terminated' || (world.toBot.length === 0 && world.toService.length === 0 && promised(world).length === 0)
}

/** The world when nothing more comes of it, or undefined when it never comes to that. */
export function comeToRest(system: CallSystem, scope: Scope, world: World): World | undefined {
  let next = world
  for (let round = 0; round <= SETTLING_ROUNDS; round += 1) {
    next = drain(system, scope, next)
    if (!isAtRest(next) && next.thrown === undefined) return undefined
    const deadline = next.thrown === undefined ? nextDeadline(next) : undefined
    if (deadline === undefined) return next
    next = passDeadline(system, next, deadline)
  }
  return undefined
}

/** False for a world in which, without any time passing, something is always on its way. */
export function stopsAsking(system: CallSystem, scope: Scope, world: World): boolean {
  const drained = drain(system, scope, world)
  return isAtRest(drained) || drained.thrown !== undefined
}

/** The next heartbeat is due: it finds out whether the call is over. */
export function passHeartbeat(system: CallSystem, scope: Scope, world: World): World | undefined {
  const at = world.call.deadlines.get('keepAlive')
  return at === undefined ? world : comeToRest(system, scope, passDeadline(system, world, { name: 'keepAlive', at }))
}

/** Everything on its way arrives, in order, and is answered; a call that never stops asking is left at it. */
function drain(system: CallSystem, { readings }: Scope, world: World): World {
  let next = world
  for (let count = 0; count < MESSAGES_AT_ONCE && !isAtRest(next) && next.thrown === undefined; count += 1) {
    const [asked] = next.toService as readonly [Asked?]
    const [inFlight] = next.toBot as readonly [InFlight?]
    const [who] = promised(next)
    if (asked !== undefined) next = serve({ ...next, toService: next.toService.slice(1) }, asked.effect, asked.isUnheard, readings)
    else if (inFlight === undefined) next = keepPromise(next, who as number, readings)
    else {
      const rest = { ...next, toBot: next.toBot.slice(1) }
      next = tell(system, inFlight.answers === undefined ? rest : settle(rest, inFlight.answers), inFlight.message)
    }
  }
  return next
}
