/**
 * How tests are run: no test, hook or teardown has a time limit; the whole run has one (`test/suites/run.ts`).
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { fullSuffix, suiteVariable } from './suites/environment.ts'

const suite = process.env[suiteVariable]
const root = fileURLToPath(new URL('..', import.meta.url))

/** Quick files that try more of the same in the full suite (`test/effort/runs.ts`). */
const deepened =
  suite === 'full'
    ? globSync('test/**/*.test.ts', { cwd: root }).filter((path) =>
        readFileSync(join(root, path), 'utf8').includes('effort/runs.ts'),
      )
    : []

/** Zero means none. A test that waits for something says so (`test/waiting`), and the whole run's limit names it. */
const NO_LIMIT = 0

/** Vitest only complains when a process takes longer than this to end; a busy machine is no reason to. */
const TEARDOWN_MS = 2 ** 31 - 1

export default defineConfig({
  root,
  test: {
    include: suite === 'full' ? [`test/**/*${fullSuffix}`, ...deepened] : ['test/**/*.test.ts'],
    exclude: suite === 'quick' ? [`**/*${fullSuffix}`] : [],
    setupFiles: ['test/suites/file-times.ts'],
    reporters: ['./test/suites/reporter.ts'],
    testTimeout: NO_LIMIT,
    hookTimeout: NO_LIMIT,
    teardownTimeout: TEARDOWN_MS,
    maxConcurrency: 10,
    maxWorkers: availableParallelism(),
    watch: false,
    // A hundred and fifty small files: a process each cost a third of the quick suite's CPU. Each puts back what it changes.
    isolate: suite !== 'quick',
  },
})
