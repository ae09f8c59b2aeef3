/**
 * The package as a user has it: packed, and installed in a project of its own.
 *
 * The package that is packed is the built one; building it is not this file's job: `npm test` builds first. Dependencies
 * are copied and tools are linked from this repository, so that no registry is asked.
 * @module
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { atEndOfCase } from '../waiting/case-running.ts'
import { follow, type ChildEnd } from '../waiting/waiting.ts'

/** A project that has installed the package. */
export interface InstalledPackage {
  readonly path: string
  /** Runs a program of the project's, such as `npx`, to its end. */
  run(program: string, ...args: readonly string[]): Promise<ChildEnd>
  remove(): void
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
}

/** Installs the package, its peer `xstate`, and development tools by name, whose programs `npx` finds. */
export async function installPackage(tools: readonly string[]): Promise<InstalledPackage> {
  const path = mkdtempSync(join(tmpdir(), 'rollcall-installed-'))
  const modules = join(path, 'node_modules')
  const run = (program: string, ...args: readonly string[]): Promise<ChildEnd> => {
    const child = spawn(program, args, {
      cwd: path,
      env: plainEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    atEndOfCase(() => void child.kill('SIGKILL'))
    return follow(child, `${program} ${args.join(' ')}`).ended()
  }
  const needed = async (program: string, ...args: readonly string[]): Promise<string> => {
    const { stdout, stderr, status } = await run(program, ...args)
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`)
    return stdout
  }
  const manifest = JSON.parse(readFileSync(join(repositoryFolder, 'package.json'), 'utf8')) as Manifest
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'installed', private: true, type: 'module' }))
  for (const name of [...Object.keys(manifest.dependencies), 'xstate'])
    cpSync(join(repositoryFolder, 'node_modules', name), join(modules, name), { recursive: true })
  const packing = ['pack', repositoryFolder, '--json', '--ignore-scripts', '--pack-destination', path]
  const [{ filename }] = JSON.parse(await needed('npm', ...packing)) as [{ filename: string }]
  await needed('npm', 'install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', `./${filename}`)
  mkdirSync(join(modules, '.bin'), { recursive: true })
  for (const name of tools) link(name, modules)
  return { path, run, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Links a tool, and its program where it has one of its name. */
function link(name: string, modules: string): void {
  const from = join(repositoryFolder, 'node_modules', name)
  symlinkSync(from, join(modules, name))
  const { bin } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as {
    bin?: string | Readonly<Record<string, string>>
  }
  const program = typeof bin === 'string' ? bin : bin?.[name]
  if (program !== undefined) symlinkSync(join(from, program), join(modules, '.bin', name))
}

/** This process's environment without what npm and Vitest set for the processes they start. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const own = /^(?:npm_|VITEST|TEST$|NODE_ENV$|FORCE_COLOR$|INIT_CWD$)/
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name))), NO_COLOR: '1' }
}
