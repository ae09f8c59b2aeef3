/**
 * Progress of long work: at most one line in so many seconds, with the share that is done and the time that is left.
 * @module
 */

/** The shortest time between two lines, milliseconds: often enough to see life, rare enough for a log. */
const LINE_INTERVAL_MS = 2_000

/** Prints how far some work is. */
export interface Progress {
  /** `done` of `total` is finished; `detail` follows the count. Prints nothing when the last line is recent; the first is printed at once. */
  at(done: number, detail?: string): void
}

/** A progress over `total` units, named in the plural (`histories`). */
export function createProgress(
  total: number,
  unit: string,
  print: (line: string) => void = console.log,
  now: () => number = () => performance.now(),
): Progress {
  const beganMs = now()
  let shownMs = -Infinity
  return {
    at(done, detail) {
      const atMs = now()
      if (atMs - shownMs < LINE_INTERVAL_MS) return
      shownMs = atMs
      print(progressLine({ done, total, unit, detail, elapsedMs: atMs - beganMs }))
    },
  }
}

/** One line: `1,200 of 20,000 histories, 6 %, about 40 s left`. */
export function progressLine({
  done,
  total,
  unit,
  detail,
  elapsedMs,
}: {
  done: number
  total: number
  unit: string
  detail?: string | undefined
  elapsedMs: number
}): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const left = share === 0 ? 'time left unknown' : `about ${duration(elapsedMs / share - elapsedMs)} left`
  return [
    `${grouped(done)} of ${grouped(total)} ${unit}`,
    ...(detail === undefined ? [] : [detail]),
    `${Math.floor(share * 100)} %`,
    left,
  ].join(', ')
}

/** A span as a person says it: `8 s`, `3 min`, `1 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function grouped(count: number): string {
  return count.toLocaleString('en')
}
