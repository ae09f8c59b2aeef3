/**
 * Connection: runs transactions on the store's file and reopens the file after errors.
 *
 * Rule: after an error from SQLite the connection is closed, which rolls back, and opened again: the file then shows
 * what was committed. Other errors (a conflict, a value that JSON cannot represent) only roll back.
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { isRollcallError, RollcallError } from '../call/model/errors.ts'
import { isLockedOut, LockQueue, type Pause } from './lock.ts'
import { FileGuard, MEMORY_PATH } from './location.ts'

/** One row of a result. */
type Row = Readonly<Record<string, unknown>>

/** Statements on one open connection. */
export interface Queries {
  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[]
  /** Returns the number of changed rows. */
  run(sql: string, ...values: readonly SQLInputValue[]): number
}

/** Runs one writing transaction at once. @throws RollcallError also when another process has locked the file */
export type Transact = <T>(act: (db: Queries) => T) => T

/** An open database and its prepared statements. */
interface Opened {
  readonly database: DatabaseSync
  readonly queries: Queries
}

/** The settings of a connection. */
export interface ConnectionSettings {
  readonly path: string
  /** Opens the file; the first opening also reads all of it to find damage. */
  readonly open: (path: string, isFirst: boolean) => DatabaseSync
  /** The version of the schema this process writes. */
  readonly schema: number
  /** How long to wait while another process has locked the file, in milliseconds. */
  readonly busyTimeoutMs: number
  readonly pause?: Pause | undefined
}

/** The result of `tryRead` when the file is no longer the one that was opened. */
export const REPLACED = Symbol('replaced')

/** The connection to a file; it reopens the file after an error from SQLite. */
export class Connection {
  readonly #settings: ConnectionSettings
  readonly #guard: FileGuard
  readonly #writers: LockQueue
  readonly #readers: LockQueue
  #opened: Opened | undefined
  #isFirst = true
  #attached = 0
  #isClosed = false

  /**
   * Opens the file. If another process has locked it, the first transaction opens it instead.
   * @throws RollcallError STORE_UNUSABLE | STORE_FAILED
   */
  constructor(settings: ConnectionSettings) {
    const { path, busyTimeoutMs: patienceMs, pause } = settings
    this.#settings = settings
    this.#guard = new FileGuard(path)
    this.#writers = new LockQueue({ patienceMs, pause })
    this.#readers = new LockQueue({ patienceMs, pause })
    try {
      this.#reach()
    } catch (error) {
      if (patienceMs === 0 || !isLockedOut(error)) throw error
    }
  }

  /** Adds a watcher; while there is one, `close` does not close the file. */
  attach(): void {
    this.#attached += 1
    this.#isClosed = false
  }

  detach(): void {
    this.#attached -= 1
  }

  close(): void {
    if (this.#attached > 0) return
    this.#isClosed = true
    this.#abandon()
    this.#guard.forget()
  }

  /**
   * Reads in a transaction, as soon as no other process has locked the file. `act` may be called several times.
   * @throws RollcallError STORE_FAILED | STORE_REPLACED
   */
  read<T>(act: (db: Queries) => T): Promise<T> {
    return this.#readers.run(() => this.#attempt('DEFERRED', act))
  }

  /**
   * Runs `act`, which may write any number of transactions; no other write comes in between. When it throws that
   * another process has locked the file, it is called again later.
   */
  inTurn<T>(act: (transact: Transact) => T): Promise<T> {
    return this.#writers.run(() => act((write) => this.#attempt('IMMEDIATE', write)))
  }

  /** The error as a transaction throws it. */
  errorOf(error: unknown): RollcallError {
    return isRollcallError(error) ? error : failure(this.#settings.path, error)
  }

  /** Reads once, without waiting; undefined when that is not possible now. */
  tryRead<T>(act: (db: Queries) => T): T | typeof REPLACED | undefined {
    try {
      return this.#isClosed ? undefined : this.#attempt('DEFERRED', act)
    } catch (error) {
      if (!isRollcallError(error)) throw error
      return error.code === 'STORE_REPLACED' ? REPLACED : undefined
    }
  }

  #attempt<T>(kind: 'DEFERRED' | 'IMMEDIATE', act: (db: Queries) => T): T {
    const { path } = this.#settings
    if (this.#isClosed) throw new RollcallError('STORE_FAILED', `The store ${path} was closed.`)
    const { database, queries } = this.#reach()
    this.#guard.check()
    let hasBegun = false
    let result: T
    try {
      database.exec(`BEGIN ${kind}`)
      hasBegun = true
      if (kind === 'IMMEDIATE') this.#checkSchema(queries)
      result = act(queries)
      database.exec('COMMIT')
    } catch (error) {
      this.#takeBack(database, error, hasBegun)
      throw this.errorOf(error)
    }
    // A commit to a file that has been deleted or replaced meanwhile must not be reported as stored.
    if (kind === 'IMMEDIATE') this.#guard.check()
    return result
  }

  #reach(): Opened {
    if (this.#opened !== undefined) return this.#opened
    const { open } = this.#settings
    // Without this check, opening would create a new file in place of a deleted one.
    this.#guard.check()
    const database = open(this.#guard.path, this.#isFirst)
    try {
      this.#guard.opened()
    } catch (error) {
      database.close()
      throw error
    }
    this.#isFirst = false
    return (this.#opened = { database, queries: queriesOf(database) })
  }

  /** Refuses to write after a process with a newer version has migrated the file: it reads another schema. */
  #checkSchema(queries: Queries): void {
    const { path, schema } = this.#settings
    const found = queries.get('PRAGMA user_version')?.['user_version']
    if (found === schema) return
    throw new RollcallError(
      'STORE_NEWER',
      `Another process has changed the store ${path} to schema ${String(found)}, and this version of rollcall writes ${schema}: update rollcall. Nothing was written.`,
    )
  }

  /**
   * Rolls a transaction back. After an error from SQLite the connection is closed, which rolls back from any state. For
   * a lock held elsewhere, and for an error that is not from SQLite, a rollback is enough.
   */
  #takeBack(database: DatabaseSync, error: unknown, hasBegun: boolean): void {
    // Closing the connection of an in-memory database would delete its data.
    if (isOfSqlite(error) && !isLockedOut(error) && this.#guard.path !== MEMORY_PATH) return this.#abandon()
    if (!hasBegun) return
    try {
      database.exec('ROLLBACK')
    } catch (rollbackError) {
      // After some errors (no room) SQLite has rolled back already; closing would delete the data in memory.
      if (this.#guard.path === MEMORY_PATH) return
      this.#abandon()
      throw failure(this.#settings.path, rollbackError)
    }
  }

  #abandon(): void {
    const opened = this.#opened
    this.#opened = undefined
    this.#guard.closed()
    opened?.database.close()
  }
}

function queriesOf(database: DatabaseSync): Queries {
  const statements = new Map<string, StatementSync>()
  const statement = (sql: string): StatementSync => {
    let known = statements.get(sql)
    if (known === undefined) statements.set(sql, (known = database.prepare(sql)))
    return known
  }
  return {
    get: (sql, ...values) => statement(sql).get(...values),
    all: (sql, ...values) => statement(sql).all(...values),
    run: (sql, ...values) => Number(statement(sql).run(...values).changes),
  }
}

/** True for an error that SQLite itself reports. */
export function isOfSqlite(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === 'ERR_SQLITE_ERROR'
}

function failure(path: string, error: unknown): RollcallError {
  const { errcode, errstr } = error as { errcode?: unknown; errstr?: unknown }
  const how = typeof errstr === 'string' ? ` (${errstr}, SQLite code ${String(errcode)})` : ''
  return new RollcallError(
    'STORE_FAILED',
    `The store ${path} could not read or write${how}; nothing of this transaction was kept.`,
    {},
    { cause: error },
  )
}

/** The value as JSON text. @throws TypeError for a value that JSON cannot represent */
export function json(value: unknown): string {
  const body: string | undefined = JSON.stringify(value)
  if (body === undefined) throw new TypeError('expected a value that JSON can represent')
  return body
}

/** A name in the form stored in SQLite: lone surrogates, which UTF-8 cannot represent, are escaped as in JSON. */
export function text(name: string): string {
  return JSON.stringify(name).slice(1, -1)
}

/** The name that `text` encoded. */
export function plain(stored: unknown): string {
  return JSON.parse(`"${stored as string}"`) as string
}
