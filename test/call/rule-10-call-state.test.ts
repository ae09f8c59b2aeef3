import { describe, expect, test } from 'vitest'
import { BOT, established, Script, unconfirmed } from './script.ts'

describe('rule 10, the state of the call', () => {
  test('established may repeat, and may come before establishing', () => {
    const script = new Script()
    script.reported({ state: 'established' })
    expect(script.reported({ state: 'established' })).toBe('duplicate')
    expect(script.reported({ state: 'establishing' })).toBe('duplicate')
    expect(script.call.state).toBe('established')
  })

  test('established may never come', () => {
    const script = new Script()
    script.reported({ state: 'establishing' })
    script.reported({ state: 'terminated', result: { code: 200, subcode: 5002 } })
    expect(script.call.state).toBe('terminated')
  })

  test('falls back to established if a transfer failed, which comes with a result', () => {
    const script = established()
    script.reported({ state: 'transferring' })
    script.reported({ state: 'transferAccepted' })
    script.reported({ state: 'established', result: { code: 500, subcode: 7700 } })
    expect(script.call.state).toBe('established')
  })

  test('is not reset from a transfer by media updates with "established"', () => {
    const script = established()
    script.reported({ state: 'transferring' })
    script.reported({ state: 'established' })
    expect(script.call.state).toBe('transferring')
  })

  test('changes from terminating to terminated only', () => {
    const script = established()
    script.reported({ state: 'terminating' })
    for (const state of ['incoming', 'establishing', 'established', 'hold', 'transferring'] as const)
      script.reported({ state })
    expect(script.call.state).toBe('terminating')
  })

  test('is announced with its ending when it ends, and without one before', () => {
    const script = established()
    script.reported({ state: 'terminating' })
    script.reported({ state: 'terminated', result: { code: 200, subcode: 5010 } })
    const [terminating, terminated] = script.changes.filter((change) => change.type === 'call.changed').slice(-2)
    expect(terminating).not.toHaveProperty('ending')
    expect(terminated).toMatchObject({ to: 'terminated', ending: { cause: 'callEnded', by: 'remote', at: script.at } })
  })

  test('is announced with every change, once', () => {
    const script = new Script()
    for (const state of ['incoming', 'establishing', 'established', 'established', 'hold', 'established'] as const)
      script.reported({ state, myParticipantId: BOT })
    expect(script.told()).toEqual([
      'call: unknown → incoming',
      'call: incoming → establishing',
      'call: establishing → established',
      'call: established → hold',
      'call: hold → established',
    ])
  })
})

test('rule 10, every query of the call is a separate effect', () => {
  const script = new Script()
  script.tell({ type: 'call.adopted' })
  script.tell({ type: 'call.fetched', answer: unconfirmed() })
  script.fetched(unconfirmed())
  script.wait(1_000)
  script.tell({ type: 'host.resumed' })
  script.wait(1_000)
  script.tell({ type: 'host.resumed' })
  const ids = script.effects.flatMap((effect) => (effect.type === 'call.fetch' ? [effect.id] : []))
  expect(ids).toEqual(['call', expect.stringMatching(/^call\/\d+$/), expect.stringMatching(/^call\/\d+$/)])
  expect(new Set(ids).size).toBe(3)
})

test('rule 10, a repeated state is not a change, whatever else the report contains', () => {
  const script = established()
  expect(script.reported({ state: 'established', myParticipantId: 'another-id' })).toBe('applied')
  expect(script.changes.slice(1)).toEqual([])
})

describe('rule 10, a transfer', () => {
  test.each(['transferring', 'transferAccepted'] as const)(
    'that is %s is not reset by "established" without a result',
    (state) => {
      const script = established()
      script.reported({ state })
      expect(script.reported({ state: 'established' })).toBe('duplicate')
      expect(script.call.state).toBe(state)
    },
  )

  test.each(['transferring', 'transferAccepted'] as const)(
    'that is %s may end the call, or put it on hold, without a result',
    (state) => {
      for (const next of ['hold', 'terminating', 'terminated'] as const) {
        const script = established()
        script.reported({ state })
        script.reported({ state: next })
        expect(script.call.state).toBe(next)
      }
    },
  )
})
