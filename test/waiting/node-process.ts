/**
 * Node processes of a test's own: started with this Node unless another is named, followed, and waited for without a limit.
 *
 * What Node compiles is kept in `.tmp/compile-cache`: taking the types out of a hundred modules is most of what a short
 * process does.
 * @module
 */
import { spawn } from 'node:child_process'
import { basename, join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { atEndOfCase } from './case-running.ts'
import { follow, type ChildEnd, type FollowedChild } from './waiting.ts'

/** How a process is started. */
export interface NodeProcessOptions {
  readonly cwd?: string | undefined
  /** Changes of this process's environment; undefined takes a variable away. */
  readonly env?: NodeJS.ProcessEnv | undefined
  /** The path of another Node than this one. */
  readonly node?: string | undefined
}

const compileCache = join(repositoryFolder, '.tmp', 'compile-cache')

/** Starts Node with the arguments; its output is followed, and it has no input. It does not outlive the case that starts it. */
export function startNode(
  args: readonly string[],
  { cwd = repositoryFolder, env = {}, node = process.execPath }: NodeProcessOptions = {},
): FollowedChild {
  const child = spawn(node, args, {
    cwd,
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  atEndOfCase(() => void child.kill('SIGKILL'))
  return follow(
    child,
    `node ${args
      .map((arg) => basename(arg))
      .join(' ')
      .slice(0, 200)}`,
  )
}

/** Runs `node` with the arguments to its end. */
export function runNode(args: readonly string[], options: NodeProcessOptions = {}): Promise<ChildEnd> {
  return startNode(args, options).ended()
}
