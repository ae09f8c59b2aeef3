/**
 * The SQLite store beyond the laws: what a file holds, what a commit costs, what age removes.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { Json, Store } from '../../src/host/ports/ports.ts'
import { migrate, migrations } from '../../src/sqlite/file.ts'
import { listStoredCalls, sqliteStore } from '../../src/sqlite/store.ts'
import { callId } from '../host/stage.ts'
import { commit } from '../../src/testing/store/checks.ts'
import { folder, path, open, useTemporaryFile } from './temporary-file.ts'

useTemporaryFile()

describe('a file', () => {
  test('is created where there is none, or an empty one', async () => {
    writeFileSync(path, '')
    await open().commit(commit({}))
    expect(await open().listOpen()).toEqual([callId])
  })

  test('that cannot be written to is reported', () => {
    expect(() => sqliteStore(join(folder, 'missing', 'calls.db'))).toThrow(
      expect.objectContaining({ code: 'STORE_FAILED' }),
    )
    expect(() => sqliteStore('')).toThrow(TypeError)
    expect(() => sqliteStore(path, { synchronous: 'off' as never })).toThrow(TypeError)
    expect(() => sqliteStore(path, { retainMs: -1 })).toThrow(TypeError)
  })

  test('is migrated step by step, in one transaction, once', () => {
    const database = new DatabaseSync(path)
    const steps = [...migrations, 'ALTER TABLE calls ADD COLUMN note TEXT', 'UPDATE calls SET note = call_id']
    migrate(database, migrations)
    database.exec("INSERT INTO calls (call_id, version, core) VALUES ('a', 1, 'null')")
    expect(() => migrate(database, [...steps.slice(0, -1), 'UPDATE nowhere SET x = 1'])).toThrow(/no such table/)
    expect(database.prepare('SELECT * FROM calls').get()).not.toHaveProperty('note')
    migrate(database, steps)
    migrate(database, steps)
    expect(database.prepare('SELECT call_id, note FROM calls').get()).toEqual({ call_id: 'a', note: 'a' })
    database.close()
    expect(() => sqliteStore(path)).toThrow(/update rollcall/)
  })

  test('reports the first error when SQLite has rolled a migration back by itself', () => {
    const database = new DatabaseSync(path)
    // As on a full disk: the transaction is over by the time the error is thrown.
    expect(() => migrate(database, [...migrations, 'ROLLBACK; UPDATE nowhere SET x = 1'])).toThrow(
      /no such table: nowhere/,
    )
    database.close()
  })

  test('of the schema with a table of deadlines is listed as it is, and opens with the earliest of each call', async () => {
    const database = new DatabaseSync(path)
    migrate(database, migrations.slice(0, 1))
    const insert = (id: string, deadlines: readonly (readonly [string, number])[]): void => {
      const core = JSON.stringify({ state: 'established', deadlines })
      const { lastInsertRowid } = database
        .prepare('INSERT INTO calls (call_id, version, core) VALUES (?, 1, ?)')
        .run(id, core)
      for (const [name, at] of deadlines)
        database.prepare('INSERT INTO deadlines (call, name, due_at) VALUES (?, ?, ?)').run(lastInsertRowid, name, at)
    }
    insert('late', [
      ['keepAlive', 900.5],
      ['ring/ann', 90],
    ])
    insert('later', [['keepAlive', 5_000]])
    insert('never', [])
    database.close()
    const listed = (): unknown => listStoredCalls(path).map(({ callId: id, nextDeadlineAt }) => [id, nextDeadlineAt])
    const before = listed()
    expect(before).toEqual([
      ['late', 90],
      ['later', 5_000],
      ['never', undefined],
    ])
    const store = open()
    expect([await store.listDue(90), await store.listDue(91), [...(await store.listDue(9_000))].sort()]).toEqual([
      [],
      ['late'],
      ['late', 'later'],
    ])
    await store.commit(commit({ callId: 'late', expectedVersion: 1, nextDeadlineAt: 900.5 }))
    expect([await store.listDue(900.5), await store.listDue(901)]).toEqual([[], ['late']])
    await store.close()
    const migrated = new DatabaseSync(path)
    expect(migrated.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'deadlines%'").all()).toEqual([])
    // The version before this one knows one schema, and refuses the file.
    expect(() => migrate(migrated, migrations.slice(0, 1))).toThrow(/schema 3.*knows 1.*update rollcall/)
    migrated.close()
  })

  test('is synced with every commit, unless the options waive that', () => {
    const level = (options: Parameters<typeof open>[0]): unknown => {
      const exec = DatabaseSync.prototype.exec
      const said: string[] = []
      DatabaseSync.prototype.exec = function (sql: string) {
        said.push(sql)
        return exec.call(this, sql)
      }
      try {
        open(options)
      } finally {
        DatabaseSync.prototype.exec = exec
      }
      return said.find((sql) => sql.includes('synchronous'))
    }
    expect(level({})).toContain('synchronous = full')
    expect(level({ synchronous: 'normal' })).toContain('synchronous = normal')
  })
})

describe('a commit', () => {
  const person = (index: number): [string, Json] => [
    `participant-${index}`,
    { state: 'active', trail: 'x'.repeat(400), index },
  ]

  /** Pages the write-ahead log grew by. */
  async function pagesOf(store: Store, size: number): Promise<number> {
    const id = `call-${size}`
    await store.commit(
      commit({ callId: id, participants: new Map(Array.from({ length: size }, (_, index) => person(index))) }),
    )
    const database = new DatabaseSync(path)
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    for (let version = 1; version <= 20; version += 1) {
      await store.commit(
        commit({
          callId: id,
          expectedVersion: version,
          participants: new Map([person((version * 37) % size)]),
          nextDeadlineAt: version,
        }),
      )
    }
    const log = readFileSync(`${path}-wal`).length
    database.close()
    return log / 4_120
  }

  test('of one change writes as much into a call of 10,000 as into one of 10', async () => {
    const store = open({ synchronous: 'normal' })
    const small = await pagesOf(store, 10)
    const large = await pagesOf(store, 10_000)
    expect(small).toBeGreaterThan(20)
    expect(large / small).toBeLessThan(2)
  })
})

describe('age', () => {
  test('removes ended calls, a few with each call that ends, and old commits', async () => {
    const store = open({ retainMs: 1_000 })
    for (let index = 0; index < 10; index += 1)
      await store.commit(commit({ callId: `old-${index}`, isEnded: true, at: 0, participants: new Map([['p', 1]]) }))
    await store.commit(
      commit({ callId: 'asking', isEnded: true, at: 0, effects: [{ type: 'call.hangUp', id: 'hangUp' }] }),
    )
    await store.commit(commit({ callId: 'open', at: 0 }))
    for (let index = 0; index < 5; index += 1)
      await store.commit(commit({ callId: `new-${index}`, isEnded: true, at: 5_000 }))
    expect(
      listStoredCalls(path)
        .map(({ callId: id }) => id)
        .sort(),
    ).toEqual(['asking', 'new-0', 'new-1', 'new-2', 'new-3', 'new-4', 'open'])
    expect((await store.readJournal(0, 100)).map(({ callId: id }) => id)).toEqual([
      'new-0',
      'new-1',
      'new-2',
      'new-3',
      'new-4',
    ])
    expect(await store.journalEnd()).toBe(17)
    expect(await store.purge(Number.MAX_SAFE_INTEGER)).toBe(5)
    expect(await store.readJournal(0, 100)).toEqual([])
    expect(await store.commit(commit({ callId: 'next' }))).toBe(18)
  })
})
