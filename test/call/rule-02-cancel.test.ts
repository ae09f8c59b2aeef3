import { describe, expect, test } from 'vitest'
import { decodeCall, encodeCall } from '../../src/call/codec/codec.ts'
import { explain } from '../../src/call/explain.ts'
import { bot, done, established, on, refused, unconfirmed, withPresent, withRinging } from './script.ts'

describe('rule 2, a cancel', () => {
  test('that waits for an address is dropped if the invitee answers: no DELETE is sent, and the answer is announced', () => {
    const script = withRinging('bob')
    expect(script.cancel('bob')).toBe('applied')
    expect(script.is('bob')).toBe('ringing, removal held')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
    expect(script.get('bob').removalRequestedAt).toBeUndefined()
    expect(script.told()).toEqual(['bob: ringing → active'])
    script.wait(60_000)
    expect(script.requests()).toEqual([])
  })

  test('that waits is dropped if the invitee answers into the lobby, and the admission is announced', () => {
    const script = withRinging('bob')
    script.cancel('bob')
    script.full(bot, on('bob', { lobby: true }))
    expect(script.is('bob')).toBe('lobby')
    script.full(bot, on('bob'))
    expect(script.told()).toEqual(['bob: ringing → lobby', 'bob: lobby → active'])
    expect(script.requests()).toEqual([])
  })

  test('of an invite that is not sent yet is held, sent once the invite is accepted, and proved by the failed operation', () => {
    const script = established()
    script.invite('bob')
    script.cancel('bob')
    expect(script.is('bob')).toBe('invited, removal held')
    script.taken('bob', { bob: 'p-bob' })
    expect(script.requests()).toEqual(['POST bob', 'DELETE p-bob'])
    script.deleted('bob')
    script.operation('bob', 'failed', { code: 400, subcode: 8508 })
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })

  test('whose DELETE is refused, not found, or put off is over if the invitee has answered: it stays, and no DELETE is sent', () => {
    for (const answer of [refused(404), refused(403), refused(429)]) {
      const script = withRinging('bob', { bob: 'p-bob' })
      script.cancel('bob')
      script.full(bot, on('bob'))
      expect(script.is('bob')).toBe('active, removal crossed')
      expect(script.told()).toEqual(['bob: ringing → active'])
      script.deleted('bob', answer)
      expect(script.is('bob')).toBe('active')
      script.forgetSoFar()
      script.wait(120_000)
      expect(script.requests()).toEqual([])
    }
  })

  test('that was accepted before the invitee appeared is followed by no other DELETE; an invitee shown by a later fetch stays', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.cancel('bob')
    script.deleted('bob')
    script.wait(100)
    script.full(bot, on('bob', { id: 'p-bob' }))
    expect(script.is('bob')).toBe('active, removal crossed')
    script.forgetSoFar()
    script.wait(9_900)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob', { id: 'p-bob' }))
    expect(script.is('bob')).toBe('active')
    script.wait(120_000)
    expect(script.requests()).toEqual([])
    script.full(bot)
    expect(script.is('bob')).toBe('removed: left by remote')
  })

  test.each([
    ['accepted', done],
    ['not confirmed', unconfirmed()],
  ])('whose DELETE was %s and removed the invitee nevertheless ends as removed by local', (_, answer) => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.cancel('bob')
    script.full(bot, on('bob', { id: 'p-bob' }))
    script.deleted('bob', answer)
    script.wait(3_000)
    script.full(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
    expect(script.told()).toEqual(['bob: ringing → active', 'bob: active → removed'])
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })

  test('whose DELETE was not confirmed waits to be sent again; an answer meanwhile stops that, and a fetch shows its effect', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.cancel('bob')
    script.deleted('bob', unconfirmed())
    expect(script.is('bob')).toBe('ringing, removal held')
    script.full(bot, on('bob', { id: 'p-bob' }))
    expect(script.is('bob')).toBe('active, removal crossed')
    script.forgetSoFar()
    script.wait(10_000)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob', { id: 'p-bob' }))
    expect(script.is('bob')).toBe('active')
  })

  test('whose DELETE certainly was not executed waits to be sent again, and an answer meanwhile ends it', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.cancel('bob')
    script.deleted('bob', refused(429))
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
    script.forgetSoFar()
    script.wait(120_000)
    expect(script.requests()).toEqual([])
  })

  test('that is proved ends the invitation; a participant who appears afterwards joined on its own and is announced', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.cancel('bob')
    script.deleted('bob')
    script.operation('bob', 'failed', { code: 400, subcode: 8508 })
    script.forgetSoFar()
    script.wait(1_000)
    script.full(bot, on('bob'))
    expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
    expect(script.told()).toEqual(['r-bob: nobody → active'])
    expect(script.requests()).toEqual([])
  })

  test('of a participant who has answered is ignored, with a reason', () => {
    const script = withPresent('bob')
    expect(script.cancel('r-bob')).toBe('participantAnswered')
    expect(script.requests()).toEqual([])
  })

  test('is replaced by a removal: from then on an answer does not matter', () => {
    const script = withRinging('bob')
    script.cancel('bob')
    expect(script.remove('bob')).toBe('applied')
    expect(script.cancel('bob')).toBe('alreadyRequested')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.told()).toEqual([])
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test.each([
    ['in flight, addressed to another id', 'r-bob', undefined, 'active, removal sent', []],
    ['accepted, addressed to another id', 'r-bob', done, 'active, removal sent', ['DELETE r-bob']],
    ['accepted, addressed to the current id', 'p-bob', done, 'active, removal accepted', []],
  ] as const)(
    'that crossed the answer is replaced by a removal as well, with its DELETE %s',
    (_, id, answer, is, requests) => {
      const script = withRinging('bob', { bob: 'p-bob' })
      script.cancel('bob')
      script.full(bot, on('bob', { id }))
      if (answer !== undefined) script.deleted('bob', answer)
      script.forgetSoFar()
      expect(script.remove('bob')).toBe('applied')
      expect(script.is('bob')).toBe(is)
      expect(script.requests()).toEqual(requests)
    },
  )

  test('does not become a removal at the ring deadline', () => {
    const script = withRinging('bob', {}, { ringTimeoutMs: 20_000 })
    script.cancel('bob')
    script.wait(20_000)
    expect(script.get('bob').isCancelOnly).toBe(true)
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
  })

  test('is replaced by the removal of an entry that turns out to be the invitee', () => {
    const script = established()
    script.invite('bob')
    script.full(bot, on('phone', { id: 'p-bob' }))
    script.remove('p-bob')
    script.cancel('bob')
    script.forgetSoFar()
    script.taken('bob', { bob: 'p-bob' })
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.get('bob').isCancelOnly).toBeUndefined()
    expect(script.requests()).toEqual(['DELETE p-bob'])
    expect(script.told()).toEqual(['bob: invited → ringing', 'p-bob: active → removed'])
  })

  test('that crossed the answer is explained, and survives a restart with its pending fetch', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.cancel('bob')
    script.full(bot, on('bob'))
    const restored = decodeCall(JSON.parse(JSON.stringify(encodeCall(script.call))))
    expect(restored.participants.get('bob')).toEqual(script.get('bob'))
    expect(restored.deadlines.has('confirm/bob')).toBe(true)
    expect(explain(restored, 'bob')?.sentence).toMatch(
      /^bob is active, a cancel crossed their answer: .*asked for their invitation to be cancelled → ringing \(removal sent\).*→ active \(removal crossed\)\.$/,
    )
  })
})
