/**
 * Hosts and processes that share a file, at once and one after the other.
 * @module
 */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { bot, callId, callIs, entry, roster, stage } from '../host/stage.ts'
import { runNode } from '../waiting/node-process.ts'
import { path, open, useTemporaryFile } from './temporary-file.ts'

useTemporaryFile()

describe('two hosts on one file', () => {
  test('are notified of each other, and take over from each other', async () => {
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

  test('use what the other committed, even before its notification', async () => {
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

  test('close without closing the file for the other', async () => {
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
  test('continues where the other process stopped', async () => {
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
