/**
 * Paths of failures: which of the runs of a seed is played again.
 *
 * Rule: a path that leads to no run is refused. What plays nothing finds nothing, and must not say that all is well.
 * @module
 */

/** Refuses a path by which nothing was played. @throws TypeError */
export function refuseIdlePath(where: string, path: string | undefined, played: number): void {
  if (path === undefined || played > 0) return
  throw new TypeError(
    `${where}: path: ${JSON.stringify(path)} leads to no run; a path is of the seed and the options it was found with`,
  )
}
