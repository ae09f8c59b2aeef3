/**
 * The journal of a store file that an earlier version wrote, as a durable subscriber is shown it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PublishedChange } from '../../src/host/ports/published-change.ts'
import { sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { stage } from '../host/stage.ts'

const sql = readFileSync(new URL('fixtures/store-1.sql', import.meta.url), 'utf8')

/** Before every deadline in the file, so that the host adds nothing of its own. */
const EARLIER = Date.UTC(2026, 0, 1)

let place = ''
let store: SqliteStore

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'rollcall-'))
  const path = join(place, 'calls.db')
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
  store = sqliteStore(path, { pollMs: 0 })
})

afterEach(async () => {
  await store.close()
  rmSync(place, { recursive: true })
})

test('a reader goes on in an old journal, and is told in the present form what was not known', async () => {
  const stored = (await store.readJournal(40, 1_000)).flatMap(({ changes }) => changes)
  const isFirstOfCall = (change: PublishedChange) => change.key === undefined && (change.from as string) === 'unknown'
  expect(stored.filter(isFirstOfCall).length).toBeGreaterThan(0)
  const { rollcall, clock } = stage({ store, clock: virtualClock(EARLIER) })
  const heard: PublishedChange[] = []
  rollcall.subscribe((change) => void heard.push(change), { cursor: 'billing', facts: true })
  const expected = stored.map((change) => {
    const { from, ...rest } = change
    return isFirstOfCall(change) ? rest : change
  })
  // The store writes each place of the reader in a turn of the event loop of its own.
  for (let turns = 0; turns < expected.length && heard.length < expected.length; turns += 1) await clock.settle()
  expect(heard.slice(0, expected.length)).toEqual(expected)
  for (const change of heard)
    expect(change.key === undefined, `${change.callId} ${change.to}`).toBe(change.participant === undefined)
  await rollcall.close()
})
