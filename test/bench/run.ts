/**
 * The benchmark: `npm run bench` prints a table, `-- --json` one object a line and nothing else.
 * With `--check` the exit code is 1 when a target is missed.
 * @module
 */
import { readArguments, refuse } from '../scripts/arguments.ts'
import { deltaSide } from './delta.ts'
import { openCommitBench, type CommitBench } from './commits.ts'
import { compare, type Comparison, type Effort, type Side } from './measure.ts'
import { compiledSide, handWrittenSide, interpretedSide } from './transitions.ts'

/** One row of the result. `ours` and `yardstick` are nanoseconds for one operation, `ratio` is the median, from `least` to `most`. */
interface Row {
  readonly id: string
  readonly name: string
  readonly ours: number
  readonly yardstick: number
  readonly ratio: number
  readonly least: number
  readonly most: number
  readonly target: number
  readonly met: boolean
}

interface Benchmark {
  readonly id: string
  readonly name: string
  /** `atMost`: ours by yardstick must not exceed the target. `atLeast`: the yardstick must be that much slower. */
  readonly wants: 'atMost' | 'atLeast'
  readonly target: number
  run(effort: Effort): Promise<Comparison>
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
  {
    id: 'P9',
    name: 'a durable commit alone / a bare INSERT',
    wants: 'atMost',
    target: 1.2,
    run: onFile(({ alone }) => alone),
  },
  {
    id: 'P9m',
    name: 'a bare INSERT / a durable commit, 64 waiting',
    wants: 'atLeast',
    target: 8,
    run: onFile(({ together }) => together(64)),
  },
]

/** Compares commits into a file with bare INSERTs, both synced. */
function onFile(side: (bench: CommitBench) => Side): (effort: Effort) => Promise<Comparison> {
  return async (effort) => {
    const bench = openCommitBench('full')
    try {
      return await compare(side(bench), bench.insert, effort)
    } finally {
      await bench.close()
    }
  }
}

const { has, text } = readArguments({
  command: 'npm run bench --',
  summary: 'Measures the library against yardsticks in the same run and prints ratios.',
  options: {
    only: { value: 'IDS', help: 'only those rows, as P1,P9' },
    json: { help: 'prints one object a line and nothing else' },
    check: { help: 'exits with 1 when a target is missed' },
    quick: { help: 'too short for the numbers to mean anything' },
  },
})
const effort: Effort = has('quick') ? { rounds: 3, sideMs: 5 } : { rounds: 15, sideMs: 60 }

const only = text('only')?.split(',')
const unknown = only?.find((id) => benchmarks.every((benchmark) => benchmark.id !== id))
if (unknown !== undefined)
  refuse(`--only takes ${benchmarks.map(({ id }) => id).join(', ')}, not ${JSON.stringify(unknown)}`)
const chosen = benchmarks.filter(({ id }) => only?.includes(id) ?? true)

if (!has('json'))
  console.log(
    `Node ${process.version}, ${effort.rounds} rounds, medians\n\n${line(['', '', 'ours', 'yardstick', 'ratio', 'least–most', 'target', ''])}`,
  )
const rows: Row[] = []
for (const benchmark of chosen) {
  const row = await measure(benchmark)
  rows.push(row)
  console.log(has('json') ? JSON.stringify(row) : line(cells(benchmark, row)))
}
process.exitCode = has('check') && rows.some((row) => !row.met) ? 1 : 0

async function measure({ id, name, wants, target, run }: Benchmark): Promise<Row> {
  const { ours, yardstick, oursByYardstick } = await run(effort)
  const { median, least, most } = oursByYardstick
  const [ratio, from, to] = wants === 'atMost' ? [median, least, most] : [1 / median, 1 / most, 1 / least]
  const met = wants === 'atMost' ? ratio <= target : ratio >= target
  return {
    id,
    name,
    ours: rounded(ours),
    yardstick: rounded(yardstick),
    ratio: rounded(ratio),
    least: rounded(from),
    most: rounded(to),
    target,
    met,
  }
}

function cells(
  { wants }: Benchmark,
  { id, name, ours, yardstick, ratio, least, most, target, met }: Row,
): readonly string[] {
  return [
    id,
    name,
    `${ours.toFixed(0)} ns`,
    `${yardstick.toFixed(0)} ns`,
    `${ratio}×`,
    `${least}–${most}`,
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
