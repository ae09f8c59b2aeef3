/**
 * How much of the statechart the tests go through by itself, where all of it is. `statechart-coverage.full.test.ts` has
 * the rest: what is gone through inside calls.
 * @module
 */
import { describe, expect, it } from 'vitest'
import { allCases } from '../participant/cases.ts'
import { coverageLines, StatechartCoverage } from './statechart-coverage.ts'

describe('the statechart', () => {
  it('is covered to the last state, transition and guard outcome by the cases it is compared with XState in', () => {
    const counter = new StatechartCoverage()
    for (const { participant, event } of allCases()) counter.see(participant, event)
    const report = counter.report()
    console.log(['by itself', ...coverageLines(report)].join('\n  '))
    expect(report.states.missing).toEqual([])
    expect(report.transitions.missing).toEqual([])
    expect(report.guardOutcomes.missing).toEqual([])
  })
})

describe('the counter', () => {
  it('says what was not met', () => {
    const { states, transitions, guardOutcomes } = new StatechartCoverage().report()
    for (const { met, all, missing } of [states, transitions, guardOutcomes]) expect([met, missing.length]).toEqual([0, all])
    expect(states.all).toBe(21)
    expect(transitions.all).toBeGreaterThan(100)
  })
})
