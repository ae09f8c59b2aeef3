/**
 * Every script of package.json answers `--help`, and refuses what it cannot use in one line with exit code 2.
 * @module
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { USAGE_EXIT_CODE } from './arguments.ts'

const { scripts } = JSON.parse(readFileSync(join(repositoryFolder, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** Not scripts of this project: Vitest has a help of its own, and npm calls `prepack` and `postpack` without arguments. */
const foreign = new Set(['vitest', 'prepack', 'postpack'])

const names = Object.keys(scripts).filter((name) => !foreign.has(name))

interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

/** Runs a script of package.json with further arguments, without npm around it. */
function run(name: string, args: readonly string[]): Promise<Ended> {
  const [command = '', ...rest] = (scripts[name] ?? '').split(' ')
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...rest, ...args], { cwd: repositoryFolder, stdio: ['ignore', 'pipe', 'pipe'] })
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text
      })
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...said, code }))
  })
}

describe.each(names)('npm run %s', (name) => {
  test('answers --help', async () => {
    const { stdout, stderr, code } = await run(name, ['--help'])
    expect(stdout).toMatch(/usage: |^rollcall /m)
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  test('refuses an option it does not have in one line', async () => {
    const { stdout, stderr, code } = await run(name, ['--no-such-option'])
    expect(stderr).toContain('--no-such-option')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
    expect(code).toBe(USAGE_EXIT_CODE)
  })
})

test.each([
  ['histories', '--count many', '--count is a whole number, 1 or more, not many'],
  ['histories', '--count 0', '--count is a whole number, 1 or more, not 0'],
  ['histories', '--seed 1.5', '--seed is a whole number, 0 or more, not 1.5'],
  ['histories', '--mode wild', '--mode is bounded or unbounded, not "wild"'],
  ['histories', '--path abc', '--path: expected a path as a failure names it, like 5:0:0; found a string'],
  [
    'histories',
    '--path 0:99999 --host-every 0',
    '--path: "0:99999" leads to no run; a path is of the seed and the options it was found with',
  ],
  ['explore', '--only typo', '--only is part of the name of a scope, like "'],
  ['explore', '--max-states 0', '--max-states is a whole number, 1 or more, not 0'],
  ['explore', '--at-least all', '--at-least is a whole number, 1 or more, not all'],
  ['crash', '--kills some', '--kills is a whole number, 1 or more, not some'],
  ['crash', '--only three', '--only is one, two or disk, not "three"'],
  ['mutate', '--files src/nothing.ts', '--files names no file: src/nothing.ts'],
  ['mutate', '--sample 0', '--sample is a whole number, 1 or more, not 0'],
] as const)('npm run %s says of %s: %s', async (name, args, says) => {
  const { stdout, stderr, code } = await run(name, args.split(' '))
  expect(stderr).toContain(says)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stdout).not.toContain('violation')
  expect(code).toBe(USAGE_EXIT_CODE)
})
