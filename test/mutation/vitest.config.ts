/**
 * The tests that mutants of `src/participant` and `src/call` are held to: those that take milliseconds first, so that
 * most mutants are noticed by them, then the random ones.
 * @module
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'

/** The quickest first. */
const random = ['laws/watches', 'laws/laws', 'call/permutations', 'call/totality'].map((name) => `test/${name}.test.ts`)

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => random.findIndex((name) => moduleId.endsWith(name))
    return files.sort((one, other) => rank(one) - rank(other) || one.moduleId.localeCompare(other.moduleId))
  }
}

export default defineConfig({
  test: {
    include: ['test/participant/*.test.ts', 'test/call/*.test.ts', ...random],
    sequence: { sequencer: QuickFirst },
    // Modules are loaded once for all files of a run: no test of these changes any, and a mutant is tried in a new run.
    isolate: false,
    env: { ROLLCALL_RUNS: '100' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    watch: false,
  },
})
