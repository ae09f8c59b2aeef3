/**
 * `npm run mutate`: breaks `src/participant` and `src/call` in thousands of places, one at a time, and asks whether a
 * test notices.
 *
 * Prints how far it is every ten seconds, and ends with the score and the survivors that docs/mutants.md gives no reason
 * for. All of it takes most of an hour on two cores, one file a minute or two; with `--again`, what an earlier run saw
 * killed is kept where neither the code nor the test has changed; all others are tried again.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { readArguments, refuse } from '../scripts/arguments.ts'
import { sampleRanges } from './sample.ts'
import { listedSurvivors, mutantsOf, nameOf, onlyKilled, scoreOf, survivorsOf, type MutantReport } from './report.ts'

const { text, has, count } = readArguments({
  command: 'npm run mutate --',
  summary: 'Breaks the code in thousands of places, one at a time, and asks whether a test notices.',
  options: {
    files: {
      value: 'FILES',
      default: 'src/participant/**/*.ts,src/call/**/*.ts',
      help: 'which files, patterns and line ranges (a.ts:40-60), with commas between them',
    },
    again: { help: 'keeps what an earlier run saw killed, where neither code nor test has changed' },
    sample: { value: 'N', help: 'breaks about N places only' },
    seed: { value: 'S', default: '20261124', help: 'decides which places a sample takes' },
  },
})

/** Below this, tests are missing. */
const WANTED_SCORE = 90

const patterns = (text('files') ?? '').split(',')
const sources = globSync(patterns.map(withoutRange), { cwd: repositoryFolder }).sort()
if (sources.length === 0) refuse(`--files names no file: ${text('files') ?? ''}`)
const files = text('sample') === undefined ? patterns : sampled(count('sample', 1), count('seed'))
const report = join(repositoryFolder, '.tmp/mutation.json')
rmSync(report, { force: true })
// Stryker would not try a survivor in code that runs at load again, whatever tests there are by now.
const earlier = join(repositoryFolder, '.tmp/mutation-incremental.json')
if (has('again') && existsSync(earlier))
  writeFileSync(earlier, JSON.stringify(onlyKilled(JSON.parse(readFileSync(earlier, 'utf8')) as MutantReport)))
const stryker = join(repositoryFolder, 'node_modules/@stryker-mutator/core/bin/stryker.js')
const { status } = spawnSync(
  process.execPath,
  [
    stryker,
    'run',
    'test/mutation/stryker.config.json',
    '--mutate',
    files.join(','),
    '--concurrency',
    String(availableParallelism()),
    ...(has('again') ? [] : ['--force']),
  ],
  { cwd: repositoryFolder, stdio: ['ignore', 'inherit', 'inherit'] },
)
if (status !== 0) {
  console.error(`Stryker ended with ${status}; what it printed above says why`)
  process.exit(1)
}

const mutants = mutantsOf(JSON.parse(readFileSync(report, 'utf8')) as MutantReport).filter(({ file }) =>
  files.some((pattern) => matchesGlob(file, withoutRange(pattern))),
)
const listed = listedSurvivors(readFileSync(join(repositoryFolder, 'docs/mutants.md'), 'utf8'))
const survivors = survivorsOf(mutants)
const unlisted = survivors.filter((mutant) => !listed.has(nameOf(mutant)))
for (const mutant of unlisted)
  console.log(`${mutant.status}: ${mutant.file}:${mutant.location.start.line}\n  ${nameOf(mutant)}`)
const score = scoreOf(mutants)
console.log(
  `${mutants.length} mutants, ${survivors.length} survived, ${unlisted.length} of them without a reason in docs/mutants.md, score ${score.toFixed(1)} %`,
)
process.exitCode = score >= WANTED_SCORE && unlisted.length === 0 ? 0 : 1

/** A pattern without its line range. */
function withoutRange(pattern: string): string {
  return pattern.replace(/:[\d:-]+$/, '')
}

function sampled(places: number, seed: number): readonly string[] {
  console.log(`seed ${seed}`)
  return sampleRanges(
    sources.map((path) => ({ path, lines: readFileSync(join(repositoryFolder, path), 'utf8').split('\n').length })),
    places,
    seed,
  )
}
