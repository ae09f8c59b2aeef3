/**
 * File: the schema of the store's file, its migrations, and the checks before it is opened.
 *
 * Rule 1: a file that is not a store, is damaged, or was written by a newer version is refused and left unchanged: a
 * read-only connection checks it before a writing one is opened.
 * Rule 2: a migration is one transaction. Existing migrations never change; new ones are appended.
 * @module
 */
import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { RollcallError } from '../call/model/errors.ts'
import { nodeSqlite } from './built-in.ts'
import { LOCK_BLOCK_MS, primaryCode } from './lock.ts'
import { createFile, fileAt, isEmpty, isInUse, MEMORY_PATH } from './location.ts'

/** How durable a commit is when it resolves. */
export type Synchronous = 'full' | 'normal'

/** How to open a file. */
export interface FileOptions {
  /**
   * `full` (default): a commit is on the disk when it resolves, and survives a power failure; with a write-ahead log
   * that is one sync, about 0.15 ms on a fast disk. `normal`: a commit survives the death of the process, but a power
   * failure may lose the latest commits, each as a whole. A webhook has then answered 202 for events that are lost.
   */
  readonly synchronous: Synchronous
}

/** The checks before a file is opened. */
export interface Inspection {
  /** True to read the whole file for damage first: one or two seconds for a gigabyte. For the first opening. */
  readonly isThorough: boolean
}

/** "rcll": SQLite's `application_id` of a store file. */
const APPLICATION_ID = 0x72_63_6c_6c

/** The migrations of the schema, oldest first. The version of a file is how many it has had. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE calls (
    row INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    core TEXT NOT NULL,
    ended_at REAL
  ) STRICT;
  CREATE INDEX calls_open ON calls (call_id) WHERE ended_at IS NULL;
  CREATE INDEX calls_ended ON calls (ended_at) WHERE ended_at IS NOT NULL;
  CREATE TABLE participants (
    call INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (call, key)
  ) STRICT;
  CREATE TABLE deadlines (
    call INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    name TEXT NOT NULL,
    due_at REAL NOT NULL,
    PRIMARY KEY (call, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deadlines_due ON deadlines (due_at);
  CREATE TABLE outbox (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    call INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    effect_id TEXT NOT NULL,
    effect TEXT NOT NULL,
    added_at REAL NOT NULL,
    begun_by TEXT,
    holder TEXT,
    held_until REAL,
    UNIQUE (call, effect_id)
  ) STRICT;
  CREATE INDEX outbox_holder ON outbox (holder) WHERE holder IS NOT NULL;
  CREATE TABLE journal (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    holder TEXT NOT NULL,
    at REAL NOT NULL,
    is_ended INTEGER NOT NULL,
    changes TEXT NOT NULL
  ) STRICT;
  CREATE TABLE cursors (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // The core of a call holds its deadlines; the row of the call needs only the earliest.
  `
  ALTER TABLE calls ADD COLUMN next_deadline_at REAL;
  UPDATE calls SET next_deadline_at = (SELECT min(due_at) FROM deadlines WHERE call = calls.row);
  CREATE INDEX calls_due ON calls (next_deadline_at) WHERE ended_at IS NULL AND next_deadline_at IS NOT NULL;
  DROP TABLE deadlines;
  `,
  // The length of a lease, in milliseconds. Older leases have the default of their version.
  `
  ALTER TABLE outbox ADD COLUMN held_ms REAL;
  UPDATE outbox SET held_ms = 5000 WHERE held_until IS NOT NULL;
  `,
]

/** SQLite: "database disk image is malformed". */
const SQLITE_CORRUPT = 11

/** SQLite: "file is not a database". */
const SQLITE_NOTADB = 26

/** SQLite's `SQLITE_READONLY_ROLLBACK`: a crash left a journal, and a read-only connection cannot roll it back. */
const SQLITE_READONLY_ROLLBACK = 776

/**
 * Opens the file for writing; creates or migrates it if needed. Each step waits at most `LOCK_BLOCK_MS` for a lock of
 * another process. The error has SQLite's error as its cause.
 * @throws RollcallError STORE_UNUSABLE | STORE_FAILED
 */
export function openFile(path: string, { synchronous }: FileOptions, { isThorough }: Inspection): DatabaseSync {
  const { DatabaseSync } = nodeSqlite()
  return reading(path, () => {
    const file = path === MEMORY_PATH ? MEMORY_PATH : fileAt(path)
    if (file !== MEMORY_PATH) createFile(file)
    const isNew = file === MEMORY_PATH || isEmpty(file)
    if (!isNew && isThorough) inspect(file)
    const database = new DatabaseSync(file)
    try {
      database.exec(`PRAGMA busy_timeout = ${LOCK_BLOCK_MS}`)
      // The application id must be in the file itself, not only in the log, so it is written before the log exists.
      if (isNew) migrate(database, migrations)
      else checkOwner(database)
      // Switching to a write-ahead log needs an exclusive lock for a moment.
      database.exec('PRAGMA journal_mode = WAL')
      database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA foreign_keys = ON`)
      migrate(database, migrations)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Reads a file without changing it or leaving files beside it. @throws RollcallError STORE_UNUSABLE | STORE_FAILED */
export function readFile<T>(path: string, read: (database: DatabaseSync) => T): T {
  // A runtime without SQLite is said to be that, before anything is said about the file.
  nodeSqlite()
  return reading(path, () => {
    if (!existsSync(path)) throw new Unusable('there is no such file')
    const file = fileAt(path)
    if (isEmpty(file)) throw new Unusable('it is empty')
    return lookAt(file, read)
  })
}

/**
 * Reads through a read-only connection that leaves no files beside the file. A file without a log or a journal is open
 * in no process, so SQLite is told that it does not change (`immutable`). Otherwise those files are there already.
 */
function lookAt<T>(file: string, read: (database: DatabaseSync) => T): T {
  const isShared = isInUse(file)
  try {
    return readThrough(openReadOnly(file, isShared), read)
  } catch (error) {
    // Another process has begun to write meanwhile, and the read without a lock may have seen half of it.
    if (isShared || !isInUse(file)) throw error
    return readThrough(openReadOnly(file, true), read)
  }
}

function openReadOnly(file: string, isShared: boolean): DatabaseSync {
  const { DatabaseSync } = nodeSqlite()
  const url = pathToFileURL(file)
  url.searchParams.set('immutable', '1')
  return new DatabaseSync(isShared || !takesUrls ? file : url, { readOnly: true })
}

function readThrough<T>(database: DatabaseSync, read: (database: DatabaseSync) => T): T {
  try {
    database.exec(`PRAGMA busy_timeout = ${LOCK_BLOCK_MS}`)
    checkOwner(database)
    return read(database)
  } finally {
    database.close()
  }
}

/** Node 22 before 22.15 opens files by path only; reading a store there leaves an empty log beside it. */
const takesUrls = ((): boolean => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 22 || minor >= 15
})()

/** Brings the schema up to date. @throws Unusable */
export function migrate(database: DatabaseSync, steps: readonly string[]): void {
  if (numberOf(database, 'user_version') === steps.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have migrated the file meanwhile.
    for (let version = checkOwner(database, steps.length); version < steps.length; version += 1)
      database.exec(steps[version] as string)
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${steps.length}`)
    database.exec('COMMIT')
  } catch (error) {
    // After some errors (a full disk) SQLite has rolled back already. Report the first error, not the failed rollback.
    try {
      database.exec('ROLLBACK')
    } catch {
      // No transaction is open any more.
    }
    throw error
  }
}

/** Checks an existing file through a read-only connection. */
function inspect(file: string): void {
  try {
    lookAt(file, checkPages)
  } catch (error) {
    // The writing connection rolls the journal back when it is opened, and then checks the application id first.
    if ((error as { errcode?: unknown }).errcode !== SQLITE_READONLY_ROLLBACK) throw error
  }
}

function checkPages(database: DatabaseSync): void {
  const [finding] = database.prepare('PRAGMA quick_check(1)').all()
  const said = finding === undefined ? 'nothing' : Object.values(finding)[0]
  if (said !== 'ok') throw new Unusable(`it is damaged: ${String(said)}`)
}

/** The schema version of a store file; 0 for a file without tables. @throws Unusable for any other file */
function checkOwner(database: DatabaseSync, newest = migrations.length): number {
  const version = numberOf(database, 'user_version')
  const isOurs = numberOf(database, 'application_id') === APPLICATION_ID
  if (!isOurs) {
    const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count']
    if (tables !== 0) throw new Unusable("it is another application's database")
    return 0
  }
  if (version > newest)
    throw new Unusable(`it has schema ${version}, this version of rollcall knows ${newest}: update rollcall`)
  return version
}

function numberOf(database: DatabaseSync, pragma: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma])
}

/** The reason why a file cannot be used; `reading` adds the path. */
class Unusable extends Error {}

function reading<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Unusable) throw unusable(path, error.message)
    const code = primaryCode(error)
    if (code === SQLITE_NOTADB) throw unusable(path, 'it is not a SQLite file', error)
    if (code === SQLITE_CORRUPT) throw unusable(path, 'it is damaged', error)
    throw new RollcallError(
      'STORE_FAILED',
      `The store ${path} cannot be opened or read: ${error instanceof Error ? error.message : 'unknown error'}.`,
      {},
      { cause: error },
    )
  }
}

function unusable(path: string, why: string, cause?: unknown): RollcallError {
  return new RollcallError(
    'STORE_UNUSABLE',
    `The file ${path} cannot be used as a store: ${why}. It was left as it is.`,
    {},
    cause === undefined ? {} : { cause },
  )
}
