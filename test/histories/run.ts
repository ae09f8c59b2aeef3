/**
 * `npm run histories [-- --count N] [--seed S] [--path P] [--host-every N] [--mode bounded|unbounded]`: plays random
 * histories, prints their seed and how far it is, and ends with one line, `N histories, E events, 0 violations, R per
 * second` — or with the smallest history that breaks something, and where its trace was written. `--seed date` is
 * another seed each day: the date in UTC, like 20261124.
 */
import { checkHistories, writeHistoryFailure } from '../../src/testing/histories/check.ts'
import type { FaultMode } from '../../src/testing/histories/plan.ts'
import { saveTrace } from '../../src/testing/report/save-trace.ts'
import { readArguments, refuse } from './arguments.ts'

const values = readArguments({
  count: { type: 'string', default: '20000' },
  seed: { type: 'string', default: '20261124' },
  path: { type: 'string' },
  mode: { type: 'string' },
  'host-every': { type: 'string', default: '5' },
})

/** A history takes milliseconds; when none has ended for so long, that is said, and again after as long. */
const SLOW_MS = 60_000

/** At most one line of progress in so long. */
const PROGRESS_MS = 2_000

const count = wholeNumber('count')
const seed = values.seed === 'date' ? Number(new Date().toISOString().slice(0, 10).replaceAll('-', '')) : wholeNumber('seed')
const hostEvery = wholeNumber('host-every')
if (values.mode !== undefined && values.mode !== 'bounded' && values.mode !== 'unbounded') refuse('--mode is bounded or unbounded')
console.log(`seed ${seed}`)
const began = performance.now()
let shown = began
let latest = began
let done = { histories: 0, events: 0 }

const slow = setInterval(() => {
  if (performance.now() - latest < SLOW_MS) return
  console.log(`history ${done.histories + 1} of seed ${seed} has not ended yet, ${Math.round((performance.now() - latest) / 1_000)} s after the one before`)
}, SLOW_MS)

const { histories, events, failure } = await checkHistories({
  seed,
  count,
  path: values.path,
  mode: values.mode as FaultMode | undefined,
  hostEvery,
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
clearInterval(slow)
if (failure !== undefined) {
  console.log(writeHistoryFailure(failure))
  console.log(`\nits trace: ${saveTrace(failure.trace, `histories-${seed}`)}`)
  console.log(`again: npm run histories -- --seed ${failure.seed} --path ${failure.path} --host-every ${values['host-every']}${values.mode === undefined ? '' : ` --mode ${values.mode}`}\n`)
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
