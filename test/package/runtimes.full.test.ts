/**
 * The packed package on every runtime that the README names.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { snippetsOf } from '../documents/snippets.ts'
import { imports, installConsumer, type Consumer } from './consumer.ts'
import { installRuntimes, oldNode, runtimes, startOn } from './runtimes.ts'
import { BROWSER_COLUMN, readWorksWhere } from './works-where.ts'

const readme = readFileSync(join(repositoryFolder, 'README.md'), 'utf8')
const [example] = snippetsOf(readme)

/** Names that errors and packages of the runtimes mean nothing by. */
const warning = /^\(node:\d+\) ExperimentalWarning|^\(Use `node --trace-warnings/

let consumer: Consumer

beforeAll(async () => {
  await installRuntimes()
  consumer = await installConsumer()
  await build({
    entryPoints: [join(repositoryFolder, 'test/package/uses.ts')],
    outfile: join(consumer.folder, 'uses.mjs'),
    tsconfigRaw: '{}',
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  })
  // Without its types: Node 22.13 does not take them off by itself.
  const { code } = await transform(example?.program ?? '', { loader: 'ts' })
  writeFileSync(join(consumer.folder, 'example.mjs'), code)
})

afterAll(() => consumer.remove())

test('the README has a column for every runtime, and a row for every import', () => {
  const table = readWorksWhere()
  expect([...table.keys()]).toEqual(imports)
  for (const row of table.values())
    expect([...row.keys()]).toEqual([...runtimes.map(({ name }) => name), BROWSER_COLUMN])
})

describe.each(runtimes)('on $name', (runtime) => {
  const run = (...args: readonly string[]) => startOn(runtime, consumer.folder, args).ended()

  test('each import works where the README says so', async () => {
    const { stdout, stderr } = await run('uses.mjs')
    const cells = [...readWorksWhere()].map(([name, row]) => [name, row.get(runtime.name)])
    const results = Object.entries(JSON.parse(stdout || '{}') as Record<string, string>)
    expect(
      results.map(([name, result]) => [name, result === 'works' ? 'yes' : result]),
      stderr,
    ).toEqual(cells)
  })

  test('the program at the top of the README prints what it says there, and nothing else', async () => {
    const { stdout, stderr, status } = await run('example.mjs')
    expect({ stdout, stderr, status }).toEqual({ stdout: example?.output, stderr: '', status: 0 })
  })

  test('the command prints its help, with no warning', async () => {
    const { stdout, stderr, status } = await run('node_modules/rollcall/dist/cli.js', '--help')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toContain('rollcall emulate')
  })

  test('the command that needs SQLite says what is wrong with a file in one sentence', async () => {
    const { stdout, stderr, status } = await run('node_modules/rollcall/dist/cli.js', 'calls', 'missing.db')
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr.split('\n').filter((line) => line !== '' && !warning.test(line))).toEqual([
      expect.stringMatching(/^rollcall calls: The file missing\.db cannot be used as a store: /),
    ])
  })
})

describe(`on ${oldNode.name}, which is not supported`, () => {
  const run = (...args: readonly string[]) =>
    startOn(oldNode, consumer.folder, ['node_modules/rollcall/dist/cli.js', ...args]).ended()

  test('help is printed, with no warning', async () => {
    const { stdout, stderr, status } = await run('--help')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toContain('rollcall emulate')
  })

  test.each(['calls', 'emulate', 'demo'])('%s says what it needs in one sentence', async (command) => {
    const { stdout, stderr, status } = await run(command, 'calls.db')
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toMatch(/^rollcall \w+: needs Node 22\.13 or newer, and this is Node 20\.\d+\.\d+\n$/)
  })
})
