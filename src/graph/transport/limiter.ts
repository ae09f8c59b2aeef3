/**
 * Limiter: limits the concurrent requests to one host, with a bounded first-in, first-out queue.
 *
 * Rule 1: the count belongs to the host: all transports of the process to one origin share it, because the service
 * throttles applications, not objects. Each transport applies its own limit to the shared count.
 * Rule 2: an origin without requests is deleted, so that the list of hosts does not grow.
 * @module
 */
import { onAbort } from '../../time/abort.ts'

/** How many requests wait for a place at one host; further ones are answered at once as not sent. */
const QUEUE_LIMIT = 10_000

/** Hands out a limited number of places. */
export interface Limiter {
  /** Resolves with a function that returns the place; undefined when the queue is full or `signal` fires first. */
  enter(signal: AbortSignal | undefined): Promise<(() => void) | undefined>
}

interface Waiting {
  readonly places: number
  readonly proceed: () => void
}

interface Host {
  taken: number
  readonly queue: Set<Waiting>
}

const hosts = new Map<string, Host>()

/** Creates a limiter with at most `places` places at `origin`, including those of other limiters there. */
export function limiterOf(origin: string, places: number): Limiter {
  return {
    async enter(signal) {
      if (signal?.aborted === true) return undefined
      const host = hosts.get(origin) ?? { taken: 0, queue: new Set() }
      hosts.set(origin, host)
      if (host.taken < places && host.queue.size === 0) {
        host.taken += 1
        return placeAt(origin, host)
      }
      if (host.queue.size >= QUEUE_LIMIT) return undefined
      return new Promise((resolve) => {
        const waiting: Waiting = {
          places,
          proceed() {
            stopListening()
            resolve(placeAt(origin, host))
          },
        }
        host.queue.add(waiting)
        const stopListening = onAbort(signal, () => {
          host.queue.delete(waiting)
          admit(host)
          resolve(undefined)
        })
      })
    },
  }
}

/** A function that returns the place, once. */
function placeAt(origin: string, host: Host): () => void {
  let isHeld = true
  return () => {
    if (!isHeld) return
    isHeld = false
    host.taken -= 1
    admit(host)
    if (host.taken === 0) hosts.delete(origin)
  }
}

/** Starts waiting requests in order while there are places. */
function admit(host: Host): void {
  for (const waiting of host.queue) {
    if (host.taken >= waiting.places) return
    host.queue.delete(waiting)
    host.taken += 1
    waiting.proceed()
  }
}

/** The number of hosts with requests in progress. */
export function hostsInUse(): number {
  return hosts.size
}
