import { describe, expect, it } from 'vitest'
import { checkLaw, laws, type LawName } from '../../src/testing/laws.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import { mutants, subtleMutants } from './mutants.ts'

const SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)
const RUNS = Number(process.env['ROLLCALL_RUNS'] ?? 5_000)

/** A system that breaks a law is found long before. */
const FOUND_BY = 20_000

function expectBroken(law: LawName, system: CallSystem): void {
  const { isKept, report } = checkLaw(law, { system, seed: SEED, runs: FOUND_BY })
  expect(isKept).toBe(false)
  expect(report).toMatch(/^.+\n\n +seconds  bot +service\n[^]*\n *[\d.]+  ✗ .+\n\nseed \d+, path [\d:]+$/)
}

describe(`the laws of a call (seed ${SEED}, ${RUNS} histories each)`, () => {
  for (const law of Object.keys(laws) as LawName[]) {
    it(`${law} holds`, () => {
      expect(checkLaw(law, { system: rollcallSystem, seed: SEED, runs: RUNS })).toEqual({ law, isKept: true, runs: RUNS, seed: SEED })
    })

    it(`${law} is broken by a system that ${mutants[law].mistake}`, () => {
      expectBroken(law, mutants[law].system)
    })
  }

  it.each(subtleMutants)('$law is broken by a system that $mistake', ({ law, system }) => {
    expectBroken(law, system)
  })
})
