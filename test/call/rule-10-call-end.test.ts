import { describe, expect, test } from 'vitest'
import { isEstablished } from '../../src/call/model/call-state.ts'
import { bot, done, established, on, refused, Script, user, withPresent } from './script.ts'

/** A call with a participant in every state, and with every kind of request in flight. */
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
  test('ends all open participants with it: as removed if they were on the roster, otherwise as cancelled', () => {
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

  test('drops every deadline and requests nothing', () => {
    const script = busy()
    script.reported({ state: 'terminated' })
    expect(script.requests()).toEqual([])
    expect(script.call.deadlines.size).toBe(0)
    script.wait(3_600_000)
    expect(script.requests()).toEqual([])
  })

  test('keeps the endings of participants who ended before it', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.reported({ state: 'terminated' })
    expect(script.is('r-bob')).toBe('removed: left by remote')
  })

  test('is reported by the deletion of the call, whatever state it names', () => {
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

  test('detected by a keepAlive that is answered 404 is "lost"', () => {
    const script = busy()
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect([script.is('r-ann'), script.is('bob')]).toEqual(['removed: lost by service', 'cancelled: lost by service'])
    expect(script.call.ending).toMatchObject({ cause: 'lost', by: 'service' })
  })

  test('does not follow from a call or roster that is not found: a heartbeat is sent at once', () => {
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
    'with the result %j is not counted as unknown',
    (result) => {
      const script = busy()
      script.reported({ state: 'terminated', result })
      expect(script.call.counters.unclassified).toBe(0)
    },
  )

  test('after a hang-up is local', () => {
    const script = busy()
    script.tell({ type: 'hangUp.requested' })
    script.tell({ type: 'hangUp.answered', answer: done })
    expect(script.requests()).toEqual(['hang up'])
    script.reported({ state: 'terminated', result: { code: 200, subcode: 7000 } })
    expect(script.is('r-ann')).toBe('removed: callEnded by local')
  })

  test('with an unknown code is counted, and keeps the code', () => {
    const script = busy()
    script.reported({ state: 'terminated', result: { code: 500, subcode: 3003 } })
    expect(script.call.ending).toMatchObject({ cause: 'callEnded', code: 500, subcode: 3003 })
    expect(script.call.counters.unclassified).toBe(1)
  })

  test('absorbs every kind of event', () => {
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

  test('still counts unrecognised notifications', () => {
    const script = busy()
    script.reported({ state: 'terminated' })
    expect(script.tell({ type: 'notification.unrecognised', resource: '/x', what: 'y' })).toBe('applied')
    expect(script.call.counters.unrecognised).toBe(1)
  })
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
] as const)('rule 10, a call that is %s lasts: %s', (state, isUp) => {
  expect(isEstablished({ state })).toBe(isUp)
})

describe('rule 10, the ending', () => {
  test('of many is announced in order of introduction', () => {
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

  test('contains only the result fields that the service sent', () => {
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
  ])('of each participant has its own evidence: %s', (source, end) => {
    const script = busy()
    end(script)
    for (const key of ['r-ann', 'bob'])
      expect(script.call.trails.get(key)?.at(-1)).toMatchObject({ source, state: script.get(key).state })
  })
})
