/**
 * Guarded calls of the application's own functions: listeners, loggers, error reporters.
 *
 * Rule: whatever they throw, and whatever a promise they return rejects with, is told and harms nobody.
 * @module
 */

/** Calls something of the application's; `fail` is told of what it throws now and of what it rejects with later. */
export function callGuarded(call: () => unknown, fail: (error: unknown) => void): void {
  try {
    const returned = call()
    if (isThenable(returned)) Promise.resolve(returned).catch(fail)
  } catch (error) {
    fail(error)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}
