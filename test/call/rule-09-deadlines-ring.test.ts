import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, unconfirmed, withRinging, type Script } from './script.ts'

describe('rule 9, the ring deadline', () => {
  test('is 90 s after the invite was requested', () => {
    const script = established()
    script.invite('bob')
    expect(script.call.deadlines.get('ring/bob')).toBe(script.at + 90_000)
  })

  test('ends no invitee by itself: it causes a fetch, and a roster without the invitee ends it as not answered', () => {
    const script = withRinging('bob')
    script.wait(90_000)
    expect(script.is('bob')).toBe('ringing')
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
    expect(script.told()).toEqual(['bob: ringing → cancelled'])
  })

  test('does not end an invitee whom the fetch shows: it answered', () => {
    const script = withRinging('bob')
    script.wait(90_000)
    script.snapshot(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
    script.wait(300_000)
    expect(script.is('bob')).toBe('active')
  })

  test('does not believe a roster that was requested before it', () => {
    const script = withRinging('bob')
    script.wait(89_999)
    script.tell({ type: 'host.resumed' })
    script.wait(1)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing')
    script.wait(500)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
  })

  test('without any proof within its grace ends the invitee nevertheless', () => {
    const script = withRinging('bob')
    script.wait(119_999, { isRosterLost: true })
    expect(script.is('bob')).toBe('ringing')
    script.wait(1)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
  })

  test('and its grace end an invitee whose cancel was never proved as cancelled by local', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.wait(120_000, { isRosterLost: true })
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })

  test('is dropped if the invitee answers', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'))
    expect([...script.call.deadlines.keys()].filter((name) => name.includes('bob'))).toEqual([])
    expect(script.effects).toContainEqual({ type: 'timer.cancel', deadline: 'ring/bob' })
  })

  test('holds for an invite whose answer was lost', () => {
    const script = established()
    script.invite('bob')
    script.invited('bob', unconfirmed())
    script.wait(90_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
  })
})

describe('rule 9, a shorter ring deadline of the application', () => {
  test('cancels when it passes, and the cause is no answer by deadline', () => {
    const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
    script.wait(20_000)
    expect(script.is('bob')).toBe('ringing, removal sent')
    expect(script.requests()).toEqual(['DELETE p-bob'])
    script.deleted('bob')
    script.operation('bob', 'failed', { code: 400, subcode: 8508 })
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
  })

  test('whose DELETE was accepted and crossed the answer sends no other: if the DELETE removed the invitee, the cause is the deadline', () => {
    const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
    script.wait(20_000)
    script.full(bot, on('bob'))
    script.deleted('bob')
    expect(script.is('bob')).toBe('active, removal crossed')
    script.wait(10_000)
    expect(script.requests()).toEqual(['DELETE p-bob', 'GET roster'])
    script.snapshot(bot)
    expect(script.is('bob')).toBe('removed: removed by deadline')
  })

  test('after a cancel of the application stays a cancel by the application', () => {
    const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
    script.remove('bob')
    script.wait(20_000)
    script.deleted('bob')
    script.operation('bob', 'failed', { code: 400, subcode: 8508 })
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })

  test.each([
    ['rings', () => undefined, 'cancelled: cancelled by local'],
    ['has appeared', (script: Script) => script.full(bot, on('bob')), 'removed: removed by local'],
  ])(
    "before a removal requested by the application while the invitee %s is the application's removal from then on",
    (_, appear, story) => {
      const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
      script.wait(20_000)
      appear(script)
      expect(script.remove('bob')).toBe('applied')
      expect(script.remove('bob')).toBe('alreadyRequested')
      script.deleted('bob')
      script.wait(1)
      script.tell({ type: 'host.resumed' })
      script.snapshot(bot)
      expect(script.is('bob')).toBe(story)
    },
  )

  test('before a removal requested by the application keeps the invitee out while the ring may be answered', () => {
    const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
    script.wait(20_000)
    script.remove('bob')
    script.deleted('bob')
    script.wait(1)
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot)
    script.full(bot, on('bob'))
    expect(script.is('r-bob')).toBe('active, removal sent')
  })

  test('without an address for the cancel causes a fetch: a roster without the invitee proves it', () => {
    const script = withRinging('bob', {}, { ringTimeoutMs: 20_000 })
    script.wait(20_000)
    expect(script.is('bob')).toBe('ringing, removal held')
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
  })

  test('without an address for the cancel finds invitees who had answered unseen, and keeps them', () => {
    const script = withRinging('bob', {}, { ringTimeoutMs: 20_000 })
    script.wait(20_000)
    script.forgetSoFar()
    script.snapshot(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
    expect(script.told()).toEqual(['bob: ringing → active'])
    expect(script.requests()).toEqual([])
  })

  test('of an invitee whose operation has completed in time stops nothing: the roster is fetched', () => {
    const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
    script.wait(15_000)
    script.operation('bob', 'completed')
    script.wait(5_000)
    expect(script.is('bob')).toBe('ringing')
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
    expect(script.requests()).not.toContain('DELETE r-bob')
  })

  test.each([
    [
      'appears first',
      (script: Script) => {
        script.full(bot, on('bob'))
        script.deleted('bob', refused(404))
      },
    ],
    [
      'is not found first',
      (script: Script) => {
        script.deleted('bob', refused(404))
        script.full(bot, on('bob'))
      },
    ],
  ])('whose DELETE is not found keeps an invitee who answers at that moment, who %s', (_, cross) => {
    const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
    script.wait(20_000)
    cross(script)
    expect(script.is('bob')).toBe('active')
    expect(script.requests().filter((request) => request.startsWith('DELETE'))).toEqual(['DELETE p-bob'])
  })

  test('without an address for the cancel, and without a roster, ends by its grace', () => {
    const script = withRinging('bob', {}, { ringTimeoutMs: 20_000 })
    script.wait(50_000, { isRosterLost: true })
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
  })

  test('with a decline meanwhile ends as declined', () => {
    const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
    script.wait(20_000)
    script.operation('bob', 'failed', { code: 603, subcode: 0 })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })
})

describe('rule 9, a longer ring deadline', () => {
  test('waits, and does not cancel', () => {
    const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 120_000 })
    script.wait(119_999)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['GET roster'])
  })
})
