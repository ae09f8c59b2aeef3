/**
 * Waits: everything a run is waiting for at the moment, in words, so that one that stands still can be explained.
 * @module
 */

/** What is waited for. */
export class Waits {
  readonly #waits = new Set<() => string>()

  /** Counts as waiting for `what` until `promise` has settled; resolves and rejects as it does. */
  async during<T>(what: string | (() => string), promise: Promise<T>): Promise<T> {
    const wait = typeof what === 'string' ? () => what : what
    this.#waits.add(wait)
    try {
      return await promise
    } finally {
      this.#waits.delete(wait)
    }
  }

  /** One line each, the oldest first. */
  lines(): readonly string[] {
    return [...this.#waits].map((wait) => wait())
  }
}
