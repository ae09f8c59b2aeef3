/**
 * A project that has installed the packed package, as a user's has.
 *
 * Rule: no registry is asked. Dependencies are copied from this repository; the build is not this module's job.
 * @module
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { follow } from '../waiting/waiting.ts'

/** What tests read of package.json. */
export interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
}

/** This repository's package.json. */
export const manifest = JSON.parse(readFileSync(join(repositoryFolder, 'package.json'), 'utf8')) as Manifest

/** The imports that the package has: `rollcall`, `rollcall/graph` and so on. */
export const imports: readonly string[] = Object.keys(manifest.exports)
  .filter((subpath) => subpath !== './package.json')
  .map((subpath) => subpath.replace('.', 'rollcall'))

/** Peers that npm installs by itself, which it cannot without a registry. */
export const requiredPeers: readonly string[] = Object.keys(manifest.peerDependencies).filter(
  (name) => manifest.peerDependenciesMeta[name]?.optional !== true,
)

/** A project with the package in it. */
export interface Consumer {
  readonly folder: string
  /** The packed package. */
  readonly tarball: string
  remove(): void
}

/** Packs the built package and installs it in a project of its own, with its peers. */
export async function installConsumer(): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-consumer-'))
  const bring = (name: string): void =>
    cpSync(join(repositoryFolder, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true })
  const packed = await npm(repositoryFolder, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder)
  const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }]
  const tarball = join(folder, filename)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  for (const name of [...Object.keys(manifest.dependencies), ...requiredPeers]) bring(name)
  await npm(folder, 'install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', tarball)
  // Optional peers, for the imports that are about them, and what they depend on: npm leaves them to the user.
  for (const name of [...Object.keys(manifest.peerDependencies), 'pure-rand']) bring(name)
  return { folder, tarball, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** What npm prints. @throws Error when it fails */
export async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  const child = spawn('npm', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const { stdout, stderr, status } = await follow(child, `npm ${args[0]}`).ended()
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed: ${stderr}`)
  return stdout
}
