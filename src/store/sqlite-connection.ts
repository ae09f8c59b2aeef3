/**
 * The connection of the SQLite store: transactions on one file, whatever happens to it.
 *
 * Rule: after any trouble of SQLite's the connection is closed, which rolls back, and made anew: what half happened is
 * the file's to say. What has nothing to do with the file (a conflict, a value that is no JSON) is rolled back.
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { isRollcallError, RollcallError } from '../call/errors.ts'

/** One row of an answer. */
export type Row = Readonly<Record<string, unknown>>

/** Statements on one open connection. */
export interface Queries {
  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[]
  /** How many rows it changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number
}

/** SQLite's "database is locked". */
const SQLITE_BUSY = 5

/** The connection to a file, made anew after every trouble with it. */
export class Connection {
  readonly #path: string
  readonly #open: (isFirst: boolean) => DatabaseSync
  #database: DatabaseSync | undefined
  #queries: Queries | undefined
  #attached = 0
  #isClosed = false

  constructor(path: string, open: (isFirst: boolean) => DatabaseSync) {
    this.#path = path
    this.#open = open
    this.#database = open(true)
  }

  /** Somebody watches: the file stays open for them. */
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
  }

  /** All of what `act` does, or nothing. @throws RollcallError STORE_CONFLICT | STORE_FAILED */
  transact<T>(kind: 'DEFERRED' | 'IMMEDIATE', act: (db: Queries) => T): T {
    if (this.#isClosed) throw new RollcallError('STORE_FAILED', `The store ${this.#path} was closed.`)
    let isRolledBack = false
    try {
      const database = (this.#database ??= this.#open(false))
      const queries = (this.#queries ??= queriesOf(database))
      this.#begin(database, kind)
      try {
        const result = act(queries)
        database.exec('COMMIT')
        return result
      } catch (error) {
        // Closing rolls back what is open, whatever state it is in; what is not SQLite's needs no more than that.
        if (!isOfSqlite(error)) {
          database.exec('ROLLBACK')
          isRolledBack = true
        }
        throw error
      }
    } catch (error) {
      if (isRollcallError(error)) throw error
      if (!isRolledBack) this.#abandon()
      throw failure(this.#path, error)
    }
  }

  /** The same for what may as well wait for another time: undefined when it does not work now. */
  tryRead<T>(act: (db: Queries) => T): T | undefined {
    try {
      return this.#isClosed ? undefined : this.transact('DEFERRED', act)
    } catch (error) {
      if (isRollcallError(error)) return undefined
      throw error
    }
  }

  /** Another process that is writing harms nothing here: this connection stays as it is. */
  #begin(database: DatabaseSync, kind: 'DEFERRED' | 'IMMEDIATE'): void {
    try {
      database.exec(`BEGIN ${kind}`)
    } catch (error) {
      if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) throw failure(this.#path, error)
      throw error
    }
  }

  #abandon(): void {
    const database = this.#database
    this.#database = undefined
    this.#queries = undefined
    database?.close()
  }
}

function queriesOf(database: DatabaseSync): Queries {
  const statements = new Map<string, StatementSync>()
  const statement = (sql: string): StatementSync => {
    let known = statements.get(sql)
    if (known === undefined) statements.set(sql, known = database.prepare(sql))
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
  return new RollcallError('STORE_FAILED', `The store ${path} could not read or write${how}; nothing of this transaction was kept.`, {}, { cause: error })
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
