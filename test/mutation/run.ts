/**
 * `npm run mutate [-- --files src/call/removals.ts,…]`: breaks `src/participant` and `src/call` in thousands of places,
 * one at a time, and asks whether a test notices.
 *
 * In two rounds: every mutant is held to the tests that take milliseconds; what survives those, to the random ones. It
 * ends with the score and the survivors that docs/mutants.md gives no reason for; all of it takes more than an hour on
 * two cores, one file a minute or two.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryFolder } from '../checks/source-file.ts'
import { listedSurvivors, nameOf, scoreOf, survivorsOf, type MutantReport, type ReportedMutant } from './report.ts'

const { values } = parseArgs({ options: { files: { type: 'string' }, workers: { type: 'string' } } })

/** Below this, tests are missing. */
const WANTED_SCORE = 90

const workers = Number(values.workers ?? Math.max(1, availableParallelism()))
const files = values.files?.split(',') ?? ['src/participant/**/*.ts', 'src/call/**/*.ts']
const folder = join(repositoryFolder, '.tmp')
mkdirSync(folder, { recursive: true })

console.log('round 1: the tests that take milliseconds')
const first = mutate(files, 'quick')
const left = survivorsOf(first)
console.log(`round 1: ${scoreOf(first).toFixed(1)} %, ${left.length} of ${first.length} left`)
let mutants = first
if (left.length > 0) {
  console.log('round 2: what is left, and the random tests')
  const ranges = [...new Set(left.map(({ file, location: { start, end } }) => `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`))]
  const second = new Map(mutate(ranges, 'all').map((mutant) => [nameOf(mutant), mutant]))
  mutants = first.map((mutant) => (left.includes(mutant) ? second.get(nameOf(mutant)) ?? mutant : mutant))
}
writeFileSync(join(folder, 'mutants.json'), JSON.stringify(mutants, undefined, 1))

const listed = listedSurvivors(readFileSync(join(repositoryFolder, 'docs/mutants.md'), 'utf8'))
const survivors = survivorsOf(mutants)
const unlisted = survivors.filter((mutant) => !listed.has(nameOf(mutant)))
for (const mutant of unlisted) console.log(`${mutant.status}: ${mutant.file}:${mutant.location.start.line}\n  ${nameOf(mutant)}`)
const score = scoreOf(mutants)
console.log(`${mutants.length} mutants, ${survivors.length} survived, ${unlisted.length} of them without a reason in docs/mutants.md, score ${score.toFixed(1)} %`)
process.exitCode = score >= WANTED_SCORE && unlisted.length === 0 ? 0 : 1

function mutate(what: readonly string[], tests: 'quick' | 'all'): readonly ReportedMutant[] {
  const report = join(folder, 'mutation.json')
  rmSync(report, { force: true })
  const config = JSON.parse(readFileSync(join(repositoryFolder, 'test/mutation/stryker.config.json'), 'utf8')) as object
  const path = join(folder, 'stryker.config.json')
  writeFileSync(path, JSON.stringify({ ...config, mutate: what, concurrency: workers }))
  const stryker = join(repositoryFolder, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const { status } = spawnSync(process.execPath, [stryker, 'run', path], { cwd: repositoryFolder, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, MUTATION_TESTS: tests } })
  if (status !== 0) throw new Error(`Stryker ended with ${status}`)
  return mutantsOf(JSON.parse(readFileSync(report, 'utf8')) as MutantReport)
}

function mutantsOf({ files: reported }: MutantReport): readonly ReportedMutant[] {
  return Object.entries(reported).flatMap(([file, { source, mutants: found }]) => found.map((mutant) => ({ ...mutant, file, original: textAt(source, mutant.location) })))
}

function textAt(source: string, { start, end }: ReportedMutant['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  if (start.line === end.line) return (lines[0] ?? '').slice(start.column - 1, end.column - 1)
  return [(lines[0] ?? '').slice(start.column - 1), ...lines.slice(1, -1), (lines.at(-1) ?? '').slice(0, end.column - 1)].join('\n')
}
