import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { commandFor } from './case-running.ts'
import { startNode } from './node-process.ts'
import { follow, until, untilSettled, type FollowedChild, type Waiting } from './waiting.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-waiting-'))
  vi.stubEnv('ROLLCALL_WAITING', folder)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** A child that runs a program, followed. */
function child(program: string): FollowedChild {
  return follow(spawn(process.execPath, ['--input-type=module', '--eval', program]), 'the child')
}

function waitings(pid = process.pid): readonly Waiting[] {
  const path = join(folder, `${pid}.json`)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly Waiting[]) : []
}

/** The error of a promise that has to reject. */
async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => error as Error,
  )
}

describe('a condition', () => {
  test('is waited for until what is seen is what is wanted', async () => {
    let count = 0
    const next = (): number => (count += 1)
    expect(await until('the count is three', next, 3)).toBe(3)
    expect(await until('the count is even', next, (seen) => seen % 2 === 0)).toBe(4)
    expect(await until('there is a count', next)).toBe(5)
    expect(await until('the text ends in 7', async () => `number ${next()}`, /7$/)).toBe('number 7')
    expect(await until('the list has both', () => ['a', next()], ['a', 9])).toEqual(['a', 9])
  })

  test('that cannot be looked at any more is an error that says what was waited for, what was seen, the seed and the command', async () => {
    let count = 0
    const look = (): number => {
      count += 1
      if (count === 3) throw Object.assign(new RangeError('the line is dead'), { code: 'DEAD' })
      return count
    }
    const error = await errorOf(until('two phones are ringing', look, 7, { seed: 42 }))
    expect(error).toMatchObject({ code: 'DEAD', name: 'RangeError', cause: { message: 'the line is dead' } })
    expect(error.message.split('\n')).toEqual([
      'waited until two phones are ringing: the line is dead',
      'last seen: 2',
      'seed: 42',
      expect.stringMatching(
        /^again: ROLLCALL_SEED=42 npm run vitest -- test\/waiting\/waiting\.test\.ts -t '\^a condition > that cannot be looked at .*\$'$/,
      ),
    ])
  })

  test('is in the file of this process while it is waited for, with what is seen, and not longer', async () => {
    const seen: (readonly Waiting[])[] = []
    await until(
      'the file says what is seen',
      () => {
        seen.push(waitings())
        return seen.length
      },
      3,
    )
    expect(seen[0]).toEqual([
      {
        what: 'the file says what is seen',
        test: {
          file: 'test/waiting/waiting.test.ts',
          name: 'a condition > is in the file of this process while it is waited for, with what is seen, and not longer',
        },
        again:
          "npm run vitest -- test/waiting/waiting.test.ts -t '^a condition > is in the file of this process while it is waited for, with what is seen, and not longer$'",
      },
    ])
    expect(seen[2]?.[0]?.seen).toBe('2')
    expect(existsSync(join(folder, `${process.pid}.json`))).toBe(false)
  })

  test('is written nowhere when no folder is named', async () => {
    vi.stubEnv('ROLLCALL_WAITING', undefined)
    await until('nothing is written', () => true)
    expect(waitings()).toEqual([])
  })
})

describe('a promise', () => {
  test('is waited for until it settles, and its error says what was waited for', async () => {
    expect(await untilSettled('it is there', Promise.resolve('here'))).toBe('here')
    expect((await errorOf(untilSettled('it is there', Promise.reject(new Error('gone'))))).message).toMatch(
      /^waited until it is there: gone\nagain: /,
    )
  })

  test('that never settles is in the file of its process, with the seed and the command', async () => {
    const waits = spawn(process.execPath, [fileURLToPath(new URL('waits-for-ever.ts', import.meta.url))])
    const followed = follow(waits, 'the one who waits')
    await followed.line(/^it waits$/)
    expect(waitings(waits.pid)).toEqual([
      { what: 'pigs fly', seed: 7, again: 'ROLLCALL_SEED=7 npm run crash -- --seed 7' },
    ])
    followed.kill('SIGKILL')
    expect(await followed.ended()).toMatchObject({ status: null, signal: 'SIGKILL', stdout: 'it waits\n' })
  })
})

describe('a child process', () => {
  test('is waited for by a line, also one that it has written before', async () => {
    const followed = child('console.log("one"); console.log("port 80")')
    expect(await followed.line(/^port \d+$/)).toBe('port 80')
    expect(await followed.line(/^one/)).toBe('one')
    expect(await followed.ended()).toEqual({ status: 0, signal: null, stdout: 'one\nport 80\n', stderr: '' })
    expect(followed.out).toEqual(['one', 'port 80'])
  })

  test('that ends before it writes the line is an error with all that it wrote', async () => {
    const followed = child('console.log("one"); console.error("two"); process.exitCode = 3')
    const error = await errorOf(followed.line(/^port/))
    expect(error.message).toMatch(
      /^waited until the child writes \/\^port\/: the child ended with 3 before that; it wrote:\none\ntwo\n/,
    )
    expect((await errorOf(followed.line(/^port/))).message).toContain('two')
    expect(followed.err).toEqual(['two'])
  })

  test('that cannot be started is an error with the reason', async () => {
    const followed = follow(spawn('no-such-program-anywhere'), 'the program')
    expect((await errorOf(followed.line(/./))).message).toMatch(
      /^waited until the program writes \/\.\/: spawn no-such-program-anywhere ENOENT/,
    )
    expect(await errorOf(followed.ended())).toMatchObject({ code: 'ENOENT' })
  })

  test('does not outlive the case that started it', ({ onTestFinished }) => {
    const started: FollowedChild[] = []
    // What was asked for first is done last: behind the end of the child.
    onTestFinished(async () => {
      expect(await started[0]?.ended()).toMatchObject({ status: null, signal: 'SIGKILL' })
    })
    started.push(startNode(['--eval', 'setInterval(() => undefined, 1_000)']))
  })

  test('is in the file with the end of what it has written', async () => {
    const followed = child('process.stdin.on("data", (text) => process.stdout.write(text)); console.log("ready")')
    await followed.line(/ready/)
    const line = followed.line(/^done/)
    expect(waitings()).toMatchObject([{ what: 'the child writes /^done/', seen: 'ready' }])
    followed.kill('SIGKILL')
    await errorOf(line)
    expect(waitings()).toEqual([])
  })
})

test('the command names one case, whatever is in its title', () => {
  expect(commandFor('test/a.test.ts', 'costs $1 (it\'s "dear")')).toBe(
    "npm run vitest -- test/a.test.ts -t '^costs \\$1 \\(it'\\''s \"dear\"\\)$'",
  )
  expect(commandFor('test/a.test.ts', '')).toBe('npm run vitest -- test/a.test.ts')
})
