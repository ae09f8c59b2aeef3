/**
 * How work grows: the time of more against the time of less, in one run, so that no machine's speed matters. Where the
 * machine does something else meanwhile, the processor's time for this thread counts.
 * @module
 */

/** Runs of each size; the fastest counts, so that a pause of the machine does not. */
const ROUNDS = 5

/** The processor's time is counted in steps, the longest of which are so long. */
const CPU_STEP_MS = 10

/**
 * How many times longer a run of `factor * size` takes than one of `size`: about `factor` where time goes with size,
 * about its square where it goes with the square.
 */
export function growthOf(run: (size: number) => unknown, size: number, factor: number): number {
  const fastest = (of: number): number =>
    Math.min(
      ...Array.from({ length: ROUNDS }, () => {
        const [begin, beginCpu] = [performance.now(), cpuMs()]
        run(of)
        return Math.min(performance.now() - begin, cpuMs() - beginCpu + CPU_STEP_MS)
      }),
    )
  run(size)
  return fastest(size * factor) / fastest(size)
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
