/**
 * `npm run histories [-- --count N] [--seed S] [--path P] [--host-every N] [--mode bounded|unbounded]
 * [--hosts plain|graph|machine]`: plays random histories, hosts on their own, with the transport to Graph, or with it on a
 * machine whose wall clock is set; prints their seed and how far it is, and ends with one line, `N histories, E events, 0 violations, R per
 * second` — or with the smallest history that breaks something, and where its trace was written. `--seed date` is
 * another seed each day: the date in UTC, like 20261124.
 */
import { checkHistories, writeHistoryFailure } from '../../src/testing/histories/check.ts'
import type { HostLaneOptions } from '../../src/testing/histories/lanes.ts'
import type { FaultMode } from '../../src/testing/histories/plan.ts'
import { saveTrace } from '../../src/testing/report/save-trace.ts'
import { readArguments, refuse } from './arguments.ts'
import { overGraph } from './graph-lane.ts'
import { machineOf } from './machine.ts'

/** What hosts are made of, by the word for it. */
const hosts: ReadonlyMap<string, HostLaneOptions> = new Map([['plain', {}], ['graph', overGraph()], ['machine', overGraph({ machine: machineOf })]])

const values = readArguments({
  count: { type: 'string', default: '20000' },
  seed: { type: 'string', default: '20261124' },
  path: { type: 'string' },
  mode: { type: 'string' },
  'host-every': { type: 'string', default: '5' },
  hosts: { type: 'string', default: 'plain' },
})

/** A history takes milliseconds; when none has ended for so long, one waits for something that never comes. */
const STUCK_MS = 60_000

/** At most one line of progress in so long. */
const PROGRESS_MS = 2_000

const count = wholeNumber('count')
const seed = values.seed === 'date' ? Number(new Date().toISOString().slice(0, 10).replaceAll('-', '')) : wholeNumber('seed')
const hostEvery = wholeNumber('host-every')
if (values.mode !== undefined && values.mode !== 'bounded' && values.mode !== 'unbounded') refuse('--mode is bounded or unbounded')
const host = hosts.get(values.hosts)
if (host === undefined) refuse(`--hosts is ${[...hosts.keys()].join(', ')}, not ${values.hosts}`)
console.log(`seed ${seed}`)
const began = performance.now()
let shown = began
let latest = began
let done = { histories: 0, events: 0 }

const stuck = setInterval(() => {
  if (performance.now() - latest < STUCK_MS) return
  console.log(`history ${done.histories + 1} of seed ${seed} has not ended in ${STUCK_MS / 1_000} s`)
  process.exit(1)
}, 1_000)

const { histories, events, failure } = await checkHistories({
  seed,
  count,
  path: values.path,
  mode: values.mode as FaultMode | undefined,
  hostEvery,
  host,
  onHistory(soFar, eventsSoFar) {
    done = { histories: soFar, events: eventsSoFar }
    latest = performance.now()
    if (latest - shown < PROGRESS_MS) return
    shown = latest
    console.log(`${soFar} of ${count} histories, ${eventsSoFar} events, ${rate(soFar)} per second`)
  },
}).catch((error: unknown) => {
  if (error instanceof TypeError && error.message.startsWith('checkHistories: ')) refuse(error.message.replace('checkHistories: ', '--'))
  throw error
})
clearInterval(stuck)
if (failure !== undefined) {
  console.log(writeHistoryFailure(failure))
  console.log(`\nits trace: ${saveTrace(failure.trace, `histories-${seed}`)}`)
  console.log(`again: npm run histories -- --seed ${failure.seed} --path ${failure.path} --host-every ${values['host-every']}${values.mode === undefined ? '' : ` --mode ${values.mode}`}${values.hosts === 'plain' ? '' : ` --hosts ${values.hosts}`}\n`)
  process.exitCode = 1
}
console.log(`${histories} histories, ${events} events, ${failure === undefined ? 0 : 1} violations, ${rate(histories)} per second`)

function wholeNumber(name: 'count' | 'seed' | 'host-every'): number {
  const value = Number(values[name])
  const least = name === 'count' ? 1 : 0
  if (!Number.isSafeInteger(value) || value < least) refuse(`--${name} is a whole number, ${least} or more, not ${values[name]}`)
  return value
}

function rate(played: number): number {
  return Math.round(played / ((performance.now() - began) / 1_000))
}
