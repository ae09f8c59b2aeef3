import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, unconfirmed, withPresent, withRinging } from './script.ts'

describe('rule 9, the grace', () => {
  /** Bob's ring deadline has passed, and the fetch it asked for is slow. */
  function withSlowFetch(ringTimeoutMs?: number) {
    const script = withRinging('bob', { bob: 'p-bob' }, ringTimeoutMs === undefined ? {} : { ringTimeoutMs })
    script.wait(90_000)
    script.wait(45_000)
    return script.forgetSoFar()
  }

  test('that passes during a fetch from after the ring deadline waits for it: an invitee it shows has answered', () => {
    const script = withSlowFetch()
    expect(script.is('bob')).toBe('ringing')
    script.snapshot(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
    expect(script.told()).toEqual(['bob: ringing → active'])
  })

  test('that waited for a failed fetch ends the invitee at once, and requests no more', () => {
    const script = withSlowFetch()
    script.fetched(unconfirmed())
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
    expect(script.call.roster.fetch).toBeUndefined()
  })

  test('that waited for a fetch which a report has overtaken ends the invitee when its answer arrives', () => {
    const script = withSlowFetch()
    script.full(bot, on('ann'))
    expect(script.is('bob')).toBe('ringing')
    script.snapshot(bot, on('ann'))
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
  })

  test('does not wait for a fetch that began before the ring deadline', () => {
    const script = withRinging('bob')
    script.wait(89_999)
    script.tell({ type: 'host.resumed' })
    script.wait(30_001)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
  })

  test('that waits is void if the invitee declines meanwhile, and if the call ends', () => {
    const declined = withSlowFetch()
    declined.operation('bob', 'failed', { code: 603, subcode: 0 })
    declined.fetched(unconfirmed())
    expect(declined.is('bob')).toBe('cancelled: declined by remote')
    const ended = withSlowFetch()
    const { number } = ended.call.roster.fetch ?? { number: 0 }
    ended.reported({ state: 'terminated' })
    expect(ended.tell({ type: 'roster.fetched', fetch: number, answer: unconfirmed() })).toBe('callEnded')
    expect(ended.is('bob')).toBe('cancelled: callEnded by unknown')
  })
})

describe('rule 9, deadlines are data', () => {
  test('one that passes before it is due is ignored', () => {
    const script = withRinging('bob')
    expect(script.tell({ type: 'deadline.passed', deadline: 'ring/bob' })).toBe('outOfDate')
  })

  test('one that is overdue after a restart fires once', () => {
    const script = withRinging('bob')
    script.at += 3_600_000
    expect(script.tell({ type: 'host.resumed' })).toBe('applied')
    expect(script.requests()).toEqual(['GET roster'])
    expect(script.tell({ type: 'deadline.passed', deadline: 'ring/bob' })).toBe('applied')
    expect(script.tell({ type: 'deadline.passed', deadline: 'ring/bob' })).toBe('unknownDeadline')
  })

  test('overdue ones after a restart end no participant whom a fetch shows', () => {
    const script = withRinging('bob')
    script.at += 3_600_000
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob'))
    script.wait(0)
    expect(script.is('bob')).toBe('active')
  })

  test('an overdue ring deadline needs one fetch of the roster after a restart, not two', () => {
    const script = withRinging('bob')
    script.at += 600_000
    script.tell({ type: 'host.resumed' })
    script.wait(0)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
    expect(script.requests()).toEqual(['GET roster'])
  })

  test.each([[0], [120_000]])(
    'an overdue deadline that would cancel waits for the fetch after a restart, %d ms: an invitee who answered unseen stays',
    (fetchMs) => {
      const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
      script.at += 600_000
      script.tell({ type: 'host.resumed' })
      script.wait(fetchMs)
      expect(script.requests()).toEqual(['GET roster'])
      script.snapshot(bot, on('bob'))
      script.wait(300_000)
      expect(script.is('bob')).toBe('active')
      expect(script.requests()).not.toContain('DELETE r-bob')
    },
  )

  test('an overdue deadline that would cancel does so if the fetch after a restart does not show the invitee', () => {
    const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
    script.at += 600_000
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing, removal sent')
    expect(script.requests()).toEqual(['GET roster', 'DELETE p-bob'])
  })

  test('an overdue deadline has the roster fetched although the last fetch has just failed', () => {
    const late = withRinging('bob')
    late.wait(119_000, { isRosterLost: true })
    late.forgetSoFar().wait(0)
    late.at += 600_000
    late.tell({ type: 'host.resumed' })
    expect(late.requests()).toEqual(['GET roster'])
    late.wait(0)
    expect(late.is('bob')).toBe('ringing')
    late.fetched(unconfirmed())
    expect(late.is('bob')).toBe('cancelled: noAnswer by deadline')
  })

  test('unknown or dropped ones are ignored', () => {
    const script = withRinging('bob')
    for (const name of [
      'ring/nobody',
      'grace/bob',
      'confirm/bob',
      'retry/bob',
      'complete/bob',
      'refetch',
      'hangUp',
      '',
      '/',
      '__proto__',
      'ring/__proto__',
    ]) {
      expect(script.tell({ type: 'deadline.passed', deadline: name }), name).toBe('unknownDeadline')
    }
  })

  test('moved ones are ignored at their old time', () => {
    const script = established()
    script.tell({ type: 'keepAlive.answered', answer: unconfirmed() })
    script.at += 59_999
    expect(script.tell({ type: 'deadline.passed', deadline: 'keepAlive' })).toBe('outOfDate')
  })
})

describe('rule 9, a DELETE that is not possible for now', () => {
  test.each([429, 409, 412])('because of %i is sent again after a growing wait, and given up in the end', (status) => {
    const script = withRinging('bob')
    script.full(bot, on('bob'))
    script.remove('bob')
    const began = script.at
    const sent: number[] = []
    for (let i = 0; i < 20 && script.get('bob').removal === 'sent'; i += 1) {
      sent.push(script.at - began)
      script.deleted('bob', refused(status))
      for (let waits = 0; waits < 200 && script.get('bob').removal === 'held'; waits += 1) script.wait(500)
    }
    expect(sent).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000, 63_000, 127_000])
    expect(script.is('bob')).toBe('active, removal refused')
  })
})

describe('rule 9, an operation that completed', () => {
  test('causes no fetch if all invitees have joined, although its POST is not answered yet', () => {
    const script = established()
    script.invite('bob')
    script.operation('bob', 'completed')
    script.full(bot, on('bob'))
    expect(script.call.deadlines.has('complete/bob')).toBe(true)
    script.forgetSoFar()
    script.wait(10_000)
    expect(script.requests()).toEqual([])
    expect(script.is('bob')).toBe('active')
  })

  test('has the roster fetched for invitees who have not joined, whichever others have been forgotten since', () => {
    const script = established({ tombstoneLimit: 0 })
    script.invite(['ann', 'bob'], { as: 'both' })
    script.taken('both')
    script.full(bot, on('ann'))
    script.wait(5_000)
    script.full(bot)
    script.operation('both', 'completed')
    expect([...script.call.participants.values()].map(({ identity }) => identity)).toEqual([{ user: { id: 'bob' } }])
    script.forgetSoFar()
    script.wait(10_000)
    expect(script.requests()).toEqual(['GET roster'])
  })
})

describe('rule 9, an accepted removal that is not proved', () => {
  test('is checked at the same interval while the roster is not available', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    const began = script.at
    script.wait(45_000)
    const due = script.effects.flatMap((effect) =>
      effect.type === 'timer.schedule' && effect.deadline === 'confirm/r-bob' ? [effect.at - began] : [],
    )
    expect(due).toEqual([10_000, 20_000, 30_000, 40_000, 50_000])
  })

  test('is repeated less and less often, and the roster is fetched soon after each DELETE and when the next is due', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    const began = script.at
    const asked: Record<string, number[]> = { 'DELETE r-bob': [], 'GET roster': [] }
    for (; script.at - began < 200_000; script.wait(1_000)) {
      for (let requests = script.requests(); requests.length > 0; requests = script.requests()) {
        for (const request of requests) {
          asked[request]?.push((script.at - began) / 1_000)
          if (request === 'GET roster') script.snapshot(bot, on('bob'))
          else script.deleted('r-bob')
        }
      }
    }
    expect(asked).toEqual({
      'DELETE r-bob': [0, 10, 30, 70, 130, 190],
      'GET roster': [10, 20, 30, 40, 70, 80, 130, 140, 190],
    })
  })
})

test('rule 9, an ending without proof has the grace as its evidence', () => {
  const script = withRinging('bob')
  script.wait(120_000, { isRosterLost: true })
  expect(script.call.trails.get('bob')?.at(-1)).toMatchObject({ source: 'deadline.grace', state: 'cancelled' })
})

test('rule 9, only a deadline that would end an invitation waits for a fetch: a removal is checked during one', () => {
  const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
  script.wait(20_000)
  expect(script.get('bob').expiredAt).toBeDefined()
  script.full(bot, on('bob', { id: 'p-bob' }))
  script.remove('bob')
  script.deleted('bob')
  script.tell({ type: 'host.resumed' })
  expect(script.is('bob')).toBe('active, removal accepted')
  expect(script.call.roster.fetch).toBeDefined()
  const due = script.call.deadlines.get('confirm/bob') ?? 0
  script.at = due
  script.tell({ type: 'deadline.passed', deadline: 'confirm/bob' })
  expect(script.call.deadlines.get('confirm/bob')).toBeGreaterThan(due)
})
