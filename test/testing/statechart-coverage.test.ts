/**
 * How much of the statechart calls go through when they are played: chaos, simulated histories and the explorer, all
 * through `step`.
 * @module
 */
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Move } from '../../src/testing/moves.ts'
import { StatechartCoverage, coverageLines } from './statechart-coverage.ts'

const coverage = vi.hoisted(() => ({ see: undefined as undefined | StatechartCoverage['see'] }))

// An instrument, not a stand-in: every transition is shown to the counter and taken as it is.
vi.mock('../../src/participant/transition.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/participant/transition.ts')>()
  return {
    ...original,
    transition: ((participant, event) => {
      coverage.see?.(participant, event)
      return original.transition(participant, event)
    }) satisfies typeof original.transition,
  }
})

const { checkHistories } = await import('../../src/testing/histories/check.ts')
const { explore } = await import('../../src/testing/explore/explore.ts')
const { scopes } = await import('../../src/testing/explore/scopes.ts')
const { interpret, move } = await import('../../src/testing/moves.ts')
const { Player } = await import('../../src/testing/player.ts')
const { rollcallSystem } = await import('../../src/testing/system.ts')

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)

/** Histories that met something new are kept, and others made from them: chance alone does not get far. */
function guidedChaos(counter: StatechartCoverage, rounds: number): void {
  const corpus: Move[][] = [[]]
  const drawn = fc.sample(fc.tuple(fc.nat(), fc.nat(), fc.array(move, { minLength: 1, maxLength: 6 })), { seed, numRuns: rounds })
  let met = 0
  for (const [pick, cut, more] of drawn) {
    const base = corpus[pick % corpus.length] as Move[]
    const moves = [...base.slice(0, base.length - (cut % (1 + base.length / 3))), ...more]
    play(moves)
    const { transitions, guardOutcomes } = counter.report()
    if (transitions.met + guardOutcomes.met === met) continue
    met = transitions.met + guardOutcomes.met
    corpus.push(moves)
  }
}

/** The bot learns who it is first, or in the middle, or by its application id. */
function play(moves: readonly Move[]): void {
  const [first] = moves
  const player = new Player(rollcallSystem, first !== undefined && first.detail % 3 === 0 ? { applicationId: 'app' } : {})
  player.tell({ type: 'call.reported', state: 'established', ...(first !== undefined && first.pick % 2 === 0 ? { myParticipantId: 'bot' } : {}) })
  for (const one of moves) {
    player.at += one.waitMs
    const message = interpret(player, one)
    if (message !== undefined) player.tell(message)
  }
}

describe(`the statechart (seed ${seed})`, () => {
  it('is gone through by calls: every state and every transition', { timeout: 300_000 }, async () => {
    const counter = new StatechartCoverage()
    coverage.see = (participant, event) => counter.see(participant, event)
    const t = performance.now()
    guidedChaos(counter, Number(process.env['ROUNDS'] ?? 20_000))
    coverage.see = undefined
    const report = counter.report()
    console.log(coverageLines(report).join('\n'), performance.now() - t)
    console.log(report.transitions.missing.join('\n'))
    expect(report.states.missing).toEqual([])
    expect(report.transitions.missing).toEqual([])
  })
})
