/**
 * The README's table "What works where", as data.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'

/** The heading of the column that says whether an import can be bundled for a browser. */
export const BROWSER_COLUMN = 'in a browser'

/** The table: import → column → cell. */
export type WorksWhere = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Reads the table from the README. @throws Error when there is none */
export function readWorksWhere(): WorksWhere {
  const readme = readFileSync(join(repositoryFolder, 'README.md'), 'utf8')
  const [, section = ''] = /^## What works where\n(.*?)(?=^## )/ms.exec(readme) ?? []
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  const [heads = [], , ...body] = rows
  if (body.length === 0) throw new Error('The README has no table under the heading "What works where".')
  return new Map(
    body.map(([name = '', ...cells]) => [
      name.replaceAll('`', ''),
      new Map(cells.map((cell, index) => [heads[index + 1] ?? '', cell])),
    ]),
  )
}
