/**
 * `rollcall calls`: its output, and its messages for mistakes.
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCalls } from '../../src/sqlite/calls-command.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { callIs, entry, roster, stage } from '../host/stage.ts'

let folder = ''
let path = ''

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
  path = join(folder, 'calls.db')
  const { rollcall } = stage({ store: sqliteStore(path), clock: virtualClock(Date.UTC(2030, 0, 1)) })
  await rollcall.receive([
    callIs('establishing'),
    callIs('established'),
    roster(entry('ann'), entry('bob', { isInLobby: true })),
  ])
  await rollcall.receive([callIs('establishing', { callId: 'old' }), callIs('terminated', { callId: 'old' })])
  await rollcall.close()
})

afterEach(() => rmSync(folder, { recursive: true }))

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: readonly string[]; readonly err: readonly string[] }> {
  const out: string[] = []
  const err: string[] = []
  const code = await runCalls(args, { out: (line) => void out.push(line), err: (line) => void err.push(line) })
  return { code, out, err }
}

describe('rollcall calls', () => {
  test('lists the calls of the file, open calls first', async () => {
    expect(await run(path)).toEqual({
      code: 0,
      err: [],
      out: [
        'call  state        participants       requests  next deadline             ended',
        'call  established  1 active, 1 lobby  0         2030-01-01T00:15:00.000Z  -',
        'old   terminated   none               0         -                         2030-01-01T00:00:00.000Z',
      ],
    })
    expect((await run(path, '--open')).out).toHaveLength(2)
  })

  test.each([
    // The last moment of a `Date` (ECMAScript, time values): every deadline is later.
    ['no date can hold', 8.64e15],
    ['no whole number of JavaScript can hold', Number.MAX_SAFE_INTEGER],
  ])('lists a deadline that %s as a number', async (_, now) => {
    const { rollcall } = stage({ store: sqliteStore(path), clock: virtualClock(now) })
    await rollcall.receive([
      { ...callIs('establishing'), callId: 'far' },
      { ...callIs('established'), callId: 'far' },
    ])
    await rollcall.close()
    expect(await run(path)).toMatchObject({
      code: 0,
      out: expect.arrayContaining([expect.stringMatching(/^far .* \d{16} /)]) as unknown,
    })
  })

  test('prints one object a line when asked to', async () => {
    const { out } = await run(path, '--json')
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        callId: 'call',
        state: 'established',
        version: 1,
        outbox: 0,
        nextDeadlineAt: Date.UTC(2030, 0, 1, 0, 15),
        participants: { active: 1, lobby: 1 },
      },
      { callId: 'old', state: 'terminated', version: 1, outbox: 0, endedAt: Date.UTC(2030, 0, 1), participants: {} },
    ])
  })

  test('says what is wrong in a sentence', async () => {
    expect(await run()).toMatchObject({ code: 2, out: [], err: [expect.stringContaining('expected one file')] })
    expect(await run(path, '--jsn')).toMatchObject({ code: 2, err: [expect.stringContaining('--jsn')] })
    writeFileSync(join(folder, 'note.txt'), 'nothing of the kind')
    for (const name of ['note.txt', 'missing.db']) {
      const { code, err } = await run(join(folder, name))
      expect(code).toBe(1)
      expect(err).toEqual([expect.stringContaining('cannot be used as a store')])
    }
    expect((await run('--help')).out.join('\n')).toContain('rollcall calls FILE')
  })
})
