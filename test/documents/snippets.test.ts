import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { runNode } from '../waiting/node-process.ts'
import { snippetsOf } from './snippets.ts'

const documents = [
  'README.md',
  ...readdirSync(join(repositoryFolder, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]
const snippets = documents.flatMap((path) =>
  snippetsOf(readFileSync(join(repositoryFolder, path), 'utf8')).map((snippet) => ({ path, ...snippet })),
)

let folder: string

beforeAll(() => {
  // Inside the package, so that `rollcall` means the built package itself.
  mkdirSync(join(repositoryFolder, '.tmp'), { recursive: true })
  folder = mkdtempSync(join(repositoryFolder, '.tmp', 'snippets-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the README begins with a program that runs, of twelve lines at most', () => {
  const [first] = snippets
  expect(first?.path).toBe('README.md')
  expect(
    first?.program.split('\n').filter((line) => line !== '' && !line.startsWith('import ')).length,
  ).toBeLessThanOrEqual(12)
  expect(first?.output).toBeDefined()
})

describe('a program in the documents prints what they say', () => {
  test.each(snippets)('$path, line $line', async ({ path, line, program, output }) => {
    const file = join(folder, `${path.replaceAll(/\W/g, '-')}-${line}.ts`)
    writeFileSync(file, program)
    const run = await runNode([file], { env: { NO_COLOR: '1', FORCE_COLOR: undefined } })
    expect(run.stderr).toBe('')
    if (output !== undefined) expect(run.stdout).toBe(output)
    expect(run.status).toBe(0)
  })
})

describe('snippets are found', () => {
  test('by their fence, with the text fence that follows', () => {
    const markdown =
      '# A\n```ts\nnot()\n```\n```ts run\na()\n```\nprints\n```text\nA\n```\n```ts run\nb()\n```\n```sh\nls\n```\n'
    expect(snippetsOf(markdown)).toEqual([
      { line: 5, program: 'a()\n', output: 'A\n' },
      { line: 12, program: 'b()\n', output: undefined },
    ])
  })
})
