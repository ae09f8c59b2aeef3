/**
 * The package as a user has it, with development tools beside it: they are linked from this repository, so that no
 * registry is asked.
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { installConsumer } from '../package/consumer.ts'
import { atEndOfCase } from '../waiting/case-running.ts'
import { follow, type ChildEnd } from '../waiting/waiting.ts'

/** A project that has installed the package. */
export interface InstalledPackage {
  readonly path: string
  /** Runs a program of the project's, such as `npx`, to its end. */
  run(program: string, ...args: readonly string[]): Promise<ChildEnd>
  remove(): void
}

/** Installs the package with its peers, and development tools by name, whose programs `npx` finds. */
export async function installPackage(tools: readonly string[]): Promise<InstalledPackage> {
  const { folder: path, remove } = await installConsumer()
  const modules = join(path, 'node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  for (const name of tools) link(name, modules)
  return {
    path,
    remove,
    run(program, ...args) {
      const child = spawn(program, args, { cwd: path, env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
      atEndOfCase(() => void child.kill('SIGKILL'))
      return follow(child, `${program} ${args.join(' ')}`).ended()
    },
  }
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
