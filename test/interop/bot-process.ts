/**
 * Bot process: the example bot as a developer runs it — its folder copied elsewhere, `rollcall` and `express` installed
 * beside it (linked, so that no registry is asked), started as a process of its own.
 *
 * The package that is linked is the built one; building it is not this file's job: `npm test` builds first. The bots of
 * one copy have one clock, on which next to no time passes but between the start of one and the next.
 * @module
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { startNode } from '../waiting/node-process.ts'
import type { FollowedChild } from '../waiting/waiting.ts'

/** The tenant an emulator is at home in. */
export const emulatorTenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47'

/** A copy of the example. */
export interface BotFolder {
  readonly path: string
  start(env: Readonly<Record<string, string>>): FollowedChild
  remove(): void
}

/** A slow clock falls behind the real one, by which tokens are made: it begins so much later. */
const TOKENS_ARE_VALID_MS = 30 * 60_000

/** What passes between two processes: longer than the lease of the one that died, shorter than anybody rings. */
const DOWN_MS = 10_000

const slowClock = pathToFileURL(join(import.meta.dirname, 'slow-clock.ts')).href

/** Copies the example. */
export function copyExample(): BotFolder {
  const since = Date.now()
  let started = 0
  const path = mkdtempSync(join(tmpdir(), 'rollcall-express-bot-'))
  cpSync(join(repositoryFolder, 'docs/examples/express-bot'), path, { recursive: true })
  mkdirSync(join(path, 'node_modules'))
  symlinkSync(repositoryFolder, join(path, 'node_modules/rollcall'))
  symlinkSync(join(repositoryFolder, 'node_modules/express'), join(path, 'node_modules/express'))
  return {
    path,
    start(env) {
      const ahead = TOKENS_ARE_VALID_MS + started * DOWN_MS
      started += 1
      return startNode(['--import', slowClock, 'bot.ts'], {
        cwd: path,
        env: {
          NO_COLOR: '1',
          FORCE_COLOR: undefined,
          SLOW_CLOCK_SINCE: String(since),
          SLOW_CLOCK_AHEAD_MS: String(ahead),
          ...env,
        },
      })
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
