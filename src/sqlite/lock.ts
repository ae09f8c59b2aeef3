/**
 * Lock: waits until another process releases its lock on the file, without blocking this process.
 *
 * Rule 1: SQLite itself blocks for at most `LOCK_BLOCK_MS`; the event loop runs before each further attempt.
 * Rule 2: waiting transactions run in order of arrival, one per turn of the event loop. Only the first of them retries,
 * so a thousand waiting transactions cost no more than one.
 * Rule 3: waiting uses real time, whatever clock the host has, because another process does.
 * @module
 */
import { giveWay, holdingSystemClock, systemClock } from '../time/system-clock.ts'
import { sleep } from '../time/sleep.ts'

/**
 * How long SQLite may block on a lock, in milliseconds; nothing else in the process runs meanwhile. A commit of another
 * process takes a fraction of a millisecond.
 */
export const LOCK_BLOCK_MS = 2

/**
 * The pause between two attempts, in milliseconds. With `LOCK_BLOCK_MS`, the event loop has five sixths of the time.
 */
export const LOCK_RETRY_MS = 10

/** SQLite: "database is locked". */
const SQLITE_BUSY = 5

/** The lowest byte of an extended result code is the primary code: `SQLITE_BUSY_SNAPSHOT` is a `SQLITE_BUSY`. */
const PRIMARY_CODE = 0xff

/** Resolves after `ms` milliseconds, and at the earliest in the next turn of the event loop. */
export type Pause = (ms: number) => Promise<void>

/** The options of a lock queue. */
export interface LockQueueOptions {
  /** How long to retry, in milliseconds; 0 means a single attempt. */
  readonly patienceMs: number
  readonly pause?: Pause | undefined
}

interface Waiter {
  attemptsLeft: number
  /** Returns true when the waiter has its result or error. */
  readonly attempt: () => boolean
  readonly giveUp: (error: unknown) => void
}

/** Runs transactions that need the lock of one file, in order. */
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
   * Runs `act` at once if nothing else waits, otherwise in its turn; repeats it until the file is not locked or
   * `patienceMs` has passed. Resolves with the result of `act`, or rejects with its error.
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
      // All began with the same number of attempts, so the oldest run out of them first.
      while ((this.#waiting[0]?.attemptsLeft ?? Infinity) <= 0) this.#waiting.shift()?.giveUp(this.#lastError)
    }
    this.#isRetrying = false
  }
}

/** The primary SQLite code of an error; undefined for an error that is not from SQLite. */
export function primaryCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & PRIMARY_CODE : undefined
}

/** True if the error, or one of its causes, says that another connection has locked the file. */
export function isLockedOut(error: unknown): boolean {
  if (primaryCode(error) === SQLITE_BUSY) return true
  const { cause } = (error ?? {}) as { cause?: unknown }
  return cause !== undefined && isLockedOut(cause)
}

async function realPause(ms: number): Promise<void> {
  if (ms === 0) await giveWay(systemClock)
  else await sleep(holdingSystemClock, ms)
}
