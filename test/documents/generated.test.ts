/**
 * Generated documents say what the code says: they are where a reader checks the statechart and the tables.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { generatedDocuments } from './documents.ts'

test.each([...generatedDocuments()])('%s says what the code says; npm run docs writes it', (path, text) => {
  expect(readFileSync(join(repositoryFolder, path), 'utf8')).toBe(text)
})
