/**
 * A disk that fails while a callback comes in: it is answered 503, nothing of it is kept, and sent again it counts whole.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import { present } from '../../src/host/ports/call-view.ts'
import { sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'
import { entry, stage } from '../host/stage.ts'
import { diskError, diskErrors } from './failing-disk.ts'

const CALL = '421f5a00-4b80-0000-0000-000000000001'
const people = ['ann', 'bob'] as const

let folder: string
let file: SqliteStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-disk-'))
  file = sqliteStore(join(folder, 'calls.db'), { pollMs: 0, busyTimeoutMs: 0 })
})

afterEach(() => rmSync(folder, { recursive: true }))

/** The call's own state, and two people, in one callback. */
function callback(): Request {
  const resourceUrl = `/communications/calls/${CALL}`
  const resourceData = people.map((id) => ({
    id,
    info: { identity: { user: { id } }, participantId: id },
    isInLobby: false,
    isMuted: false,
  }))
  return new Request('http://bot.example/callback', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      value: [
        {
          changeType: 'updated',
          resourceUrl,
          resourceData: { '@odata.type': '#microsoft.graph.call', state: 'established' },
        },
        { changeType: 'updated', resourceUrl: `${resourceUrl}/participants`, resourceData },
      ],
    }),
  })
}

/** A bot on the file, as the wrapper lets it see it. */
function begin(seen: (store: Store) => Store) {
  const staged = stage({ store: seen(file) })
  staged.transport.roster = people.map((id) => entry(id))
  return { ...staged, webhook: graphWebhook(staged.rollcall, { authentication: 'off', clock: staged.clock }) }
}

async function expectNothing({
  changes,
  transport,
}: Pick<ReturnType<typeof begin>, 'changes' | 'transport'>): Promise<void> {
  expect(await file.load(CALL)).toBeUndefined()
  expect(await file.journalEnd()).toBe(0)
  expect(changes).toEqual([])
  expect(transport.requests).toEqual([])
}

async function expectAll({ webhook, clock, rollcall, changes }: ReturnType<typeof begin>): Promise<void> {
  expect((await webhook(callback())).status).toBe(202)
  await clock.settle()
  expect(present(await rollcall.call(CALL).read()).map(({ id }) => id)).toEqual(people)
  expect(changes.filter(({ to }) => to === 'active')).toHaveLength(people.length)
}

test.each(diskErrors)(
  'a commit that fails with "$errstr" answers 503 and leaves nothing behind, and the next attempt counts whole',
  async (error) => {
    let isFailing = true
    const bot = begin((store) => ({
      ...store,
      commit: (commit) => (isFailing ? Promise.reject(diskError(error)) : store.commit(commit)),
    }))
    expect((await bot.webhook(callback())).status).toBe(503)
    await bot.clock.settle()
    await expectNothing(bot)
    isFailing = false
    await expectAll(bot)
  },
)

test('a file another process holds answers 503 and leaves nothing behind, and the next attempt counts whole', async () => {
  const bot = begin((store) => store)
  await bot.rollcall.ready
  const other = new DatabaseSync(file.path)
  other.exec('BEGIN IMMEDIATE')
  expect((await bot.webhook(callback())).status).toBe(503)
  await bot.clock.settle()
  await expectNothing(bot)
  other.exec('ROLLBACK')
  other.close()
  await expectAll(bot)
})

test('a write that fails in the middle of a commit takes back what was written before it', async () => {
  const bot = begin((store) => store)
  await bot.rollcall.ready
  const other = new DatabaseSync(file.path)
  // The call's own row and the first participant are written by then.
  other.exec(
    `CREATE TRIGGER full BEFORE INSERT ON participants WHEN (SELECT count(*) FROM participants) = 1 BEGIN SELECT RAISE(FAIL, 'disk full'); END`,
  )
  expect((await bot.webhook(callback())).status).toBe(503)
  await bot.clock.settle()
  await expectNothing(bot)
  other.exec('DROP TRIGGER full')
  other.close()
  await expectAll(bot)
})

test('a disk that fails when an invite is to be sent delays it, and it is sent once', async () => {
  let failures = 0
  const bot = begin((store) => ({
    ...store,
    claim: (callId, effectId, lease) => {
      failures -= 1
      return failures >= 0 ? Promise.reject(diskError(diskErrors[0])) : store.claim(callId, effectId, lease)
    },
  }))
  await expectAll(bot)
  failures = 2
  await bot.rollcall.call(CALL).invite({ user: { id: 'cid' } })
  await bot.clock.settle()
  await bot.clock.advance(5_000)
  expect(failures).toBeLessThan(0)
  expect(bot.transport.count('invite')).toBe(1)
})
