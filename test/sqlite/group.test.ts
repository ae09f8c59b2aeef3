/**
 * Writes in groups: one transaction for what is ready in one turn, and what becomes of it when SQLite fails.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Commit, Json } from '../../src/host/ports/ports.ts'
import { WRITES_PER_TRANSACTION } from '../../src/sqlite/group.ts'
import { sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'
import { commit, handClock, nextTurn } from '../../src/testing/store/checks.ts'

/** SQLite: "database or disk is full". */
const SQLITE_FULL = 13

/** Room for a few small calls, in pages of 4 KiB. */
const PAGES = 100

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

/** Lets the file that is opened next grow to 400 kB at most. */
function limitSize(): void {
  DatabaseSync.prototype.exec = function (sql: string) {
    exec.call(this, sql)
    if (sql.includes('synchronous')) exec.call(this, `PRAGMA max_page_count = ${PAGES}`)
  }
}

/** A commit that the file has no room for after `limitSize`. */
function hugeCommit(): Commit {
  return commit({ callId: 'huge', core: bytes(1_000_000) })
}

/** The commits of one call that follow each other, from the version on. */
function versions(first: number, count: number): readonly Commit[] {
  return Array.from({ length: count }, (_, index) => commit({ callId: 'ann', expectedVersion: first + index }))
}

async function statusesOf(writes: readonly Promise<unknown>[]): Promise<readonly string[]> {
  return (await Promise.allSettled(writes)).map(({ status }) => status)
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

  test('are refused with the error that they would have alone', async () => {
    const store = open()
    const unwritable = commit({ callId: 'ann', core: (() => undefined) as unknown as Json })
    const [together] = await Promise.allSettled([store.commit(unwritable), store.commit(commit({ callId: 'bob' }))])
    const [alone] = await Promise.allSettled([store.commit(unwritable)])
    expect(alone).toMatchObject({ reason: { code: 'STORE_FAILED', cause: expect.any(TypeError) } })
    expect(together).toEqual(alone)
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
    limitSize()
    const store = open()
    const [one, huge, two] = await Promise.allSettled([
      store.commit(commit({ callId: 'one' })),
      store.commit(hugeCommit()),
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

  test('is tried again before a later one is written', async () => {
    limitSize()
    const store = open()
    const writes = [hugeCommit(), ...versions(0, WRITES_PER_TRANSACTION)].map((one) => store.commit(one))
    const stop = store.watch('host', () => undefined, handClock().clock)
    // Closing writes all of it at once; the watcher keeps the file open.
    await store.close()
    expect(await statusesOf(writes)).toEqual(['rejected', ...writes.slice(1).map(() => 'fulfilled')])
    stop()
  })

  test('is tried again before the store is closed', async () => {
    limitSize()
    const store = open()
    const writes = [commit({ callId: 'one' }), hugeCommit(), commit({ callId: 'two' })].map((one) => store.commit(one))
    await store.close()
    expect(await statusesOf(writes)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await open().listOpen()).toEqual(['one', 'two'])
  })

  test('keeps its place while another process holds the file', async () => {
    limitSize()
    const store = open({ busyTimeoutMs: 600_000 })
    const other = new DatabaseSync(store.path)
    let isHeld = false
    // The file is opened again after the error; by then another process holds it.
    onStatement((sql, run) => {
      run()
      if (!sql.includes('synchronous')) return
      exec.call(other, 'BEGIN IMMEDIATE')
      isHeld = true
    })
    const writes = [hugeCommit(), ...versions(0, 2)].map((one) => store.commit(one))
    while (!isHeld) await nextTurn()
    writes.push(...versions(2, 1).map((one) => store.commit(one)))
    await nextTurn()
    await nextTurn()
    exec.call(other, 'ROLLBACK')
    other.close()
    // On the new connection nothing limits the size.
    expect(await statusesOf(writes)).toEqual(writes.map(() => 'fulfilled'))
  })

  test('takes no data along that is kept in memory', async () => {
    limitSize()
    const store = sqliteStore(':memory:', { pollMs: 0 })
    opened.push(store)
    await store.commit(commit({ callId: 'kept' }))
    const writes = [commit({ callId: 'one' }), hugeCommit(), commit({ callId: 'two' })].map((one) => store.commit(one))
    expect(await statusesOf(writes)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await store.listOpen()).toEqual(['kept', 'one', 'two'])
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
