/**
 * The law of closing with several random faults at once; the laws of a host have each of them alone.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { closeAmid, failingMethods, faultBeginnings, faultEnds } from '../../src/testing/host/closing-law.ts'
import { storeFaults } from '../../src/testing/host/fallible-store.ts'
import { runs } from '../effort/runs.ts'
import { honest } from './host-mutant.ts'
import { hostMutants } from './host-mutants.ts'

const SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_261_127)
const RUNS = Number(process.env['ROLLCALL_RUNS'] ?? runs(200, 5_000))

const fault = fc.record({
  method: fc.constantFrom(...failingMethods),
  how: fc.constantFrom(...storeFaults),
  since: fc.constantFrom(...faultBeginnings),
  until: fc.constantFrom(...faultEnds),
})
const faults = fc.array(fault, { minLength: 2, maxLength: 5 })

test(`a host is closed whatever goes wrong at once (seed ${SEED}, ${RUNS} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(faults, (some) => closeAmid(honest, some)),
    { seed: SEED, numRuns: RUNS },
  )
})

test('a host that leaves a read pending is found, with the fault', async () => {
  const { make } =
    hostMutants[
      'closing: every promise settles, a definite rejection was neither stored nor sent, and the store is closed once'
    ]
  const { failed, errorInstance } = await fc.check(
    fc.asyncProperty(faults, (some) => closeAmid(make, some)),
    { seed: SEED, numRuns: RUNS },
  )
  expect(failed).toBe(true)
  expect(String(errorInstance)).toMatch(
    /read was pending once the host was closed, with a store whose .+ from when .+ until /,
  )
})
