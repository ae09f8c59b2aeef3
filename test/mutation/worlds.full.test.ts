/**
 * A glance at whole worlds, short enough to be repeated for every mutant: the first states of many scopes, and some
 * random histories.
 * @module
 */
import { expect, test } from 'vitest'
import { explore } from '../verification/explore/explore.ts'
import { scopes } from '../verification/explore/scopes.ts'
import { checkHistories } from '../verification/histories/check.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)

/** Prime to how scopes are ordered, so that every reading, plot and fault is among them. */
const STRIDE = 7
const STATES = 250
const HISTORIES = 250

test('the first states of every seventh scope hold no violation', () => {
  for (const scope of scopes.filter((_, index) => index % STRIDE === 0)) {
    expect(explore(scope, { maxStates: STATES }).violation?.report, scope.name).toBe(undefined)
  }
})

test(`random histories find nothing wrong (seed ${seed})`, async () => {
  const { failure } = await checkHistories({ seed, count: HISTORIES, hostEvery: 0 })
  expect(failure?.wrong).toBe(undefined)
})
