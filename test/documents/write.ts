/**
 * `npm run docs`: writes the generated documents.
 * @module
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { readArguments } from '../scripts/arguments.ts'
import { generatedDocuments, quotingDocuments } from './documents.ts'

readArguments({
  command: 'npm run docs --',
  summary: 'Writes the generated documents and prints their paths.',
  options: {},
})
for (const [path, text] of [...generatedDocuments(), ...quotingDocuments()]) {
  writeFileSync(join(repositoryFolder, path), text)
  console.log(path)
}
