/**
 * Settling for tests that use no clock of their own.
 * @module
 */

/** Lets everything that is ready go on: several turns of the event loop, no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
