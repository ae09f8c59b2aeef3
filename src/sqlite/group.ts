/**
 * Group: collects the writes that are ready in one turn of the event loop into one transaction, because a transaction
 * costs the same sync whether it has one write or a hundred.
 *
 * Rule 1: each write has a savepoint of its own: one that is refused (a conflict, a value that JSON cannot represent)
 * is rolled back alone, and the others are kept.
 * Rule 2: no write is answered before the transaction is durable.
 * Rule 3: after an error of SQLite (a full disk) nothing of the transaction is kept, and each write is tried again
 * alone, so each has the same result as without the others.
 * @module
 */
import { isRollcallError, type RollcallError } from '../call/model/errors.ts'
import { giveWay, systemClock } from '../time/system-clock.ts'
import { isLockedOut } from './lock.ts'
import { isOfSqlite, type Connection, type Queries } from './connection.ts'

/**
 * The most writes in one transaction. Nothing else in the process runs meanwhile, so a transaction has to be short;
 * beyond some dozens, one more sync hardly matters.
 */
export const WRITES_PER_TRANSACTION = 128

/** One write that waits for its turn. */
interface Write {
  readonly act: (db: Queries) => unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** The outcome of one write inside the transaction. */
type Outcome = { readonly result: unknown } | { readonly error: unknown }

/** Runs writes in groups. */
export class WriteGroup {
  readonly #connection: Connection
  #waiting: Write[] = []
  #isPlanned = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * Runs `act` in the next transaction. `act` may be called several times.
   * @throws RollcallError STORE_CONFLICT | STORE_FAILED | STORE_REPLACED | STORE_NEWER
   */
  write<T>(act: (db: Queries) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ act, resolve: resolve as (result: unknown) => void, reject })
      this.#plan()
    })
  }

  /** Runs the waiting writes at once, because the connection is about to be closed. */
  flush(): void {
    while (this.#waiting.length > 0) this.#begin()
  }

  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    void giveWay(systemClock).then(() => {
      this.#isPlanned = false
      this.#begin()
      if (this.#waiting.length > 0) this.#plan()
    })
  }

  #begin(): void {
    const writes = this.#waiting.splice(0, WRITES_PER_TRANSACTION)
    const [first, ...others] = writes
    if (first === undefined) return
    if (others.length === 0) void this.#alone(first)
    else void this.#together(writes)
  }

  async #alone({ act, resolve, reject }: Write): Promise<void> {
    try {
      resolve(await this.#connection.transact('IMMEDIATE', act))
    } catch (error) {
      reject(error)
    }
  }

  async #together(writes: readonly Write[]): Promise<void> {
    let outcomes: readonly Outcome[]
    try {
      outcomes = await this.#connection.transact('IMMEDIATE', (db) => writes.map(({ act }) => attempt(db, act)))
    } catch (error) {
      for (const write of writes) {
        if (isOfOne(error)) await this.#again(write, error)
        else write.reject(error)
      }
      return
    }
    for (const [index, { resolve, reject }] of writes.entries()) {
      const outcome = outcomes[index] as Outcome
      if ('error' in outcome) reject(outcome.error)
      else resolve(outcome.result)
    }
  }

  /**
   * Tries a write of a failed transaction alone. A conflict then may be with itself, if the transaction reached the
   * disk after all; then it gets the error of the transaction, which claims less.
   */
  async #again({ act, resolve, reject }: Write, failed: unknown): Promise<void> {
    try {
      resolve(await this.#connection.transact('IMMEDIATE', act))
    } catch (error) {
      reject(isConflict(error) ? failed : error)
    }
  }
}

/** Runs one write in a savepoint. @throws errors of SQLite, which end the whole transaction */
function attempt(db: Queries, act: (db: Queries) => unknown): Outcome {
  db.run('SAVEPOINT write_of_group')
  try {
    const result = act(db)
    db.run('RELEASE write_of_group')
    return { result }
  } catch (error) {
    if (isOfSqlite(error)) throw error
    db.run('ROLLBACK TO write_of_group')
    db.run('RELEASE write_of_group')
    return { error }
  }
}

/** True when one write may be the reason of the failure. A locked, closed or replaced file fails them all. */
function isOfOne(error: unknown): boolean {
  return isRollcallError(error) && isOfSqlite(error.cause) && !isLockedOut(error)
}

function isConflict(error: unknown): error is RollcallError {
  return isRollcallError(error) && error.code === 'STORE_CONFLICT'
}
