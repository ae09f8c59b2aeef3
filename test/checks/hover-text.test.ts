/**
 * Every name that a user can point at has a doc comment; and the check finds one that has none.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesOf, findUndocumented, packageProgram, programOf } from './hover-text.ts'
import { repositoryFolder } from './repository-folder.ts'

describe('the source', () => {
  test('says of everything that is exported, and of its members, what it is', () => {
    const entries = entriesOf(repositoryFolder)
    const { counted, missing } = findUndocumented(packageProgram(repositoryFolder), repositoryFolder, entries)
    expect(missing.map(({ name, file }) => `${file}: ${name}`)).toEqual([])
    expect(counted).toBeGreaterThan(1_000)
  })
})

describe('the check finds', () => {
  let folder: string

  beforeAll(() => {
    mkdirSync(join(repositoryFolder, '.tmp'), { recursive: true })
    folder = mkdtempSync(join(repositoryFolder, '.tmp', 'hover-text-'))
    mkdirSync(join(folder, 'src'))
    writeFileSync(
      join(folder, 'tsconfig.json'),
      '{"compilerOptions":{"module":"nodenext","strict":true,"types":[],"noLib":true}}',
    )
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function namesIn(program: string): readonly string[] {
    const entry = join(folder, 'src', 'index.ts')
    writeFileSync(entry, program)
    return findUndocumented(programOf(folder, [entry]), folder, [entry]).missing.map(({ name }) => name)
  }

  test.each([
    ['an exported name', 'export const bare = 1\n/** Has one. */\nexport const said = 2', ['bare']],
    ['a member of an interface', '/** A. */\nexport interface A { b: string\n/** C. */\nc: string }', ['A.b']],
    ['a method of a class', '/** A. */\nexport class A { b(): void {}\n#c = 1\nprivate d = 2 }', ['A.b']],
    ['an overload', '/** A. */\nexport interface A {\n/** B. */\nb(c: string): void\nb(c: number): void }', ['A.b']],
    ['a member of a member', '/** A. */\nexport interface A {\n/** B. */\nb?: { c: string }[] }', ['A.b.c']],
    [
      'a member of a variant, and not the discriminant',
      "/** A. */\nexport type A = { type: 'b'; c: string } | ({ type: 'd' } & { e: string })",
      ['A.c', 'A.e'],
    ],
    ['nothing in what is not exported', 'interface A { b: string }\n/** C. */\nexport const c: A[] = []', []],
  ])('%s', (_what, program, expected) => {
    expect(namesIn(program)).toEqual(expected)
  })
})
