/**
 * The package in the bundles of applications: no bundler complains, and no import grows unnoticed.
 * @module
 */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { builtModules, withoutBareImports } from './bare-imports.ts'
import { compressedSize, esbuildComplaints, viteComplaints } from './bundling.ts'
import { imports } from './consumer.ts'
import { sizes, SLACK } from './sizes.ts'
import { BROWSER_COLUMN, readWorksWhere } from './works-where.ts'

const table = readWorksWhere()
const forBrowsers = imports.filter((name) => table.get(name)?.get(BROWSER_COLUMN) === 'yes')

describe.each(imports)('%s is bundled without a complaint', (name) => {
  test('by esbuild for Node', async () => expect(await esbuildComplaints(name, 'node')).toEqual([]))
  test('by Vite for Node', async () => expect(await viteComplaints(name, 'node')).toEqual([]))
})

describe.each(forBrowsers)('%s is bundled without a complaint', (name) => {
  test('by esbuild for a browser', async () => expect(await esbuildComplaints(name, 'browser')).toEqual([]))
  test('by Vite for a browser', async () => expect(await viteComplaints(name, 'browser')).toEqual([]))
})

test('the README says of no import that it is not for browsers when it is', async () => {
  const others = imports.filter((name) => !forBrowsers.includes(name))
  const complaints = await Promise.all(others.map((name) => esbuildComplaints(name, 'browser')))
  expect(complaints.map((texts) => texts.some((text) => text.includes('Could not resolve "node:')))).toEqual(
    others.map(() => true),
  )
})

test('a built file has no import that imports nothing, of which esbuild would warn', () => {
  const code = `import "./chunk-A.js";\nimport { a } from './b.js'\nimport 'immer'\n  x('import "./c.js"')\n`
  expect(withoutBareImports(code)).toBe(code.replace('import "./chunk-A.js";', ''))
  const files = builtModules()
  expect(files.length).toBeGreaterThan(imports.length)
  const dirty = files.filter((path) => withoutBareImports(readFileSync(path, 'utf8')) !== readFileSync(path, 'utf8'))
  expect(dirty.map((path) => relative(repositoryFolder, path))).toEqual([])
})

test('every import is as large as test/package/sizes.ts says, and no larger', async () => {
  const measured = new Map(await Promise.all(imports.map(async (name) => [name, await compressedSize(name)] as const)))
  const figures = [...measured].map(([name, bytes]) => `${name}: ${bytes} (${sizes[name] ?? 'not in the table'})`)
  const isRight = (bytes: number, expected = 0): boolean => Math.abs(bytes - expected) <= expected * SLACK
  const wrong = [...measured].filter(([name, bytes]) => !isRight(bytes, sizes[name])).map(([name]) => name)
  expect(wrong, `bytes, minified and compressed (and those of the table):\n${figures.join('\n')}\n`).toEqual([])
  expect(Object.keys(sizes)).toEqual(imports)
})
