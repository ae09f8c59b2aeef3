/**
 * `npm run mutate [-- --files src/call/removals.ts,src/call/roster.ts:40-60,…] [--again]`: breaks `src/participant` and
 * `src/call` in thousands of places, one at a time, and asks whether a test notices.
 *
 * Prints how far it is every ten seconds, and ends with the score and the survivors that docs/mutants.md gives no reason
 * for. All of it takes most of an hour on two cores, one file a minute or two; with `--again`, what an earlier run saw
 * killed is kept where neither the code nor the test has changed; all others are tried again.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { listedSurvivors, mutantsOf, nameOf, onlyKilled, scoreOf, survivorsOf, type MutantReport } from './report.ts'

const { values } = parseArgs({ options: { files: { type: 'string' }, again: { type: 'boolean', default: false } } })

/** Below this, tests are missing. */
const WANTED_SCORE = 90

const files = (values.files ?? 'src/participant/**/*.ts,src/call/**/*.ts').split(',')
const report = join(repositoryFolder, '.tmp/mutation.json')
rmSync(report, { force: true })
// Stryker would not try a survivor in code that runs at load again, whatever tests there are by now.
const earlier = join(repositoryFolder, '.tmp/mutation-incremental.json')
if (values.again && existsSync(earlier)) writeFileSync(earlier, JSON.stringify(onlyKilled(JSON.parse(readFileSync(earlier, 'utf8')) as MutantReport)))
const stryker = join(repositoryFolder, 'node_modules/@stryker-mutator/core/bin/stryker.js')
const { status } = spawnSync(process.execPath, [
  stryker, 'run', 'test/mutation/stryker.config.json', '--mutate', files.join(','), '--concurrency', String(availableParallelism()), ...(values.again ? [] : ['--force']),
], { cwd: repositoryFolder, stdio: ['ignore', 'inherit', 'inherit'] })
if (status !== 0) throw new Error(`Stryker ended with ${status}`)

const mutants = mutantsOf(JSON.parse(readFileSync(report, 'utf8')) as MutantReport).filter(({ file }) => files.some((pattern) => matchesGlob(file, pattern.replace(/:[\d:-]+$/, ''))))
const listed = listedSurvivors(readFileSync(join(repositoryFolder, 'docs/mutants.md'), 'utf8'))
const survivors = survivorsOf(mutants)
const unlisted = survivors.filter((mutant) => !listed.has(nameOf(mutant)))
for (const mutant of unlisted) console.log(`${mutant.status}: ${mutant.file}:${mutant.location.start.line}\n  ${nameOf(mutant)}`)
const score = scoreOf(mutants)
console.log(`${mutants.length} mutants, ${survivors.length} survived, ${unlisted.length} of them without a reason in docs/mutants.md, score ${score.toFixed(1)} %`)
process.exitCode = score >= WANTED_SCORE && unlisted.length === 0 ? 0 : 1
