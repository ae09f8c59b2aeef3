/**
 * The benchmark: `npm run bench` prints a table, `-- --json` one object a line and nothing else.
 * With `--check` the exit code is 1 when a target is missed.
 * @module
 */
import { readArguments } from '../scripts/arguments.ts'
import { deltaSide } from './delta.ts'
import { compare, type Comparison, type Effort } from './measure.ts'
import { compiledSide, handWrittenSide, interpretedSide } from './transitions.ts'

/** One row of the result. `ours` and `yardstick` are nanoseconds for one operation. */
interface Row {
  readonly id: string
  readonly name: string
  readonly ours: number
  readonly yardstick: number
  readonly ratio: number
  readonly target: number
  readonly met: boolean
}

interface Benchmark {
  readonly id: string
  readonly name: string
  /** `atMost`: ours by yardstick must not exceed the target. `atLeast`: the yardstick must be that much slower. */
  readonly wants: 'atMost' | 'atLeast'
  readonly target: number
  run(effort: Effort): Comparison
}

const benchmarks: readonly Benchmark[] = [
  {
    id: 'P1',
    name: 'compiled transition / hand-written switch',
    wants: 'atMost',
    target: 4,
    run: (effort) => compare(compiledSide, handWrittenSide, effort),
  },
  {
    id: 'P2',
    name: "XState's transition() / compiled transition",
    wants: 'atLeast',
    target: 50,
    run: (effort) => compare(compiledSide, interpretedSide, effort),
  },
  {
    id: 'P5',
    name: 'delta change at 10,000 participants / at 10',
    wants: 'atMost',
    target: 3,
    run: (effort) => compare(deltaSide(10_000), deltaSide(10), effort),
  },
]

const { has } = readArguments({
  command: 'npm run bench --',
  summary: 'Measures the library against yardsticks in the same run and prints ratios.',
  options: {
    json: { help: 'prints one object a line and nothing else' },
    check: { help: 'exits with 1 when a target is missed' },
    quick: { help: 'too short for the numbers to mean anything' },
  },
})
const effort: Effort = has('quick') ? { rounds: 3, sideMs: 5 } : { rounds: 15, sideMs: 60 }

if (!has('json'))
  console.log(
    `Node ${process.version}, ${effort.rounds} rounds, medians\n\n${line(['', '', 'ours', 'yardstick', 'ratio', 'target', ''])}`,
  )
const rows = benchmarks.map((benchmark) => {
  const row = measure(benchmark)
  console.log(has('json') ? JSON.stringify(row) : line(cells(benchmark, row)))
  return row
})
process.exitCode = has('check') && rows.some((row) => !row.met) ? 1 : 0

function measure({ id, name, wants, target, run }: Benchmark): Row {
  const { ours, yardstick, oursByYardstick } = run(effort)
  const ratio = wants === 'atMost' ? oursByYardstick : 1 / oursByYardstick
  const met = wants === 'atMost' ? ratio <= target : ratio >= target
  return { id, name, ours: rounded(ours), yardstick: rounded(yardstick), ratio: rounded(ratio), target, met }
}

function cells({ wants }: Benchmark, { id, name, ours, yardstick, ratio, target, met }: Row): readonly string[] {
  return [
    id,
    name,
    `${ours.toFixed(0)} ns`,
    `${yardstick.toFixed(0)} ns`,
    `${ratio}×`,
    `${wants === 'atMost' ? '≤' : '≥'} ${target}×`,
    met ? 'met' : 'MISSED',
  ]
}

function line([id = '', name = '', ...rest]: readonly string[]): string {
  return `${id.padEnd(4)}${name.padEnd(46)}${rest.map((cell) => cell.padStart(13)).join('')}`.trimEnd()
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
