/**
 * Closing a host: requests, then actors, then the store, each within a bounded time.
 *
 * Rule: a part that hangs is reported and left; closing never rejects.
 * @module
 */
import type { CallActor } from '../actor/call-actor.ts'
import type { Clock } from '../../time/clock.ts'
import { holdingClock } from '../../time/system-clock.ts'
import { DeadlinePassed, withDeadline } from '../../time/with-deadline.ts'
import { callGuarded } from '../feed/listeners.ts'
import type { OutboxDispatcher } from '../outbox/dispatcher.ts'
import type { EffectRunner } from '../outbox/effect-runner.ts'
import type { ClosableStore } from '../ports/closable-store.ts'
import { storeHangs } from '../ports/errors.ts'
import { STORE_CLOSING_MS } from '../ports/limits.ts'

/** The parts of a host that are closed. */
export interface ClosingParts {
  readonly clock: Clock
  readonly instanceId: string
  readonly store: ClosableStore
  readonly outbox: OutboxDispatcher
  readonly runner: EffectRunner
  readonly actors: ReadonlyMap<string, CallActor>
  /** Requests under way that no outbox has. */
  readonly underWay: Iterable<Promise<unknown>>
  readonly unwatch: () => void
  /** Called when every wait has ended: what still hangs is not reported any more. */
  readonly onClosed: () => void
  readonly onError: (error: unknown, callId?: string) => void
}

/** Closes the parts. `drainMs`: how long requests under way may take. Never rejects. */
export async function closeHost(parts: ClosingParts, drainMs: number): Promise<void> {
  const { clock, instanceId, store, outbox, runner, actors, underWay, unwatch, onClosed, onError } = parts
  for (const actor of actors.values()) actor.beginClosing()
  const drained = Promise.allSettled([outbox.drain(), ...underWay])
  if (drainMs > 0) await finish(drained, drainMs)
  runner.abort()
  // Claimed requests are handed back or answered now, before the actors close.
  await finish(drained, STORE_CLOSING_MS, 'Handing back what was not sent')
  callGuarded(unwatch, onError)
  await finish(drainActors(), STORE_CLOSING_MS, 'Storing what was taken in')
  for (const actor of actors.values()) actor.close()
  onClosed()
  store.cutOff()
  await finish(drainActors(), STORE_CLOSING_MS)
  await finish(store.release(instanceId), STORE_CLOSING_MS, 'Releasing the leases')
  await finish(store.close(), STORE_CLOSING_MS, 'Closing the store')

  function drainActors(): Promise<unknown> {
    return Promise.all([...actors.values()].map((actor) => actor.drain()))
  }

  /**
   * Waits for a part, for `timeoutMs` at most. The timer keeps the process alive, unlike all others of the host. A rejection is
   * reported, and so is a timeout of a part with a name.
   */
  async function finish(done: Promise<unknown>, timeoutMs: number, name?: string): Promise<void> {
    const reported = done.catch((error: unknown) => onError(error))
    try {
      await withDeadline({ clock: holdingClock(clock), timeoutMs }, () => reported)
    } catch (error) {
      if (!(error instanceof DeadlinePassed)) throw error
      if (name !== undefined) onError(storeHangs(name))
    }
  }
}
