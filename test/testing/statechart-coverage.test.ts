/**
 * The counter of what was gone through. `statechart-coverage.full.test.ts` counts: by itself, and inside calls.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { StatechartCoverage } from './statechart-coverage.ts'

describe('the counter', () => {
  test('says what was not met', () => {
    const { states, transitions, guardOutcomes } = new StatechartCoverage().report()
    for (const { met, all, missing } of [states, transitions, guardOutcomes])
      expect([met, missing.length]).toEqual([0, all])
    expect(states.all).toBe(21)
    expect(transitions.all).toBeGreaterThan(100)
  })
})
