/**
 * Listing: a summary of the calls in a store file, for `rollcall calls <file>`.
 *
 * Rule: it only reads, so it is safe while a bot is running.
 * @module
 */
import type { DatabaseSync } from 'node:sqlite'
import { readFile } from './file.ts'

/** One call in a file. Times are milliseconds since the epoch. */
export interface StoredCallSummary {
  /** The call's id. */
  readonly callId: string
  /** The state of the call. */
  readonly state: string
  /** How many commits the call has. */
  readonly version: number
  /** How many stored participants are in each state, ended ones included. */
  readonly participants: ReadonlyMap<string, number>
  /** How many requests have no recorded answer yet. */
  readonly outbox: number
  /** When the call's earliest deadline passes; absent if it has none. */
  readonly nextDeadlineAt?: number
  /** When the call ended; absent while it is open. */
  readonly endedAt?: number
}

/**
 * Lists every call in the file, open ones first. Fails at once if another process has locked the file exclusively.
 * @throws RollcallError STORE_UNUSABLE | STORE_FAILED
 */
export function listStoredCalls(path: string): readonly StoredCallSummary[] {
  return readFile(path, summariesOf)
}

function summariesOf(database: DatabaseSync): readonly StoredCallSummary[] {
  const states = new Map<unknown, Map<string, number>>()
  for (const { call, state, count } of database
    .prepare(
      "SELECT call, body ->> '$.state' AS state, count(*) AS count FROM participants GROUP BY call, state ORDER BY state",
    )
    .all()) {
    let counts = states.get(call)
    if (counts === undefined) states.set(call, (counts = new Map()))
    counts.set(String(state), count as number)
  }
  return database
    .prepare(`
    SELECT row, call_id, core ->> '$.state' AS state, version, ended_at,
      (SELECT count(*) FROM outbox WHERE call = calls.row) AS outbox,
      (SELECT CAST(min(value ->> '$[1]') AS REAL) FROM json_each(core, '$.deadlines')) AS due_at
    FROM calls ORDER BY ended_at IS NOT NULL, ended_at DESC, row`)
    .all()
    .map(({ row, call_id, state, version, ended_at, outbox, due_at }) => ({
      callId: JSON.parse(`"${call_id as string}"`) as string,
      state: String(state),
      version: version as number,
      participants: states.get(row) ?? new Map<string, number>(),
      outbox: outbox as number,
      ...(due_at === null ? {} : { nextDeadlineAt: due_at as number }),
      ...(ended_at === null ? {} : { endedAt: ended_at as number }),
    }))
}
