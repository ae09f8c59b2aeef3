/**
 * `npm test`, `npm run test:full`, `npm run test:time`, `npm run typecheck`, `npm run build`: runs the steps of a suite
 * one after the other, shows how far it is, and ends with one line, `N passed, N failed`. A step that has no counts of its
 * own counts as one.
 *
 * Rule: the only limit in time is that of the whole run. When it passes, the run ends and says what was waited for.
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { readArguments, refuse } from '../scripts/arguments.ts'
import { duration } from '../scripts/progress.ts'
import { cpuMs } from './cpu.ts'
import { countsVariable, fileTimesVariable, fullVariable, suiteVariable, waitingVariable } from './environment.ts'
import type { FileTime } from './file-times.ts'
import type { Counts } from './reporter.ts'
import { suites, type Step } from './steps.ts'
import type { Waiting } from '../waiting/waiting.ts'

/** A quiet two-core machine needs a tenth of this or less; one that is busy with other work may take so long. */
const RUN_LIMIT_MS = 45 * 60_000

/** How long the processes of a run that has passed its limit may take to end by themselves. */
const GRACE_MS = 5_000

interface StepResult extends Counts {
  readonly step: Step
  readonly cpuMs: number
  readonly wallMs: number
}

const { operands: [name = 'quick', ...extra], has } = readArguments({
  command: 'npm test -- / npm run test:full -- / node test/suites/run.ts',
  summary: `Runs a suite: ${Object.entries(suites).map(([suite, { summary }]) => `${suite} (${summary})`).join(', ')}.`,
  options: { time: { help: 'prints CPU and wall time of every step and test file, slowest first' } },
  operands: '[SUITE]',
})
const suite = suites[name]
if (suite === undefined || extra.length > 0) refuse(`expected one suite, ${Object.keys(suites).join(', ')}; got ${JSON.stringify([name, ...extra].join(' '))}`)

const folder = join(repositoryFolder, '.tmp/suites')
const waitingFolder = join(folder, 'waiting')
const countsFile = join(folder, 'counts.json')
const timesFile = join(folder, 'file-times.jsonl')
rmSync(folder, { recursive: true, force: true })
mkdirSync(waitingFolder, { recursive: true })
writeFileSync(timesFile, '')

const beganMs = performance.now()
const results: StepResult[] = []
for (const [index, step] of suite.steps.entries()) {
  console.log(`\n[${index + 1}/${suite.steps.length}] ${step.title}`)
  const result = await runStep(step)
  results.push(result)
  if (result.failed > 0) console.log(`${step.title}: failed; again: ${step.again}`)
  if (result.failed > 0 && step.isRequired === true) break
}
conclude()

async function runStep(step: Step): Promise<StepResult> {
  rmSync(countsFile, { force: true })
  const [before, startMs] = [cpuMs().children, performance.now()]
  let isFailed = false
  for (const [command = '', ...args] of step.commands) isFailed ||= await runCommand(command, args, step) !== 0
  const counts = step.hasCounts === true ? readCounts() : undefined
  const failed = Math.max(counts?.failed ?? 0, isFailed ? 1 : 0)
  return { step, passed: counts?.passed ?? (isFailed ? 0 : 1), failed, cpuMs: cpuMs().children - before, wallMs: performance.now() - startMs }
}

/** Runs one command in a process group of its own, so that all of it can be ended. Resolves with the exit code. */
function runCommand(command: string, args: readonly string[], step: Step): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: repositoryFolder,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
      env: {
        ...process.env,
        [countsVariable]: countsFile,
        [fileTimesVariable]: timesFile,
        [waitingVariable]: waitingFolder,
        ...step.suite === undefined ? {} : { [suiteVariable]: step.suite },
        ...name === 'full' ? { [fullVariable]: '1' } : {},
      },
    })
    const end = (signal: NodeJS.Signals): void => { if (child.pid !== undefined) endGroup(child.pid, signal) }
    const limit = setTimeout(() => giveUp(step, end), RUN_LIMIT_MS - (performance.now() - beganMs))
    const stop = (): void => { end('SIGTERM') }
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

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The limit has passed: says what was waited for, ends the step's processes, then the run. */
function giveUp(step: Step, end: (signal: NodeJS.Signals) => void): void {
  console.log(`\nThe run has not ended within ${duration(RUN_LIMIT_MS)}. It was at: ${step.title}; again: ${step.again}`)
  for (const file of readdirSync(waitingFolder).filter((path) => path.endsWith('.json')).sort()) {
    const waitings = JSON.parse(readFileSync(join(waitingFolder, file), 'utf8')) as readonly Waiting[]
    for (const waiting of waitings) console.log(waitingLines(waiting).join('\n  '))
  }
  end('SIGTERM')
  setTimeout(() => {
    end('SIGKILL')
    results.push({ step, passed: 0, failed: 1, cpuMs: 0, wallMs: 0 })
    conclude()
    process.exit()
  }, GRACE_MS)
}

function waitingLines({ what, seen, seed, test, again }: Waiting): readonly string[] {
  return [
    `waiting until ${what}`,
    ...test === undefined ? [] : [`in ${test.file}, ${test.name}`],
    ...seen === undefined ? [] : [`last seen: ${seen}`],
    ...seed === undefined ? [] : [`seed: ${seed}`],
    ...again === undefined ? [] : [`again: ${again}`],
  ]
}

function readCounts(): Counts | undefined {
  try {
    return JSON.parse(readFileSync(countsFile, 'utf8')) as Counts
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function conclude(): void {
  const sum = (of: (result: StepResult) => number): number => results.reduce((total, result) => total + of(result), 0)
  const [passed, failed] = [sum((result) => result.passed), sum((result) => result.failed)]
  if (has('time')) printTimes()
  console.log(`\n${name}: ${duration(sum((result) => result.cpuMs))} of CPU, ${duration(performance.now() - beganMs)}`)
  writeFileSync(join(repositoryFolder, `.tmp/${name}-counts.json`), JSON.stringify({ passed, failed } satisfies Counts))
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

function printTimes(): void {
  const files = readFileSync(timesFile, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as FileTime)
  const rows = [
    ...results.map(({ step, cpuMs: cpu, wallMs }) => ({ name: `[${step.title}]`, cpuMs: cpu, wallMs })),
    ...files.map(({ file, ...times }) => ({ name: relative(repositoryFolder, file), ...times })),
  ].sort((one, other) => other.cpuMs - one.cpuMs)
  const cell = (ms: number): string => (ms / 1_000).toFixed(1).padStart(9)
  console.log(`\n${'CPU s'.padStart(9)}${'wall s'.padStart(9)}`)
  for (const row of rows) console.log(`${cell(row.cpuMs)}${cell(row.wallMs)}  ${row.name}`)
}
