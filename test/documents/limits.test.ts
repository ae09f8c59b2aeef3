/**
 * `docs/security.md` has the limits as the source has them, and all of them.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { quotingDocuments } from './documents.ts'
import { constantsOf } from './limits.ts'
import { securityLimits } from './security.ts'

test.each([...quotingDocuments()])('%s says what the source says; npm run docs writes it', (path, text) => {
  expect(readFileSync(join(repositoryFolder, path), 'utf8')).toBe(text)
})

test.each(Object.keys(securityLimits))('docs/security.md has every limit of %s', (file) => {
  const named = constantsOf(file)
    .filter(({ name }) => name.endsWith('_LIMIT'))
    .map(({ name }) => name)
  expect(securityLimits[file as keyof typeof securityLimits]).toEqual(expect.arrayContaining(named))
})

test('docs/security.md has every file with a limit for what comes from outside', () => {
  const folders = ['call', 'webhook', 'graph', 'host', 'sqlite', 'trace', 'inspect', 'emulator']
  const files = folders.flatMap((folder) =>
    readdirSync(join(repositoryFolder, 'src', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `src/${folder}/${name}`),
  )
  expect(Object.keys(securityLimits)).toEqual(
    expect.arrayContaining(files.filter((file) => constantsOf(file).some(({ name }) => name.endsWith('_LIMIT')))),
  )
})
