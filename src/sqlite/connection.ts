/**
 * The connection of the SQLite store: transactions on one file, whatever happens to it.
 *
 * Rule: after any trouble of SQLite's the connection is closed, which rolls back, and made anew: what half happened is
 * the file's to say. What has nothing to do with the file (a conflict, a value that is no JSON) is rolled back.
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { isRollcallError, RollcallError } from '../call/model/errors.ts'
import { isLockedOut, LockQueue, type Pause } from './lock.ts'
import { FileGuard, MEMORY_PATH } from './location.ts'

/** One row of an answer. */
type Row = Readonly<Record<string, unknown>>

/** Statements on one open connection. */
export interface Queries {
  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[]
  /** How many rows it changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number
}

/** An open connection and its statements. */
interface Opened {
  readonly database: DatabaseSync
  readonly queries: Queries
}

/** How a connection is made and kept. */
export interface ConnectionSettings {
  readonly path: string
  /** Opens the file; the first time, all of it is read for damage. */
  readonly open: (path: string, isFirst: boolean) => DatabaseSync
  /** The version of the schema this process writes. */
  readonly schema: number
  /** How long to wait for another process that holds the file, milliseconds. */
  readonly busyTimeoutMs: number
  readonly pause?: Pause | undefined
}

/** What a look found, when it could not read: the file is not the one that was opened. */
export const REPLACED = Symbol('replaced')

/** The connection to a file, made anew after every trouble with it. */
export class Connection {
  readonly #settings: ConnectionSettings
  readonly #guard: FileGuard
  readonly #writers: LockQueue
  readonly #readers: LockQueue
  #opened: Opened | undefined
  #isFirst = true
  #attached = 0
  #isClosed = false

  /** Opens the file, unless another process holds it: then the first transaction does. @throws RollcallError STORE_UNUSABLE | STORE_FAILED */
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

  /** A watcher began: the file stays open for it. */
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
   * All of what `act` does, or nothing; now, or once no other process holds the file. `act` may be called again.
   * @throws RollcallError STORE_CONFLICT | STORE_FAILED | STORE_REPLACED | STORE_NEWER
   */
  transact<T>(kind: 'DEFERRED' | 'IMMEDIATE', act: (db: Queries) => T): Promise<T> {
    return (kind === 'IMMEDIATE' ? this.#writers : this.#readers).run(() => this.#attempt(kind, act))
  }

  /** The same for what may as well wait for another time: undefined when it does not work now. */
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
      throw isRollcallError(error) ? error : failure(path, error)
    }
    // What went to a file that is gone by now must not be answered for.
    if (kind === 'IMMEDIATE') this.#guard.check()
    return result
  }

  #reach(): Opened {
    if (this.#opened !== undefined) return this.#opened
    const { open } = this.#settings
    // Or a new file would be made where the one that was opened has been.
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

  /** Another process may have been updated: what this one would write is not what that one reads. */
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
   * Takes back what a transaction did. After trouble of SQLite's the connection is closed, which takes back what is
   * open, whatever state it is in; a lock held elsewhere, and what is not SQLite's, need no more than a rollback.
   */
  #takeBack(database: DatabaseSync, error: unknown, hasBegun: boolean): void {
    // What is in no file would be gone with its connection.
    if (isOfSqlite(error) && !isLockedOut(error) && this.#guard.path !== MEMORY_PATH) return this.#abandon()
    if (!hasBegun) return
    try {
      database.exec('ROLLBACK')
    } catch (rollbackError) {
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

function isOfSqlite(error: unknown): boolean {
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

/** The value as JSON. @throws TypeError for what is none */
export function json(value: unknown): string {
  const body: string | undefined = JSON.stringify(value)
  if (body === undefined) throw new TypeError('a store keeps JSON')
  return body
}

/** A name as SQLite can hold it: lone surrogates, which UTF-8 has not, are escaped as JSON does. */
export function text(name: string): string {
  return JSON.stringify(name).slice(1, -1)
}

/** The name that was written so. */
export function plain(stored: unknown): string {
  return JSON.parse(`"${stored as string}"`) as string
}
