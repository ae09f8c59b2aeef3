/**
 * A step of the build: the declarations of the package's entries, with maps that lead an editor from a declaration to its
 * source.
 *
 * tsup writes the modules; it bundles declarations with the same plugin, and without maps. The sources are in the package, so
 * no map repeats them.
 * @module
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { addMembers } from './declaration-maps.ts'

const dist = join(repositoryFolder, 'dist')

/** The entries that are imported: the command has no declarations. */
function importedEntries(): Readonly<Record<string, string>> {
  const { tsup } = JSON.parse(readFileSync(join(repositoryFolder, 'package.json'), 'utf8')) as {
    readonly tsup: { readonly entry: Readonly<Record<string, string>> }
  }
  return Object.fromEntries(Object.entries(tsup.entry).filter(([name]) => name !== 'cli'))
}

/** Writes `dist/**.d.ts` and `dist/**.d.ts.map`. */
async function writeDeclarations(): Promise<void> {
  const bundle = await rollup({
    input: importedEntries(),
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    plugins: [
      dts({
        sourcemap: true,
        tsconfig: join(repositoryFolder, 'tsconfig.json'),
        compilerOptions: { noEmit: false, emitDeclarationOnly: true, noEmitOnError: true, paths: {} },
      }),
    ],
    onwarn(warning, handler) {
      if (warning.code !== 'CIRCULAR_DEPENDENCY' && warning.code !== 'EMPTY_BUNDLE') handler(warning)
    },
  })
  await bundle.write({
    dir: dist,
    format: 'es',
    sourcemap: true,
    sourcemapExcludeSources: true,
    entryFileNames: '[name].d.ts',
    chunkFileNames: '[name]-[hash].d.ts',
  })
  await bundle.close()
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.d.ts')) addMembers(join(dist, name))
}

/** Leaves the text of the sources out of every map of a module. */
function dropSourceTexts(): void {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js.map')) continue
    const path = join(dist, name)
    const { sourcesContent: _texts, ...map } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    writeFileSync(path, JSON.stringify(map))
  }
}

await writeDeclarations()
dropSourceTexts()
