/**
 * The suites and their steps.
 * @module
 */

/** One step of a suite: commands one after the other. */
export interface Step {
  readonly title: string
  readonly commands: readonly (readonly string[])[]
  /** The command that runs this step alone. */
  readonly again: string
  /** The steps behind it mean nothing without it. */
  readonly isRequired?: boolean
  /** It writes how many passed and failed; otherwise it counts as one. */
  readonly hasCounts?: boolean
  /** Which test files it runs. */
  readonly suite?: 'quick' | 'full'
}

/** A suite. */
export interface Suite {
  readonly summary: string
  readonly steps: readonly Step[]
}

/** TypeScript 7 checks three times as fast. It has no compiler API, so declarations and the checks of the code use 6. */
const tsc = ['node', 'node_modules/ts7/bin/tsc']

const typecheck: Step = {
  title: 'type check',
  commands: [
    [...tsc, '-p', '.'],
    [...tsc, '-p', 'src/inspect/page'],
    [...tsc, '-p', 'test/react'],
  ],
  again: 'npm run typecheck',
  isRequired: true,
}

const lint: Step = {
  title: 'format and lint',
  commands: [['biome', 'check', '--error-on-warnings']],
  again: 'npx biome check',
}

const deadCode: Step = {
  title: 'dead files, exports and dependencies',
  commands: [['knip']],
  again: 'npx knip',
}

const build: Step = {
  title: 'build',
  commands: [
    ['tsup', '--silent'],
    ['node', 'test/package/declarations.ts'],
    ['node', 'test/package/bare-imports.ts'],
    ['node', 'src/inspect/bundle-page.ts', 'dist/inspect/assets.json'],
  ],
  again: 'npm run build',
  isRequired: true,
}

const vitest = ['vitest', 'run', '--config', 'test/vitest.config.ts']

const quickTests: Step = {
  title: 'tests',
  commands: [vitest],
  again: 'npm run vitest',
  hasCounts: true,
  suite: 'quick',
}

const houseTests: Step = {
  title: 'layers, import cycles and style',
  commands: [[...vitest, 'test/checks/layers.test.ts', 'test/checks/style.test.ts']],
  again: 'npm run vitest -- test/checks',
  hasCounts: true,
  suite: 'quick',
}

const fullTests: Step = {
  title: 'explorer, histories, kills, the whole page, interop, the packed package',
  commands: [vitest],
  again: 'npm run test:full',
  hasCounts: true,
  suite: 'full',
}

/** Enough to notice that tests have fallen behind the code, in a minute or two. */
const SAMPLED_MUTANTS = '20'

const mutants: Step = {
  title: 'a sample of mutants',
  commands: [['node', 'test/mutation/run.ts', '--sample', SAMPLED_MUTANTS]],
  again: `npm run mutate -- --sample ${SAMPLED_MUTANTS}`,
}

/** The suites by name. */
export const suites: Readonly<Record<string, Suite>> = {
  quick: { summary: 'type check, lint, build and the quick tests', steps: [typecheck, lint, build, quickTests] },
  full: { summary: 'all that takes longer', steps: [fullTests, mutants] },
  typecheck: { summary: 'the type check alone', steps: [typecheck] },
  check: { summary: 'format, lint, dead code, layers and import cycles', steps: [lint, deadCode, houseTests] },
  build: { summary: 'the build alone', steps: [build] },
}
