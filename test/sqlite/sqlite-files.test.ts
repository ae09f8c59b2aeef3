/**
 * Files that cannot be a store, disks that fail, and the listing of a file.
 * @module
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { listStoredCalls, sqliteStore } from '../../src/sqlite/store.ts'
import { callId, callIs, entry, roster, stage } from '../host/stage.ts'
import { commit } from '../../src/testing/store/checks.ts'
import { folder, path, open, useTemporaryFile } from './temporary-file.ts'

useTemporaryFile()

/** Everything in the folder: names, and what each file comes to. */
function files(): readonly string[] {
  return readdirSync(folder)
    .sort()
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}`,
    )
}

describe('a file that cannot be a store is refused and left as it is:', () => {
  async function filled(): Promise<Buffer> {
    const store = open()
    for (let version = 0; version < 40; version += 1)
      await store.commit(
        commit({ expectedVersion: version, participants: new Map([[`p${version}`, 'x'.repeat(2_000)]]) }),
      )
    await store.close()
    return readFileSync(path)
  }

  async function refused(why: RegExp): Promise<void> {
    const before = files()
    expect(() => sqliteStore(path)).toThrow(
      expect.objectContaining({ code: 'STORE_UNUSABLE', message: expect.stringMatching(why) }),
    )
    expect(() => sqliteStore(path)).toThrow(/left as it is/)
    expect(files()).toEqual(before)
  }

  test('a text', async () => {
    writeFileSync(path, 'call,participant\n1,2\n')
    await refused(/not a SQLite file/)
  })

  test('a damaged store', async () => {
    const bytes = await filled()
    bytes.fill(0x5a, 4_096 * 2, 4_096 * 6)
    writeFileSync(path, bytes)
    await refused(/damaged/)
  })

  test('a store that was cut off', async () => {
    const bytes = await filled()
    writeFileSync(path, bytes.subarray(0, bytes.length - 4_096 * 3))
    await refused(/damaged/)
  })

  test('nothing but a header', async () => {
    const bytes = await filled()
    writeFileSync(path, bytes.subarray(0, 100))
    await refused(/damaged/)
  })

  test("another application's database", async () => {
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE recipes (name TEXT)')
    database.close()
    await refused(/another application/)
  })

  test('a newer store', async () => {
    await filled()
    const database = new DatabaseSync(path)
    database.exec('PRAGMA user_version = 99')
    database.close()
    await refused(/schema 99.*update rollcall/)
  })
})

/** Breaks the disk for what begins so, with the error SQLite gives then; returns what mends it. */
function breakDisk(beginning: string, errcode: number, errstr: string): () => void {
  const { exec } = DatabaseSync.prototype
  DatabaseSync.prototype.exec = function (sql: string) {
    if (sql.startsWith(beginning)) throw Object.assign(new Error(errstr), { errcode, errstr })
    return exec.call(this, sql)
  }
  return () => {
    DatabaseSync.prototype.exec = exec
  }
}

describe('a disk that fails', () => {
  test('because another process holds it is reported as such, and tried again', async () => {
    const store = open()
    await store.commit(commit({ participants: new Map([['a', 1]]) }))
    const locker = new DatabaseSync(path)
    locker.exec('BEGIN IMMEDIATE')
    const impatient = open({ busyTimeoutMs: 0 })
    const failed = impatient.commit(commit({ expectedVersion: 1, participants: new Map([['b', 1]]) }))
    await expect(failed).rejects.toMatchObject({
      code: 'STORE_FAILED',
      status: 503,
      message: expect.stringContaining('database is locked'),
    })
    locker.exec('ROLLBACK')
    locker.close()
    await impatient.commit(commit({ expectedVersion: 1, participants: new Map([['b', 1]]) }))
    expect((await store.load(callId))?.version).toBe(2)
  })

  test.each([
    ['because it is full', 'COMMIT', 13, 'database or disk is full'],
    ['because it became read-only', 'BEGIN IMMEDIATE', 8, 'attempt to write a readonly database'],
  ])(
    '%s refuses the delivery, applies nothing of it, and does not hold up what is known',
    async (_, beginning, errcode, errstr) => {
      const { rollcall, clock, errors, changes } = stage({ store: open() })
      await rollcall.receive([callIs('establishing'), callIs('established')])
      const call = rollcall.call(callId)
      const mend = breakDisk(beginning, errcode, errstr)
      try {
        await expect(rollcall.receive([roster(entry('ann'))])).rejects.toMatchObject({
          code: 'STORE_FAILED',
          status: 503,
          message: expect.stringContaining(errstr),
        })
        await expect(call.invite({ user: { id: 'bob' } })).rejects.toMatchObject({ code: 'STORE_FAILED' })
        if (beginning !== 'COMMIT') expect((await call.read()).participants.size).toBe(0)
      } finally {
        mend()
      }
      expect((await call.read()).participants.size).toBe(0)
      expect(changes).toHaveLength(2)
      expect(errors.length).toBeGreaterThan(0)
      await rollcall.receive([roster(entry('ann'))])
      await clock.settle()
      expect((await call.read()).participants.size).toBe(1)
      expect(changes).toHaveLength(3)
    },
  )
})

describe('the listing of a file', () => {
  test('reports its calls', async () => {
    const { rollcall, clock } = stage({ store: open() })
    await rollcall.receive([
      callIs('establishing'),
      callIs('established'),
      roster(entry('ann'), entry('bob', { isInLobby: true })),
    ])
    await rollcall.receive([callIs('establishing', { callId: 'other' }), callIs('terminated', { callId: 'other' })])
    expect(listStoredCalls(path)).toEqual([
      {
        callId,
        state: 'established',
        version: 1,
        participants: new Map([
          ['active', 1],
          ['lobby', 1],
        ]),
        outbox: 0,
        nextDeadlineAt: clock.now() + 15 * 60_000,
      },
      { callId: 'other', state: 'terminated', version: 1, participants: new Map(), outbox: 0, endedAt: clock.now() },
    ])
    expect(() => listStoredCalls(join(folder, 'none.db'))).toThrow(expect.objectContaining({ code: 'STORE_UNUSABLE' }))
  })
})
