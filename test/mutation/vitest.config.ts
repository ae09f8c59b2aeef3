/**
 * The tests that mutants of `src/participant` and `src/call` are held to: first those that take milliseconds, then, for
 * what they leave, the random ones as well.
 * @module
 */
import { defineConfig } from 'vitest/config'

const random = ['call/totality', 'call/permutations', 'laws/laws', 'laws/watches', 'histories/histories']
const isThorough = process.env['MUTATION_TESTS'] === 'all'

export default defineConfig({
  test: {
    include: ['test/participant/*.test.ts', 'test/call/*.test.ts', ...(isThorough ? random.map((name) => `test/${name}.test.ts`) : [])],
    exclude: isThorough ? [] : random.map((name) => `test/${name}.test.ts`),
    env: { ROLLCALL_RUNS: '400' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    watch: false,
  },
})
