/**
 * Runs the steps of a suite one after the other, each in a process group of its own.
 *
 * Rule: the only limit in time is that of the whole run. When it passes, the run ends and says what was waited for.
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { duration } from '../scripts/progress.ts'
import type { Waiting } from '../waiting/waiting.ts'
import { cpuMs } from './cpu.ts'
import { countsVariable, fileTimesVariable, fullVariable, suiteVariable, waitingVariable } from './environment.ts'
import type { FileTime } from './file-times.ts'
import type { Counts } from './reporter.ts'
import type { Step, Suite } from './steps.ts'

/** How long the processes of a run that has passed its limit may take to end by themselves. */
const GRACE_MS = 5_000

/** What a step came to. */
interface StepResult extends Counts {
  readonly step: Step
  /** CPU time of the step's processes, milliseconds. */
  readonly cpuMs: number
  readonly wallMs: number
}

/** What a run came to. */
export interface SuiteResult {
  readonly steps: readonly StepResult[]
  readonly files: readonly FileTime[]
}

/** How a suite is run. */
export interface RunOptions {
  /** When the whole run is given up, milliseconds from its beginning. */
  readonly limitMs: number
  /** A folder for what the processes of the run write; emptied first. */
  readonly folder: string
  readonly print: (line: string) => void
  /** Set for the full suite: tests go through everything. */
  readonly isFull?: boolean
}

/** Runs a suite. Resolves when its last step has ended, or when the run is given up. */
export async function runSuite({ steps }: Suite, options: RunOptions): Promise<SuiteResult> {
  const run = new Run(options)
  for (const [index, step] of steps.entries()) {
    options.print(`\n[${index + 1}/${steps.length}] ${step.title}`)
    const result = await run.step(step)
    if (result.failed > 0) options.print(`${step.title}: failed; again: ${step.again}`)
    if (run.isGivenUp || (result.failed > 0 && step.isRequired === true)) break
  }
  return { steps: run.results, files: run.fileTimes() }
}

class Run {
  readonly results: StepResult[] = []
  isGivenUp = false
  readonly #options: RunOptions
  readonly #waitingFolder: string
  readonly #countsFile: string
  readonly #timesFile: string
  readonly #beganMs = performance.now()

  constructor(options: RunOptions) {
    this.#options = options
    this.#waitingFolder = join(options.folder, 'waiting')
    this.#countsFile = join(options.folder, 'counts.json')
    this.#timesFile = join(options.folder, 'file-times.jsonl')
    rmSync(options.folder, { recursive: true, force: true })
    mkdirSync(this.#waitingFolder, { recursive: true })
    writeFileSync(this.#timesFile, '')
  }

  /** Runs the commands of a step until one fails. */
  async step(step: Step): Promise<StepResult> {
    rmSync(this.#countsFile, { force: true })
    const [before, startMs] = [cpuMs().children, performance.now()]
    let isFailed = false
    for (const [command = '', ...args] of step.commands)
      isFailed ||= (await this.#runCommand(command, args, step)) !== 0
    const counts = step.hasCounts === true ? this.#readCounts() : undefined
    const result: StepResult = {
      step,
      passed: counts?.passed ?? (isFailed ? 0 : 1),
      failed: Math.max(counts?.failed ?? 0, isFailed ? 1 : 0),
      cpuMs: cpuMs().children - before,
      wallMs: performance.now() - startMs,
    }
    this.results.push(result)
    return result
  }

  /** The times of the test files that have ended. */
  fileTimes(): readonly FileTime[] {
    return readFileSync(this.#timesFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as FileTime)
  }

  /** Resolves with the exit code; with 1 when a signal ended the command. */
  #runCommand(command: string, args: readonly string[], step: Step): Promise<number> {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: repositoryFolder,
        stdio: ['ignore', 'inherit', 'inherit'],
        detached: true,
        env: this.#environment(step),
      })
      const end = (signal: NodeJS.Signals): void => endGroup(child.pid, signal)
      const limit = setTimeout(
        () => this.#giveUp(step, end),
        this.#options.limitMs - (performance.now() - this.#beganMs),
      )
      const stop = (): void => end('SIGTERM')
      process.once('SIGINT', stop)
      process.once('SIGTERM', stop)
      child.once('error', reject)
      child.once('close', (code) => {
        clearTimeout(limit)
        process.off('SIGINT', stop)
        process.off('SIGTERM', stop)
        resolve(code ?? 1)
      })
    })
  }

  #environment(step: Step): NodeJS.ProcessEnv {
    return {
      ...process.env,
      [countsVariable]: this.#countsFile,
      [fileTimesVariable]: this.#timesFile,
      [waitingVariable]: this.#waitingFolder,
      ...(step.suite === undefined ? {} : { [suiteVariable]: step.suite }),
      ...(this.#options.isFull === true ? { [fullVariable]: '1' } : {}),
    }
  }

  /** The limit has passed: says what was waited for, and ends the step's processes. */
  #giveUp(step: Step, end: (signal: NodeJS.Signals) => void): void {
    const { print, limitMs } = this.#options
    this.isGivenUp = true
    print(`\nThe run has not ended within ${duration(limitMs)}. It was at: ${step.title}; again: ${step.again}`)
    for (const file of readdirSync(this.#waitingFolder)
      .filter((path) => path.endsWith('.json'))
      .sort()) {
      const waitings = JSON.parse(readFileSync(join(this.#waitingFolder, file), 'utf8')) as readonly Waiting[]
      for (const waiting of waitings) print(waitingLines(waiting).join('\n  '))
    }
    end('SIGTERM')
    setTimeout(() => end('SIGKILL'), GRACE_MS).unref()
  }

  #readCounts(): Counts | undefined {
    try {
      return JSON.parse(readFileSync(this.#countsFile, 'utf8')) as Counts
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
}

/** Signals all processes of a group; nothing happens when they have ended. */
function endGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return
  try {
    process.kill(-leader, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function waitingLines({ what, seen, seed, test, again }: Waiting): readonly string[] {
  return [
    `waiting until ${what}`,
    ...(test === undefined ? [] : [`in ${test.file}, ${test.name}`]),
    ...(seen === undefined ? [] : [`last seen: ${seen}`]),
    ...(seed === undefined ? [] : [`seed: ${seed}`]),
    ...(again === undefined ? [] : [`again: ${again}`]),
  ]
}
