/**
 * The SQLite store beyond the laws: files that are refused, disks that fail, two processes, what a commit costs.
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Commit, Json, Store } from '../../src/host/ports/ports.ts'
import { migrate, migrations } from '../../src/sqlite/file.ts'
import { listStoredCalls, sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { bot, callId, callIs, entry, roster, stage } from '../host/stage.ts'
import { runNode } from '../waiting/node-process.ts'

let folder = ''
let path = ''
let stores: SqliteStore[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
  path = join(folder, 'calls.db')
  stores = []
})

afterEach(async () => {
  for (const store of stores) await store.close()
  rmSync(folder, { recursive: true })
})

function open(options: Parameters<typeof sqliteStore>[1] = {}): SqliteStore {
  const store = sqliteStore(path, options)
  stores.push(store)
  return store
}

function commit(given: Partial<Commit>): Commit {
  return {
    callId,
    expectedVersion: 0,
    instanceId: 'host',
    at: 0,
    core: null,
    participants: new Map(),
    deletedParticipants: [],
    effects: [],
    acknowledgedEffects: [],
    changes: [],
    isEnded: false,
    ...given,
  }
}

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

describe('a file', () => {
  test('is made where there is none, or an empty one', async () => {
    writeFileSync(path, '')
    await open().commit(commit({}))
    expect(await open().listOpen()).toEqual([callId])
  })

  test('that cannot be written to is told of', () => {
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

  test('says what went wrong first when SQLite has rolled a migration back by itself', () => {
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

  test('is synced with every commit, unless that is waived', () => {
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
  test('takes calls that have ended, a few with each that ends, and old commits', async () => {
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
  test('because another process holds it is told as such, and is asked again', async () => {
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

describe('two hosts on one file', () => {
  test('hear of each other, and take over from each other', async () => {
    const clock = virtualClock()
    const one = stage({ store: open(), clock })
    const two = stage({ store: open(), clock })
    await one.rollcall.receive([callIs('establishing'), callIs('established')])
    const { key } = await one.rollcall.call(callId).invite({ user: { id: 'bob' } })
    const waiting = one.rollcall.call(callId).waitFor(key, 'active')
    await two.rollcall.receive([roster(entry('bob'))])
    await clock.advance(500)
    expect(await waiting).toMatchObject({ id: 'bob' })
    expect(one.changes).toHaveLength(4)
    expect(JSON.parse(JSON.stringify(two.changes))).toEqual(JSON.parse(JSON.stringify(one.changes)))
  })

  test('judge by what the other committed, even before they have heard of it', async () => {
    const clock = virtualClock()
    const one = stage({ store: open({ pollMs: 0 }), clock })
    const two = stage({ store: open({ pollMs: 0 }), clock })
    await one.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
    await clock.advance(5_000)
    await two.rollcall.receive([roster()])
    // To the first host this is no news, unless it looks.
    one.transport.roster = [bot, entry('ann')]
    await one.rollcall.receive([roster(entry('ann'))])
    await clock.settle()
    const { participants } = await two.rollcall.call(callId).read()
    expect([...participants.values()].map(({ id, state }) => [id, state])).toEqual([
      ['ann', 'removed'],
      ['ann', 'active'],
    ])
  })

  test('close without closing the file to each other', async () => {
    const store = open()
    const one = stage({ store })
    const two = stage({ store })
    await one.rollcall.receive([callIs('establishing')])
    await one.rollcall.close()
    await two.rollcall.receive([callIs('established')])
    await two.rollcall.close()
    await expect(store.listOpen()).rejects.toMatchObject({ code: 'STORE_FAILED' })
    const three = stage({ store })
    expect(await three.rollcall.call(callId).read()).toMatchObject({ state: 'established' })
  })
})

describe('a restart on a file', () => {
  test('goes on where the other process stopped', async () => {
    const clock = virtualClock()
    const one = stage({ store: open(), clock })
    await one.rollcall.receive([callIs('establishing'), callIs('established'), roster(entry('ann'))])
    await one.rollcall.close()
    const two = stage({ store: open(), clock })
    two.transport.roster = [bot, entry('ann'), entry('cy')]
    await two.rollcall.ready
    await clock.settle()
    expect([...(await two.rollcall.call(callId).read()).participants.values()].map(({ id }) => id)).toEqual([
      'ann',
      'cy',
    ])
  })
})

describe('two processes on one file', () => {
  test('lose no commit', async () => {
    const writer = fileURLToPath(new URL('writer.ts', import.meta.url))
    const ends = await Promise.all([0, 1].map((name) => runNode([writer, path, String(name), '60'])))
    expect(ends).toMatchObject([0, 1].map(() => ({ status: 0, stderr: '' })))
    const store = open()
    expect((await store.load('shared'))?.version).toBe(120)
    expect((await store.load('shared'))?.participants.size).toBe(120)
    const entries = await store.readJournal(0, 1_000)
    expect(entries.map(({ position }) => position)).toEqual(entries.map((_, index) => index + 1))
    expect(entries).toHaveLength(120)
  })
})

describe('the listing of a file', () => {
  test('says what is in it', async () => {
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
