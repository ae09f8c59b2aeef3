/**
 * Group: collects the writes that are ready in one turn of the event loop into one transaction, because a transaction
 * costs the same sync whether it has one write or a hundred.
 *
 * Rule 1: each write has a savepoint of its own: one that is refused (a conflict, a value that JSON cannot represent)
 * is rolled back alone, and the others are kept.
 * Rule 2: no write is answered before the transaction is durable.
 * Rule 3: after an error of SQLite (a full disk) nothing of the transaction is kept, and each write is tried again
 * alone, so each has the same result as without the others. Later writes wait until then: writes keep their order.
 * @module
 */
import { isRollcallError, type RollcallError } from '../call/model/errors.ts'
import { giveWay, systemClock } from '../time/system-clock.ts'
import { isLockedOut } from './lock.ts'
import { isOfSqlite, type Connection, type Queries, type Transact } from './connection.ts'

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
    if (writes.length > 0) void this.#run(writes)
  }

  /** Runs the writes in one turn of the connection, so that no later write comes before one that is tried again. */
  async #run(writes: readonly Write[]): Promise<void> {
    const left = [...writes]
    let failed: unknown
    try {
      await this.#connection.inTurn((transact) => {
        if (left.length > 1 && failed === undefined) failed = this.#together(left, transact)
        for (let [write] = left; write !== undefined; [write] = left) {
          alone(write, transact, failed)
          left.shift()
        }
      })
    } catch (error) {
      for (const { reject } of left) reject(error)
    }
  }

  /**
   * Runs all writes in one transaction and empties the list. Returns the error of the transaction when each write is to
   * be tried alone.
   * @throws the error of the transaction, when it is that of every write
   */
  #together(writes: Write[], transact: Transact): unknown {
    let outcomes: readonly Outcome[]
    try {
      outcomes = transact((db) => writes.map(({ act }) => attempt(db, act)))
    } catch (error) {
      if (isOfOne(error)) return error
      throw error
    }
    for (const [index, { resolve, reject }] of writes.splice(0).entries()) {
      const outcome = outcomes[index] as Outcome
      if ('error' in outcome) reject(this.#connection.errorOf(outcome.error))
      else resolve(outcome.result)
    }
    return undefined
  }
}

/**
 * Runs one write in a transaction of its own. After the transaction of all failed with `failed`, a conflict may be with
 * itself, if that transaction reached the disk after all; then the write gets its error, which claims less.
 * @throws RollcallError when another process has locked the file
 */
function alone({ act, resolve, reject }: Write, transact: Transact, failed: unknown): void {
  try {
    resolve(transact(act))
  } catch (error) {
    if (isLockedOut(error)) throw error
    reject(failed !== undefined && isConflict(error) ? failed : error)
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
