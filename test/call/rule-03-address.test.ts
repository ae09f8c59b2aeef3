import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, unconfirmed, user, withRinging } from './script.ts'

describe('rule 3, a cancel is addressed', () => {
  test('to the roster id before any other', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('to the id of the invite response before the one the application supplied', () => {
    const script = established()
    script.invite([{ identity: user('bob'), participantId: 'supplied' }], { as: 'bob' })
    script.taken('bob', { bob: 'p-bob' })
    script.forgetSoFar()
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })

  test('to the id the application supplied when the response brings none', () => {
    const script = established()
    script.invite([{ identity: user('bob'), participantId: 'supplied' }], { as: 'bob' })
    script.taken('bob', { bob: undefined })
    script.forgetSoFar()
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE supplied'])
  })

  test('to the id of the response when the roster shows them without one', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob', { id: null }))
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })
})

describe('rule 3, a cancel without an address', () => {
  test('is held, and sent the moment the invite response brings an id', () => {
    const script = established()
    script.invite('bob')
    script.remove('bob')
    expect(script.is('bob')).toBe('invited, removal held')
    expect(script.requests()).toEqual(['POST bob'])
    script.taken('bob', { bob: 'p-bob' })
    expect(script.is('bob')).toBe('ringing, removal sent')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })

  test('is held while the invite itself has not been taken, though the application supplied an id', () => {
    const script = established()
    script.invite([{ identity: user('bob'), participantId: 'supplied' }], { as: 'bob' })
    script.forgetSoFar()
    script.remove('bob')
    expect(script.requests()).toEqual([])
    script.taken('bob')
    expect(script.requests()).toEqual(['DELETE supplied'])
  })

  test('is held, and sent the moment a notification of the operation brings an id', () => {
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

  test('is held, and sent the moment the roster shows an id', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, on('bob', { id: null }))
    expect(script.is('bob')).toBe('active, removal held')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('is held, and sent to the id of a late invite response when the roster shows them without one', () => {
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

  test('of an invite whose answer was lost is sent when they appear', () => {
    const script = established()
    script.invite('bob')
    script.remove('bob')
    script.invited('bob', unconfirmed())
    expect(script.is('bob')).toBe('invited, removal held')
    script.forgetSoFar()
    script.full(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('of an invite that is refused needs nothing more', () => {
    const script = established()
    script.invite('bob')
    script.remove('bob')
    script.invited('bob', refused(500, '9999'))
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
    expect(script.requests()).toEqual(['POST bob'])
  })

  test('of an invite that is declined first is satisfied by that', () => {
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

  test('is not answered by sending to the same id again and again', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    script.forgetSoFar()
    script.taken('bob', { bob: 'p-bob' })
    script.wait(80_000)
    expect(script.requests()).toEqual([])
  })

  test('is answered by sending to another id that turns up', () => {
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

  test('is answered by sending to an id that turned up while the DELETE was in flight', () => {
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

  test('ends right when they were not reachable by DELETE at all: the service rings out', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    script.wait(60_000)
    script.operation('bob', 'failed', { code: 400, subcode: 8542 })
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })

  test('ends right when nobody ever says more: the ring deadline and a fetch prove it', () => {
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
  test.each([400, 405, 409, 500])('with %i is no reason to give up: the removal waits for the roster', (status) => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(status))
    expect(script.is('bob')).toBe('ringing, removal held')
    script.forgetSoFar()
    script.full(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test.each([400, 404, 405, 500])(
    'with %i is answered by sending to an id that turned up while the DELETE was in flight',
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

  test('past the ring deadline has the roster looked at', () => {
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

  test('that is forbidden is not tried elsewhere', () => {
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

describe('rule 3, an id that the invite response brings', () => {
  test('late is of no use for somebody the roster shows by another: no second DELETE goes to it', () => {
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

  test("for fewer than were invited, without identities, is nobody's", () => {
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

  test('ends nobody who is there under it, when the invitee is there already under another', () => {
    const script = established()
    script.invite('bob')
    script.full(bot, on('bob'))
    script.full(bot, on('bob'), on('bob', { id: 'p-bob' }))
    script.taken('bob', { bob: 'p-bob' })
    expect(script.all('bob')).toEqual(['active', 'active'])
  })

  test('with the completion, of somebody the roster has shown as another, makes them one', () => {
    const script = established()
    script.invite('bob')
    script.full(bot, on('robert', { id: 'p-bob' }))
    script.taken('bob', { bob: 'p-bob' }, 'completed')
    expect(script.is('bob')).toBe('active')
    expect([script.call.participants.size, script.call.invitations.size]).toEqual([1, 0])
  })
})
