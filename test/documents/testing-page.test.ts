/**
 * The page docs/testing-your-bot.md: its files are those of the repository, and its quick commands print what it says.
 * `test/interop/testing-page.full.test.ts` runs all of it in a project that has the packed package installed.
 * @module
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { replay } from '../../src/trace/trace.ts'
import { readTrace } from '../../src/trace/read-trace.ts'
import {
  examplesFolder,
  makePageFolder,
  pageCommands,
  pageFiles,
  runVitest,
  testingPagePath,
  writePageFiles,
} from './testing-page.ts'

const markdown = readFileSync(testingPagePath, 'utf8')
const files = pageFiles(markdown)
const commands = pageCommands(markdown)

/** What the quick suite runs; the others play many runs. */
const quick = ['naive-bot', 'emulator', 'trace']

const folder = makePageFolder()

afterAll(() => rmSync(folder, { recursive: true }))

describe('the page about testing bots', () => {
  test('shows every example as it is in the repository', () => {
    const examples = readdirSync(examplesFolder).filter((name) => name.endsWith('.ts'))
    for (const name of examples) expect(files.get(name), name).toBe(readFileSync(join(examplesFolder, name), 'utf8'))
    expect([...files.keys()].filter((name) => !examples.includes(name))).toEqual(['your-bot.ts'])
  })

  test('has commands that need nothing of this repository', () => {
    const lines = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, body = '']) =>
      body.trim().split('\n'),
    )
    expect(lines.length).toBe(commands.length + 2)
    for (const line of lines)
      expect(line).toMatch(/^(?:npm install (?:rollcall|--save-dev vitest fast-check)|npx vitest run .+)$/)
  })

  test('runs every test file, and shows each mistake', () => {
    const run = new Set(commands.map(({ args }) => `${args[0]}.test.ts`))
    expect([...run].sort()).toEqual([...files.keys()].filter((name) => name.endsWith('.test.ts')).sort())
    const first = commands.flatMap(({ message }) => message?.split('\n')[0] ?? [])
    expect(first).toEqual([
      'only one stays: ann and bob are in the call',
      expect.stringContaining('has not left, and is not believed to be there any more'),
      expect.stringContaining('was invited 2 times and the application asked once'),
      expect.stringContaining('is in the call and is not believed to be'),
      expect.stringContaining('is in the call and is not believed to be'),
    ])
    expect(commands.find(({ args }) => args.at(-1) === 'when messages are late')?.message).toMatch(
      /−(?:ann|bob) \((?:again|late)\)[\s\S]*✗/,
    )
  })

  test('says what its quick commands print', async () => {
    writePageFiles(folder, markdown)
    const tests = await runVitest(folder, quick)
    for (const { args, message } of commands.filter(({ args: [name = ''] }) => quick.includes(name))) {
      const [name = '', , pattern = ''] = args
      const run = tests.filter(({ file, title }) => file.startsWith(name) && title.includes(pattern))
      expect(run.length, args.join(' ')).toBeGreaterThan(0)
      const failed = run.filter(({ status }) => status !== 'passed')
      if (message === undefined) expect(failed).toEqual([])
      else {
        expect(failed[0]?.message).toContain(`BotWrong: ${message}\n`)
        const trace = /^trace: (.*)$/m.exec(message)?.[1] ?? ''
        expect(replay(readTrace(readFileSync(join(folder, trace), 'utf8'))).length).toBeGreaterThan(0)
      }
    }
  })
})
