/**
 * A file that another process holds: the store waits for it, and everything else continues meanwhile. This process plays
 * the other one; it could not release the lock if waiting blocked it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCalls } from '../../src/sqlite/calls-command.ts'
import { LOCK_BLOCK_MS, LOCK_RETRY_MS, LockQueue } from '../../src/sqlite/lock.ts'
import { sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'
import { commit } from '../../src/testing/store/checks.ts'
import { callIs, stage } from '../host/stage.ts'

const LOCKED = Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 })
/** A kind of it: SQLITE_BUSY_RECOVERY. */
const LOCKED_FOR_RECOVERY = Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 261 })
const PATIENCE_MS = 1_000

describe('waiters for a lock', () => {
  /** Waits that end when the test says so, and how long they were to take. */
  function handMade() {
    const pauses: number[] = []
    let next = (): void => undefined
    const queue = new LockQueue({
      patienceMs: PATIENCE_MS,
      pause: (ms) => {
        pauses.push(ms)
        return new Promise((resolve) => {
          next = resolve
        })
      },
    })
    const turn = async (): Promise<void> => {
      next()
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
    return { queue, pauses, turn }
  }

  test('do not wait for a file that is free', async () => {
    const { queue, pauses } = handMade()
    let isDone = false
    const done = queue.run(() => {
      isDone = true
      return 1
    })
    expect(isDone).toBe(true)
    expect(await done).toBe(1)
    await expect(
      queue.run(() => {
        throw new TypeError('no lock')
      }),
    ).rejects.toThrow(TypeError)
    expect(pauses).toEqual([])
  })

  test('are served in order, one per turn, and only the first of them tries', async () => {
    const { queue, turn, pauses } = handMade()
    let isLocked = true
    const tried: number[] = []
    const served: number[] = []
    const act = (name: number) => (): void => {
      tried.push(name)
      if (isLocked) throw new Error('caused by a lock', { cause: LOCKED_FOR_RECOVERY })
      served.push(name)
    }
    const all = [1, 2, 3].map((name) => queue.run(act(name)))
    for (let attempt = 0; attempt < 5; attempt += 1) await turn()
    expect(tried).toEqual([1, 1, 1, 1, 1, 1])
    expect(pauses).toEqual(Array.from({ length: 6 }, () => LOCK_RETRY_MS))
    isLocked = false
    await turn()
    expect(served).toEqual([1])
    const late = queue.run(act(4))
    for (const count of [2, 3, 4]) {
      await turn()
      expect(served).toHaveLength(count)
    }
    await Promise.all([...all, late])
    expect(served).toEqual([1, 2, 3, 4])
    expect(pauses.slice(6)).toEqual([0, 0, 0, 0])
  })

  test('give up after their own timeout, however many are before them', async () => {
    const { queue, turn, pauses } = handMade()
    let tries = 0
    const ends = Promise.allSettled(
      Array.from({ length: 100 }, () =>
        queue.run(() => {
          tries += 1
          throw LOCKED
        }),
      ),
    )
    const attempts = PATIENCE_MS / LOCK_RETRY_MS
    for (let attempt = 0; attempt < attempts; attempt += 1) await turn()
    expect((await ends).map((end) => end.status === 'rejected' && end.reason === LOCKED)).not.toContain(false)
    expect(pauses).toHaveLength(attempts)
    // Once when it came, and once after each wait: SQLite blocks no more often than that.
    expect(tries).toBe(attempts + 1)
  })
})

describe('a store whose file is locked', () => {
  let folder = ''
  let path = ''
  let stores: SqliteStore[] = []
  let locker: DatabaseSync

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
    path = join(folder, 'calls.db')
    stores = []
  })

  afterEach(async () => {
    locker.close()
    for (const store of stores) await store.close()
    rmSync(folder, { recursive: true })
  })

  function open(options: Parameters<typeof sqliteStore>[1] = {}): SqliteStore {
    const store = sqliteStore(path, { synchronous: 'normal', busyTimeoutMs: 2 ** 31, ...options })
    stores.push(store)
    return store
  }

  /** Turns of the event loop. */
  async function turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn += 1)
      await new Promise((resolve) => {
        setTimeout(resolve, 1)
      })
  }

  test('commits once it is free, and reads meanwhile', async () => {
    const store = open()
    await store.commit(commit({}))
    locker = new DatabaseSync(path)
    locker.exec('BEGIN IMMEDIATE')
    let isWritten = false
    const writing = store.commit(commit({ expectedVersion: 1 })).then(() => {
      isWritten = true
    })
    const next = store.commit(commit({ expectedVersion: 2 }))
    await turns(10)
    expect((await store.load('call'))?.version).toBe(1)
    expect(isWritten).toBe(false)
    locker.exec('ROLLBACK')
    await Promise.all([writing, next])
    expect((await store.load('call'))?.version).toBe(3)
  })

  test('is opened once it is free: a file that another process is making', async () => {
    locker = new DatabaseSync(path)
    locker.exec('BEGIN EXCLUSIVE; CREATE TABLE half (made TEXT)')
    expect(() => open({ busyTimeoutMs: 0 })).toThrow(
      expect.objectContaining({ code: 'STORE_FAILED', message: expect.stringContaining('locked') }),
    )
    const { rollcall, errors } = stage({ store: open() })
    const received = rollcall.receive([callIs('establishing')])
    await turns(10)
    locker.exec('ROLLBACK')
    await received
    expect((await rollcall.call('call').read()).state).toBe('establishing')
    expect(errors).toEqual([])
  })

  test('is opened once it is free: a file that another process holds for itself, and rollcall calls lists it then', async () => {
    const first = open()
    await first.commit(commit({ core: { state: 'established' } }))
    await first.close()
    locker = new DatabaseSync(path)
    locker.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; CREATE TABLE half (made TEXT)')
    const out: string[] = []
    const listed = runCalls([path, '--json'], {
      out: (line) => void out.push(line),
      err: (line) => void out.push(line),
    })
    const loaded = open().load('call')
    await turns(10)
    expect(out).toEqual([])
    locker.exec('ROLLBACK')
    expect(await listed).toBe(0)
    expect((await loaded)?.version).toBe(1)
    expect(out).toEqual([expect.stringContaining('"callId":"call"')])
  })

  test('has no connection that may block the process for longer', async () => {
    const { exec } = DatabaseSync.prototype
    const said: string[] = []
    DatabaseSync.prototype.exec = function (sql: string) {
      said.push(sql)
      return exec.call(this, sql)
    }
    try {
      await open().commit(commit({}))
      await open().load('call')
      await runCalls([path], { out: () => undefined, err: () => undefined })
    } finally {
      DatabaseSync.prototype.exec = exec
    }
    locker = new DatabaseSync(path)
    const timeouts = said.filter((sql) => sql.includes('busy_timeout'))
    expect(timeouts.length).toBeGreaterThan(2)
    expect(new Set(timeouts)).toEqual(new Set([`PRAGMA busy_timeout = ${LOCK_BLOCK_MS}`]))
    expect(LOCK_BLOCK_MS * 5).toBeLessThanOrEqual(LOCK_RETRY_MS)
  })

  test('is given up after the given time, and is intact afterwards', async () => {
    const store = open({ busyTimeoutMs: 3 * LOCK_RETRY_MS })
    await store.commit(commit({}))
    locker = new DatabaseSync(path)
    locker.exec('BEGIN IMMEDIATE')
    const error: unknown = await store.commit(commit({ expectedVersion: 1 })).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'STORE_FAILED',
      status: 503,
      message: expect.stringContaining('database is locked'),
    })
    locker.exec('ROLLBACK')
    await store.commit(commit({ expectedVersion: 1 }))
  })
})
