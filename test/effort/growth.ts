/**
 * How work grows: the time of more against the time of less, in one run, so that no machine's speed matters.
 * @module
 */

/** Runs of each size; the fastest counts, so that a pause of the machine does not. */
const ROUNDS = 5

/**
 * How many times longer a run of `factor * size` takes than one of `size`: about `factor` where time goes with size,
 * about its square where it goes with the square.
 */
export function growthOf(run: (size: number) => unknown, size: number, factor: number): number {
  const fastest = (of: number): number => Math.min(...Array.from({ length: ROUNDS }, () => {
    const begin = performance.now()
    run(of)
    return performance.now() - begin
  }))
  run(size)
  return fastest(size * factor) / fastest(size)
}
