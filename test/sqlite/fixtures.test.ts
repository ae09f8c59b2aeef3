/**
 * A store file that an earlier version wrote: it opens, and every call in it is unchanged and continues.
 *
 * Rule: the files in `fixtures` are never written again; its README says what they hold. A database is made from the
 * SQL by `exec`, at a path of the test's own.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodeParts, encodeCall } from '../../src/call/codec/codec.ts'
import { invariants } from '../../src/call/invariants.ts'
import type { Call } from '../../src/call/model/call.ts'
import { step } from '../../src/call/step.ts'
import { listStoredCalls, sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { endOfCall, type CallEnd } from '../call/end-of-call.ts'
import { stage } from '../host/stage.ts'

/** A call as it was when the file was written, and the ids of its requests without an answer. */
interface ExpectedCall extends CallEnd {
  readonly outbox: readonly string[]
}

const folder = new URL('fixtures/', import.meta.url)
const sql = readFileSync(new URL('store-1.sql', folder), 'utf8')
const expected = JSON.parse(readFileSync(new URL('store-1.calls.json', folder), 'utf8')) as Record<string, ExpectedCall>
const ids = Object.keys(expected)

/** Later than everything in the file, and before its commits are old enough to be dropped. */
const LATER = Date.UTC(2026, 0, 2)

/** How many of its first commits had been dropped from its journal. */
const DROPPED = 4

let place = ''
let path = ''
let store: SqliteStore

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'rollcall-'))
  path = join(place, 'calls.db')
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
  store = sqliteStore(path, { pollMs: 0 })
})

afterEach(async () => {
  await store.close()
  rmSync(place, { recursive: true })
})

async function load(id: string): Promise<Call> {
  const stored = await store.load(id)
  if (stored === undefined) throw new TypeError(`there is no call ${id} in the file`)
  return decodeParts(stored.core, stored.participants)
}

describe('a file of schema 1', () => {
  test('holds the calls it held', async () => {
    expect(
      listStoredCalls(path)
        .map(({ callId }) => callId)
        .sort(),
    ).toEqual([...ids].sort())
    for (const id of ids) {
      const { outbox, ...end } = expected[id] as ExpectedCall
      const stored = await store.load(id)
      expect(endOfCall(await load(id)), id).toEqual(end)
      expect(
        stored?.outbox.map(({ effect }) => effect.id),
        id,
      ).toEqual(outbox)
    }
  })

  test('is searched by the earliest deadline of each call', async () => {
    for (const { callId, nextDeadlineAt = Infinity } of listStoredCalls(path)) {
      const { state, outbox, deadlines } = expected[callId] as ExpectedCall
      const earliest = Math.min(...Object.values(deadlines))
      expect(nextDeadlineAt, callId).toBe(earliest)
      if (outbox.length > 0) continue
      const isDue = async (before: number) => (await store.listDue(before)).includes(callId)
      const becomesDue = state !== 'terminated' && earliest < Infinity
      expect([await isDue(earliest), await isDue(earliest + 1)], callId).toEqual([false, becomesDue])
    }
  })

  test('distinguishes a claimed request from an unclaimed one', async () => {
    const claims = new Map<string, boolean>()
    for (const id of ids)
      for (const { effect, isClaimed } of (await store.load(id))?.outbox ?? [])
        claims.set(`${id} ${effect.id}`, isClaimed)
    expect(claims.size).toBe(Object.values(expected).reduce((sum, { outbox }) => sum + outbox.length, 0))
    expect([...claims].filter(([, isClaimed]) => !isClaimed)).toEqual([['call-odd-end invite/bob', false]])
  })

  test('knows which calls are open, and who holds a request', async () => {
    const open = ids.filter((id) => {
      const { state, outbox } = expected[id] as ExpectedCall
      return state !== 'terminated' || outbox.length > 0
    })
    expect([...(await store.listOpen())].sort()).toEqual([...open].sort())
    const database = new DatabaseSync(path, { readOnly: true })
    const held = database
      .prepare("SELECT call_id, effect_id FROM outbox JOIN calls ON row = call WHERE holder = 'host-2'")
      .get()
    database.close()
    const { call_id: callId, effect_id: effectId } = held as { call_id: string; effect_id: string }
    const until = Date.UTC(2026, 0, 1)
    expect(await store.claim(callId, effectId, { instanceId: 'host-3', at: until, until })).toMatchObject({
      state: 'held',
    })
    const later = { instanceId: 'host-3', at: LATER, until: LATER + 1 }
    expect(await store.claim(callId, effectId, later)).toEqual({ state: 'granted', wasClaimed: true })
  })

  test('continues its journal and its readers', async () => {
    const entries = await store.readJournal(0, 1_000)
    const end = await store.journalEnd()
    expect(entries.map(({ position }) => position)).toEqual(
      Array.from({ length: end - DROPPED }, (_, index) => DROPPED + index + 1),
    )
    expect(await store.readCursor('audit')).toBe(end)
    expect(await store.readCursor('billing')).toBe(40)
    const isEnded = new Map(entries.map((entry) => [entry.callId, entry.isEnded]))
    for (const [id, ended] of isEnded) expect(ended, id).toBe(expected[id]?.state === 'terminated')
    const changes = entries.flatMap((entry) => entry.changes)
    for (const { key, to, ending, participant } of changes) {
      expect(ending !== undefined, `${key} ${to}`).toBe(['removed', 'cancelled', 'terminated'].includes(to))
      if (key !== undefined) expect(participant).toMatchObject({ key, state: to })
    }
    expect(changes.some(({ facts }) => facts !== undefined)).toBe(true)
  })

  test('has calls that can be stepped on', async () => {
    for (const id of ids) {
      const call = await load(id)
      const at = (call.at ?? 0) + 1
      const resumed = step(call, { type: 'host.resumed', at })
      const ended = step(resumed.call, { type: 'call.reported', state: 'terminated', at }).call
      for (const one of [resumed.call, ended]) expect(invariants(one), id).toEqual([])
      expect(ended.state).toBe('terminated')
      const before = (expected[id] as ExpectedCall).participants
      for (const [key, { ending }] of Object.entries(endOfCall(ended).participants)) {
        expect(ending, `${id} ${key}`).toBeDefined()
        if (before[key]?.ending !== undefined) expect(ending, `${id} ${key}`).toEqual(before[key].ending)
      }
    }
  })

  test('is resumed by a host, which stores its calls in the form of this version', async () => {
    const { rollcall, clock, errors } = stage({ store, clock: virtualClock(LATER) })
    for (const id of ids)
      await rollcall.receive([{ callId: id, event: { type: 'call.reported', state: 'terminated' } }])
    await clock.settle()
    expect(errors).toEqual([])
    for (const id of ids) {
      const call = await load(id)
      expect(call.state, id).toBe('terminated')
      const again = step(call, { type: 'host.resumed', at: LATER + 1 }).call
      expect(encodeCall(again), id).toEqual(encodeCall(call))
    }
    expect(await store.listOpen()).toEqual([])
  })
})
