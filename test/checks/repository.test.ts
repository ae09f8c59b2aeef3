import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { defaultCallOptions } from '../../src/call/model/options.ts'
import { CLIENT_CONTEXT_LIMIT, INVITEE_LIMIT } from '../../src/graph/wire/request-bodies.ts'
import { repositoryFolder } from './repository-folder.ts'

const read = (path: string) => readFileSync(join(repositoryFolder, path), 'utf8')
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>
  engines: { node: string }
  devDependencies: Record<string, string>
}

/** The README's test command, which `.ci/run` runs too. */
const TEST_COMMAND = 'npm ci && npm test'

test('the tests run on a Node the package supports, not on whichever the machine has', () => {
  const version = (text: string) => /(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) as [number, number]
  const [[major, minor], [leastMajor, leastMinor]] = [version(process.version), version(manifest.engines.node)]
  expect(
    major > leastMajor || (major === leastMajor && minor >= leastMinor),
    `this is Node ${process.version}; run npm test`,
  ).toBe(true)
})

test('the numbers in the README are those of the code', () => {
  const { ringTimeoutMs, reorderWindowMs, tombstoneMs, tombstoneLimit } = defaultCallOptions
  for (const sentence of [
    `${INVITEE_LIMIT} people per invite request`,
    `an array (Graph: up to ${INVITEE_LIMIT});`,
    `${CLIENT_CONTEXT_LIMIT} characters of \`clientContext\``,
    `stops waiting after ${ringTimeoutMs / 1_000} seconds`,
    `more than ${reorderWindowMs / 1_000} seconds apart`,
    `for ${tombstoneMs / 60_000} minutes, at most ${tombstoneLimit.toLocaleString('en')} per call`,
    `Node ${manifest.engines.node.replace('>=', '')} or newer`,
  ])
    expect(read('README.md').replaceAll('\n', ' ')).toContain(sentence)
})

describe('.ci/run', () => {
  test('runs exactly the test commands of the README', () => {
    expect(read('README.md')).toContain(`\n${TEST_COMMAND}\n`)
    expect(read('.ci/run')).toContain(`\n${TEST_COMMAND}\n`)
    expect(read('README.md')).toContain('`npm run test:full`')
    expect(read('.ci/run')).toContain('\nnpm run test:full\n')
  })

  test('can be executed', () => {
    expect(statSync(join(repositoryFolder, '.ci/run')).mode & 0o111).toBe(0o111)
  })
})

const documents = [
  'README.md',
  ...readdirSync(join(repositoryFolder, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md')),
]

describe.each(documents)('%s names', (path) => {
  const text = read(path)

  test('only npm scripts that exist', () => {
    const named = [...text.matchAll(/\bnpm (?:run (?:-s |--silent )?([\w:-]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short,
    )
    expect(named.filter((script) => script === undefined || !(script in manifest.scripts))).toEqual([])
  })

  test('only commands of rollcall that exist', () => {
    const named = [...text.matchAll(/\b(?:npx )?rollcall ([a-z]+)(?= |`|$)/gm)]
      .filter(([whole]) => whole.startsWith('npx ') || text.includes(`\`${whole}`))
      .map(([, command]) => command)
    const known = [...read('src/command-line.ts').matchAll(/\[\s*'([a-z]+)',/g)].map(([, command]) => command)
    expect(named.filter((command) => !known.includes(command))).toEqual([])
  })

  test('only files and folders that exist', () => {
    const quoted = [...text.matchAll(/`((?:src|test|docs|\.ci)\/[\w./-]+)`/g)].map(([, named]) => named as string)
    const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) =>
      join(dirname(path), target as string),
    )
    expect([...quoted, ...linked].filter((named) => !existsSync(join(repositoryFolder, named)))).toEqual([])
  })
})
