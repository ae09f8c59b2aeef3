/**
 * The command line: help, version, wrong words, and runtimes that are too old.
 * @module
 */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { rollcall, rollcallProcess } from './command-run.ts'

const read = (path: string): string => readFileSync(join(repositoryFolder, path), 'utf8')
const { version } = JSON.parse(read('package.json')) as { readonly version: string }

/** The commands and where each reads its arguments. */
const sources = {
  demo: 'src/demo/cli.ts',
  emulate: 'src/emulator/cli.ts',
  calls: 'src/sqlite/calls-command.ts',
  inspect: 'src/inspect/inspect-command.ts',
  replay: 'src/inspect/replay-command.ts',
  diagram: 'src/inspect/diagram-command.ts',
} as const
const names = Object.keys(sources)

/** The options that a command reads, as its source has them. */
function optionsOf(command: keyof typeof sources): readonly string[] {
  return [...read(sources[command]).matchAll(/'?([a-z][a-z-]*)'?: \{ type: '(?:string|boolean)'/g)].map(
    ([, name]) => `--${name}`,
  )
}

/** Lines that a terminal of 80 columns breaks. */
const tooLong = (text: string): readonly string[] => text.split('\n').filter((line) => line.length > 80)

describe('help', () => {
  test('of the program has the usage of every command, on --help, -h, help, and without arguments', async () => {
    const whole = await rollcall(['--help'])
    expect(whole).toMatchObject({ status: 0, stderr: '' })
    for (const name of names) expect(whole.stdout).toContain(`\n  rollcall ${name} `)
    for (const args of [['-h'], ['help'], ['help', '--help'], []]) expect(await rollcall(args)).toEqual(whole)
    expect(tooLong(whole.stdout)).toEqual([])
  })

  test.each(Object.keys(sources) as (keyof typeof sources)[])(
    'of %s has every option on a line of its own, and an example that is a command line',
    async (command) => {
      const { stdout, stderr, status } = await rollcall([command, '--help'])
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      const options = optionsOf(command)
      expect(options.length).toBeGreaterThan(0)
      for (const option of [...options, '--help'])
        expect(stdout).toMatch(new RegExp(`^  (?:-h, )?${option}(?: [A-Z=]+)?  +\\S`, 'm'))
      expect(tooLong(stdout)).toEqual([])
      const meanings = [...stdout.matchAll(/^ {2}-\S.*? {2,}(?=\S)/gm)].map(([start]) => start.length)
      expect(new Set(meanings).size).toBe(1)
      const [, examples = ''] = stdout.split(/^Examples?:$/m)
      expect(examples).toMatch(new RegExp(`^  rollcall ${command}`, 'm'))
      for (const [option] of examples.matchAll(/--[a-z-]+/g)) expect(options).toContain(option)
      expect(await rollcall([command, 'anything', '-h'])).toEqual({ stdout, stderr, status })
      expect(await rollcall(['help', command])).toEqual({ stdout, stderr, status })
    },
  )
})

test.each(['-v', '--version'])('%s prints the version', async (option) => {
  expect(await rollcall([option])).toEqual({ stdout: `${version}\n`, stderr: '', status: 0 })
})

describe('a wrong word is one sentence with the nearest right one, and exit code 2', () => {
  test.for([
    [['dance'], 'rollcall: unknown command "dance"; expected demo, emulate, calls, inspect, replay, diagram, or help'],
    [['dmeo'], 'rollcall: unknown command "dmeo"; did you mean demo?'],
    [['help', 'dmeo'], 'rollcall: unknown command "dmeo"; did you mean demo?'],
    [['help', 'dance'], /^rollcall: unknown command "dance"; expected demo, /],
    [['emulat'], 'rollcall: unknown command "emulat"; did you mean emulate?'],
    [['help', 'emulat'], 'rollcall: unknown command "emulat"; did you mean emulate?'],
    [['Replay'], 'rollcall: unknown command "Replay"; did you mean replay?'],
    [['--verison'], 'rollcall: unknown option --verison; did you mean --version?'],
    [['--colour'], 'rollcall: unknown option --colour; expected --help or --version'],
    [['demo', '--onec'], 'rollcall demo: unknown option --onec; did you mean --once?'],
    [['demo', '--twice'], 'rollcall demo: unknown option --twice; rollcall demo --help lists the options'],
    [['demo', 'now'], 'rollcall demo: unexpected argument "now"; rollcall demo --help lists the options'],
    [['emulate', '--scenaro', 'x'], 'rollcall emulate: unknown option --scenaro; did you mean --scenario?'],
    [
      ['emulate', '--port', 'http'],
      'rollcall emulate: --port cannot be "http"; rollcall emulate --help lists the options',
    ],
    [['emulate', '--port'], 'rollcall emulate: --port needs a value; rollcall emulate --help lists the options'],
    [
      ['replay', 'x', '--until', '--json'],
      'rollcall replay: --until needs a value; rollcall replay --help lists the options',
    ],
    [['demo', '--once=3'], 'rollcall demo: --once takes no value; rollcall demo --help lists the options'],
    [['calls'], 'rollcall calls: expected one file; rollcall calls --help lists the options'],
    [['calls', 'x', '--jsn'], 'rollcall calls: unknown option --jsn; did you mean --json?'],
    [['inspect'], /^rollcall inspect: expected trace files, or --attach .*; rollcall inspect --help /],
    [['inspect', '--atach', 'x'], 'rollcall inspect: unknown option --atach; did you mean --attach?'],
    [
      ['inspect', '--attach', 'x'],
      /^rollcall inspect: --attach: expected the URL of a page, .*; rollcall inspect --help /,
    ],
    [['replay'], 'rollcall replay: expected one trace; rollcall replay --help lists the options'],
    [['replay', 'x', '--utnil', '3'], 'rollcall replay: unknown option --utnil; did you mean --until?'],
    [['diagram', '--format', 'png'], /^rollcall diagram: --format cannot be "png": .*; rollcall diagram --help /],
  ] as const)('%j', async ([args, message]) => {
    const { stdout, stderr, status } = await rollcall(args)
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 })
    if (typeof message === 'string') expect(stderr).toBe(`${message}\n`)
    else expect(stderr.trimEnd()).toMatch(message)
    expect(stderr.split('\n')).toHaveLength(2)
  })

  test('which is the exit code of the process', async () => {
    expect(await rollcallProcess('dance')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('unknown command "dance"') as unknown,
    })
  })
})

test.each(['inspect', 'replay', 'diagram --sequence'])(
  '%s of a file that is not there, or of a folder, says so in one sentence, and exits with 1',
  async (words) => {
    const [command = '', ...args] = words.split(' ')
    const missing = join(repositoryFolder, 'no such trace.jsonl')
    const sentence = `rollcall ${command}: ${missing} cannot be read: there is no such file\n`
    expect(await rollcall([command, ...args, missing])).toEqual({ stdout: '', stderr: sentence, status: 1 })
    expect(await rollcall([command, ...args, repositoryFolder])).toMatchObject({
      stderr: `rollcall ${command}: the trace cannot be read: it is a folder\n`,
      status: 1,
    })
  },
)

describe('on a Node that is too old', () => {
  const old = { nodeVersion: '20.20.2' }

  test.each(names)('%s says so in one sentence', async (command) => {
    expect(await rollcall([command], old)).toEqual({
      stdout: '',
      stderr: `rollcall ${command}: needs Node 22.13 or newer, and this is Node 20.20.2\n`,
      status: 1,
    })
  })

  test('help and version are printed all the same', async () => {
    for (const args of [['--help'], ['--version'], ['calls', '--help']])
      expect(await rollcall(args, old)).toEqual(await rollcall(args))
  })

  test.each([
    ['22.12.0', 1],
    ['22.13.0', 2],
    ['23.0.0', 2],
    ['24.21.0', 2],
  ])('the oldest that is new enough is that of package.json: %s', async (nodeVersion, status) => {
    expect((await rollcall(['calls'], { nodeVersion })).status).toBe(status)
  })
})

describe('inspect --attach', () => {
  async function serving(server: Server): Promise<string> {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('to an address where nothing listens says so in one sentence, and exits with 1', async () => {
    const server = createServer()
    const origin = await serving(server)
    await new Promise((resolve) => server.close(resolve))
    expect(await rollcall(['inspect', '--attach', `${origin}/token/`])).toEqual({
      stdout: '',
      stderr: `rollcall inspect: no live host answers at ${origin} (ECONNREFUSED)\n`,
      status: 1,
    })
  })

  test("to a server that is not a live host's page says so in one sentence, and exits with 1", async () => {
    const server = createServer((_, response) => void response.writeHead(404).end('not here'))
    const origin = await serving(server)
    expect(await rollcall(['inspect', '--attach', `${origin}/token/`])).toEqual({
      stdout: '',
      stderr: `rollcall inspect: ${origin} answered 404: the URL is not that of a live host's page\n`,
      status: 1,
    })
    await new Promise((resolve) => server.close(resolve))
  })
})
