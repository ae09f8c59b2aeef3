/**
 * The changelog has each entry once: merges of its sections have doubled some, in an older wording.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'

/** How many words tell the entries of one version apart. */
const TELLING_WORDS = 3

function beginningsOf(section: string): readonly string[] {
  return section
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .map(
      (line) =>
        line
          .slice(2)
          .toLowerCase()
          .match(/[\w./(){}-]+/g) ?? [],
    )
    .map((words) => words.slice(0, TELLING_WORDS).join(' '))
}

test('no two entries of a version begin alike', () => {
  const text = readFileSync(join(repositoryFolder, 'CHANGELOG.md'), 'utf8')
  for (const section of text.split(/^## /m)) {
    const beginnings = beginningsOf(section)
    expect(beginnings.filter((beginning, index) => beginnings.indexOf(beginning) !== index)).toEqual([])
  }
})
