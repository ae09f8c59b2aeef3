import { describe, expect, it } from 'vitest'
import { checkLaw, laws, type LawName } from '../../src/testing/laws.ts'
import { rollcallSystem } from '../../src/testing/system.ts'
import { mutants } from './mutants.ts'

const SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)
const RUNS = Number(process.env['ROLLCALL_RUNS'] ?? 5_000)

/** A system that breaks a law is found long before. */
const FOUND_BY = 5_000

describe(`the laws of a call (seed ${SEED}, ${RUNS} histories each)`, () => {
  for (const law of Object.keys(laws) as LawName[]) {
    it(`${law} holds`, () => {
      expect(checkLaw(law, { system: rollcallSystem, seed: SEED, runs: RUNS })).toEqual({ law, isKept: true, runs: RUNS, seed: SEED })
    })

    it(`${law} is broken by a system that ${mutants[law].mistake}`, () => {
      const { isKept, report } = checkLaw(law, { system: mutants[law].system, seed: SEED, runs: FOUND_BY })
      expect(isKept).toBe(false)
      expect(report).toMatch(/^.+\n\n +seconds  bot +service\n[^]*\n +[\d.]+  ✗ .+\n\nseed \d+, path [\d:]+$/)
    })
  }
})
