/**
 * The file of the SQLite store: what is in it, how it is opened, and what is refused.
 *
 * Rule 1: a file that is no store of ours, is damaged, or was written by a newer version is refused and not touched:
 * it is looked at through a connection that cannot write before one is opened that can.
 * Rule 2: a migration is one transaction. Migrations are only ever added.
 * @module
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { isRollcallError, RollcallError } from '../call/errors.ts'

/** How much a commit that was answered may rely on. */
export type Synchronous = 'full' | 'normal'

/** How to open a file. */
export interface FileOptions {
  /**
   * `full` (default): a commit is on the disk when it is answered, and survives the loss of power; with a write-ahead
   * log that is one sync, about 0.15 ms on a fast disk. `normal`: it survives the death of the process, and the loss
   * of power may take the latest commits along, whole ones: a webhook would have answered for something forgotten.
   */
  readonly synchronous: Synchronous
  /** How long to wait for another process that is writing, milliseconds. Nothing else runs meanwhile. */
  readonly busyTimeoutMs: number
}

/** What is looked at before a file is opened. */
export interface Inspection {
  /** Reads all of the file for damage first: a second or two for a gigabyte. For the first opening. */
  readonly isThorough: boolean
}

/** "rcll": marks a file as a store of ours (SQLite's `application_id`). */
export const APPLICATION_ID = 0x72_63_6c_6c

/** The versions of the schema, one after the other. */
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
]

/** What every SQLite file begins with. */
const MAGIC = 'SQLite format 3\0'

/** SQLite's "file is not a database", "database disk image is malformed". */
const damageCodes: ReadonlySet<unknown> = new Set([11, 26])

/** Opens the file to write, made or migrated as needed. @throws RollcallError STORE_UNUSABLE | STORE_FAILED */
export function openFile(path: string, { synchronous, busyTimeoutMs }: FileOptions, { isThorough }: Inspection): DatabaseSync {
  return reading(path, () => {
    const isNew = isEmpty(path)
    if (!isNew && isThorough) inspect(path, busyTimeoutMs)
    const database = new DatabaseSync(path)
    try {
      database.exec(`PRAGMA busy_timeout = ${Math.round(busyTimeoutMs)}`)
      // What says whose file it is must be in the file itself, not only in the log: set up before the log is.
      if (isNew) migrate(database, path, migrations)
      setJournal(database)
      database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA foreign_keys = ON`)
      migrate(database, path, migrations)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Opens a file to look at. @throws RollcallError STORE_UNUSABLE | STORE_FAILED */
export function openToRead(path: string, busyTimeoutMs = 1_000): DatabaseSync {
  return reading(path, () => {
    if (isEmpty(path)) throw unusable(path, 'there is no such file, or it is empty')
    const database = lookAt(path)
    database.exec(`PRAGMA busy_timeout = ${Math.round(busyTimeoutMs)}`)
    try {
      checkOwner(database, path)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/**
 * A connection that looks at the file and leaves no files beside it. A file without a log is open to nobody, and SQLite
 * is told that nobody changes it; one with a log has its files already.
 */
function lookAt(path: string): DatabaseSync {
  const url = pathToFileURL(resolve(path))
  url.searchParams.set('immutable', '1')
  const place = existsSync(`${path}-wal`) || !takesUrls ? path : url
  return new DatabaseSync(place, { readOnly: true })
}

/** Node 22 before 22.15 opens files by path only; looking at a store there leaves an empty log beside it. */
const takesUrls = ((): boolean => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 22 || minor >= 15
})()

/** Brings the schema up to date. @throws RollcallError STORE_UNUSABLE */
export function migrate(database: DatabaseSync, path: string, steps: readonly string[]): void {
  if (numberOf(database, 'user_version') === steps.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have been first.
    for (let version = checkOwner(database, path, steps.length); version < steps.length; version += 1) database.exec(steps[version] as string)
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${steps.length}`)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

/** Looks at a file that is there, through a connection that cannot write. */
function inspect(path: string, busyTimeoutMs: number): void {
  const database = openToRead(path, busyTimeoutMs)
  try {
    const [finding] = database.prepare('PRAGMA quick_check(1)').all()
    const said = finding === undefined ? 'nothing' : Object.values(finding)[0]
    if (said !== 'ok') throw unusable(path, `it is damaged: ${String(said)}`)
  } finally {
    database.close()
  }
}

/** The schema version of a file of ours, 0 for one without tables. */
function checkOwner(database: DatabaseSync, path: string, newest = migrations.length): number {
  const version = numberOf(database, 'user_version')
  const isOurs = numberOf(database, 'application_id') === APPLICATION_ID
  if (!isOurs) {
    const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count']
    if (tables !== 0) throw unusable(path, 'it is another application\'s database')
    return 0
  }
  if (version > newest) throw unusable(path, `it has schema ${version}, this version of rollcall knows ${newest}: update rollcall`)
  return version
}

function numberOf(database: DatabaseSync, pragma: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma])
}

/** The switch to a write-ahead log needs the file for itself for a moment, and does not wait for it by itself. */
function setJournal(database: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (attempt >= JOURNAL_ATTEMPTS) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, JOURNAL_WAIT_MS)
    }
  }
}

/** Several processes that make one new file at the same time need a moment each. */
const JOURNAL_ATTEMPTS = 50

/** The wait between two such attempts. */
const JOURNAL_WAIT_MS = 20

function isEmpty(path: string): boolean {
  if (!existsSync(path)) return true
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(MAGIC.length)
    const length = readSync(file, head, 0, head.length, 0)
    if (length === 0) return true
    if (head.toString('latin1') !== MAGIC) throw unusable(path, 'it is no SQLite file')
    return false
  } finally {
    closeSync(file)
  }
}

function reading(path: string, open: () => DatabaseSync): DatabaseSync {
  try {
    return open()
  } catch (error) {
    if (isRollcallError(error)) throw error
    if (damageCodes.has((error as { errcode?: unknown }).errcode)) throw unusable(path, 'it is damaged', error)
    throw new RollcallError('STORE_FAILED', `The store ${path} cannot be opened: ${error instanceof Error ? error.message : 'unknown error'}.`, {}, { cause: error })
  }
}

function unusable(path: string, why: string, cause?: unknown): RollcallError {
  return new RollcallError('STORE_UNUSABLE', `The file ${path} cannot be used as a store: ${why}. It was left as it is.`, {}, cause === undefined ? {} : { cause })
}
