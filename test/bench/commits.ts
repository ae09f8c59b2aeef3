/**
 * P9: what a durable commit of one event costs in SQLite, alone and when many wait, beside a bare INSERT that is as durable.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Synchronous } from '../../src/sqlite/file.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { change, commit, people } from '../../src/testing/store/checks.ts'
import type { Side } from './measure.ts'

/** A core of the size that a call of ten people has, in bytes. */
const CORE_BYTES = 800

const core = 'x'.repeat(CORE_BYTES)

/** Commits of new calls into a file, and bare INSERTs of as many bytes into another. */
export interface CommitBench {
  /** One after the other. */
  readonly alone: Side
  /** As many at a time. */
  together(waiting: number): Side
  /** A bare INSERT, which is its own transaction. */
  readonly insert: Side
  close(): Promise<void>
}

/** Opens both files in a new folder. */
export function openCommitBench(synchronous: Synchronous): CommitBench {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'))
  const store = sqliteStore(join(folder, 'calls.db'), { synchronous, pollMs: 0 })
  const bare = new DatabaseSync(join(folder, 'bare.db'))
  bare.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; CREATE TABLE bare (body TEXT NOT NULL)`)
  const statement = bare.prepare('INSERT INTO bare (body) VALUES (?)')
  let calls = 0
  const next = (): Promise<number> => {
    calls += 1
    const callId = `call-${calls}`
    return store.commit(commit({ callId, core, participants: people('ann'), changes: [change(callId, calls)] }))
  }
  return {
    async alone(count) {
      let position = 0
      for (let index = 0; index < count; index += 1) position = await next()
      return position
    },
    together: (waiting) => async (count) => {
      let position = 0
      for (let index = 0; index < count; index += waiting)
        position = Math.max(...(await Promise.all(Array.from({ length: Math.min(waiting, count - index) }, next))))
      return position
    },
    insert(count) {
      let row = 0
      for (let index = 0; index < count; index += 1) row = Number(statement.run(core).lastInsertRowid)
      return row
    },
    async close() {
      await store.close()
      bare.close()
      rmSync(folder, { recursive: true })
    },
  }
}
