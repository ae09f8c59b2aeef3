/**
 * Bot process: the example bot as a developer runs it — its folder copied elsewhere, `rollcall` and `express` installed
 * beside it (linked, so that no registry is asked), started as a process of its own.
 *
 * The package that is linked is the built one; building it is not this file's job: `npm test` builds first.
 * @module
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { repositoryFolder } from '../checks/repository-folder.ts'

/** The tenant an emulator is at home in. */
export const emulatorTenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47'

/** A copy of the example. */
export interface BotFolder {
  readonly path: string
  start(env: Readonly<Record<string, string>>): BotProcess
  remove(): void
}

/** A running bot. */
export interface BotProcess {
  /** What it wrote, a line each. */
  readonly out: readonly string[]
  readonly err: readonly string[]
  /** Resolves with the first line written so far, or from now on, that matches; rejects when the bot ends before. */
  line(pattern: RegExp): Promise<string>
  /** Resolves with the exit code, null when a signal ended it. */
  readonly ended: Promise<number | null>
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

/** Copies the example. */
export function copyExample(): BotFolder {
  const path = mkdtempSync(join(tmpdir(), 'rollcall-express-bot-'))
  cpSync(join(repositoryFolder, 'docs/examples/express-bot'), path, { recursive: true })
  mkdirSync(join(path, 'node_modules'))
  symlinkSync(repositoryFolder, join(path, 'node_modules/rollcall'))
  symlinkSync(join(repositoryFolder, 'node_modules/express'), join(path, 'node_modules/express'))
  return {
    path,
    start: (env) => follow(spawn(process.execPath, ['bot.ts'], { cwd: path, env: { ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] })),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

function follow(child: ChildProcess): BotProcess {
  const out: string[] = []
  const err: string[] = []
  const waiting = new Set<() => void>()
  let isOver = false
  const look = (): void => {
    for (const again of [...waiting]) again()
  }
  const collect = (stream: NodeJS.ReadableStream | null, lines: string[]): void => {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      look()
    })
  }
  collect(child.stdout, out)
  collect(child.stderr, err)
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      isOver = true
      look()
      resolve(code)
    })
  })
  return {
    out,
    err,
    ended,
    line: (pattern) => new Promise((resolve, reject) => {
      const again = (): void => {
        const found = out.find((line) => pattern.test(line))
        if (found === undefined && !isOver) return void waiting.add(again)
        waiting.delete(again)
        if (found === undefined) reject(new Error(`the bot ended before it wrote ${pattern}:\n${[...out, ...err].join('\n')}`))
        else resolve(found)
      }
      again()
    }),
    kill: (signal) => void child.kill(signal),
  }
}
