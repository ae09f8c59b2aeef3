/**
 * Bundles of the built package, as esbuild and Vite make them for an application, with all that they complain of.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import * as vite from 'vite'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { manifest } from './consumer.ts'

/** Where the bundle is to run. */
export type Platform = 'node' | 'browser'

/** A program that uses all of an import, so that nothing of it is left out. */
const programFor = (name: string): string => `import * as all from '${name}'; console.log(all)`

const peers = Object.keys(manifest.peerDependencies)
const isPeer = (name: string): boolean => peers.some((peer) => name === peer || name.startsWith(`${peer}/`))

function esbuildOptions(name: string, platform: Platform) {
  return {
    stdin: { contents: programFor(name), resolveDir: repositoryFolder },
    absWorkingDir: repositoryFolder,
    // Without the paths of tsconfig.json, which lead to the sources.
    tsconfigRaw: '{}',
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform,
    target: 'es2023',
    logLevel: 'silent',
  } as const
}

/** The warnings and errors of esbuild for an import. */
export async function esbuildComplaints(name: string, platform: Platform): Promise<readonly string[]> {
  const { warnings, errors } = await esbuild
    .build(esbuildOptions(name, platform))
    .catch((failure: esbuild.BuildFailure) => failure)
  return [...warnings, ...errors].map(({ text }) => text)
}

/** Bytes of an import, minified and compressed by gzip, its dependencies included and its peers left out. */
export async function compressedSize(name: string): Promise<number> {
  const leaveOut: esbuild.Plugin = {
    name: 'peers',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^[^./]/ }, ({ path }) => (isPeer(path) ? { path, external: true } : undefined)),
  }
  const { outputFiles } = await esbuild.build({ ...esbuildOptions(name, 'node'), plugins: [leaveOut] })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}

/** The warnings and errors of Vite for an import. */
export async function viteComplaints(name: string, platform: Platform): Promise<readonly string[]> {
  const kept = join(repositoryFolder, '.tmp')
  mkdirSync(kept, { recursive: true })
  const root = mkdtempSync(join(kept, 'vite-'))
  const complaints: string[] = []
  const complain = (text: string): void => void complaints.push(text)
  const customLogger = { ...vite.createLogger('silent'), warn: complain, warnOnce: complain, error: complain }
  try {
    const entry = join(root, 'entry.js')
    writeFileSync(entry, programFor(name))
    const built = await vite.build({
      root,
      configFile: false,
      customLogger,
      logLevel: 'warn',
      ...(platform === 'node' ? { ssr: { noExternal: true } } : {}),
      build: { write: false, ssr: platform === 'node' ? entry : false, rolldownOptions: { input: entry } },
    })
    const code = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
    if (!code.some((file) => file.type === 'chunk' && file.code.length > programFor(name).length))
      complain('nothing was bundled')
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error))
  } finally {
    rmSync(root, { recursive: true })
  }
  return complaints
}
