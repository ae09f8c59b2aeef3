/**
 * Waiting: how a test waits, without a limit of its own: for a condition, for a promise, for what a child process
 * writes, for a child's end.
 *
 * Each waiting is registered from its beginning to its end. In the folder that the environment variable
 * ROLLCALL_WAITING names, the file `<pid>.json` lists the waitings of a process that have not ended (a list of
 * `Waiting`; there is no file when there are none). So a limit on the whole run, which is the only one there is, can
 * say what was waited for when it passed, and how to run that one case again.
 * @module
 */
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect, isDeepStrictEqual } from 'node:util'
import { caseRunning } from './case-running.ts'

/** A waiting that has not ended, as the file has it. */
export interface Waiting {
  /** What is waited for, as a statement: "two phones are ringing". */
  readonly what: string
  /** What a probe saw last, or the end of what a child has written. */
  seen?: string
  readonly seed?: string | number
  readonly test?: { readonly file: string; readonly name: string }
  /** The command that runs this one case again. */
  readonly again?: string
}

/** More about a waiting. */
export interface WaitingOptions {
  /** What the case's chance came from. */
  readonly seed?: string | number | undefined
  /** The command that runs the case again; that of the vitest case that is running, unless given. */
  readonly again?: string | undefined
}

/** What a probe has to see: a value equal to it, a text that matches, or whatever the function says yes to. */
export type Wanted<T> = RegExp | ((seen: T) => boolean) | (T extends (...args: never) => unknown ? never : T)

/** How long to wait before a probe looks again: soon at first, then less often. */
const FIRST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 25

/** Longer texts of what was seen are cut to their end. */
const LONGEST_SEEN = 2_000

/** Resolves with what the probe sees, once that is what is wanted: unless something else is said, anything but false and undefined. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  wanted?: Wanted<T>,
  options: WaitingOptions = {},
): Promise<T> {
  return registered(what, options, async (see) => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const seen = await probe()
      if (isWanted(seen, wanted)) return seen
      see(inspect(seen, { depth: 5, breakLength: Infinity }))
      await sleep(pauseMs)
    }
  })
}

function isWanted<T>(seen: T, wanted: Wanted<T> | undefined): boolean {
  if (wanted === undefined) return seen !== false && seen !== undefined
  if (wanted instanceof RegExp) return typeof seen === 'string' && wanted.test(seen)
  return typeof wanted === 'function' ? (wanted as (seen: T) => boolean)(seen) : isDeepStrictEqual(seen, wanted)
}

/** Resolves as the promise does; when that rejects, the error names what was waited for. */
export function untilSettled<T>(what: string, promise: Promise<T>, options: WaitingOptions = {}): Promise<T> {
  return registered(what, options, () => promise)
}

/** A child process, and what it has written so far. */
export interface FollowedChild {
  /** Lines of its standard output. */
  readonly out: readonly string[]
  /** Lines of its standard error. */
  readonly err: readonly string[]
  /** Resolves with the first line of its output, past or to come, that matches; rejects when the child ends before. */
  line(pattern: RegExp, options?: WaitingOptions): Promise<string>
  /** Resolves when it has ended and everything it wrote has been read. */
  ended(options?: WaitingOptions): Promise<ChildEnd>
  kill(signal: NodeJS.Signals): void
}

/** How a child ended. */
export interface ChildEnd {
  readonly stdout: string
  readonly stderr: string
  /** The exit code; null when a signal ended it. */
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
}

/** Follows a child, whose output is read from now on. `name` is what errors call it. */
export function follow(child: ChildProcess, name: string): FollowedChild {
  const [out, err] = [[] as string[], [] as string[]]
  let [stdout, stderr] = ['', '']
  const lookAgain = new Set<() => void>()
  const look = (): void => {
    for (const again of [...lookAgain]) again()
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) => {
      out.push(line)
      look()
    })
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (line) => {
      err.push(line)
      look()
    })
  let end: ChildEnd | undefined
  const over = new Promise<ChildEnd>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => {
      end = { stdout, stderr, status, signal }
      resolve(end)
      look()
    })
  })
  over.catch(look)
  const written = (): string => `${stdout}${stderr}`.trim()
  const lineIn = (pattern: RegExp, see: (text: string) => void): Promise<string> =>
    new Promise((resolve, reject) => {
      const settle = (how: () => void): void => {
        lookAgain.delete(again)
        how()
      }
      const again = (): void => {
        const found = out.find((line) => pattern.test(line))
        if (found !== undefined) settle(() => resolve(found))
        else if (end !== undefined)
          settle(() =>
            reject(new Error(`${name} ended with ${end?.status ?? end?.signal} before that; it wrote:\n${written()}`)),
          )
        else see(written())
      }
      over.catch((error: unknown) => settle(() => reject(error)))
      lookAgain.add(again)
      again()
    })
  return {
    out,
    err,
    line: (pattern, options = {}) => registered(`${name} writes ${pattern}`, options, (see) => lineIn(pattern, see)),
    ended: (options = {}) =>
      registered(`${name} ends`, options, async (see) => {
        const show = (): void => see(written())
        lookAgain.add(show)
        show()
        return over.finally(() => lookAgain.delete(show))
      }),
    kill: (signal) => void child.kill(signal),
  }
}

const waitings = new Set<Waiting>()

/** Registers a waiting while it lasts; an error of it comes with what was waited for, what was seen, and the command. */
async function registered<T>(
  what: string,
  { seed, again: given }: WaitingOptions,
  wait: (see: (text: string) => void) => Promise<T>,
): Promise<T> {
  const running = caseRunning()
  const command = given ?? running?.again
  const again = command === undefined ? undefined : `${seed === undefined ? '' : `ROLLCALL_SEED=${seed} `}${command}`
  const waiting: Waiting = {
    what,
    ...(seed === undefined ? {} : { seed }),
    ...(running === undefined ? {} : { test: running.test }),
    ...(again === undefined ? {} : { again }),
  }
  waitings.add(waiting)
  write()
  try {
    return await wait((text) => {
      const seen = text.length <= LONGEST_SEEN ? text : `…${text.slice(-LONGEST_SEEN)}`
      if (waiting.seen === seen) return
      waiting.seen = seen
      write()
    })
  } catch (error) {
    throw failed(waiting, error)
  } finally {
    waitings.delete(waiting)
    write()
  }
}

/** The error, with what it happened to. Codes and other fields of it stay. */
function failed({ what, seen, seed, again }: Waiting, error: unknown): Error {
  const lines = [
    `waited until ${what}: ${error instanceof Error ? error.message : String(error)}`,
    ...(seen === undefined ? [] : [`last seen: ${seen}`]),
    ...(seed === undefined ? [] : [`seed: ${seed}`]),
    ...(again === undefined ? [] : [`again: ${again}`]),
  ]
  return Object.assign(
    new Error(lines.join('\n'), { cause: error }),
    error instanceof Error ? { ...error, name: error.name } : {},
  )
}

/** Writes the file: whole, or as it was before. */
function write(): void {
  const folder = process.env['ROLLCALL_WAITING']
  if (folder === undefined || folder === '') return
  const path = join(folder, `${process.pid}.json`)
  if (waitings.size === 0) return rmSync(path, { force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${path}.new`, JSON.stringify([...waitings], undefined, 2))
  renameSync(`${path}.new`, path)
}
