/**
 * Commit: writes one commit of the SQLite store and deletes a few expired rows with it.
 *
 * Rule 1: the cost follows the size of the change, not the size of the call.
 * Rule 2: ended calls and old journal rows are deleted by age, a few per commit, so that no commit pays for many.
 * @module
 */
import { RollcallError } from '../call/model/errors.ts'
import type { Commit } from '../host/ports/ports.ts'
import { json, text, type Queries } from './connection.ts'

/** The most expired calls deleted with a commit that ends a call. More than one, so that a backlog shrinks. */
const CALLS_PURGED_AT_ONCE = 2

/** The most old journal rows deleted with a commit. More than one, so that a backlog shrinks. */
const JOURNAL_PURGED_AT_ONCE = 4

/** Writes a commit inside a transaction; returns its position in the journal. @throws RollcallError STORE_CONFLICT */
export function writeCommit(db: Queries, commit: Commit, retainMs: number): number {
  const call = writeCall(db, commit)
  writeParts(db, call, commit)
  purgeJournal(db, commit.at - retainMs, JOURNAL_PURGED_AT_ONCE)
  if (commit.isEnded) purgeCalls(db, commit.at - retainMs, CALLS_PURGED_AT_ONCE)
  return writeJournal(db, commit)
}

/** Writes the row of the call if its version is the expected one; returns the row number. */
function writeCall(db: Queries, { callId, expectedVersion, core, nextDeadlineAt, isEnded, at }: Commit): number {
  const known = db.get('SELECT row, version, ended_at FROM calls WHERE call_id = ?', text(callId))
  const version = (known?.['version'] ?? 0) as number
  if (version !== expectedVersion) {
    throw new RollcallError(
      'STORE_CONFLICT',
      `The call ${callId} is at version ${version}, not at ${expectedVersion}.`,
      { callId },
    )
  }
  const endedAt = isEnded ? ((known?.['ended_at'] ?? at) as number) : null
  const body = json(core)
  const dueAt = nextDeadlineAt ?? null
  if (known === undefined) {
    db.run(
      'INSERT INTO calls (call_id, version, core, next_deadline_at, ended_at) VALUES (?, 1, ?, ?, ?)',
      text(callId),
      body,
      dueAt,
      endedAt,
    )
    return db.get('SELECT row FROM calls WHERE call_id = ?', text(callId))?.['row'] as number
  }
  db.run(
    'UPDATE calls SET version = version + 1, core = ?, next_deadline_at = ?, ended_at = ? WHERE row = ?',
    body,
    dueAt,
    endedAt,
    known['row'] as number,
  )
  return known['row'] as number
}

function writeParts(
  db: Queries,
  call: number,
  { participants, deletedParticipants, effects, acknowledgedEffects, at }: Commit,
): void {
  for (const [key, participant] of participants) {
    db.run(
      'INSERT INTO participants (call, key, body) VALUES (?, ?, ?) ON CONFLICT (call, key) DO UPDATE SET body = excluded.body',
      call,
      text(key),
      json(participant),
    )
  }
  for (const key of deletedParticipants) db.run('DELETE FROM participants WHERE call = ? AND key = ?', call, text(key))
  for (const id of acknowledgedEffects) db.run('DELETE FROM outbox WHERE call = ? AND effect_id = ?', call, text(id))
  for (const effect of effects) {
    db.run(
      'INSERT OR REPLACE INTO outbox (call, effect_id, effect, added_at) VALUES (?, ?, ?, ?)',
      call,
      text(effect.id),
      json(effect),
      at,
    )
  }
}

function writeJournal(db: Queries, { callId, expectedVersion, instanceId, at, isEnded, changes }: Commit): number {
  db.run(
    'INSERT INTO journal (call_id, version, holder, at, is_ended, changes) VALUES (?, ?, ?, ?, ?, ?)',
    text(callId),
    expectedVersion + 1,
    text(instanceId),
    at,
    isEnded ? 1 : 0,
    json(changes),
  )
  return journalEnd(db)
}

/** The position of the latest commit, even if its row has been deleted. */
export function journalEnd(db: Queries): number {
  return (db.get("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")?.['seq'] ?? 0) as number
}

/** Deletes calls that ended before `before` and have an empty outbox; returns how many. A limit of -1 means all. */
export function purgeCalls(db: Queries, before: number, limit: number): number {
  return db.run(
    `DELETE FROM calls WHERE row IN (
       SELECT row FROM calls WHERE ended_at < ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE call = calls.row) ORDER BY ended_at LIMIT ?)`,
    before,
    limit,
  )
}

/** Deletes the oldest commits up to the first that is not older than `before`: the journal keeps no gaps. */
export function purgeJournal(db: Queries, before: number, limit: number): void {
  const old = db.all('SELECT position, at FROM journal ORDER BY position LIMIT ?', limit)
  const end = old.findIndex(({ at }) => (at as number) >= before)
  const last = (end < 0 ? old.at(-1) : old[end - 1])?.['position']
  if (last !== undefined) db.run('DELETE FROM journal WHERE position <= ?', last as number)
}
