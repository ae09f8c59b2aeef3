/**
 * Limiter: at most so many requests at once to one host, first come first served, and a bounded queue behind them.
 * @module
 */

/** Hands out a limited number of places. */
export interface Limiter {
  /** Resolves with what gives the place back; undefined when the queue is full or `signal` fires first. */
  enter(signal: AbortSignal | undefined): Promise<(() => void) | undefined>
}

/** A limiter with `places` places and a queue of `queueLimit`. */
export function createLimiter(places: number, queueLimit: number): Limiter {
  let taken = 0
  const queue = new Set<() => void>()

  const leave = (): (() => void) => {
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      const [next] = queue
      if (next === undefined) taken -= 1
      else {
        queue.delete(next)
        next()
      }
    }
  }

  return {
    async enter(signal) {
      if (signal?.aborted === true) return undefined
      if (taken < places) {
        taken += 1
        return leave()
      }
      if (queue.size >= queueLimit) return undefined
      return new Promise((resolve) => {
        const proceed = (): void => {
          signal?.removeEventListener('abort', giveUp)
          resolve(leave())
        }
        const giveUp = (): void => {
          queue.delete(proceed)
          resolve(undefined)
        }
        queue.add(proceed)
        signal?.addEventListener('abort', giveUp, { once: true })
      })
    },
  }
}
