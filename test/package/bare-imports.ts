/**
 * A step of the build: takes the imports that import nothing out of the built files.
 *
 * The bundler leaves `import "./chunk.js"` where it has moved all that a module used into another chunk. The package
 * says that it has no side effects, so such an import is dead, and the user's bundler warns of it. The line stays, empty,
 * so that source maps still fit.
 * @module
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'

/** The code without its bare imports of chunks. */
export function withoutBareImports(code: string): string {
  return code.replaceAll(/^import ["']\.\.?\/[^"']+["'];?$/gm, '')
}

/** The built modules, as absolute paths. */
export function builtModules(): readonly string[] {
  const dist = join(repositoryFolder, 'dist')
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(dist, name))
}

if (process.argv[1] === import.meta.filename)
  for (const path of builtModules()) {
    const code = readFileSync(path, 'utf8')
    const clean = withoutBareImports(code)
    if (clean !== code) writeFileSync(path, clean)
  }
