/**
 * `npm run docs`: builds the package, and writes the generated documents and the API reports, the latter from the build.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { readArguments } from '../scripts/arguments.ts'
import { apiReports } from '../package/api-reports.ts'
import { generatedDocuments, quotingDocuments } from './documents.ts'

readArguments({
  command: 'npm run docs --',
  summary: 'Builds the package, writes the generated documents and the API reports, and prints their paths.',
  options: {},
})
execFileSync(process.execPath, [join(repositoryFolder, 'test/suites/run.ts'), 'build'], { stdio: 'inherit' })
for (const [path, text] of [...generatedDocuments(), ...quotingDocuments(), ...apiReports()]) {
  const file = join(repositoryFolder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  console.log(path)
}
