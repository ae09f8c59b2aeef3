/**
 * `npm run explore`, as CI runs it: a million distinct states and not one in which belief and truth part.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const run = fileURLToPath(new URL('run.ts', import.meta.url))
const states = Number(process.env['ROLLCALL_STATES'] ?? 1_000_000)

/** Far longer than it takes on one core. */
const TIMEOUT_MS = 900_000

it(`${states} states of small worlds hold no violation`, { timeout: TIMEOUT_MS }, () => {
  const { stdout, status } = spawnSync(process.execPath, ['--max-old-space-size=4096', run, '--at-least', String(states)], { encoding: 'utf8', timeout: TIMEOUT_MS })
  const last = /^(\d+) states, depth (\d+), 0 violations$/.exec(stdout.trim().split('\n').at(-1) ?? '')
  expect(last, stdout).not.toBeNull()
  expect(Number(last?.[1])).toBeGreaterThanOrEqual(states)
  expect(status).toBe(0)
})
