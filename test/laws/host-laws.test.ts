/**
 * The laws of a host, for the library's own, and for hosts that break them.
 * @module
 */
import { describe, expect, it } from 'vitest'
import { hostLaws } from '../../src/testing/host-laws.ts'
import { honest, hostMutants } from './host-mutants.ts'

describe('the laws of a host', () => {
  describe('are kept', () => {
    for (const { name, run } of hostLaws(honest)) it(name, run)
  })

  describe('reject', () => {
    for (const [name, { mistake, make }] of Object.entries(hostMutants)) {
      it(`a host that ${mistake}: ${name}`, async () => {
        const law = hostLaws(make).find((each) => each.name === name)
        await expect(law?.run()).rejects.toThrow(expect.objectContaining({ name: 'LawBroken' }))
      })
    }
  })
})
