/**
 * Limiter: at most so many requests at once to one host, first come first served, and a bounded queue behind them.
 *
 * Rule 1: what is counted is the host's: all transports of the process to one origin share its places, as the service
 * throttles an application and not an object of it. Each goes by its own limit when it takes one.
 * Rule 2: an origin nobody asks anything of is forgotten, so that no list of hosts grows.
 * @module
 */
import { onAbort } from '../../time/abort.ts'

/** Requests waiting for a place at one host; more than this are answered at once as not sent. */
const QUEUE_LIMIT = 10_000

/** Hands out a limited number of places. */
export interface Limiter {
  /** Resolves with what gives the place back; undefined when the queue is full or `signal` fires first. */
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

/** A limiter with at most `places` places at `origin`, those of others there counted. */
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

/** What gives a place back, once. */
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

/** Lets in whoever waits longest, and those behind them, while there are places. */
function admit(host: Host): void {
  for (const waiting of host.queue) {
    if (host.taken >= waiting.places) return
    host.queue.delete(waiting)
    host.taken += 1
    waiting.proceed()
  }
}

/** How many hosts are asked something at the moment. */
export function hostsInUse(): number {
  return hosts.size
}
