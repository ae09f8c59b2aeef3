/**
 * The laws of a transport, for all transports of the library, and for transports that break them.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { transportLaws } from '../../src/testing/transport/transport-laws.ts'
import { runs } from '../effort/runs.ts'
import { roomTransport } from './room-transport.ts'
import { moreTransportMutants } from './more-transport-mutants.ts'
import { honest } from './transport-mutant.ts'
import { transportMutants } from './transport-mutants.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)
const RUNS = runs(50, 150)

describe(`the laws of a transport (seed ${seed})`, () => {
  describe('are kept by the transport to Graph', () => {
    for (const { name, run } of transportLaws(honest, { seed, runs: RUNS })) test(name, run)
  })

  describe('are kept by the simulated transport', () => {
    for (const { name, run } of transportLaws(({ service }) => service.transport(), { seed, runs: RUNS }))
      test(name, run)
  })

  describe('are kept by a transport that is unlike Graph in every trait', () => {
    for (const { name, run } of transportLaws(({ service }) => roomTransport(service.transport()), {
      seed,
      runs: RUNS,
    }))
      test(name, run)
  })

  describe('reject', () => {
    for (const [name, { mistake, make }] of [
      ...Object.entries(transportMutants),
      ...moreTransportMutants.map((one) => [one.breaks, one] as const),
    ]) {
      test(`a transport that ${mistake}: ${name}`, async () => {
        const law = transportLaws(make, { seed, runs: RUNS }).find((each) => each.name === name)
        await expect(law?.run()).rejects.toThrow(expect.objectContaining({ name: 'LawBroken' }))
      })
    }
  })
})
