import { describe, expect, test } from 'vitest'
import { BOT, done, on, refused, unconfirmed } from './script.ts'
import { ordersOf, play, type Situation } from './orders.ts'
import {
  type Message,
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

const lost: Message = { type: 'invite.answered', invitation: 'i', answer: unconfirmed() }

const established: Message = { type: 'call.reported', state: 'established', myParticipantId: BOT }

const running: Message = { type: 'operation.reported', clientContext: 'i', operationId: 'op', status: 'running' }

/** Both readings of a DELETE before the answer: the service takes it, or does not know the invitee. */
const readings = [204, 404] as const

describe('in any order, each piece of evidence also doubled,', () => {
  test.each([
    ['the roster id', 'r-bob'],
    ['no id', undefined],
    ['another id', 'p-bob'],
  ])('an answered invite whose response brings %s ends with one active participant', (_, id) => {
    const evidence = [taken({ bob: id }), completed, full(on('bob')), established]
    converges({ before: [invite('bob')], evidence, truth: [on('bob')] }, { bob: ['active'] })
  })

  test('an answered invite of a bot without a known id ends with the invitee active, and the bot is not a participant', () => {
    const evidence = [taken({ bob: 'r-bob' }), completed, full(on('bob')), established]
    converges({ before: [invite('bob')], evidence, truth: [on('bob')], isSelfUnknown: true }, { bob: ['active'] })
    for (const order of ordersOf(evidence)) {
      const script = play({ before: [invite('bob')], evidence, truth: [on('bob')], isSelfUnknown: true }, order)
      expect([...script.call.participants.values()].filter(({ id }) => id === BOT)).toEqual([])
    }
  })

  test('an answered invite whose answer was lost ends with the invitee active', () => {
    converges(
      {
        before: [invite('bob')],
        evidence: [lost, running, completed, full(on('bob')), full(on('bob', { muted: true }))],
        truth: [on('bob')],
      },
      { bob: ['active'] },
    )
  })

  test.each(readings)(
    'a cancel that was accepted and proved by the operation ends as cancelled by local (early DELETE: %i)',
    (early) => {
      converges(
        {
          before: [invite('bob'), remove('i')],
          evidence: [taken({ bob: 'p-bob' }), answer('i'), failed(400, 8508), full()],
          truth: [],
          early,
        },
        { bob: ['cancelled: cancelled by local'] },
      )
    },
  )

  test.each(readings)('a cancel without any confirmation ends as cancelled by local (early DELETE: %i)', (early) => {
    converges(
      {
        before: [invite('bob'), remove('i')],
        evidence: [taken({ bob: 'p-bob' }), answer('i', refused(404)), full()],
        truth: [],
        early,
      },
      { bob: ['cancelled: cancelled by local'] },
    )
  })

  test.each(readings)(
    'a cancel that was not found while the invitee answered ends as removed by local (early DELETE: %i)',
    (early) => {
      const evidence = [answer('i', refused(404)), full(on('bob')), completed, full(on('bob'), on('zoe'))]
      converges(
        {
          before: [invite('bob'), remove('i'), taken({ bob: 'p-bob' })],
          evidence,
          truth: [on('bob'), on('zoe')],
          early,
        },
        { bob: ['removed: removed by local'] },
      )
    },
  )

  test.each(readings)(
    'a cancel that crossed the answer and took effect ends as removed by local (early DELETE: %i)',
    (early) => {
      const evidence = [taken({ bob: 'p-bob' }), answer('i'), full(on('bob')), full(), completed]
      converges(
        { before: [invite('bob'), remove('i')], evidence, truth: [], early },
        { bob: ['removed: removed by local'] },
      )
    },
  )

  test('a cancel that crossed the answer, reported by deltas, ends as removed by local without any fetch', () => {
    const evidence = [
      taken({ bob: 'p-bob' }),
      delta(1),
      delta(2, on('bob')),
      delta(3, on('bob', { gone: true })),
      completed,
    ]
    converges(
      { before: [invite('bob'), remove('i')], evidence, truth: [], isSettled: false },
      { bob: ['removed: removed by local'] },
    )
  })

  test('a declined invite ends as declined', () => {
    converges(
      {
        before: [invite('bob')],
        evidence: [taken({ bob: 'p-bob' }), running, failed(603, 8538), full(), established],
        truth: [],
      },
      { bob: ['cancelled: declined by remote'] },
    )
  })

  test('a declined invite while a cancel is under way ends as declined', () => {
    const evidence = [taken({ bob: 'p-bob' }), answer('i'), failed(603, 8538), full()]
    converges(
      { before: [invite('bob'), remove('i')], evidence, truth: [], early: 204 },
      { bob: ['cancelled: declined by remote'] },
    )
  })

  test('an operation reported before its POST was answered, without clientContext, ends as reported', () => {
    const orphan = (status: 'running' | 'completed'): Message => ({
      type: 'operation.reported',
      operationId: 'op',
      status,
    })
    const failure: Message = {
      type: 'operation.reported',
      operationId: 'op',
      status: 'failed',
      result: { code: 486, subcode: 8539 },
    }
    converges(
      { before: [invite('bob')], evidence: [taken({ bob: 'p-bob' }), orphan('running'), failure, full()], truth: [] },
      { bob: ['cancelled: busy by remote'] },
    )
    converges(
      {
        before: [invite('bob')],
        evidence: [taken({ bob: 'p-bob' }), orphan('running'), orphan('completed'), full(on('bob'))],
        truth: [on('bob')],
      },
      { bob: ['active'] },
    )
  })

  test('an invite for several that failed for some ends exactly those a truthful roster does not show', () => {
    const evidence = [taken(), failed(500, 9999), full(on('bob')), established]
    converges(
      { before: [invite('bob', 'carol', 'dave')], evidence, truth: [on('bob'), on('carol')] },
      { bob: ['active'], carol: ['active'], dave: ['cancelled: failed by service'] },
    )
  })

  test('a removal of a present participant ends as removed by local, accepted or not found', () => {
    for (const verdict of [done, refused(404)]) {
      const before = [full(on('bob'), on('carol')), remove('r-bob')]
      converges(
        {
          before,
          settledMs: 5_000,
          evidence: [answer('r-bob', verdict), full(on('carol')), full(on('carol', { muted: true }))],
          truth: [on('carol')],
        },
        {
          bob: ['removed: removed by local'],
          carol: ['active'],
        },
      )
    }
  })

  test('a forbidden removal of a participant who leaves later ends as left or as removed, whichever was known first, and never open', () => {
    const before = [full(on('bob')), remove('r-bob')]
    const situation: Situation = {
      before,
      settledMs: 5_000,
      evidence: [answer('r-bob', refused(403)), full()],
      truth: [],
    }
    const endings = ['removed: left by remote', 'removed: removed by local']
    for (const order of ordersOf(situation.evidence)) expect(endings).toContain(play(situation, order).is('r-bob'))
  })

  test('an uninvited participant who leaves is removed, as left', () => {
    const situation: Situation = { evidence: [full(on('zoe')), full(), established], truth: [] }
    converges(situation, { zoe: ['removed: left by remote'] })
  })

  test('a participant who joins, leaves and returns under a new id is present once', () => {
    const situation: Situation = {
      evidence: [full(on('zoe')), full(), full(on('zoe', { id: 'new-zoe' }))],
      truth: [on('zoe', { id: 'new-zoe' })],
    }
    for (const order of ordersOf(situation.evidence)) {
      const fates = play(situation, order).all('zoe')
      expect(
        fates.filter((fate) => fate === 'active'),
        order.map(describeMessage).join(' · '),
      ).toHaveLength(1)
      expect(fates.filter((fate) => fate !== 'active' && fate !== 'removed: left by remote')).toEqual([])
    }
  })

  test('a wait in the lobby and the admission under a new id are one participant, active', () => {
    const lobby = on('bob', { id: 'lobby-bob', lobby: true })
    converges(
      {
        before: [invite('bob')],
        evidence: [taken(), full(lobby), full(on('bob')), completed],
        truth: [on('bob')],
        gapMs: 50,
      },
      { bob: ['active'] },
    )
    converges(
      { evidence: [full(lobby), full(on('bob')), established], truth: [on('bob')], gapMs: 50 },
      { bob: ['active'] },
    )
  })

  test('a wait in the lobby and the admission under a new id, reported later than the reorder window, may be two participants, of whom one is active', () => {
    const evidence = [full(on('bob', { id: 'lobby-bob', lobby: true })), full(on('bob'))]
    const situation: Situation = { evidence, truth: [on('bob')], gapMs: 3_000 }
    for (const order of ordersOf(evidence))
      expect(
        play(situation, order)
          .all('bob')
          .filter((fate) => fate === 'active'),
      ).toHaveLength(1)
  })

  test('an operation that completed and failed ends an invitee not seen on a roster, and keeps one who was', () => {
    converges(
      { before: [invite('bob')], evidence: [taken(), completed, failed(500, 9999)], truth: [] },
      { bob: ['cancelled: failed by service'] },
    )
  })
})

test('call states in any order end in the furthest one', () => {
  const states = (['incoming', 'establishing', 'established', 'terminating'] as const).map(
    (state): Message => ({ type: 'call.reported', state }),
  )
  const situation: Situation = { evidence: states, truth: [], isSelfUnknown: true, isSettled: false }
  for (const order of ordersOf(states)) expect(play(situation, order).call.state).toBe('terminating')
})

test('three items have six orders, and twelve more for each doubled item', () => {
  expect([...ordersOf(['a', 'b', 'c'])]).toHaveLength(6 + 3 * 12)
  expect(new Set([...ordersOf(['a', 'b', 'c'])].map((order) => order.join(''))).size).toBe(42)
})
