import { describe, expect, test } from 'vitest'
import { bot, done, established, on, refused, withPresent, withRinging } from './script.ts'

describe('rule 1, a participant who has been on the roster', () => {
  test('stays active after a 2xx on the DELETE until there is proof', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    expect(script.requests()).toEqual(['DELETE r-bob'])
    script.deleted('r-bob')
    expect(script.is('r-bob')).toBe('active, removal accepted')
    expect(script.told()).toEqual([])
  })

  test('is removed if a complete report does not show it', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
    expect(script.told()).toEqual(['r-bob: active → removed'])
  })

  test('is removed if a complete report does not show it before the DELETE was answered, too', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
    expect(script.deleted('r-bob')).toBe('participantEnded')
  })

  test('is removed after a 404 on the DELETE', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test.each(['8522', '8543', '8558'])(
    'is removed after the service code %s, whatever its status, as after a 404',
    (code) => {
      const script = withPresent('bob')
      script.remove('r-bob')
      script.deleted('r-bob', refused(400, code))
      expect(script.is('r-bob')).toBe('removed: removed by local')
    },
  )

  test('ends with the call', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.reported({ state: 'terminated', result: { code: 200, subcode: 5010 } })
    expect(script.is('r-bob')).toBe('removed: callEnded by remote')
  })

  test('is removed by a delta that reports it', () => {
    const script = withPresent('bob')
    script.delta(1)
    script.snapshot(bot, on('bob'))
    script.remove('r-bob')
    script.deleted('r-bob')
    script.delta(2, on('bob', { gone: true }))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test('has the roster fetched if no proof arrives within 10 s of the 2xx, and not sooner', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.forgetSoFar()
    script.wait(9_999)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test('has the DELETE sent again if a fetched roster still shows it, one at a time', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.forgetSoFar()
    script.wait(10_000)
    script.snapshot(bot, on('bob'))
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-bob'])
    expect(script.is('r-bob')).toBe('active, removal sent')
  })

  test('has the roster fetched and the DELETE sent again, less and less often, while a 2xx has no effect', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    const began = script.at
    const sent: number[] = []
    for (let second = 0; second <= 300; second += 1) {
      if (script.requests().includes('DELETE r-bob')) sent.push((script.at - began) / 1_000)
      if (script.get('r-bob').removal === 'sent') script.deleted('r-bob')
      script.wait(1_000)
      if (script.call.roster.fetch !== undefined) script.snapshot(bot, on('bob'))
    }
    const waits = sent.slice(1).map((at, index) => at - (sent[index] ?? 0))
    expect(waits.length).toBeGreaterThan(3)
    expect(waits).toEqual([...waits].sort((one, other) => one - other))
    expect([waits[0], Math.max(...waits) <= 90]).toEqual([10, true])
    expect(script.is('r-bob')).toBe('active, removal accepted')
  })
})

describe('rule 1, an invitee who never was on the roster', () => {
  test('does not end after a 2xx on its DELETE', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE p-bob'])
    script.deleted('bob')
    expect(script.is('bob')).toBe('ringing, removal accepted')
  })

  test('is not proved absent by a complete report', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot)
    expect(script.is('bob')).toBe('ringing')
    script.remove('bob')
    script.full(bot)
    expect(script.is('bob')).toBe('ringing, removal sent')
    script.deleted('bob')
    script.full(bot)
    expect(script.is('bob')).toBe('ringing, removal accepted')
  })

  test('is cancelled by the failure of the invite operation', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.operation('bob', 'failed', {
      code: 400,
      subcode: 8508,
      message: 'Action failed, the operation was cancelled.',
    })
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
    expect(script.get('bob').ending).toMatchObject({ code: 400, subcode: 8508 })
    expect(script.told()).toEqual(['bob: ringing → cancelled'])
  })

  test('is cancelled by the end of the call', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.reported({ state: 'terminated' })
    expect(script.is('bob')).toBe('cancelled: callEnded by unknown')
  })

  test('is cancelled by a fetch after the 2xx that does not show it, requested if no proof arrives within 10 s', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.forgetSoFar()
    script.wait(10_000)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })

  test('is not cancelled by a fetch that was requested before the 2xx', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.tell({ type: 'host.resumed' })
    script.wait(5)
    script.deleted('bob')
    script.wait(5)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing, removal accepted')
  })

  test('is not cancelled by a fetch while the DELETE is unanswered or refused', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing, removal sent')
    script.deleted('bob', refused(403))
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing, removal refused')
  })

  test('is not cancelled by a fetch without a removal: it may ring on', () => {
    const script = withRinging('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing')
  })

  test('is not cancelled by a fetch without the bot, which is not complete', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.wait(10_000)
    script.snapshot(on('carol'))
    expect(script.is('bob')).toBe('ringing, removal accepted')
  })

  test('is active and being removed after a fetch that shows it', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.wait(10_000)
    script.forgetSoFar()
    script.snapshot(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('ends although no proof arrives by itself', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', done)
    for (let i = 0; i < 30 && script.call.pending.length > 0; i += 1) script.wait(10_000)
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })
})

test('rule 1, a refused removal leaves the participant in its state, and says why', () => {
  const script = withPresent('bob')
  script.remove('r-bob')
  script.deleted('r-bob', refused(403, '7504', 'Insufficient enterprise tenant permissions'))
  expect(script.is('r-bob')).toBe('active, removal refused')
  expect(script.get('r-bob').refusal).toMatchObject({ status: 403, code: '7504' })
  script.full(bot)
  expect(script.is('r-bob')).toBe('removed: left by remote')
})

test('rule 1, a refused removal can be requested again', () => {
  const script = withPresent('bob')
  script.remove('r-bob')
  script.deleted('r-bob', refused(403))
  script.forgetSoFar()
  expect(script.remove('r-bob')).toBe('applied')
  expect(script.requests()).toEqual(['DELETE r-bob'])
  expect(script.get('r-bob').refusal).toBeUndefined()
})

test('rule 1, a removal of an unknown or ended participant is ignored with a reason', () => {
  const script = established()
  expect(script.remove('nobody')).toBe('unknownParticipant')
  script.invite('bob')
  script.operation('bob', 'failed', { code: 603 })
  expect(script.remove('bob')).toBe('participantEnded')
})

test.each([
  [0, 'ringing, removal accepted'],
  [1, 'cancelled: cancelled by local'],
])(
  'rule 1, a snapshot requested %i ms after the service accepted the DELETE leaves an invitee it does not show %s',
  (laterMs, outcome) => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.at += laterMs
    script.tell({ type: 'host.resumed' })
    script.at += 100
    script.snapshot(bot)
    expect(script.is('bob')).toBe(outcome)
  },
)
