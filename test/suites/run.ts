/**
 * `npm test`, `npm run test:full`, `npm run test:time`, `npm run typecheck`, `npm run build`: runs a suite, shows how far
 * it is, and ends with one line, `N passed, N failed`. A step that has no counts of its own counts as one.
 * @module
 */
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { readArguments, refuse } from '../scripts/arguments.ts'
import { duration } from '../scripts/progress.ts'
import type { Counts } from './reporter.ts'
import { runSuite, type SuiteResult } from './runner.ts'
import { suites } from './steps.ts'

/** A quiet two-core machine needs a fifth of this or less; one that is busy with other work may take so long. */
const RUN_LIMIT_MS = 45 * 60_000

const {
  operands: [name = 'quick', ...extra],
  has,
} = readArguments({
  command: 'node test/suites/run.ts',
  summary: `Runs a suite.\n\n${Object.entries(suites)
    .map(([suite, { summary }]) => `  ${suite.padEnd(9)}  ${summary}`)
    .join('\n')}`,
  options: { time: { help: 'prints CPU and wall time of every step and test file, slowest first' } },
  operands: '[SUITE]',
})
const suite = suites[name]
if (suite === undefined || extra.length > 0)
  refuse(`expected one suite, ${Object.keys(suites).join(', ')}; got ${JSON.stringify([name, ...extra].join(' '))}`)

const beganMs = performance.now()
const folder = join(repositoryFolder, `.tmp/suites/${name}`)
const result = await runSuite(suite, { limitMs: RUN_LIMIT_MS, folder, print: console.log, isFull: name === 'full' })
const sum = (of: (step: SuiteResult['steps'][number]) => number): number =>
  result.steps.reduce((total, step) => total + of(step), 0)
const counts: Counts = { passed: sum(({ passed }) => passed), failed: sum(({ failed }) => failed) }
if (has('time')) console.log(timesTable(result))
writeFileSync(join(repositoryFolder, `.tmp/${name}-counts.json`), JSON.stringify(counts))
console.log(`\n${name}: ${duration(sum(({ cpuMs }) => cpuMs))} of CPU in ${duration(performance.now() - beganMs)}`)
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exit(counts.failed === 0 ? 0 : 1)

function timesTable({ steps, files }: SuiteResult): string {
  const rows = [
    ...steps.map(({ step, cpuMs, wallMs }) => ({ name: `[${step.title}]`, cpuMs, wallMs })),
    ...files.map(({ file, cpuMs, wallMs }) => ({ name: relative(repositoryFolder, file), cpuMs, wallMs })),
  ].sort((one, other) => other.cpuMs - one.cpuMs)
  const cell = (ms: number): string => (ms / 1_000).toFixed(1).padStart(9)
  return [
    `\n${'CPU s'.padStart(9)}${'wall s'.padStart(9)}`,
    ...rows.map((row) => `${cell(row.cpuMs)}${cell(row.wallMs)}  ${row.name}`),
  ].join('\n')
}
