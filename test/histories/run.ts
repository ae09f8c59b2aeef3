/**
/**
 * `npm run histories`: plays random histories, hosts on their own, with the transport to Graph, or with it on a machine
 * whose wall clock is set; prints their seed and how far it is, and ends with one line,
 * `N histories, E events, 0 violations, R per second` — or with the smallest history that breaks something, and where
 * its trace was written.
 */
import { checkHistories, writeHistoryFailure } from '../verification/histories/check.ts'
import type { HostLaneOptions } from '../verification/histories/subjects.ts'
import { saveTrace } from '../../src/testing/report/save-trace.ts'
import { readArguments, refuse } from '../scripts/arguments.ts'
import { createProgress } from '../scripts/progress.ts'
import { overGraph } from './graph-lane.ts'
import { machineOf } from './machine.ts'

/** What hosts are made of, by the word for it. */
const hosts: ReadonlyMap<string, HostLaneOptions> = new Map([
  ['plain', {}],
  ['graph', overGraph()],
  ['machine', overGraph({ machine: machineOf })],
])

const { text, count: number } = readArguments({
  command: 'npm run histories --',
  summary: 'Plays random histories against the simulator and compares what a call believes with what is true.',
  options: {
    count: { value: 'N', default: '20000', help: 'how many' },
    seed: {
      value: 'S',
      default: '20261124',
      help: 'the same seed plays the same histories; `date` is another one each day',
    },
    path: { value: 'P', help: 'plays only the history that a failure named' },
    mode: { value: 'M', help: 'bounded or unbounded faults; when absent, three in four are bounded' },
    'host-every': { value: 'N', default: '5', help: 'one in N histories goes through a host; 0: none' },
    hosts: {
      value: 'H',
      default: 'plain',
      help: 'what hosts are made of: plain, graph (the transport to Graph) or machine (on a clock that is set)',
    },
  },
})

/** Node's exit code when a promise at the top level never settles. */
const UNSETTLED_EXIT_CODE = 13

const count = number('count', 1)
const seed =
  text('seed') === 'date' ? Number(new Date().toISOString().slice(0, 10).replaceAll('-', '')) : number('seed')
const hostEvery = number('host-every')
const mode = text('mode')
if (mode !== undefined && mode !== 'bounded' && mode !== 'unbounded')
  refuse(`--mode is bounded or unbounded, not ${JSON.stringify(mode)}`)
const hostsName = text('hosts') ?? 'plain'
const host = hosts.get(hostsName)
if (host === undefined) refuse(`--hosts is ${[...hosts.keys()].join(', ')}, not ${JSON.stringify(hostsName)}`)
console.log(`seed ${seed}`)
const began = performance.now()
const progress = createProgress(count, 'histories')
const again = (path: string): string =>
  `npm run histories -- --seed ${seed} --path ${path} --host-every ${hostEvery}${mode === undefined ? '' : ` --mode ${mode}`}${hostsName === 'plain' ? '' : ` --hosts ${hostsName}`}`

// Time is virtual: a history that waits for something that never comes leaves nothing to do, and the process ends.
let played = 0
process.once('exit', (code) => {
  if (code === UNSETTLED_EXIT_CODE)
    console.log(
      `history ${played + 1} of seed ${seed} waits for something that never comes; again: npm run histories -- --seed ${seed} --count ${played + 1} --host-every ${hostEvery}`,
    )
})

const { histories, events, failure } = await checkHistories({
  seed,
  count,
  path: text('path'),
  mode,
  hostEvery,
  host,
  onHistory(soFar, eventsSoFar) {
    played = soFar
    progress.at(soFar, `${eventsSoFar} events, ${rate(soFar)} per second`)
  },
}).catch((error: unknown) => {
  if (error instanceof TypeError && error.message.startsWith('checkHistories: '))
    refuse(error.message.replace('checkHistories: ', '--'))
  throw error
})
if (failure !== undefined) {
  console.log(writeHistoryFailure(failure))
  console.log(`\nits trace: ${saveTrace(failure.trace, `histories-${seed}`)}`)
  console.log(`again: ${again(failure.path)}\n`)
  process.exitCode = 1
}
console.log(
  `${histories} histories, ${events} events, ${failure === undefined ? 0 : 1} violations, ${rate(histories)} per second`,
)

function rate(done: number): number {
  return Math.round(done / ((performance.now() - began) / 1_000))
}
