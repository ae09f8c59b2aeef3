/**
 * The laws of a host, for the host of the library, and for hosts that break them.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Transport } from '../../src/host/ports/ports.ts'
import { hostLaws } from '../../src/testing/host/host-laws.ts'
import { honest } from './host-mutant.ts'
import { hostMutants } from './host-mutants.ts'
import { moreHostMutants } from './more-host-mutants.ts'

describe('the laws of a host', () => {
  describe('are kept', () => {
    for (const { name, run } of hostLaws(honest)) test(name, run)
  })

  describe('reject', () => {
    for (const [name, { mistake, make }] of [
      ...Object.entries(hostMutants),
      ...moreHostMutants.map((one) => [one.breaks, one] as const),
    ]) {
      test(`a host that ${mistake}: ${name}`, async () => {
        const law = hostLaws(make).find((each) => each.name === name)
        await expect(law?.run()).rejects.toThrow(expect.objectContaining({ name: 'LawBroken' }))
      })
    }
  })

  test('about requests cover every kind of request about a call', async () => {
    const sent = new Set<string>()
    const laws = hostLaws(({ transport, ...rest }) =>
      honest({
        ...rest,
        transport: new Proxy(transport, {
          get(target, name: keyof Transport) {
            const method = target[name]
            return typeof method !== 'function'
              ? method
              : (...given: readonly never[]) => {
                  sent.add(name)
                  return (method as (...given: readonly never[]) => unknown)(...given)
                }
          },
        }),
      }),
    )
    await laws
      .find(({ name }) => name === 'commit before effect: no request about a call is sent before it is committed')
      ?.run()
    expect([...sent].sort()).toEqual([
      'deleteParticipant',
      'getCall',
      'hangUp',
      'invite',
      'keepAlive',
      'listParticipants',
      'muteParticipant',
    ])
  })
})
