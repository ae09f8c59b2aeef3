/**
 * The clock port: everything that reads the time or waits for it goes through a clock.
 * @module
 */

/** A source of time. Anything that waits takes one, so that tests can run on virtual time. */
export interface Clock {
  /** The time in milliseconds since the epoch. */
  now(): number
  /**
   * Calls `run` once, at or after `atMs` (milliseconds since the epoch); a time that has passed means as soon as
   * possible, never before `schedule` has returned. Returns a function that cancels the call.
   */
  schedule(atMs: number, run: () => void): () => void
}
