/**
 * The scripts say in one line which of their arguments is no use, and end with status 2.
 * @module
 */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runNode } from '../waiting/node-process.ts'

const histories: readonly (readonly [args: string, says: string])[] = [
  ['--count many', '--count is a whole number, 1 or more, not many'],
  ['--count 0', '--count is a whole number, 1 or more, not 0'],
  ['--seed 1.5', '--seed is a whole number, 0 or more, not 1.5'],
  ['--mode wild', '--mode is bounded or unbounded'],
  ['--path abc', '--path: expected a path as a failure names it, like 5:0:0; found "abc"'],
  ['--path 0:99999 --host-every 0', '--path: "0:99999" leads to no run; a path is of the seed and the options it was found with'],
  ['--sed 1', 'Unknown option \'--sed\'; there are --count, --seed, --path, --mode, --host-every'],
  ['--count', 'Option \'--count <value>\' argument missing; there are --count, --seed, --path, --mode, --host-every'],
  ['7', 'Unexpected argument \'7\''],
]

const explore: readonly (readonly [args: string, says: string])[] = [
  ['--only typo', '--only is part of the name of a scope, like "'],
  ['--path abc', 'Unknown option \'--path\'; there are --all, --max-states, --at-least, --only'],
  ['--max-states 0', '--max-states is a whole number from 1, not "0"'],
  ['--at-least all', '--at-least is a whole number from 1, not "all"'],
  ['--all=yes', 'Option \'--all\' does not take an argument; there are --all, '],
]

describe.each([['npm run histories', '../histories/run.ts', histories], ['npm run explore', '../explore/run.ts', explore]] as const)('%s', (_, script, refused) => {
  it.each(refused)('says of %s that it is no use: %s', async (args, says) => {
    const { stderr, stdout, status } = await runNode([fileURLToPath(new URL(script, import.meta.url)), ...args.split(' ')])
    expect(stderr).toContain(says)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stdout).not.toContain('violation')
    expect(status).toBe(2)
  })
})
