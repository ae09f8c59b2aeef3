/**
 * The file of a SQLite store: links to it, crashes in a checkpoint, its mode, and what happens when it is deleted or replaced.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import type { Json } from '../../src/host/ports/ports.ts'
import { runCalls } from '../../src/sqlite/calls-command.ts'
import { migrations } from '../../src/sqlite/file.ts'
import { listStoredCalls, sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'
import { commit, people } from '../../src/testing/store/checks.ts'
import { crashInCheckpoint, pagesAfterCheckpoint } from '../crash/failing-disk.ts'
import { callIs, stage } from '../host/stage.ts'

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

function open(at = path, options: Parameters<typeof sqliteStore>[1] = {}): SqliteStore {
  const store = sqliteStore(at, { synchronous: 'normal', ...options })
  stores.push(store)
  return store
}

/** A link in another folder. */
function link(target: string, name = 'elsewhere'): string {
  mkdirSync(join(folder, name))
  symlinkSync(target, join(folder, name, 'link.db'))
  return join(folder, name, 'link.db')
}

describe('a link', () => {
  test("opens the file as a crash at any page of a checkpoint leaves it, like the file's own name, and both list it", async () => {
    const store = open()
    for (let version = 0; version < 20; version += 1)
      await store.commit(
        commit({
          expectedVersion: version,
          participants: new Map([[`p${version}`, { state: 'active', trail: 'x'.repeat(2_000) }]]),
        }),
      )
    const pages = pagesAfterCheckpoint(path, join(folder, 'scratch'))
    expect(pages).toBeGreaterThan(10)
    const whole = { callId: 'call', version: 20, participants: new Map([['active', 20]]) }
    for (let written = 0; written <= pages; written += 1) {
      const crashed = join(folder, `crashed-${written}`)
      for (const name of [
        crashInCheckpoint(path, crashed, written),
        link(crashInCheckpoint(path, `${crashed}-linked`, written), `link-${written}`),
      ]) {
        expect(listStoredCalls(name), `${name}, before it is opened`).toMatchObject([whole])
        const again = open(name)
        expect((await again.load('call'))?.participants.size, name).toBe(20)
        await again.commit(commit({ expectedVersion: 20 }))
        expect(listStoredCalls(name), `${name}, while it is open`).toMatchObject([{ ...whole, version: 21 }])
        await again.close()
      }
    }
  })

  test('lists the calls of a running bot: rollcall calls', async () => {
    await open().commit(commit({ core: { state: 'established' }, participants: people('ann') }))
    const out: string[] = []
    const name = link(path)
    expect(
      await runCalls([name, '--json'], { out: (line) => void out.push(line), err: (line) => void out.push(line) }),
    ).toBe(0)
    expect(out.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ callId: 'call', state: 'established' }])
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['link.db'])
  })

  test('to a missing file creates that file, also through further links', async () => {
    const first = link('../calls.db', 'first')
    const second = link('../first/link.db', 'second')
    await open(second).commit(commit({}))
    expect(existsSync(`${path}-wal`)).toBe(true)
    expect((await open(first).load('call'))?.version).toBe(1)
    expect((await open().load('call'))?.version).toBe(1)
  })

  test('that leads nowhere or to itself is reported', () => {
    symlinkSync('loop.db', join(folder, 'loop.db'))
    symlinkSync('missing/calls.db', join(folder, 'nowhere.db'))
    for (const name of ['loop.db', 'nowhere.db'])
      expect(() => open(join(folder, name)), name).toThrow(expect.objectContaining({ code: 'STORE_FAILED' }))
  })
})

describe('a file that a crash left half written, with its rollback journal:', () => {
  /** As much as does not fit into the connection's memory, so that some of it is in the file before the commit. */
  const filler =
    'CREATE TABLE filler (body TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) INSERT INTO filler SELECT hex(zeroblob(2000)) FROM n;'

  /** Files as they are in the middle of that transaction. */
  function crashedIn(transaction: string, before = ''): string {
    const from = join(folder, 'writing.db')
    const database = new DatabaseSync(from)
    database.exec(`PRAGMA cache_size = 1; ${before} BEGIN IMMEDIATE; ${transaction} ${filler}`)
    for (const ending of ['', '-journal']) copyFileSync(`${from}${ending}`, `${path}${ending}`)
    database.exec('ROLLBACK')
    database.close()
    expect(statSync(path).size).toBeGreaterThan(0)
    return path
  }

  test('a store that was being created is created', async () => {
    crashedIn(migrations[0] ?? '')
    await open().commit(commit({}))
    expect((await open().load('call'))?.version).toBe(1)
  })

  test("another application's is refused, and has no log afterwards", () => {
    crashedIn('', 'CREATE TABLE recipes (name TEXT);')
    expect(() => open()).toThrow(
      expect.objectContaining({ code: 'STORE_UNUSABLE', message: expect.stringContaining('another application') }),
    )
    const database = new DatabaseSync(path)
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' })
    database.close()
  })
})

test('a file that another process started to write while it was read without a lock is read again', async () => {
  await open().commit(commit({}))
  await stores.pop()?.close()
  const whole = readFileSync(path)
  writeFileSync(path, whole.subarray(0, whole.length - 4_096))
  const { close } = DatabaseSync.prototype
  let looks = 0
  DatabaseSync.prototype.close = function () {
    looks += 1
    close.call(this)
    // What was read was half of what the other process has written by now.
    if (looks > 1) return
    writeFileSync(path, whole)
    writeFileSync(`${path}-wal`, '')
  }
  try {
    expect((await open().load('call'))?.version).toBe(1)
    expect(looks).toBe(2)
  } finally {
    DatabaseSync.prototype.close = close
  }
})

describe('the mode of', () => {
  const modeOf = (name: string): string => (statSync(name).mode & 0o777).toString(8)

  test('a new file, its log and its index is for its user alone', async () => {
    await open().commit(commit({}))
    expect(['', '-wal', '-shm'].map((ending) => modeOf(`${path}${ending}`))).toEqual(['600', '600', '600'])
  })

  test('an existing file stays', async () => {
    writeFileSync(path, '', { mode: 0o640 })
    const mode = modeOf(path)
    await open().commit(commit({}))
    expect(['', '-wal', '-shm'].map((ending) => modeOf(`${path}${ending}`))).toEqual([mode, mode, mode])
  })
})

describe('a file that is lost while a bot runs', () => {
  const losses: Readonly<Record<string, (linked: string) => void>> = {
    deleted: () => unlinkSync(path),
    'deleted with its log': () => {
      for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`)
    },
    'left without its log': () => unlinkSync(`${path}-wal`),
    'replaced by another store': () => {
      sqliteStore(join(folder, 'other.db'))
        .close()
        .catch(() => undefined)
      renameSync(join(folder, 'other.db'), path)
    },
    'out of reach because the link to it leads elsewhere': (linked) => {
      sqliteStore(join(folder, 'other.db'))
        .close()
        .catch(() => undefined)
      unlinkSync(linked)
      symlinkSync(join(folder, 'other.db'), linked)
    },
  }

  test.each(Object.entries(losses))(
    '%s: onError and the log hear of it within a poll, and callbacks are answered 503',
    async (_, lose) => {
      const linked = link(path)
      const logged: string[] = []
      const log = (message: string, fields?: object): void => void logged.push(`${message} ${JSON.stringify(fields)}`)
      const { rollcall, clock, errors } = stage({
        store: open(linked, { pollMs: 200 }),
        logger: { debug: log, info: log, warn: log, error: log },
      })
      const webhook = graphWebhook(rollcall, { authentication: 'off', clock })
      const callback = (state: string): Request =>
        new Request('http://bot.example/callback', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            value: [
              {
                changeType: 'updated',
                resourceUrl: '/communications/calls/421f5a00-4b80-0000-0000-000000000001',
                resourceData: { '@odata.type': '#microsoft.graph.call', state },
              },
            ],
          }),
        })
      expect((await webhook(callback('establishing'))).status).toBe(202)
      await clock.advance(1_000)
      expect(errors).toEqual([])
      lose(linked)
      await clock.advance(200)
      expect(errors).toEqual([expect.objectContaining({ code: 'STORE_REPLACED', status: 503 })])
      expect(logged.join('\n')).toContain('STORE_REPLACED')
      await clock.advance(1_000)
      expect(errors).toHaveLength(1)
      expect((await webhook(callback('established'))).status).toBe(503)
      // Not even for what is known already: it would be answered for what is lost.
      expect((await webhook(callback('establishing'))).status).toBe(503)
    },
  )

  test('is written to again once it is back', async () => {
    const store = open(path, { pollMs: 0 })
    await store.commit(commit({}))
    renameSync(path, join(folder, 'away.db'))
    await expect(store.commit(commit({ expectedVersion: 1 }))).rejects.toMatchObject({
      code: 'STORE_REPLACED',
      message: expect.stringContaining('was deleted'),
    })
    renameSync(join(folder, 'away.db'), path)
    await store.commit(commit({ expectedVersion: 1 }))
    expect((await store.load('call'))?.version).toBe(2)
  })

  test('is not confirmed if it is lost during a commit', async () => {
    const store = open(path, { pollMs: 0 })
    const loses = {
      toJSON() {
        unlinkSync(path)
        return 1
      },
    } as unknown as Json
    await expect(store.commit(commit({ participants: new Map([['ann', loses]]) }))).rejects.toMatchObject({
      code: 'STORE_REPLACED',
      definite: false,
    })
  })

  test('is not recreated when the connection has to be', async () => {
    const store = open(path, { pollMs: 0 })
    await store.commit(commit({}))
    // Trouble of SQLite's, after which the file is opened again.
    const other = new DatabaseSync(path)
    other.exec("CREATE TRIGGER trouble BEFORE UPDATE ON calls BEGIN SELECT RAISE(FAIL, 'trouble'); END")
    await expect(store.commit(commit({ expectedVersion: 1 }))).rejects.toMatchObject({ code: 'STORE_FAILED' })
    other.close()
    unlinkSync(path)
    await expect(store.load('call')).rejects.toMatchObject({ code: 'STORE_REPLACED' })
    expect(existsSync(path)).toBe(false)
  })

  test('may be another one after the store was closed', async () => {
    const store = open(path, { pollMs: 0 })
    await store.commit(commit({}))
    await store.close()
    rmSync(path)
    const { rollcall } = stage({ store })
    await rollcall.receive([callIs('establishing')])
    expect(await store.journalEnd()).toBe(1)
  })
})

describe('a schema that another process raised', () => {
  test('is not written to, and can be read', async () => {
    const store = open()
    await store.commit(commit({ participants: people('ann') }))
    const newer = new DatabaseSync(path)
    newer.exec('PRAGMA user_version = 99')
    for (const write of [
      () => store.commit(commit({ expectedVersion: 1 })),
      () => store.claim('call', 'f', { instanceId: 'a', at: 0, until: 1 }),
      () => store.renew({ instanceId: 'a', at: 0, until: 1 }),
      () => store.release('a'),
      () => store.writeCursor('reader', 1),
      () => store.purge(0),
    ])
      await expect(write()).rejects.toMatchObject({
        code: 'STORE_NEWER',
        status: 503,
        definite: true,
        message: expect.stringMatching(/schema 99.*update rollcall/),
      })
    expect((await store.load('call'))?.version).toBe(1)
    newer.exec(`PRAGMA user_version = ${migrations.length}`)
    newer.close()
    await store.commit(commit({ expectedVersion: 1 }))
  })
})

describe(':memory:', () => {
  test('is not a file, and is shared with no other store', async () => {
    const store = open(':memory:')
    await store.commit(commit({}))
    expect(await open(':memory:').load('call')).toBeUndefined()
    expect(existsSync(':memory:')).toBe(false)
  })

  test('keeps its data when SQLite fails', async () => {
    const store = open(':memory:')
    await store.commit(commit({}))
    const { exec } = DatabaseSync.prototype
    DatabaseSync.prototype.exec = function (sql: string) {
      if (sql === 'COMMIT')
        throw Object.assign(new Error('full'), {
          code: 'ERR_SQLITE_ERROR',
          errcode: 13,
          errstr: 'database or disk is full',
        })
      return exec.call(this, sql)
    }
    try {
      await expect(store.commit(commit({ expectedVersion: 1 }))).rejects.toMatchObject({ code: 'STORE_FAILED' })
    } finally {
      DatabaseSync.prototype.exec = exec
    }
    expect((await store.load('call'))?.version).toBe(1)
  })
})
