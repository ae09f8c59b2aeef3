/**
 * `prepack` and `postpack`: writes the links of the documents as they are packed (`absolute`), or back (`relative`).
 * @module
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { isPacked, toAbsolute, toRelative, type LinkSource } from './links.ts'

/** The documents that are packed, from the repository's top. */
export function packedDocuments(source: LinkSource): readonly string[] {
  const all = readdirSync(join(repositoryFolder, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md') && isPacked(path, source))
  return ['README.md', 'CHANGELOG.md', ...all]
}

if (process.argv[1] === import.meta.filename) {
  const source = JSON.parse(readFileSync(join(repositoryFolder, 'package.json'), 'utf8')) as LinkSource
  const change = process.argv[2] === 'absolute' ? toAbsolute : toRelative
  for (const path of packedDocuments(source)) {
    const file = join(repositoryFolder, path)
    const before = readFileSync(file, 'utf8')
    const after = change(path, before, source)
    if (after !== before) writeFileSync(file, after)
  }
}
