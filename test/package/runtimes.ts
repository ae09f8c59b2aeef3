/**
 * The runtimes that the packed package is tried on, installed from `test/package/runtimes/package.json` when the full
 * suite needs them: they are several hundred megabytes, which no other work on the project needs.
 * @module
 */
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { atEndOfCase } from '../waiting/case-running.ts'
import { follow, type FollowedChild } from '../waiting/waiting.ts'
import { npm } from './consumer.ts'

/** A runtime. */
export interface Runtime {
  /** As the README names it: `Node 22.13`. */
  readonly name: string
  /** The program, and the arguments before the file that it runs. */
  readonly command: readonly [string, ...string[]]
}

const source = join(repositoryFolder, 'test/package/runtimes')

/** Beside other things that are kept between runs and not committed. */
const installed = join(repositoryFolder, '.tmp/runtimes')

const LOCK = 'package-lock.json'

const { dependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>
}

/** Major and minor version of an installed runtime: `npm:node@22.13.0` → `22.13`. */
function versionOf(name: string): string {
  const [, version = ''] = /(?:@|^)(\d+\.\d+)\.\d+$/.exec(dependencies[name] ?? '') ?? []
  return version
}

const binary = (path: string): string => join(installed, 'node_modules', path)
const node = (name: string): Runtime => ({
  name: `Node ${versionOf(name)}`,
  command: [binary(`${name}/bin/node`)],
})

/** A Node that the package does not support: its commands say so. */
export const oldNode = node('node-20')

/** The runtimes that the package supports. */
export const runtimes: readonly Runtime[] = [
  node('node-22.13'),
  node('node-22'),
  node('node-24'),
  { name: `Bun ${versionOf('bun')}`, command: [binary('.bin/bun')] },
  { name: `Deno ${versionOf('deno')}`, command: [binary('.bin/deno'), 'run', '--allow-all'] },
]

/** Installs the runtimes, unless those of this lockfile are there. */
export async function installRuntimes(): Promise<void> {
  const read = (folder: string): string => readFileSync(join(folder, LOCK), 'utf8')
  if (existsSync(binary('.package-lock.json')) && existsSync(join(installed, LOCK)) && read(installed) === read(source))
    return
  mkdirSync(installed, { recursive: true })
  for (const name of ['package.json', LOCK]) copyFileSync(join(source, name), join(installed, name))
  await npm(installed, 'ci', '--no-audit', '--no-fund')
}

/** Starts a file on a runtime. It does not outlive the case that starts it. */
export function startOn(
  { name, command: [program, ...before] }: Runtime,
  cwd: string,
  args: readonly string[],
): FollowedChild {
  const child = spawn(program, [...before, ...args], {
    cwd,
    // Deno asks for its cache folder, and each runtime looks for its own settings in the environment.
    env: { PATH: process.env['PATH'], HOME: cwd, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  atEndOfCase(() => void child.kill('SIGKILL'))
  return follow(child, `${name} ${args.join(' ')}`)
}
