/**
 * `npm run docs`: writes the generated documents.
 * @module
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { generatedDocuments } from './documents.ts'

for (const [path, text] of generatedDocuments()) {
  writeFileSync(join(repositoryFolder, path), text)
  console.log(path)
}
