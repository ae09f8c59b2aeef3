/**
 * Sleeping by a clock.
 * @module
 */
import { onAbort } from './abort.ts'
import type { Clock } from './clock.ts'

/**
 * Resolves with true once `ms` milliseconds have passed, or with false as soon as the signal is aborted. Never rejects;
 * no timer and no listener is left behind.
 */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(false)
    const cancel = clock.schedule(clock.now() + ms, () => {
      stopListening()
      resolve(true)
    })
    const stopListening = onAbort(signal, () => {
      cancel()
      resolve(false)
    })
  })
}
