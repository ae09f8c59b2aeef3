/**
 * Waiting for another process that holds the file, without holding up this one.
 *
 * Rule 1: SQLite itself waits for no longer than `LOCK_BLOCK_MS`; after that the event loop turns before each attempt.
 * Rule 2: those that wait are served in the order they came, one at each turn of the event loop, and only the first of
 * them tries: a thousand that wait hold up as little as one.
 * Rule 3: another process lets go in real time, so waiting takes real time, whatever clock a host goes by.
 * @module
 */
import { giveWay, holdingSystemClock, systemClock } from '../time/system-clock.ts'
import { sleep } from '../time/sleep.ts'

/**
 * How long SQLite may wait for a lock before it says that the file is locked, milliseconds; nothing else in the process
 * runs meanwhile. A commit of another process takes a fraction of a millisecond.
 */
export const LOCK_BLOCK_MS = 2

/** How long to wait between two attempts, milliseconds: the event loop has five sixths of the time. */
export const LOCK_RETRY_MS = 10

/** SQLite's "database is locked". */
const SQLITE_BUSY = 5

/** SQLite's codes say more above the lowest byte: `SQLITE_BUSY_SNAPSHOT` is a kind of `SQLITE_BUSY`. */
const PRIMARY_CODE = 0xff

/** Lets the event loop turn, and so many milliseconds pass. */
export type Pause = (ms: number) => Promise<void>

/** How long to wait. */
export interface LockQueueOptions {
  /** How long one attempt after the other is made, milliseconds of waiting; 0: one attempt is all. */
  readonly patienceMs: number
  readonly pause?: Pause | undefined
}

interface Waiter {
  attemptsLeft: number
  /** True when it is over, with a result or an error. */
  readonly attempt: () => boolean
  readonly giveUp: (error: unknown) => void
}

/** What waits for the lock of one file. */
export class LockQueue {
  readonly #attempts: number
  readonly #pause: Pause
  readonly #waiting: Waiter[] = []
  #isRetrying = false
  #lastError: unknown

  constructor({ patienceMs, pause = realPause }: LockQueueOptions) {
    this.#attempts = Math.ceil(patienceMs / LOCK_RETRY_MS)
    this.#pause = pause
  }

  /**
   * Runs it now if nothing waits, else in its turn, again and again until the file is not locked or patience ends.
   * Resolves with what it returns, rejects with what it throws.
   */
  run<T>(act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const attempt = (): boolean => {
        try {
          resolve(act())
        } catch (error) {
          this.#lastError = error
          if (isLockedOut(error)) return false
          reject(error)
        }
        return true
      }
      if (this.#waiting.length === 0 && attempt()) return
      if (this.#attempts === 0) return reject(this.#lastError)
      this.#waiting.push({ attemptsLeft: this.#attempts, attempt, giveUp: reject })
      if (!this.#isRetrying) void this.#retry()
    })
  }

  async #retry(): Promise<void> {
    this.#isRetrying = true
    while (this.#waiting.length > 0) {
      await this.#pause(LOCK_RETRY_MS)
      while (this.#waiting[0]?.attempt() === true) {
        this.#waiting.shift()
        await this.#pause(0)
      }
      for (const waiter of this.#waiting) waiter.attemptsLeft -= 1
      // They were pushed with the same patience: those that came first lose it first.
      while ((this.#waiting[0]?.attemptsLeft ?? Infinity) <= 0) this.#waiting.shift()?.giveUp(this.#lastError)
    }
    this.#isRetrying = false
  }
}

/** SQLite's code of an error, without what kind of it it is; undefined for other errors. */
export function primaryCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & PRIMARY_CODE : undefined
}

/** True for an error of SQLite's that only says that another connection holds the file, and for one caused by it. */
export function isLockedOut(error: unknown): boolean {
  if (primaryCode(error) === SQLITE_BUSY) return true
  const { cause } = (error ?? {}) as { cause?: unknown }
  return cause !== undefined && isLockedOut(cause)
}

async function realPause(ms: number): Promise<void> {
  if (ms === 0) await giveWay(systemClock)
  else await sleep(holdingSystemClock, ms)
}
