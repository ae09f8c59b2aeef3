/**
 * docs/mutants.md: every survivor it lists is a mutant of code that is there, with a reason.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import {
  listedSurvivors,
  mutantsOf,
  nameOf,
  onlyKilled,
  onOneLine,
  scoreOf,
  survivorsOf,
  type MutantReport,
} from './report.ts'

const source = 'const a = 1\nconst b = [\n  1, 2,\n]\n'
const report: MutantReport = {
  files: {
    'src/call/a.ts': {
      source,
      mutants: [
        {
          mutatorName: 'ArrayDeclaration',
          replacement: '[]',
          status: 'Survived',
          location: { start: { line: 2, column: 11 }, end: { line: 4, column: 2 } },
        },
        {
          mutatorName: 'Number',
          replacement: '2',
          status: 'Killed',
          location: { start: { line: 1, column: 11 }, end: { line: 1, column: 12 } },
        },
        {
          mutatorName: 'Number',
          replacement: '3',
          status: 'Timeout',
          location: { start: { line: 1, column: 11 }, end: { line: 1, column: 12 } },
        },
        {
          mutatorName: 'Number',
          replacement: '`x`',
          status: 'NoCoverage',
          location: { start: { line: 1, column: 11 }, end: { line: 1, column: 12 } },
        },
        {
          mutatorName: 'Number',
          replacement: '?',
          status: 'CompileError',
          location: { start: { line: 1, column: 11 }, end: { line: 1, column: 12 } },
        },
      ],
    },
  },
}

test('a survivor is named by what it replaces, not by where it stands', () => {
  expect(survivorsOf(mutantsOf(report)).map(nameOf)).toEqual([
    'src/call/a.ts: [ 1, 2, ] → []',
    "src/call/a.ts: 1 → 'x'",
  ])
})

test('the score counts what could be noticed; what does not end is noticed', () => {
  expect(scoreOf(mutantsOf(report))).toBe(50)
  expect(scoreOf([])).toBe(100)
})

test('all but those that were killed are tried again', () => {
  expect(mutantsOf(onlyKilled(report)).map(({ status }) => status)).toEqual(['Killed'])
  expect(onlyKilled(report).files['src/call/a.ts']?.source).toBe(source)
})

test('a row of the list is a name and a reason', () => {
  expect([...listedSurvivors('| mutant | why |\n| --- | --- |\n| `a: b → c` | the same |\n')]).toEqual([
    ['a: b → c', 'the same'],
  ])
})

test('every survivor listed is a mutant of code that is there, and has a reason', () => {
  const listed = listedSurvivors(readFileSync(join(repositoryFolder, 'docs/mutants.md'), 'utf8'))
  for (const [name, reason] of listed) {
    const [, file = '', original = ''] = /^(.+?): (.*) → /.exec(name) ?? []
    expect(existsSync(join(repositoryFolder, file)), name).toBe(true)
    expect(onOneLine(readFileSync(join(repositoryFolder, file), 'utf8'), Infinity), name).toContain(
      original.replace(/…$/, ''),
    )
    expect(reason, name).not.toBe('')
  }
})
