/**
 * `rollcall/sqlite`: a store in one file, through `node:sqlite`, for any number of processes on one machine.
 *
 * Rule 1: a commit is kept as a whole or not at all. It writes the rows of the participants that changed, never the
 * whole roster. Commits that are ready in the same turn of the event loop share one transaction (`group.ts`).
 * Rule 2: commits of other processes are found by polling, every `pollMs`.
 * @module
 */
import { checkArgument, milliseconds, options, readOptions, someText } from '../call/codec/options.ts'
import { oneOf, optional } from '../call/codec/schema.ts'
import type { RequestEffect } from '../call/model/effects.ts'
import type { ClaimResult, Json, Lease, Store } from '../host/ports/ports.ts'
import type { PublishedChange } from '../host/ports/published-change.ts'
import type { Clock } from '../time/clock.ts'
import { journalEnd, purgeCalls, purgeJournal, writeCommit } from './commit.ts'
import { Connection, plain, type REPLACED, text, type Queries } from './connection.ts'
import { WriteGroup } from './group.ts'
import { migrations, openFile, type Synchronous } from './file.ts'

export { listStoredCalls, type StoredCallSummary } from './listing.ts'

/** The options of a SQLite store. */
export interface SqliteOptions {
  /** Default `full`: a commit that resolved survives a power failure. `normal` may lose the latest commits then. */
  readonly synchronous?: Synchronous | undefined
  /** How long ended calls and old commits are kept, in milliseconds. Default 7 days. */
  readonly retainMs?: number | undefined
  /** How often to poll for commits of other processes, in milliseconds; 0 for never. Default 200. */
  readonly pollMs?: number | undefined
  /**
   * How long to wait while another process has locked the file, in milliseconds; the rest of this process continues
   * meanwhile. With 0 a locked file fails at once. Default 1,000.
   */
  readonly busyTimeoutMs?: number | undefined
}

/** A store in a file. */
export interface SqliteStore extends Store {
  /** The path of the database file. */
  readonly path: string
  /**
   * Deletes calls that ended before `beforeMs` (milliseconds since the epoch) and commits older than that; resolves to
   * the number of deleted calls.
   */
  purge(beforeMs: number): Promise<number>
}

const defaults = {
  synchronous: 'full',
  retainMs: 7 * 24 * 60 * 60_000,
  pollMs: 200,
  busyTimeoutMs: 1_000,
} as const satisfies SqliteOptions

const shape = options<SqliteOptions>({
  synchronous: optional(oneOf('full', 'normal')),
  retainMs: optional(milliseconds),
  pollMs: optional(milliseconds),
  busyTimeoutMs: optional(milliseconds),
})

/**
 * A store in the file at `path`. Links are followed. A missing file is created, readable and writable only by the user
 * of this process. While the store is open, nothing else in this process may open the file: closing another descriptor
 * of it drops SQLite's locks. `:memory:` is a store in memory: its data ends with the process or with `close`, and no
 * other store shares it.
 *
 * Its methods reject with STORE_FAILED when SQLite cannot read or write, with STORE_REPLACED while the opened file is
 * no longer at `path`, and with STORE_NEWER for a write when another process has migrated the schema.
 * @throws TypeError for an option that does not exist, or that cannot work
 * @throws RollcallError STORE_UNUSABLE when the file is damaged, newer, or not a store; the file is left unchanged. If
 * another process has locked the file, the first method call rejects instead.
 * @example
 * ```ts
 * import { createRollcall } from 'rollcall'
 * import { sqliteStore } from 'rollcall/sqlite'
 *
 * const rollcall = createRollcall({ transport, store: sqliteStore('calls.db') })
 * ```
 */
export function sqliteStore(path: string, options: SqliteOptions = {}): SqliteStore {
  checkArgument('sqliteStore: the path', path, someText)
  const settings = { ...defaults, ...readOptions('sqliteStore', shape, options) }
  const connection = new Connection({
    path,
    open: (file, isFirst) => openFile(file, settings, { isThorough: isFirst }),
    schema: migrations.length,
    busyTimeoutMs: settings.busyTimeoutMs,
  })
  const writes = new WriteGroup(connection)
  const watchers = new Set<{ readonly instanceId: string; readonly listener: () => void }>()

  return {
    path,
    async load(callId) {
      return connection.read((db) => {
        const call = db.get('SELECT row, version, core FROM calls WHERE call_id = ?', text(callId))
        if (call === undefined) return undefined
        const row = call['row'] as number
        return {
          version: call['version'] as number,
          core: JSON.parse(call['core'] as string) as Json,
          participants: new Map(
            db
              .all('SELECT key, body FROM participants WHERE call = ?', row)
              .map(({ key, body }) => [plain(key), JSON.parse(body as string) as Json]),
          ),
          outbox: db
            .all('SELECT effect, begun_by FROM outbox WHERE call = ? ORDER BY place', row)
            .map(({ effect, begun_by }) => ({
              effect: JSON.parse(effect as string) as RequestEffect,
              isClaimed: begun_by !== null,
            })),
        }
      })
    },
    async commit(commit) {
      const position = await writes.write((db) => writeCommit(db, commit, settings.retainMs))
      for (const { instanceId, listener } of watchers) if (instanceId !== commit.instanceId) listener()
      return position
    },
    async reserve(callId, effectId, lease) {
      return writes.write((db) => takeLease(db, callId, effectId, lease, { isClaimed: false }))
    },
    async claim(callId, effectId, lease) {
      return writes.write((db) => takeLease(db, callId, effectId, lease, { isClaimed: true }))
    },
    async renew({ instanceId, at, until }) {
      await writes.write(
        (db) =>
          void db.run(
            'UPDATE outbox SET held_until = ?, held_ms = ? WHERE holder = ?',
            until,
            until - at,
            text(instanceId),
          ),
      )
    },
    async release(instanceId) {
      await writes.write(
        (db) =>
          void db.run(
            'UPDATE outbox SET holder = NULL, held_until = NULL, held_ms = NULL WHERE holder = ?',
            text(instanceId),
          ),
      )
    },
    async listOpen() {
      return connection.read((db) =>
        db
          .all(
            'SELECT call_id FROM calls WHERE ended_at IS NULL UNION SELECT call_id FROM calls JOIN outbox ON call = calls.row',
          )
          .map(({ call_id }) => plain(call_id)),
      )
    },
    async listDue(before) {
      return connection.read((db) =>
        db
          .all(
            `SELECT call_id FROM calls WHERE next_deadline_at < ? AND ended_at IS NULL
         UNION SELECT call_id FROM outbox JOIN calls ON calls.row = call WHERE coalesce(held_until, added_at) < ?`,
            before,
            before,
          )
          .map(({ call_id }) => plain(call_id)),
      )
    },
    async readJournal(after, limit) {
      return connection.read((db) =>
        db
          .all(
            'SELECT position, call_id, version, holder, is_ended, changes FROM journal WHERE position > ? ORDER BY position LIMIT ?',
            after,
            limit,
          )
          .map((row) => ({
            position: row['position'] as number,
            callId: plain(row['call_id']),
            version: row['version'] as number,
            instanceId: plain(row['holder']),
            changes: JSON.parse(row['changes'] as string) as PublishedChange[],
            isEnded: row['is_ended'] === 1,
          })),
      )
    },
    async journalEnd() {
      return connection.read(journalEnd)
    },
    async readCursor(name) {
      return connection.read(
        (db) => db.get('SELECT position FROM cursors WHERE name = ?', text(name))?.['position'] as number | undefined,
      )
    },
    async writeCursor(name, position) {
      await writes.write(
        (db) =>
          void db.run(
            'INSERT INTO cursors (name, position) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position',
            text(name),
            position,
          ),
      )
    },
    watch(instanceId, listener, clock) {
      const watcher = { instanceId, listener }
      watchers.add(watcher)
      connection.attach()
      const stopPolling = settings.pollMs === 0 ? () => undefined : poll(clock, settings.pollMs, connection, listener)
      return () => {
        stopPolling()
        if (watchers.delete(watcher)) connection.detach()
      }
    },
    async close() {
      writes.flush()
      connection.close()
    },
    async purge(beforeMs) {
      return writes.write((db) => {
        purgeJournal(db, beforeMs, -1)
        return purgeCalls(db, beforeMs, -1)
      })
    },
  }
}

/**
 * Takes the lease of an effect unless another instance holds it; `isClaimed` marks the effect as claimed, too. Runs
 * inside a transaction.
 */
function takeLease(
  db: Queries,
  callId: string,
  effectId: string,
  { instanceId, at, until }: Lease,
  { isClaimed }: { readonly isClaimed: boolean },
): ClaimResult {
  const entry = db.get(
    'SELECT place, begun_by, outbox.holder, held_until, held_ms FROM outbox JOIN calls ON calls.row = call WHERE call_id = ? AND effect_id = ?',
    text(callId),
    text(effectId),
  )
  if (entry === undefined) return { state: 'settled' }
  const heldUntil = entry['held_until'] as number | null
  const own = text(instanceId)
  if (heldUntil !== null && entry['holder'] !== own && heldUntil > at)
    return { state: 'held', until: heldUntil, lengthMs: entry['held_ms'] as number }
  db.run(
    'UPDATE outbox SET begun_by = coalesce(begun_by, ?), holder = ?, held_until = ?, held_ms = ? WHERE place = ?',
    isClaimed ? own : null,
    own,
    until,
    until - at,
    entry['place'] as number,
  )
  return { state: 'granted', wasClaimed: entry['begun_by'] !== null && entry['begun_by'] !== own }
}

/**
 * Polls the end of the journal and calls `listener` when it has changed or the file was replaced. The listener finds
 * out which instance wrote, or gets the error, when it reads.
 */
function poll(clock: Clock, pollMs: number, connection: Connection, listener: () => void): () => void {
  let seen: number | typeof REPLACED | undefined
  let cancel = (): void => undefined
  const look = (): void => {
    cancel = clock.schedule(clock.now() + pollMs, look)
    const found = connection.tryRead(journalEnd)
    if (found === undefined || found === seen) return
    seen = found
    listener()
  }
  cancel = clock.schedule(clock.now() + pollMs, look)
  return () => cancel()
}
