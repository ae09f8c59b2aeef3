/**
 * The tests that mutants of `src/participant` and `src/call` are held to, in an order in which most mutants are noticed
 * soon: the documents drawn from the code, the rules, and last what goes through thousands of cases.
 * @module
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'

const first = 'test/documents/generated.test.ts'

/** The quickest first. */
const last = [
  'laws/watches',
  'laws/laws',
  'call/codec',
  'participant/transition',
  'call/permutations',
  'call/totality',
  'mutation/worlds.full',
].map((name) => `test/${name}.test.ts`)

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      moduleId.endsWith(first) ? -2 : last.findIndex((name) => moduleId.endsWith(name))
    return files.sort((one, other) => rank(one) - rank(other) || one.moduleId.localeCompare(other.moduleId))
  }
}

export default defineConfig({
  test: {
    include: [first, 'test/participant/*.test.ts', 'test/call/*.test.ts', ...last],
    sequence: { sequencer: QuickFirst },
    // Modules are loaded once for all files of a run: no test of these changes any, and a mutant is tried in a new run.
    isolate: false,
    env: { ROLLCALL_RUNS: '100', ROLLCALL_FULL: '1' },
    // Stryker has a limit of its own for a mutant that does not end.
    testTimeout: 0,
    hookTimeout: 0,
    watch: false,
  },
})
