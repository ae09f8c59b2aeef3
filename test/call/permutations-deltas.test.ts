import { describe, expect, test } from 'vitest'
import { bot, on } from './script.ts'
import { ordersOf, play, type Situation } from './orders.ts'
import {
  type Message,
  type Fates,
  invite,
  remove,
  full,
  delta,
  answer,
  completed,
  taken,
  failed,
  converges,
  describeMessage,
} from './situations.ts'

describe('numbered deltas in any order, each also doubled, and no snapshot,', () => {
  const told = (evidence: readonly Message[], fates: Fates, before: readonly Message[] = []) => {
    converges({ before, evidence, truth: [], isSettled: false }, fates)
  }

  test('of a join, a mute, another join and a leave end the same', () => {
    told(
      [
        delta(1, bot, on('bob')),
        delta(2, on('bob', { muted: true })),
        delta(3, on('carol')),
        delta(4, on('bob', { gone: true })),
      ],
      {
        bob: ['removed: left by remote'],
        carol: ['active'],
      },
    )
  })

  test('of a join, a mute and an unmute end with the latest value', () => {
    const evidence = [
      delta(1, on('bob')),
      delta(2, on('bob', { muted: true })),
      delta(3, on('bob')),
      delta(4, on('bob', { muted: true })),
    ]
    for (const order of ordersOf(evidence)) {
      const script = play({ evidence, truth: [], isSettled: false }, order)
      expect([...script.call.participants.values()].map(({ isMuted }) => isMuted)).toEqual([true])
    }
  })

  test('of an invitee who joins and leaves end as left', () => {
    told(
      [taken({ bob: 'p-bob' }), delta(1), delta(2, on('bob')), delta(3, on('bob', { gone: true }))],
      { bob: ['removed: left by remote'] },
      [invite('bob')],
    )
  })

  test('of a lobby and an admission under a new id end as one participant', () => {
    const gone = on('bob', { id: 'lobby-bob', lobby: true, gone: true })
    told([delta(1, bot), delta(2, on('bob', { id: 'lobby-bob', lobby: true })), delta(3, gone, on('bob'))], {
      bob: ['active'],
    })
    told(
      [delta(1, bot), delta(2, on('bob', { id: 'lobby-bob', lobby: true })), delta(3, gone, on('bob'))],
      { bob: ['active'] },
      [invite('bob')],
    )
    told(
      [
        delta(1, bot),
        delta(2, on('bob', { id: 'lobby-bob', lobby: true })),
        delta(3, gone, on('bob')),
        delta(4, on('bob', { gone: true })),
      ],
      {
        bob: ['removed: left by remote'],
      },
      [invite('bob')],
    )
  })

  test('of a person who left and returned under a new id end as two participants, one removed and one present', () => {
    const [first, second] = [on('bob'), on('bob', { id: 'new-bob' })]
    const evidence = [
      delta(1, first),
      delta(2, { ...first, removed: {} }),
      delta(3, second),
      delta(4, { ...second, isMuted: true }),
    ]
    for (const order of ordersOf(evidence)) {
      const fates = [...play({ evidence, truth: [], isSettled: false }, order).all('bob')].sort()
      expect(fates, order.map(describeMessage).join(' · ')).toEqual(['active', 'removed: left by remote'])
    }
  })
})

describe('with the end of the call among the evidence, in any order,', () => {
  const end: Message = { type: 'call.reported', state: 'terminated', result: { code: 200, subcode: 5010 } }

  test('all open participants end with the call, and no request follows', () => {
    const evidence = [taken({ bob: 'p-bob' }), answer('i'), full(on('bob'), on('zoe')), completed, end]
    const situation: Situation = { before: [invite('bob'), remove('i')], evidence, truth: [on('bob')] }
    for (const order of ordersOf(evidence)) {
      const script = play(situation, order)
      expect(script.call.state).toBe('terminated')
      const endings = new Set(
        [...script.call.participants.values()].map(({ ending }) => `${ending?.cause} by ${ending?.by}`),
      )
      expect([...endings], order.map(describeMessage).join(' · ')).toEqual(['callEnded by remote'])
      const told = script.changes.filter((change) => change.type === 'call.changed' && change.to === 'terminated')
      expect(told).toHaveLength(1)
    }
  })

  test('a decline that was known first stays a decline', () => {
    const evidence = [taken(), failed(603, 0), end, full()]
    for (const order of ordersOf(evidence)) {
      const isFirst = order.findIndex((message) => message === evidence[1]) < order.indexOf(end)
      const script = play({ before: [invite('bob')], evidence, truth: [] }, order)
      expect(script.all('bob')).toEqual([isFirst ? 'cancelled: declined by remote' : 'cancelled: callEnded by remote'])
    }
  })
})
