/**
 * Writes in groups: one transaction for what is ready in one turn, and what becomes of it when SQLite fails.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Json } from '../../src/host/ports/ports.ts'
import { WRITES_PER_TRANSACTION } from '../../src/sqlite/group.ts'
import { sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'
import { commit } from '../../src/testing/store/checks.ts'

/** SQLite: "database or disk is full". */
const SQLITE_FULL = 13

const exec = DatabaseSync.prototype.exec
let folder: string
let opened: SqliteStore[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
})

afterEach(async () => {
  DatabaseSync.prototype.exec = exec
  for (const store of opened) await store.close()
  opened = []
  rmSync(folder, { recursive: true })
})

function open(options: { readonly busyTimeoutMs?: number } = {}): SqliteStore {
  const store = sqliteStore(join(folder, 'calls.db'), { synchronous: 'normal', pollMs: 0, ...options })
  opened.push(store)
  return store
}

/** Does something else for each statement that the store runs by itself, as BEGIN and COMMIT. */
function onStatement(act: (sql: string, run: () => void) => void): void {
  DatabaseSync.prototype.exec = function (sql: string) {
    act(sql, () => exec.call(this, sql))
  }
}

function sqliteError(errcode: number, message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode, errstr: message })
}

/** The core of a call that takes that many bytes. */
function bytes(count: number): Json {
  return 'x'.repeat(count)
}

describe('writes that are ready in one turn', () => {
  test('are one transaction; more than it may have are several', async () => {
    const store = open()
    let commits = 0
    onStatement((sql, run) => {
      if (sql === 'COMMIT') commits += 1
      run()
    })
    const many = (name: string, count: number): readonly Promise<number>[] =>
      Array.from({ length: count }, (_, index) => store.commit(commit({ callId: `${name}-${index}` })))
    await Promise.all(many('one', WRITES_PER_TRANSACTION))
    expect(commits).toBe(1)
    await Promise.all(many('two', WRITES_PER_TRANSACTION + 1))
    expect(commits).toBe(3)
    expect(await store.journalEnd()).toBe(2 * WRITES_PER_TRANSACTION + 1)
  })

  test('are answered after the transaction is durable', async () => {
    const store = open()
    let answered = 0
    const atCommit: number[] = []
    onStatement((sql, run) => {
      if (sql === 'COMMIT') atCommit.push(answered)
      run()
    })
    await Promise.all(
      ['one', 'two', 'three'].map(async (callId) => {
        await store.commit(commit({ callId }))
        answered += 1
      }),
    )
    expect([atCommit, answered]).toEqual([[0], 3])
  })

  test('are stored before the store is closed', async () => {
    const store = open()
    const written = [store.commit(commit({ callId: 'one' })), store.commit(commit({ callId: 'two' }))]
    await store.close()
    expect(await Promise.all(written)).toEqual([1, 2])
    expect(await open().listOpen()).toEqual(['one', 'two'])
  })
})

describe('a transaction that SQLite fails', () => {
  test('is tried again one by one: what the disk has no room for takes no other along', async () => {
    DatabaseSync.prototype.exec = function (sql: string) {
      exec.call(this, sql)
      // The connection may make the file no longer than this many pages of 4 KiB.
      if (sql.includes('synchronous')) exec.call(this, 'PRAGMA max_page_count = 100')
    }
    const store = open()
    const [one, huge, two] = await Promise.allSettled([
      store.commit(commit({ callId: 'one' })),
      store.commit(commit({ callId: 'huge', core: bytes(1_000_000) })),
      store.commit(commit({ callId: 'two' })),
    ])
    expect([one?.status, two?.status]).toEqual(['fulfilled', 'fulfilled'])
    expect(huge).toMatchObject({ reason: { code: 'STORE_FAILED', message: expect.stringContaining('full') } })
    expect(await store.listOpen()).toEqual(['one', 'two'])
  })

  test('and that is on the disk after all is not told as a conflict with itself', async () => {
    const store = open()
    let hasFailed = false
    onStatement((sql, run) => {
      run()
      if (sql !== 'COMMIT' || hasFailed) return
      hasFailed = true
      throw sqliteError(SQLITE_FULL, 'database or disk is full')
    })
    const outcomes = await Promise.allSettled(['one', 'two'].map((callId) => store.commit(commit({ callId }))))
    expect(outcomes).toMatchObject([{ reason: { code: 'STORE_FAILED' } }, { reason: { code: 'STORE_FAILED' } }])
    expect(await store.listOpen()).toEqual(['one', 'two'])
  })

  test('because another process holds the file is told to all at once', async () => {
    const store = open({ busyTimeoutMs: 30 })
    await store.commit(commit({ callId: 'before' }))
    const other = new DatabaseSync(store.path)
    other.exec('BEGIN IMMEDIATE')
    let attempts = 0
    onStatement((sql, run) => {
      if (sql === 'BEGIN IMMEDIATE') attempts += 1
      run()
    })
    const writes = Array.from({ length: 20 }, (_, index) => store.commit(commit({ callId: `call-${index}` })))
    const outcomes = await Promise.allSettled(writes)
    other.exec('ROLLBACK')
    other.close()
    expect(new Set(outcomes.map((outcome) => 'reason' in outcome && outcome.reason.code))).toEqual(
      new Set(['STORE_FAILED']),
    )
    expect(attempts).toBeLessThan(writes.length)
    expect(await store.listOpen()).toEqual(['before'])
  })
})
