import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, unconfirmed, user, withRinging } from './script.ts'

describe('rule 3, a cancel is addressed', () => {
  test('to the roster id first', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('to the id of the invite response before the one from the application', () => {
    const script = established()
    script.invite([{ identity: user('bob'), participantId: 'supplied' }], { as: 'bob' })
    script.taken('bob', { bob: 'p-bob' })
    script.forgetSoFar()
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })

  test('to the id from the application if the response brings none', () => {
    const script = established()
    script.invite([{ identity: user('bob'), participantId: 'supplied' }], { as: 'bob' })
    script.taken('bob', { bob: undefined })
    script.forgetSoFar()
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE supplied'])
  })

  test('to the id of the response if the roster shows the invitee without one', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob', { id: null }))
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })
})

describe('rule 3, a cancel without an address', () => {
  test('is held, and sent as soon as the invite response brings an id', () => {
    const script = established()
    script.invite('bob')
    script.remove('bob')
    expect(script.is('bob')).toBe('invited, removal held')
    expect(script.requests()).toEqual(['POST bob'])
    script.taken('bob', { bob: 'p-bob' })
    expect(script.is('bob')).toBe('ringing, removal sent')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })

  test('is held while the invite has not been accepted, although the application supplied an id', () => {
    const script = established()
    script.invite([{ identity: user('bob'), participantId: 'supplied' }], { as: 'bob' })
    script.forgetSoFar()
    script.remove('bob')
    expect(script.requests()).toEqual([])
    script.taken('bob')
    expect(script.requests()).toEqual(['DELETE supplied'])
  })

  test('is held, and sent as soon as a notification of the operation brings an id', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.tell({
      type: 'operation.reported',
      clientContext: 'bob',
      status: 'running',
      participants: [{ identity: user('bob'), participantId: 'p-bob' }],
    })
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })

  test('is held, and sent as soon as the roster shows an id', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, on('bob', { id: null }))
    expect(script.is('bob')).toBe('active, removal held')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('is held, and sent to the id of a late invite response if the roster shows the invitee without one', () => {
    const script = established()
    script.invite('bob')
    script.remove('bob')
    script.full(bot, on('bob', { id: null }))
    expect(script.is('bob')).toBe('active, removal held')
    script.forgetSoFar()
    script.taken('bob', { bob: 'p-bob' })
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })

  test('of an invite whose answer was lost is sent when the invitee appears', () => {
    const script = established()
    script.invite('bob')
    script.remove('bob')
    script.invited('bob', unconfirmed())
    expect(script.is('bob')).toBe('invited, removal held')
    script.forgetSoFar()
    script.full(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('of an invite that is refused needs no DELETE', () => {
    const script = established()
    script.invite('bob')
    script.remove('bob')
    script.invited('bob', refused(500, '9999'))
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
    expect(script.requests()).toEqual(['POST bob'])
  })

  test('of an invite that is declined first is satisfied by the decline', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.operation('bob', 'failed', { code: 603, subcode: 0 })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })
})

describe('rule 3, a 404 for an invitee never seen on the roster', () => {
  test('proves nothing: the removal is held', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('ringing, removal held')
    expect(script.told()).toEqual([])
  })

  test('is not followed by repetitions to the same id', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    script.forgetSoFar()
    script.taken('bob', { bob: 'p-bob' })
    script.wait(80_000)
    expect(script.requests()).toEqual([])
  })

  test('is followed by a DELETE to another id that arrives later', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    script.forgetSoFar()
    script.tell({
      type: 'operation.reported',
      clientContext: 'bob',
      status: 'running',
      participants: [{ identity: user('bob'), participantId: 'other' }],
    })
    expect(script.requests()).toEqual(['DELETE other'])
  })

  test('is followed by a DELETE to an id that arrived while the DELETE was in flight', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.tell({
      type: 'operation.reported',
      clientContext: 'bob',
      status: 'running',
      participants: [{ identity: user('bob'), participantId: 'other' }],
    })
    script.forgetSoFar()
    script.deleted('bob', refused(404))
    expect(script.requests()).toEqual(['DELETE other'])
  })

  test('of whom a DELETE can reach none ends right: the service stops the ring', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    script.wait(60_000)
    script.operation('bob', 'failed', { code: 400, subcode: 8542 })
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })

  test('ends right without further evidence: the ring deadline and a fetch prove it', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    script.forgetSoFar()
    script.wait(90_000)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })
})

describe('rule 3, a refusal to delete an invitee', () => {
  test.each([400, 405, 409, 500])('with %i does not end the removal: it waits for the roster', (status) => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(status))
    expect(script.is('bob')).toBe('ringing, removal held')
    script.forgetSoFar()
    script.full(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test.each([400, 404, 405, 500])(
    'with %i is followed by a DELETE to an id that arrived while it was in flight',
    (status) => {
      const script = established()
      script.invite([{ identity: user('bob'), participantId: 'supplied' }], { as: 'bob' })
      script.taken('bob')
      script.remove('bob')
      script.tell({
        type: 'operation.reported',
        clientContext: 'bob',
        status: 'running',
        participants: [{ identity: user('bob'), participantId: 'p-bob' }],
      })
      script.forgetSoFar()
      script.deleted('bob', refused(status))
      expect(script.is('bob')).toBe('ringing, removal sent')
      expect(script.requests()).toEqual(['DELETE p-bob'])
      script.deleted('bob', refused(status))
      expect(script.is('bob')).toBe('ringing, removal held')
      expect(script.requests()).toEqual([])
    },
  )

  test('past the ring deadline causes a fetch', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.wait(90_000)
    for (const waitMs of [500, 1_000, 2_000, 4_000, 8_000, 0]) {
      script.snapshot(on('somebody'))
      script.wait(waitMs)
    }
    script.forgetSoFar()
    script.deleted('bob', refused(400))
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })

  test('that is forbidden is not followed by another address', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.tell({
      type: 'operation.reported',
      clientContext: 'bob',
      status: 'running',
      participants: [{ identity: user('bob'), participantId: 'other' }],
    })
    script.forgetSoFar()
    script.deleted('bob', refused(403))
    expect(script.is('bob')).toBe('ringing, removal refused')
    expect(script.requests()).toEqual([])
  })

  test('because it is forbidden holds before the answer and after it', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(403))
    expect(script.is('bob')).toBe('ringing, removal refused')
    script.forgetSoFar()
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal refused')
    expect(script.requests()).toEqual([])
  })
})

describe('rule 3, an id from the invite response', () => {
  test('of a participant whom the roster shows under another causes no second DELETE', () => {
    const script = established()
    script.invite('bob')
    script.full(bot, on('bob'))
    script.remove('bob')
    script.deleted('bob')
    script.forgetSoFar()
    script.taken('bob', { bob: 'p-bob' })
    expect(script.is('bob')).toBe('active, removal accepted')
    expect(script.requests()).toEqual([])
    expect(script.get('bob').participantId).toBeUndefined()
  })

  test('for fewer than were invited, without identities, is bound to no invitee', () => {
    const script = established()
    script.invite(['bob', 'carol'], { as: 'team' })
    script.invited('team', {
      verdict: 'done',
      value: { status: 'running', participants: [{ identity: {}, participantId: 'p-1' }] },
    })
    script.forgetSoFar()
    for (const key of ['team/0', 'team/1']) script.remove(key)
    expect([script.is('team/0'), script.is('team/1')]).toEqual(Array(2).fill('ringing, removal held'))
    expect(script.requests()).toEqual([])
  })

  test('ends no participant present under it, if the invitee is already present under another', () => {
    const script = established()
    script.invite('bob')
    script.full(bot, on('bob'))
    script.full(bot, on('bob'), on('bob', { id: 'p-bob' }))
    script.taken('bob', { bob: 'p-bob' })
    expect(script.all('bob')).toEqual(['active', 'active'])
  })

  test('and the completion, of a participant whom the roster has shown under another, are one participant', () => {
    const script = established()
    script.invite('bob')
    script.full(bot, on('robert', { id: 'p-bob' }))
    script.taken('bob', { bob: 'p-bob' }, 'completed')
    expect(script.is('bob')).toBe('active')
    expect([script.call.participants.size, script.call.invitations.size]).toEqual([1, 0])
  })
})
