/**
 * Measuring: two implementations side by side, in one process, in turns.
 *
 * Rule 1: both sides are warmed up first, and every round runs both, in alternating order, so that the machine's
 * moods fall on both.
 * Rule 2: the ratio is the median of the rounds' ratios, not the ratio of two medians taken minutes apart.
 * Rule 3: what the measured code returns is consumed, so that the compiler cannot leave the work out.
 * @module
 */

/** One side: does the work `count` times and returns something that depends on all of it. */
export type Side = (count: number) => number | Promise<number>

/** What a comparison found, nanoseconds for one operation. */
export interface Comparison {
  readonly ours: number
  readonly yardstick: number
  /** `ours / yardstick` over the rounds: the median, the least and the most. */
  readonly oursByYardstick: Spread
}

/** The median, the least and the most of the rounds. */
interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** How the rounds are run. */
export interface Effort {
  readonly rounds: number
  /** About how long one side runs in one round, milliseconds. */
  readonly sideMs: number
}

const NS_PER_MS = 1e6

/** Runs both sides in turns and returns the medians. */
export async function compare(ours: Side, yardstick: Side, effort: Effort): Promise<Comparison> {
  const oursCount = await calibrate(ours, effort.sideMs)
  const yardstickCount = await calibrate(yardstick, effort.sideMs)
  const rounds: { readonly ours: number; readonly yardstick: number }[] = []
  for (let round = 0; round < effort.rounds; round += 1) {
    if (round % 2 === 0) {
      const first = await time(ours, oursCount)
      rounds.push({ ours: first, yardstick: await time(yardstick, yardstickCount) })
    } else {
      const first = await time(yardstick, yardstickCount)
      rounds.push({ ours: await time(ours, oursCount), yardstick: first })
    }
  }
  const ratios = rounds.map((round) => round.ours / round.yardstick)
  return {
    ours: median(rounds.map((round) => round.ours)),
    yardstick: median(rounds.map((round) => round.yardstick)),
    oursByYardstick: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
  }
}

/** How many operations take about that long; finding out warms the side up. */
async function calibrate(side: Side, sideMs: number): Promise<number> {
  let count = 16
  while ((await time(side, count)) * count < sideMs * NS_PER_MS) count *= 2
  return count
}

async function time(side: Side, count: number): Promise<number> {
  const before = process.hrtime.bigint()
  const result = side(count)
  consume(typeof result === 'number' ? result : await result)
  return Number(process.hrtime.bigint() - before) / count
}

let consumed = 0

function consume(value: number): void {
  consumed = (consumed + value) % 1_000_003
  if (Number.isNaN(consumed)) throw new TypeError('a side returned what is no number')
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
