/**
 * CPU time of this process and of the processes it started, as Linux counts it.
 * @module
 */
import { readFileSync } from 'node:fs'

/** Linux counts CPU time in ticks of this length, milliseconds (`sysconf(_SC_CLK_TCK)` is 100 on every architecture). */
const TICK_MS = 10

/** Where `utime`, `stime`, `cutime` and `cstime` stand behind the process's name in `/proc/self/stat` (proc(5)). */
const FIRST_TIME_FIELD = 11

/** CPU time so far, user and system, milliseconds. Children count once they have ended and were waited for. */
export function cpuMs(): { readonly own: number; readonly children: number } {
  const { user, system } = process.cpuUsage()
  return { own: (user + system) / 1_000, children: childrenMs() }
}

function childrenMs(): number {
  if (process.platform !== 'linux') return 0
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [cutime = '0', cstime = '0'] = fields.slice(FIRST_TIME_FIELD + 2)
  return (Number(cutime) + Number(cstime)) * TICK_MS
}
