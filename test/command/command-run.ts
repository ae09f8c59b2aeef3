/**
 * The command line, run in this process or in one of its own.
 * @module
 */
import { spawn } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { runCommandLine } from '../../src/command-line.ts'
import { follow } from '../waiting/waiting.ts'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

/** The output and exit code of a command. */
export interface CommandRun {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
}

/** Runs the program in its own process, without a terminal. */
export function rollcallProcess(...args: readonly string[]): Promise<CommandRun> {
  return follow(
    spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }),
    `rollcall ${args.join(' ')}`,
  ).ended()
}

/** How the program is run. */
export interface RollcallOptions {
  /** Pretends to be this version of Node. */
  readonly nodeVersion?: string
}

/** Runs the program in this process. */
export async function rollcall(args: readonly string[], { nodeVersion }: RollcallOptions = {}): Promise<CommandRun> {
  const [stdout, stderr] = [new PassThrough({ encoding: 'utf8' }), new PassThrough({ encoding: 'utf8' })]
  const texts = Promise.all([stdout, stderr].map(async (stream) => (await stream.toArray()).join('')))
  const status = await runCommandLine(args, {
    stdout,
    stderr,
    env: process.env,
    stopped: () => Promise.reject(new Error('the test does not stop it')),
    nodeVersion,
  })
  stdout.end()
  stderr.end()
  const [out = '', err = ''] = await texts
  return { stdout: out, stderr: err, status }
}
