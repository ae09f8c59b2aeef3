/**
 * Paths of failures: which run of a seed is played again.
 *
 * Rule: a path that leads to no run is refused. A check that plays nothing must not report success.
 * @module
 */

/** Refuses a path if no run was played. @throws TypeError */
export function refuseIdlePath(where: string, path: string | undefined, played: number): void {
  if (path === undefined || played > 0) return
  throw new TypeError(
    `${where}: path: ${JSON.stringify(path)} leads to no run; a path is of the seed and the options it was found with`,
  )
}
