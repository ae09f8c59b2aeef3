import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../src/call/model/events.ts'
import { isEstablished } from '../../src/call/model/call-state.ts'
import { bot, BOT, done, established, on, refused, Script, unconfirmed, user, withPresent } from './script.ts'

/** A call with somebody in every state, and everything under way that can be. */
function busy(): Script {
  const script = established()
  script.full(bot, on('ann'), on('lea', { lobby: true }), on('max'))
  script.invite('bob')
  script.invite('carol')
  script.taken('carol', { carol: 'p-carol' })
  script.remove('carol')
  script.deleted('carol')
  script.remove('r-max')
  script.tell({ type: 'host.resumed' })
  return script.forgetSoFar()
}

describe('rule 10, the end of the call', () => {
  test('ends everybody open with it, those who were on the roster as removed and the others as cancelled', () => {
    const script = busy()
    script.reported({ state: 'terminated', result: { code: 200, subcode: 5010 } })
    expect(['r-ann', 'r-lea', 'r-max'].map((key) => script.is(key))).toEqual(
      Array(3).fill('removed: callEnded by remote'),
    )
    expect(['bob', 'carol'].map((key) => script.is(key))).toEqual(Array(2).fill('cancelled: callEnded by remote'))
    expect(script.call.ending).toMatchObject({ cause: 'callEnded', by: 'remote', code: 200, subcode: 5010 })
    expect(script.told()).toEqual([
      'r-ann: active → removed',
      'r-lea: lobby → removed',
      'r-max: active → removed',
      'bob: invited → cancelled',
      'carol: ringing → cancelled',
      'call: established → terminated',
    ])
  })

  test('drops every deadline and asks for nothing', () => {
    const script = busy()
    script.reported({ state: 'terminated' })
    expect(script.requests()).toEqual([])
    expect(script.call.deadlines.size).toBe(0)
    script.wait(3_600_000)
    expect(script.requests()).toEqual([])
  })

  test('leaves the endings of those who ended before it', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.reported({ state: 'terminated' })
    expect(script.is('r-bob')).toBe('removed: left by remote')
  })

  test('is told by the deletion of the call, whatever state it names', () => {
    const script = busy()
    script.reported({ isDeleted: true, state: 'established', result: { code: 200, subcode: 5000 } })
    expect(script.call.state).toBe('terminated')
    expect(script.is('r-ann')).toBe('removed: callEnded by remote')
  })

  test('by a lost keepAlive is "lost" (408/8537)', () => {
    const script = busy()
    script.reported({ state: 'terminated', result: { code: 408, subcode: 8537 } })
    expect(script.is('r-ann')).toBe('removed: lost by service')
  })

  test('found out by a keepAlive that is answered 404 is "lost"', () => {
    const script = busy()
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect([script.is('r-ann'), script.is('bob')]).toEqual(['removed: lost by service', 'cancelled: lost by service'])
    expect(script.call.ending).toMatchObject({ cause: 'lost', by: 'service' })
  })

  test('is not said by a call or roster that is not found: its heartbeat is asked, at once', () => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.full(bot, on('ann'))
    script.tell({ type: 'call.fetched', answer: refused(404) })
    expect(script.is('r-ann')).toBe('active')
    script.tell({ type: 'deadline.passed', deadline: 'keepAlive' })
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect(script.is('r-ann')).toBe('removed: lost by service')
  })

  test.each([[{}], [{ code: 200, subcode: 5010 }], [undefined]])(
    'with the result %j is not counted as one nobody knows',
    (result) => {
      const script = busy()
      script.reported({ state: 'terminated', result })
      expect(script.call.counters.unclassified).toBe(0)
    },
  )

  test('after we hung up is ours', () => {
    const script = busy()
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: done })
    expect(script.requests()).toEqual(['hang up'])
    script.reported({ state: 'terminated', result: { code: 200, subcode: 7000 } })
    expect(script.is('r-ann')).toBe('removed: callEnded by local')
  })

  test('with a code nobody knows is counted, and keeps the code', () => {
    const script = busy()
    script.reported({ state: 'terminated', result: { code: 500, subcode: 3003 } })
    expect(script.call.ending).toMatchObject({ cause: 'callEnded', code: 500, subcode: 3003 })
    expect(script.call.counters.unclassified).toBe(1)
  })

  test('absorbs every event there is', () => {
    const script = busy()
    script.reported({ state: 'terminated' })
    const events: readonly Parameters<Script['tell']>[0][] = [
      { type: 'invite.requested', invitation: 'again', invitees: [{ identity: user('zoe') }] },
      { type: 'removal.requested', key: 'r-ann' },
      { type: 'mute.requested', key: 'r-ann', clientContext: 'm' },
      { type: 'hangUp.requested' },
      { type: 'call.adopted' },
      { type: 'invite.answered', invitation: 'bob', answer: { verdict: 'done', value: { status: 'running' } } },
      { type: 'removal.answered', key: 'r-max', attempt: 1, answer: done },
      {
        type: 'mute.answered',
        key: 'r-ann',
        clientContext: 'm',
        answer: { verdict: 'done', value: { status: 'completed' } },
      },
      { type: 'hangUp.answered', answer: done },
      { type: 'keepAlive.answered', answer: refused(404) },
      { type: 'call.fetched', answer: { verdict: 'done', value: { state: 'established' } } },
      { type: 'roster.fetched', fetch: 1, answer: { verdict: 'done', value: { entries: [bot, on('zoe')] } } },
      { type: 'call.reported', state: 'established' },
      { type: 'call.reported', state: 'terminated' },
      { type: 'operation.reported', clientContext: 'bob', status: 'completed' },
      { type: 'roster.reported', kind: 'full', entries: [bot, on('bob'), on('zoe')] },
      { type: 'roster.reported', kind: 'delta', sequence: 9, entries: [on('bob')] },
      { type: 'deadline.passed', deadline: 'keepAlive' },
      { type: 'deadline.passed', deadline: 'ring/bob' },
      { type: 'host.resumed' },
    ]
    for (const event of events) expect(script.tell(event), event.type).toBe('callEnded')
  })

  test('still counts what nobody understands', () => {
    const script = busy()
    script.reported({ state: 'terminated' })
    expect(script.tell({ type: 'notification.unrecognised', resource: '/x', what: 'y' })).toBe('applied')
    expect(script.call.counters.unrecognised).toBe(1)
  })
})

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

  test('falls back to established when a transfer failed, which comes with a result', () => {
    const script = established()
    script.reported({ state: 'transferring' })
    script.reported({ state: 'transferAccepted' })
    script.reported({ state: 'established', result: { code: 500, subcode: 7700 } })
    expect(script.call.state).toBe('established')
  })

  test('is not taken back from a transfer by media news that ride on "established"', () => {
    const script = established()
    script.reported({ state: 'transferring' })
    script.reported({ state: 'established' })
    expect(script.call.state).toBe('transferring')
  })

  test('goes from terminating to terminated only', () => {
    const script = established()
    script.reported({ state: 'terminating' })
    for (const state of ['incoming', 'establishing', 'established', 'hold', 'transferring'] as const)
      script.reported({ state })
    expect(script.call.state).toBe('terminating')
  })

  test('is told with its ending when it ends, and without one before', () => {
    const script = established()
    script.reported({ state: 'terminating' })
    script.reported({ state: 'terminated', result: { code: 200, subcode: 5010 } })
    const [terminating, terminated] = script.changes.filter((change) => change.type === 'call.changed').slice(-2)
    expect(terminating).not.toHaveProperty('ending')
    expect(terminated).toMatchObject({ to: 'terminated', ending: { cause: 'callEnded', by: 'remote', at: script.at } })
  })

  test('is told with every change, once', () => {
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

describe('rule 10, hanging up', () => {
  test('is asked for once', () => {
    const script = established()
    script.tell({ type: 'hangUp.requested' })
    expect(script.tell({ type: 'hangUp.requested' })).toBe('alreadyRequested')
    expect(script.requests()).toEqual(['hang up'])
  })

  test('that is answered 404 ends the call', () => {
    const script = withPresent('bob')
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: refused(404) })
    expect(script.is('r-bob')).toBe('removed: callEnded by local')
  })

  test('that is accepted is a promise: when nothing comes, a keepAlive finds out', () => {
    const script = withPresent('bob')
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: done })
    script.forgetSoFar()
    expect(script.is('r-bob')).toBe('active')
    script.wait(10_000)
    expect(script.requests()).toEqual(['keepAlive'])
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect(script.is('r-bob')).toBe('removed: callEnded by local')
  })

  test('that is not confirmed is looked after in the same way', () => {
    const script = established()
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: unconfirmed() })
    script.forgetSoFar()
    script.wait(10_000)
    expect(script.requests()).toEqual(['keepAlive'])
  })

  test.each([
    ['was taken', done],
    ['was not confirmed', unconfirmed()],
  ])(
    'that %s and came to nothing is sent again when a keepAlive finds the call there, later each time',
    (_, answer) => {
      const script = established()
      script.tell({ type: 'hangUp.requested' })
      const sentAt: number[] = []
      for (let i = 0; i < 9; i += 1) {
        const [request] = script.requests()
        expect(request).toBe('hang up')
        sentAt.push(script.at)
        script.tell({ type: 'hangUp.answered', answer })
        script.wait(9_999)
        expect(script.requests()).toEqual([])
        script.wait(1)
        expect(script.requests()).toEqual(['keepAlive'])
        script.tell({ type: 'keepAlive.answered', answer: done })
        expect(script.tell({ type: 'keepAlive.answered', answer: done })).toBe('duplicate')
        script.wait(Math.min(1_000 * 2 ** i, 60_000) - 1)
        expect(script.requests()).toEqual([])
        script.wait(1)
      }
      expect(sentAt.slice(1).map((at, i) => at - (sentAt[i] as number) - 10_000)).toEqual([
        1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
      ])
      const ids = script.effects.flatMap((effect) => (effect.type === 'call.hangUp' ? [effect.id] : []))
      expect(ids).toEqual(Array.from({ length: 10 }, (_unused, i) => `hangUp/${i + 1}`))
      script.tell({ type: 'hangUp.answered', answer: refused(404) })
      expect(script.call.ending).toMatchObject({ cause: 'callEnded', by: 'local' })
    },
  )

  test.each([500, 403, 429])(
    'is sent again when a keepAlive is refused with %i, which is not to say that the call is gone',
    (status) => {
      const script = established()
      script.tell({ type: 'hangUp.requested' })
      script.tell({ type: 'hangUp.answered', answer: done })
      script.wait(10_000)
      script.tell({ type: 'keepAlive.answered', answer: refused(status) })
      script.forgetSoFar()
      script.wait(1_000)
      expect(script.requests()).toEqual(['hang up'])
    },
  )

  test('is not sent again for the answer to a keepAlive from before it was taken', () => {
    const script = established()
    script.wait(15 * 60_000)
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'keepAlive.answered', answer: done })
    script.tell({ type: 'hangUp.answered', answer: done })
    script.forgetSoFar()
    script.tell({ type: 'keepAlive.answered', answer: done })
    script.wait(10_000)
    expect(script.requests()).toEqual(['keepAlive', 'keepAlive'])
  })

  test('that was refused is not sent again by itself, whatever a keepAlive says', () => {
    const script = established()
    script.wait(15 * 60_000)
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'keepAlive.answered', answer: done })
    script.tell({ type: 'hangUp.answered', answer: refused(500) })
    script.forgetSoFar()
    script.wait(15 * 60_000 + 1_000)
    expect(script.requests()).toEqual(['keepAlive', 'keepAlive'])
    expect(script.call.hangUpRequestedAt).toBeUndefined()
  })

  test('that is refused when it is sent again is given up, and the heartbeat goes on', () => {
    const script = established()
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: unconfirmed() })
    script.wait(10_000)
    script.tell({ type: 'keepAlive.answered', answer: done })
    script.wait(1_000)
    script.tell({ type: 'hangUp.answered', answer: refused(403) })
    expect(script.call.hangUpRequestedAt).toBeUndefined()
    script.forgetSoFar()
    script.wait(15 * 60_000 - 1)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['keepAlive'])
  })

  test('that was refused can be asked for again, by another effect', () => {
    const script = established()
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: refused(500) })
    script.wait(10)
    expect(script.tell({ type: 'hangUp.requested' })).toBe('applied')
    expect(script.requests()).toEqual(['hang up', 'hang up'])
    const ids = script.effects
      .filter(({ type }) => type === 'call.hangUp')
      .map((effect) => ('id' in effect ? effect.id : ''))
    expect(new Set(ids).size).toBe(2)
  })
})

describe('rule 10, a host that takes a call up again', () => {
  test('asks for the roster when anybody is remembered, or the call is established', () => {
    const ringing = new Script()
    ringing.invite('bob')
    ringing.tell({ type: 'host.resumed' })
    expect(ringing.requests()).toEqual(['POST bob', 'GET call', 'GET roster'])
    const script = established()
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('asks for nothing of a call of which nothing is known', () => {
    const script = new Script()
    expect(script.tell({ type: 'host.resumed' })).not.toBe('applied')
  })

  test('asks again for a call that was adopted and never heard of', () => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.tell({ type: 'call.fetched', answer: unconfirmed() })
    script.forgetSoFar()
    script.wait(1_000)
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET call'])
  })

  test('does not ask twice at a time', () => {
    const script = established()
    script.tell({ type: 'host.resumed' })
    expect(script.tell({ type: 'host.resumed' })).not.toBe('applied')
  })
})

test('rule 10, adopting a call asks for it, and for its roster once that is answered', () => {
  const script = new Script()
  script.tell({ type: 'call.adopted' })
  expect(script.requests()).toEqual(['GET call'])
  expect(script.tell({ type: 'call.adopted' })).toBe('alreadyRequested')
  script.tell({ type: 'call.fetched', answer: unconfirmed() })
  expect(script.requests()).toEqual(['GET roster'])
})

describe('rule 10, a call that was taken in by its name', () => {
  function adopted(...answers: readonly Verdict<never>[]): Script {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    for (const [place, answer] of answers.entries()) {
      if (place === 0) script.tell({ type: 'call.fetched', answer })
      else script.fetched(answer)
    }
    return script
  }

  test.each([
    [404, 404],
    [403, 403],
    [403, 404],
    [404, 403],
  ])('is over when the service denies it twice (%i, %i), after two questions and no more', (first, second) => {
    const script = adopted(refused(first), refused(second))
    expect(script.call.state).toBe('terminated')
    expect(script.requests()).toEqual(['GET call', 'GET roster'])
    script.wait(24 * 3_600_000)
    expect(script.requests()).toEqual([])
  })

  test('is over then also when notifications have named participants', () => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.full(bot, on('ann'))
    script.tell({ type: 'call.fetched', answer: refused(403) })
    script.fetched(refused(403))
    expect(script.call.state).toBe('terminated')
  })

  test.each([
    ['not answered', unconfirmed()],
    ['refused otherwise', refused(500)],
  ])('goes on when one of the questions is %s', (_, answer) => {
    expect(adopted(refused(404), answer).call.state).toBe('unknown')
    expect(adopted(answer, refused(404)).call.state).toBe('unknown')
  })

  test('goes on when its roster is shown: the service does not answer the other question at all', () => {
    const script = adopted(refused(404))
    script.fetched({ verdict: 'done', value: { entries: [bot] } })
    script.tell({ type: 'host.resumed' })
    script.tell({ type: 'call.fetched', answer: refused(404) })
    expect(script.call.state).toBe('unknown')
  })

  test('has a heartbeat sent when its roster is empty, which says whether there is such a call', () => {
    const script = adopted(refused(404))
    script.fetched({ verdict: 'done', value: { entries: [] } })
    script.forgetSoFar()
    script.wait(0)
    expect(script.requests()).toContain('keepAlive')
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect(script.call.state).toBe('terminated')
  })

  test.each([
    ['a heartbeat', { type: 'keepAlive.answered', answer: done }],
    [
      'an invite',
      { type: 'invite.answered', invitation: 'none', answer: { verdict: 'done', value: { status: 'running' } } },
    ],
  ] as const)('is not over by denials once %s was answered', (_, proof) => {
    const script = adopted(refused(404))
    script.fetched({ verdict: 'done', value: { entries: [] } })
    script.tell(proof)
    script.tell({ type: 'call.fetched', answer: refused(404) })
    expect(script.call.state).toBe('unknown')
  })

  test('once it was answered, is not over by denials', () => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.tell({ type: 'call.fetched', answer: { verdict: 'done', value: { state: 'establishing' } } })
    script.fetched(refused(403))
    script.tell({ type: 'host.resumed' })
    script.tell({ type: 'call.fetched', answer: refused(403) })
    expect(script.call.state).toBe('establishing')
  })
})

test('rule 10, adopting a call that the service has told of asks for nothing', () => {
  const script = established()
  expect(script.tell({ type: 'call.adopted' })).toBe('alreadyRequested')
  expect(script.requests()).toEqual([])
})

test('rule 10, every question for the call is an effect of its own', () => {
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

test('rule 10, a state that is said again is no change, whatever else is said with it', () => {
  const script = established()
  expect(script.reported({ state: 'established', myParticipantId: 'another-id' })).toBe('applied')
  expect(script.changes.slice(1)).toEqual([])
})

describe('rule 10, a transfer', () => {
  test.each(['transferring', 'transferAccepted'] as const)(
    'that is %s is not taken back by "established" without a result',
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

test.each([
  ['unknown', false],
  ['incoming', false],
  ['ringing', false],
  ['redirecting', false],
  ['establishing', false],
  ['established', true],
  ['hold', true],
  ['transferring', true],
  ['transferAccepted', true],
  ['terminating', false],
  ['terminated', false],
] as const)('rule 10, a call that is %s is up: %s', (state, isUp) => {
  expect(isEstablished({ state })).toBe(isUp)
})

describe('rule 10, the ending', () => {
  test('of many is told in the order they were introduced', () => {
    const script = established()
    const names = Array.from({ length: 40 }, (_unused, i) => `guest-${i}`)
    script.full(bot, ...names.map((name) => on(name)))
    script.forgetSoFar()
    script.reported({ state: 'terminated' })
    expect(script.told()).toEqual([
      ...names.map((name) => `r-${name}: active → removed`),
      'call: established → terminated',
    ])
  })

  test('has nothing of the result that the service did not say', () => {
    const script = established()
    script.reported({ state: 'terminated', result: { code: 200, subcode: 5010, message: undefined } })
    expect(script.call.ending).toStrictEqual({
      cause: 'callEnded',
      by: 'remote',
      at: script.at,
      code: 200,
      subcode: 5010,
    })
  })

  test.each([
    ['call.ended', (script: Script) => script.reported({ state: 'terminated' })],
    ['call.lost', (script: Script) => script.tell({ type: 'keepAlive.answered', answer: refused(404) })],
  ])('of everybody goes back to evidence of its own: %s', (source, end) => {
    const script = busy()
    end(script)
    for (const key of ['r-ann', 'bob'])
      expect(script.call.trails.get(key)?.at(-1)).toMatchObject({ source, state: script.get(key).state })
  })
})
