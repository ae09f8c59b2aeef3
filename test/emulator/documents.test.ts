import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { behaviours } from '../documents/behaviours.ts'
import type { Pin } from '../documents/pins.ts'
import { switchMeanings } from '../documents/switch-meanings.ts'
import { runEmulate } from '../../src/emulator/cli.ts'
import { emulatorDocument } from '../documents/emulator.ts'
import { scenarioSchema } from '../../src/simulator/graph/scenario/schema.ts'
import { readScenario } from '../../src/simulator/graph/scenario/scenario.ts'
import { switchReadings } from '../../src/simulator/graph/settings.ts'
import { follow, type ChildEnd } from '../waiting/waiting.ts'

/** Runs a program until it exits. */
const run = (name: string, ...args: readonly string[]): Promise<ChildEnd> =>
  follow(spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] }), name).ended()

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

interface Fence {
  readonly info: string
  readonly body: string
}

const fences: readonly Fence[] = [...emulatorDocument().matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(
  ([, info = '', body = '']) => ({ info, body }),
)

describe('the table of behaviours', () => {
  const pins: Pin[] = [...behaviours.map(({ pin }) => pin), ...Object.values(switchMeanings).map(({ pin }) => pin)]

  test.each(pins.map((pin) => [pin.file, pin.title] as const))(
    'is pinned by a test that exists: %s, %s',
    (file, title) => {
      const source = read(`test/${file}`)
      expect([`('${title}'`, `("${title}"`].some((call) => source.includes(call))).toBe(true)
    },
  )

  test('has exactly the readings of every switch', () => {
    expect(
      Object.fromEntries(Object.entries(switchMeanings).map(([name, { readings }]) => [name, Object.keys(readings)])),
    ).toEqual(switchReadings)
  })
})

describe('docs', () => {
  test('/emulator.md is up to date with the code', () => {
    expect(read('docs/emulator.md').endsWith(emulatorDocument())).toBe(true)
  })

  test('/scenario.schema.json is the schema that scenario files are checked against', () => {
    expect(JSON.parse(read('docs/scenario.schema.json'))).toEqual(scenarioSchema)
  })

  test('the scenario in /emulator.md is valid', () => {
    const shown = fences.filter(({ info }) => info === 'json')
    expect(shown).toHaveLength(1)
    expect(readScenario(shown[0]?.body ?? '').name).toBe('glare')
  })
})

test('the curl commands of the document perform both documented examples', async (context) => {
  if (!(await hasCurl()))
    return context.skip('curl is missing on this machine; the commands of docs/emulator.md were not run.')
  const shell = fences.flatMap(({ info, body }, index) =>
    info === 'sh run'
      ? [{ body, expected: fences[index + 1]?.info === 'text' ? (fences[index + 1]?.body ?? '') : '' }]
      : [],
  )
  expect(shell).toHaveLength(5)
  const start = fences.find(({ info }) => info === 'sh')?.body ?? ''
  const [, ...args] = start.trim().split(' ').slice(1)
  const lines: string[] = []
  let printed = { stdout: '', stderr: '' }
  const say = (line: string) => void lines.push(line)
  const code = await runEmulate(
    args.map((arg) => (arg === '4010' ? '0' : arg)),
    {
      out: say,
      err: say,
      async stopped() {
        // A line between the blocks separates their outputs.
        const script = [
          `EMULATOR=${/http:\S+/.exec(lines[0] ?? '')?.[0] ?? ''}`,
          ...shell.map(({ body }) => `${body}echo ----`),
        ].join('\n')
        printed = await run('sh', '-c', script)
      },
    },
  )
  expect({ code, lines: lines.length, stderr: printed.stderr }).toEqual({ code: 0, lines: 1, stderr: '' })
  const said = printed.stdout
    .split('----\n')
    .slice(0, -1)
    .map((text) => text.replaceAll(/"innerError":\{[^}]*\}/g, '"innerError":{…}'))
  expect(said).toEqual(shell.map(({ expected }) => expected))
})

async function hasCurl(): Promise<boolean> {
  try {
    await run('curl', '--version')
    return true
  } catch {
    return false
  }
}
