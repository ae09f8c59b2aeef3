/**
 * Every command of the documents works in a project that has only the package: each is run there as it is written.
 *
 * Rule: three things are put in the place of what a reader has: a recorded trace for the name of one, the page of a live
 * host for its URL, and any free port for the one that is written. A server is stopped once it has said where it is.
 * @module
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inspectHost } from '../../src/inspect/inspect-host.ts'
import { writeTrace } from '../../src/trace/trace.ts'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { fencedCommands } from '../documents/fenced-commands.ts'
import { meeting, traceOf } from '../inspect/example-traces.ts'
import { ManualHost } from '../inspect/manual-host.ts'
import { follow } from '../waiting/waiting.ts'
import { installConsumer, type Consumer } from './consumer.ts'

/** Commands that need more than the package, and the test that runs them. */
const elsewhere = [{ start: 'npx vitest ', runBy: 'test/interop/testing-page.full.test.ts' }] as const

const documents = [
  'README.md',
  ...readdirSync(join(repositoryFolder, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md')),
]
const commands = documents
  .flatMap((path) =>
    fencedCommands(readFileSync(join(repositoryFolder, path), 'utf8')).map((found) => ({ path, ...found })),
  )
  .filter(({ command }) => !elsewhere.some(({ start }) => command.startsWith(start)))

let consumer: Consumer
let page: Awaited<ReturnType<typeof inspectHost>>

beforeAll(async () => {
  consumer = await installConsumer()
  page = await inspectHost(new ManualHost())
  for (const { command } of commands)
    for (const [name] of command.matchAll(/\b[\w-]+\.jsonl\b/g))
      writeFileSync(join(consumer.folder, name), writeTrace(traceOf(meeting())))
})

afterAll(async () => {
  await page.close()
  consumer.remove()
})

/** What a server prints when it is ready. */
const ready = /Ctrl-C stops/

/** The environment of a user's shell: without what npm and Vitest set, with this Node, and with the package's command. */
function environment(): NodeJS.ProcessEnv {
  const notTheirs = /^(?:npm_|VITEST|TEST$|NODE_|FORCE_COLOR$|INIT_CWD$)/
  const theirs = Object.entries(process.env).filter(([name]) => !notTheirs.test(name))
  const path = [join(consumer.folder, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH']]
  return { ...Object.fromEntries(theirs), PATH: path.join(delimiter), NO_COLOR: '1' }
}

test('the documents have commands, and those left out are run by another test', () => {
  expect(commands.length).toBeGreaterThan(10)
  for (const name of ['emulate', 'inspect', 'replay', 'diagram'])
    expect(commands.some(({ command }) => command.includes(`rollcall ${name}`))).toBe(true)
  for (const { runBy } of elsewhere) expect(existsSync(join(repositoryFolder, runBy)), runBy).toBe(true)
})

describe('a command of the documents works where only the package is installed', () => {
  test.each(commands)('$path, line $line: $command', async ({ command }) => {
    const typed = command.replace(/--port \d+/, '--port 0').replace(/http:\/\/127\.0\.0\.1:\d+\/\S*/, page.url)
    const child = spawn(typed, {
      cwd: consumer.folder,
      env: environment(),
      shell: true,
      // A group of its own: npx passes no signal on.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const followed = follow(child, command)
    const isServer = await followed.line(ready).then(
      () => true,
      () => false,
    )
    if (isServer) process.kill(-(child.pid as number), 'SIGTERM')
    const { status, stderr } = await followed.ended()
    expect(stderr).toBe('')
    if (!isServer) expect(status).toBe(0)
  })
})

test('commands are found in shell fences, without comments', () => {
  const markdown =
    '# A\n```sh\nnpm install x\nnpx rollcall demo   # once\n```\n\n   ```bash\n   node a.ts\n   ```\n```ts\nnpx no\n```\n'
  expect(fencedCommands(markdown)).toEqual([
    { line: 4, command: 'npx rollcall demo' },
    { line: 8, command: 'node a.ts' },
  ])
})
