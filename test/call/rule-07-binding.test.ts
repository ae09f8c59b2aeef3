import { describe, expect, test } from 'vitest'
import type { IdentitySet } from '../../src/participant/identity.ts'
import type { OperationReport, RosterEntry } from '../../src/call/model/events.ts'
import {
  bot,
  done,
  established,
  on,
  refused,
  user,
  withPresent,
  withRinging,
  type Script,
  type Shown,
  unconfirmed,
} from './script.ts'

describe('rule 7, a roster entry is matched', () => {
  test('by id, whatever identity it carries', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob', { identity: { phone: { id: '+15550100' } }, muted: true }))
    expect([...script.call.participants.keys()]).toEqual(['r-bob'])
    expect(script.get('r-bob').isMuted).toBe(true)
  })

  test('of several entries of one identity without ids, in the order in which they were introduced: a report that comes twice changes nothing', () => {
    const script = withPresent('bob')
    const { id: _first, ...muted } = on('bob', { muted: true })
    const { id: _second, ...unmuted } = on('bob')
    script.full(bot, muted, unmuted)
    const { call } = script
    expect([...call.participants.values()].map(({ isMuted }) => isMuted)).toEqual([true, false])
    script.full(bot, muted, unmuted)
    expect(script.call.participants).toEqual(call.participants)
  })

  test('by the participantId of the invite response, whatever identity it carries', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob', { id: 'p-bob', identity: { encrypted: { id: 'x' } } }))
    expect(script.is('bob')).toBe('active')
    expect(script.get('bob').id).toBe('p-bob')
  })

  test('by identity to a pending invitation', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
    expect(script.get('bob').id).toBe('r-bob')
  })

  test('by any identity key with the same id: an invited user is answered with an application', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { identity: { application: { id: 'bob' } } }))
    expect(script.is('bob')).toBe('active')
  })

  test('by id before identity: an entry that an id names is not taken for the invitee of the same identity', () => {
    const script = established()
    script.full(bot, on('bob'))
    script.invite([{ identity: { user: { id: 'bob' }, guest: { id: 'second' } } }], { as: 'second' })
    expect(script.call.participants.size).toBe(1)
    script.invite('carol')
    script.invite('dave', { as: 'dave' })
    script.full(bot, on('bob'), on('dave'))
    expect([script.is('r-bob'), script.is('carol'), script.is('dave')]).toEqual(['active', 'invited', 'active'])
  })

  test('to the oldest of several pending invitations of one identity', () => {
    const script = established()
    const guest = (id?: string): IdentitySet => ({
      application: { id: 'app' },
      ...(id === undefined ? {} : { guest: { id } }),
    })
    script.invite([{ identity: guest('1') }], { as: 'first' })
    script.invite([{ identity: guest('2') }], { as: 'second' })
    script.full(bot, on('x', { identity: guest() }))
    expect([script.is('first'), script.is('second')]).toEqual(['active', 'invited'])
  })

  test('never by display name', () => {
    const script = established()
    script.invite([{ identity: { user: { id: 'bob', displayName: 'Bob' } } }], { as: 'bob' })
    script.full(
      bot,
      on('x', { identity: { user: { id: 'other', displayName: 'Bob' } } }),
      on('y', { identity: { guest: { displayName: 'Bob' } } }),
    )
    expect(script.is('bob')).toBe('invited')
    expect(script.call.participants.size).toBe(3)
  })

  test('not by identity to somebody who is present under another id: a second device is a second participant', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob'), on('bob', { id: 'phone-bob' }))
    expect(script.all('bob')).toEqual(['active', 'active'])
  })

  test('in one report once: of two devices that answer, one is the invitee and one joined uninvited', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'), on('bob', { id: 'phone-bob' }))
    expect(script.get('bob').id).toBe('r-bob')
    expect(script.get('phone-bob').invitation).toBeUndefined()
  })

  test('to nobody: then somebody joined uninvited, named by their id', () => {
    const script = established()
    script.full(bot, on('zoe'))
    expect(script.get('r-zoe')).toMatchObject({
      state: 'active',
      id: 'r-zoe',
      invitation: undefined,
      invitedAt: undefined,
    })
    expect(script.told()).toEqual(['r-zoe: nobody → active'])
  })

  test('with all identity keys it carries: guests of one application are told apart by their guest id', () => {
    const script = established()
    const guest = (id: string): IdentitySet => ({ application: { id: 'app' }, guest: { id, displayName: `Bot ${id}` } })
    script.invite([{ identity: guest('2') }], { as: 'two' })
    script.full(bot, on('1', { identity: guest('1') }), on('2', { identity: guest('2') }))
    expect(script.get('two').id).toBe('r-2')
    expect(script.call.participants.size).toBe(2)
  })
})

describe('rule 7, an entry without an id', () => {
  test('binds by identity and re-binds when the id appears', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { id: null }))
    expect(script.is('bob')).toBe('active')
    expect(script.get('bob').id).toBeUndefined()
    script.full(bot, on('bob'))
    expect(script.get('bob').id).toBe('r-bob')
    expect(script.call.participants.size).toBe(1)
  })

  test('of somebody uninvited is one participant over several reports', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null }))
    expect(script.full(bot, on('zoe', { id: null }))).toBe('duplicate')
    script.full(bot, on('zoe'))
    expect(script.all('zoe')).toEqual(['active'])
    expect([...script.call.participants.keys()]).toEqual(['nameless/0'])
  })

  test('of somebody an earlier report gave an id is that participant', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob', { id: null, muted: true }))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.get('r-bob')).toMatchObject({ id: 'r-bob', isMuted: true })
  })

  test('of somebody who left is no resurrection', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null }))
    script.wait(3_000)
    script.full(bot)
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    script.full(bot, on('zoe', { id: null }))
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    script.snapshot(bot, on('zoe', { id: null }))
    expect(script.all('zoe')).toEqual(['removed: left by remote', 'active'])
  })

  test('of somebody who left under an id has come again', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.full(bot, on('bob', { id: null }))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
  })

  test('that a delta says is gone is whoever is there of that identity, once', () => {
    const script = established()
    script.delta(1, bot, on('zoe', { id: null }), on('ann'))
    script.snapshot(bot, on('zoe', { id: null }), on('ann'))
    script.delta(2, on('zoe', { id: null, gone: true }))
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    script.delta(3, on('zoe', { id: null }))
    script.snapshot(bot, on('zoe', { id: null }))
    script.delta(2, on('zoe', { id: null, gone: true }))
    expect(script.all('zoe')).toEqual(['removed: left by remote', 'active'])
  })

  test('that a delta says is gone, of nobody anybody heard of, is nobody', () => {
    const script = established()
    script.delta(1, bot, on('zoe', { id: null, gone: true }))
    expect(script.call.participants.size).toBe(0)
  })

  test('twice is two participants of one identity', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null }), on('zoe', { id: null }))
    expect(script.all('zoe')).toEqual(['active', 'active'])
    expect(script.full(bot, on('zoe', { id: null }), on('zoe', { id: null }))).toBe('duplicate')
  })
})

describe('rule 7, the lobby', () => {
  test('is a state of its own, left by admission under the same id', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { lobby: true }))
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
    expect(script.told()).toEqual(['bob: ringing → lobby', 'bob: lobby → active'])
  })

  test('whose id vanishes in the very report in which the same identity is admitted under a new id: the same participant', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(2_000)
    script.full(bot, on('bob'))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.get('bob').id).toBe('r-bob')
    expect(script.told()).toEqual(['bob: ringing → lobby', 'bob: lobby → active'])
  })

  test('of a delta that removes the one and shows the other: the same participant', () => {
    const script = established()
    script.delta(1)
    script.snapshot(bot)
    script.delta(2, on('bob', { id: 'lobby-bob', lobby: true }))
    script.delta(3, on('bob', { id: 'lobby-bob', lobby: true, gone: true }), on('bob'))
    expect(script.all('bob')).toEqual(['active'])
  })

  test('id that stays while the identity is admitted elsewhere: two participants', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }), on('bob'))
    expect(script.all('bob')).toEqual(['lobby', 'active'])
  })

  test('id that vanishes with a report about another identity: they left', () => {
    const script = established()
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(3_000)
    script.full(bot, on('carol'))
    expect(script.all('bob')).toEqual(['removed: left by remote'])
    expect(script.all('carol')).toEqual(['active'])
  })

  test('id that vanishes while the identity waits under another id: one left and one came', () => {
    const script = established()
    script.full(bot, on('bob', { id: 'lobby-1', lobby: true }))
    script.wait(3_000)
    script.full(bot, on('bob', { id: 'lobby-2', lobby: true }))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'lobby'])
  })

  test('is where ids may change; of somebody admitted, a delta that removes the one id and shows another tells two stories', () => {
    const script = established()
    script.delta(1, bot, on('bob'))
    script.delta(2, on('bob', { gone: true }), on('bob', { id: 'new-bob' }))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
  })

  test('id that comes again late is still the same participant, who does not go back', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(2_000)
    script.full(bot, on('bob'))
    script.wait(3_000)
    expect(script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))).toBe('duplicate')
    expect(script.all('bob')).toEqual(['active'])
  })

  test('of somebody being removed: the new id gets the DELETE', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.remove('bob')
    script.deleted('bob')
    script.wait(2_000)
    script.forgetSoFar()
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  describe('that a snapshot shows them in, though they seemed to have been admitted', () => {
    /** Bob waits in the lobby; two reports that came late showed a Bob who had been there before him, and him gone. */
    function withOtherBob(): Script {
      const script = established()
      script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
      script.wait(5_000)
      script.full(bot, on('bob'))
      script.full(bot)
      expect(script.all('bob')).toEqual(['active'])
      return script
    }

    test('is where they are: it was another one, who is gone', () => {
      const script = withOtherBob()
      script.snapshot(bot, on('bob', { id: 'lobby-bob', lobby: true }))
      expect(script.all('bob')).toEqual(['removed: left by remote', 'lobby'])
      script.wait(2_000)
      script.full(bot, on('bob', { id: 'new-bob' }))
      expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
    })

    test('is where they are sent a DELETE to, if they are wanted out', () => {
      const script = withOtherBob()
      script.remove('lobby-bob')
      script.forgetSoFar()
      script.snapshot(bot, on('bob', { id: 'lobby-bob', lobby: true }))
      expect(script.all('bob')).toEqual(['removed: removed by local', 'lobby, removal sent'])
      expect(script.requests()).toEqual(['DELETE lobby-bob'])
    })

    test('is where they are still, when it is a former id of somebody who waits there', () => {
      const script = established()
      script.invite([{ identity: user('bob'), participantId: 'p-1' }], { as: 'bob' })
      script.taken('bob', { bob: 'p-2' })
      script.full(bot, on('bob', { lobby: true }))
      script.full(bot)
      script.snapshot(bot, on('bob', { id: 'p-1', lobby: true }))
      expect(script.all('bob')).toEqual(['lobby'])
    })

    test.each([false, undefined])(
      'is where nobody is when it does not say so: the id was theirs (isInLobby %s)',
      (isInLobby) => {
        const script = withOtherBob()
        script.snapshot(bot, { ...on('bob', { id: 'lobby-bob' }), isInLobby })
        expect(script.all('bob')).toEqual(['active'])
      },
    )
  })

  test('is not left under an id that was known before: such a one is another device', () => {
    const script = established()
    script.full(bot, on('bob', { id: 'tablet' }), on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(3_000)
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(20_000)
    script.full(bot, on('bob', { id: 'tablet' }))
    script.snapshot(bot, on('bob', { id: 'tablet' }))
    expect(
      script
        .told()
        .slice(-2)
        .map((told) => told.replace(/~\d/, ''))
        .sort(),
    ).toEqual(['lobby-bob: lobby → removed', 'tablet: nobody → active'])
    script.wait(5_000)
    script.full(bot, on('bob', { id: 'tablet' }), on('bob', { id: 'lobby-bob', lobby: true }))
    expect(script.told()).toEqual([])
    script.snapshot(bot, on('bob', { id: 'tablet' }), on('bob', { id: 'lobby-bob', lobby: true }))
    expect(script.told()).toEqual([expect.stringMatching(/^lobby-bob~\d: nobody → lobby$/)])
  })

  test('is left by somebody who is present, never entered again by late news', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob', { lobby: true }))
    expect(script.is('r-bob')).toBe('active')
  })
})

test('rule 7, an invitee who turns out to be somebody without an id goes on being removed by the id they were known by', () => {
  const script = established({ applicationId: 'the-app' })
  script.full(bot)
  script.wait(5_000)
  script.invite([{ identity: { phone: { id: '+15550100' } }, participantId: 'p-ann' }], { as: 'phone' })
  script.taken('phone')
  script.remove('phone')
  script.deleted('phone')
  script.delta(1, on('ann', { id: 'lobby-ann', lobby: true }), on('ann', { id: null }))
  script.wait(5_000)
  script.full(bot, on('ann', { id: null }))
  script.tell({
    type: 'operation.reported',
    operationId: 'op-phone',
    clientContext: 'phone',
    status: 'running',
    participants: [{ identity: {}, participantId: 'lobby-ann' }],
  })
  expect([script.is('phone'), script.get('phone').removalTarget]).toEqual(['active, removal sent', 'lobby-ann'])
})

describe('rule 7, an id from the lobby that gave way to another while a removal was wanted', () => {
  const lobby = (more: Shown = {}): RosterEntry => on('ann', { id: 'lobby-ann', lobby: true, ...more })

  /** Ann waits in the lobby, and the application wants her out. */
  function withAnnUnwanted(): Script {
    const script = established()
    script.delta(1, bot, lobby())
    script.snapshot(bot, lobby({ sequence: 1 }))
    script.wait(5_000)
    script.remove('lobby-ann')
    return script.forgetSoFar()
  }

  test('as two deltas in the wrong order say: the removal goes on, and was asked for then', () => {
    const script = withAnnUnwanted()
    const askedAt = script.at
    script.wait(100)
    script.delta(3, on('ann', { muted: true }))
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    expect(script.is('r-ann')).toBe('active, removal sent')
    expect(script.get('r-ann')).toMatchObject({ removalRequestedAt: askedAt, removalBy: 'local' })
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-ann'])
    script.delta(4, on('ann', { gone: true }))
    expect(script.is('r-ann')).toBe('removed: removed by local')
  })

  test('of somebody who has gone by then: the one who was wanted out was removed', () => {
    const script = withAnnUnwanted()
    script.deleted('lobby-ann')
    script.delta(3, on('ann', { gone: true }))
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect(script.all('ann')).toEqual(['removed: removed by local'])
    expect([...script.call.participants.keys()]).toEqual(['lobby-ann'])
  })

  test('as a snapshot says when the delta was lost: one participant, and the removal goes on', () => {
    const script = withAnnUnwanted()
    script.deleted('lobby-ann')
    script.delta(3, on('ann', { muted: true }))
    script.snapshot(bot, on('ann', { muted: true, sequence: 3 }))
    expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    expect(script.is('r-ann')).toBe('active, removal sent')
    expect(script.told()).toEqual(['r-ann: nobody → active', 'lobby-ann: lobby → removed'])
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-ann'])
    expect(script.delta(2, lobby({ gone: true }), on('ann'))).toBe('outOfDate')
  })

  test('as a full report says: one participant, and the removal goes on', () => {
    const script = withAnnUnwanted()
    script.delta(3, on('ann'))
    script.full(bot, on('ann'))
    expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    expect(script.is('r-ann')).toBe('active, removal sent')
  })

  test('as a snapshot says after a DELETE that found nobody: one participant, and the removal goes on', () => {
    const script = withAnnUnwanted()
    script.delta(3, on('ann'))
    script.deleted('lobby-ann', refused(404))
    expect([script.is('lobby-ann'), script.is('r-ann')]).toEqual(['lobby, removal held', 'active'])
    expect(script.requests()).toEqual(['GET roster'])
    // The first answer was asked for before the 404 came; the second counts.
    script.snapshot(bot, on('ann', { sequence: 3 }))
    script.wait(500)
    script.snapshot(bot, on('ann', { sequence: 3 }))
    expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    expect(script.is('r-ann')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-ann'])
  })

  test('as a delta says after a DELETE that found nobody: one participant, who gets a DELETE under the new id', () => {
    const script = withAnnUnwanted()
    script.deleted('lobby-ann', refused(404))
    script.wait(500)
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect(script.all('ann')).toEqual(['active, removal sent'])
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-ann'])
    expect(script.told()).toEqual([])
  })

  test.each([
    ['a DELETE was taken', done, on('ann')],
    ['a DELETE found nobody', refused(404), on('ann')],
    ['a DELETE found nobody and they wait in the lobby again', refused(404), on('ann', { lobby: true })],
  ])(
    'is not supposed when %s, and one report says that they are gone and a later one that they are there: they have come anew',
    (_, answer, entry) => {
      const script = withAnnUnwanted()
      script.deleted('lobby-ann', answer)
      script.delta(2, lobby({ gone: true }))
      script.delta(3, entry)
      expect(script.get('r-ann').removal).toBeUndefined()
    },
  )

  test('is not supposed of somebody whom a report of everybody showed beside the one in the lobby', () => {
    const script = withAnnUnwanted()
    script.delta(2, on('ann'))
    script.full(bot, lobby(), on('ann'))
    script.wait(5_000)
    script.deleted('lobby-ann')
    script.full(bot, on('ann'))
    expect(script.all('ann')).toEqual(['removed: removed by local', 'active'])
  })

  test('as deltas in the wrong order say long after a DELETE that found nobody: the admitted one gets a DELETE, once', () => {
    const script = withAnnUnwanted()
    script.deleted('lobby-ann', refused(404))
    const askedAt = script.get('lobby-ann').removalRequestedAt
    script.wait(10_001)
    script.delta(3, on('ann'))
    expect(script.is('r-ann')).toBe('active')
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect(script.is('r-ann')).toBe('active, removal sent')
    expect(script.get('r-ann').removalRequestedAt).toBe(askedAt)
    script.deleted('r-ann', refused(403))
    script.forgetSoFar()
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect(script.is('r-ann')).toBe('active, removal refused')
    expect(script.requests()).toEqual([])
  })

  test.each([
    ['waits, too', [on('ann', { lobby: true })], 'lobby'],
    ['waited, too, before they were admitted', [on('ann', { lobby: true }), on('ann')], 'active'],
  ])('is not supposed of another who %s: that is another story', (_, entries, state) => {
    const script = withAnnUnwanted()
    script.deleted('lobby-ann')
    for (const [place, entry] of entries.entries()) script.delta(3 + place, entry)
    // The second delta came after the fetch was asked for: the next one counts.
    script.snapshot(bot, { ...(entries.at(-1) as RosterEntry), sequence: 9 })
    script.wait(500)
    if (script.call.roster.fetch !== undefined)
      script.snapshot(bot, { ...(entries.at(-1) as RosterEntry), sequence: 9 })
    expect(script.all('ann')).toEqual(['removed: removed by local', state])
  })

  test('is so though a fetched roster without numbers had shown the admitted one before the late news of the lobby came', () => {
    const script = established()
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('ann'))
    script.delta(1, lobby())
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect(script.all('ann')).toEqual(['active'])
  })

  test('is one for one: of two who waited, one was admitted', () => {
    const script = established()
    script.delta(1, bot, lobby(), lobby({ id: 'lobby-2' }))
    script.snapshot(bot, lobby({ sequence: 1 }), lobby({ id: 'lobby-2', sequence: 1 }))
    script.wait(5_000)
    script.delta(3, on('ann'))
    script.snapshot(bot, on('ann', { sequence: 3 }))
    expect(script.all('ann')).toEqual(['removed: left by remote', 'active'])
  })

  test.each([
    ['was taken', done],
    ['may have happened', unconfirmed()],
    ['found no participant', refused(404)],
  ])('is the one who is to stay, of two who waited, when the DELETE of the other %s', (_, answer) => {
    const script = established()
    script.full(bot, lobby({ id: 'lobby-1' }), lobby({ id: 'lobby-2' }))
    script.wait(5_000)
    script.remove('lobby-1')
    script.deleted('lobby-1', answer)
    script.full(bot, on('ann'))
    expect([script.is('lobby-1'), script.is('lobby-2')]).toEqual(['removed: removed by local', 'active'])
    script.wait(60_000)
    expect(script.requests().filter((request) => request.startsWith('DELETE'))).toEqual(['DELETE lobby-1'])
  })

  test('is theirs who were invited: they go on as who they are', () => {
    const script = withRinging('ann')
    script.delta(1, bot, lobby())
    script.snapshot(bot, lobby({ sequence: 1 }))
    script.wait(5_000)
    script.remove('ann')
    script.deleted('ann')
    script.delta(3, on('ann'))
    script.forgetSoFar()
    script.snapshot(bot, on('ann', { sequence: 3 }))
    expect([...script.call.participants.keys()]).toEqual(['ann'])
    expect(script.is('ann')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-ann'])
  })
})

describe('rule 7, an invite response that comes after the roster', () => {
  const phone: IdentitySet = { phone: { id: '+15550100' } }
  const asPhone = (id: string): OperationReport => ({
    status: 'running',
    participants: [{ identity: phone, participantId: id }],
  })

  /** Somebody was invited, somebody unknown came, and the application wants the latter out. */
  function withStrangerUnwanted(): Script {
    const script = established()
    script.invite([{ identity: phone }], { as: 'bob' })
    script.full(bot, on('x', { identity: { guest: { id: 'g' } } }))
    script.remove('r-x')
    return script.forgetSoFar()
  }

  test('and says that somebody the application wants out is the invitee: the invitee is wanted out, and not announced', () => {
    const script = withStrangerUnwanted()
    script.invited('bob', { verdict: 'done', value: asPhone('r-x') })
    expect([...script.call.participants.keys()]).toEqual(['bob'])
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-x'])
    expect(script.told()).toEqual(['bob: invited → ringing', 'r-x: active → removed'])
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('removed: removed by local')
  })

  test.each([
    ['had left', [], 'removed: left by remote'],
    ['had been removed', ['remove'], 'removed: removed by local'],
  ])('and says that somebody who %s by then was the invitee: they came and went', (_, intents, ending) => {
    const script = established()
    script.delta(1, bot)
    script.snapshot({ ...bot, sequence: 1 })
    script.invite([{ identity: phone }], { as: 'bob' })
    script.delta(2, on('x', { identity: { guest: { id: 'g' } } }))
    for (const _intent of intents) script.remove('r-x')
    script.delta(3, on('x', { identity: { guest: { id: 'g' } }, gone: 'hung up' }))
    script.forgetSoFar()
    script.invited('bob', { verdict: 'done', value: asPhone('r-x') })
    expect([...script.call.participants.keys()]).toEqual(['bob'])
    expect(script.is('bob')).toBe(ending)
    expect(script.get('bob').id).toBe('r-x')
    expect(script.requests()).toEqual([])
    script.operation('bob', 'completed')
    expect(script.is('bob')).toBe(ending)
    expect(script.delta(2, on('x', { identity: { guest: { id: 'g' } } }))).not.toBe('applied')
    expect([...script.call.participants.keys()]).toEqual(['bob'])
  })

  test('and names the id of somebody who had left before the invitee was asked: that was another time', () => {
    const script = established()
    script.full(bot, on('x', { identity: { guest: { id: 'g' } } }))
    script.wait(3_000)
    script.full(bot)
    script.wait(1)
    script.invite([{ identity: phone }], { as: 'bob' })
    script.invited('bob', { verdict: 'done', value: asPhone('r-x') })
    expect([script.is('r-x'), script.is('bob')]).toEqual(['removed: left by remote', 'ringing'])
  })

  test('and says that somebody whose removal was refused is the invitee: that answer stands', () => {
    const script = withStrangerUnwanted()
    script.deleted('r-x', refused(403))
    script.invited('bob', { verdict: 'done', value: asPhone('r-x') })
    expect(script.is('bob')).toBe('active')
    expect(script.requests()).toEqual([])
  })

  test('finds its invitee in whom the roster showed under that id', () => {
    const script = established()
    script.invite([{ identity: user('bob') }], { as: 'bob' })
    script.full(bot, on('bob', { id: 'p-bob', identity: { encrypted: { id: 'x' } } }))
    expect(script.call.participants.size).toBe(2)
    script.taken('bob', { bob: 'p-bob' })
    expect([...script.call.participants.keys()]).toEqual(['bob'])
    expect(script.is('bob')).toBe('active')
    expect(script.get('bob').id).toBe('p-bob')
  })

  test('and after a cancel removes whom the roster showed under that id', () => {
    const script = established()
    script.invite([{ identity: user('bob') }], { as: 'bob' })
    script.remove('bob')
    script.full(bot, on('bob', { id: 'p-bob', identity: { encrypted: { id: 'x' } } }))
    script.forgetSoFar()
    script.taken('bob', { bob: 'p-bob' })
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE p-bob'])
  })
})

test('rule 7, an invitee who is there under another id than the response gave, and then under that one beside it, is there twice', () => {
  const script = withRinging('bob', { bob: 'p-bob' })
  script.full(bot, on('bob'))
  script.full(bot, on('bob'), on('bob', { id: 'p-bob' }))
  expect(script.all('bob')).toEqual(['active', 'active'])
  expect([script.get('bob').id, script.get('p-bob').id]).toEqual(['r-bob', 'p-bob'])
})

test("rule 7, an id in an invite response that is the roster id of another invitee stays that one's", () => {
  const script = established()
  script.invite('carol')
  script.full(bot, on('carol', { id: 'x' }))
  script.invite('bob')
  script.taken('bob', { bob: 'x' })
  expect([script.is('carol'), script.is('bob')]).toEqual(['active', 'ringing'])
  script.forgetSoFar()
  script.full(bot, on('carol', { id: 'x' }))
  expect([script.requests(), script.told()]).toEqual([[], []])
  script.full(bot, on('carol', { id: 'x', muted: true }))
  expect([script.get('carol').isMuted, script.is('bob')]).toEqual([true, 'ringing'])
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', '0', 'undefined', 'null'])(
  'rule 7, "%s" is an ordinary id of a participant, an invitation and a person',
  (id) => {
    const script = established()
    expect(script.invite([{ identity: user(id) }], { as: id })).toBe('applied')
    script.taken(id, { [id]: id })
    script.full(bot, on('x', { id, identity: user(id) }), on('zoe'))
    expect(script.is(id)).toBe('active')
    script.remove(id)
    script.deleted(id)
    script.wait(3_000)
    script.full(bot, on('zoe'))
    expect(script.is(id)).toBe('removed: removed by local')
    script.full(
      bot,
      on('zoe'),
      on('y', {
        id: `${id}2`,
        identity: JSON.parse(`{"__proto__":{"id":"q"},"constructor":{"id":"${id}"}}`) as IdentitySet,
      }),
    )
    expect(script.is(`${id}2`)).toBe('active')
    expect(({} as Record<string, unknown>)['id']).toBeUndefined()
  },
)

describe('rule 7, an invitee who came by another device first', () => {
  test('and left it before the invited one answered, is there by the invited one', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    script.full(bot)
    script.full(bot, { ...on('bob'), id: 'p-bob' })
    // The first answer was overtaken by a report; the second counts.
    script.snapshot(bot, { ...on('bob'), id: 'p-bob' })
    script.wait(1_000)
    script.snapshot(bot, { ...on('bob'), id: 'p-bob' })
    const open = [...script.call.participants.values()].filter(({ ending }) => ending === undefined)
    expect(open.map(({ id, state, missingSince }) => ({ id, state, missingSince }))).toEqual([
      { id: 'p-bob', state: 'active', missingSince: undefined },
    ])
    script.remove(open[0]?.key as string)
    expect(script.requests().at(-1)).toBe('DELETE p-bob')
  })
})

describe('rule 7, a lobby id and deltas in the wrong order:', () => {
  const lobby = (more: Shown = {}): RosterEntry => on('ann', { id: 'lobby-ann', lobby: true, ...more })

  /** Ann waits in the lobby, and the application wants her out; deltas are numbered. */
  function withAnnUnwanted(...others: readonly RosterEntry[]): Script {
    const script = established()
    script.delta(1, bot, lobby(), ...others)
    script.snapshot(...[bot, lobby(), ...others].map((entry) => ({ ...entry, sequence: 1 })))
    script.wait(5_000)
    script.remove('lobby-ann')
    return script.forgetSoFar()
  }

  test('a departure that does not say where from is one from the lobby when they waited there', () => {
    const script = withAnnUnwanted()
    script.delta(3, on('ann'))
    script.delta(2, { id: 'lobby-ann', identity: user('ann'), removed: {} }, on('ann'))
    expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    expect(script.is('r-ann')).toBe('active, removal sent')
  })

  test('a departure that does not say where from tells a story of its own of somebody admitted', () => {
    const script = established()
    script.delta(1, bot, on('ann'))
    script.snapshot(...[bot, on('ann')].map((entry) => ({ ...entry, sequence: 1 })))
    script.delta(3, on('ann', { id: 'new-ann' }))
    script.delta(2, { id: 'r-ann', identity: user('ann'), removed: {} }, on('ann', { id: 'new-ann' }))
    expect(script.all('ann')).toEqual(['removed: left by remote', 'active'])
  })

  test('whoever waited is one with the admitted of the same identity, not with others the delta shows', () => {
    const script = withAnnUnwanted(on('bob'))
    script.delta(3, on('ann'), on('bob', { muted: true }))
    script.delta(2, on('bob'), lobby({ gone: true }), on('ann'))
    expect([...script.call.participants.keys()].sort()).toEqual(['r-ann', 'r-bob'])
    expect([script.is('r-ann'), script.is('r-bob')]).toEqual(['active, removal sent', 'active'])
  })

  test('nobody is told of any more whom a report shows under neither id, and no DELETE goes after them', () => {
    const script = withAnnUnwanted()
    script.delta(3, on('ann'))
    script.wait(5_000)
    script.forgetSoFar()
    script.full(bot)
    expect(script.all('ann')).toEqual(['removed: removed by local', 'removed: left by remote'])
    expect(script.requests()).toEqual([])
  })

  test('somebody who waited without an id goes on under none: they left', () => {
    const script = established()
    script.delta(1, bot)
    script.snapshot({ ...bot, sequence: 1 })
    script.delta(2, lobby({ id: null }), on('ann'))
    expect(script.all('ann')).toEqual(['lobby', 'active'])
    script.wait(5_000)
    script.full(bot, on('ann'))
    expect(script.all('ann')).toEqual(['removed: left by remote', 'active'])
  })
})

describe('rule 7, an id that was theirs before', () => {
  /** Bob was admitted under another id than he had in the lobby. */
  function withAdmitted(): Script {
    const script = established()
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(2_000)
    script.full(bot, on('bob'))
    script.wait(5_000)
    return script.forgetSoFar()
  }

  test('is theirs again when a snapshot says so', () => {
    const script = withAdmitted()
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob', { id: 'lobby-bob' }))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.get('lobby-bob').id).toBe('lobby-bob')
  })

  test('hides nothing that is said of them without an id', () => {
    const script = withAdmitted()
    script.full(bot, on('bob', { id: null, muted: true }))
    expect(script.get('lobby-bob')).toMatchObject({ id: 'r-bob', isMuted: true })
  })

  test('hides nothing that is said of others', () => {
    const script = withAdmitted()
    script.full(bot, on('bob'), on('carol'))
    script.full(bot, on('bob'), on('carol', { id: null, muted: true }))
    expect(script.get('r-carol').isMuted).toBe(true)
  })

  test('shows an invitee who was given another since: nobody has come under that one', () => {
    const script = withRinging('bob', { bob: 'p-1' })
    script.tell({
      type: 'operation.reported',
      clientContext: 'bob',
      status: 'running',
      participants: [{ identity: user('bob'), participantId: 'p-2' }],
    })
    expect(script.get('bob').participantId).toBe('p-2')
    script.full(bot, on('bob', { id: 'p-1' }))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.get('bob').id).toBe('p-1')
  })

  test("is another's when another goes on under it from the lobby", () => {
    const script = established()
    script.full(bot, on('bob', { id: 'lobby-1', lobby: true }))
    script.wait(2_000)
    script.full(bot, on('bob', { id: 'r-1' }))
    script.full(bot, on('bob', { id: 'r-1' }), on('bob', { id: 'lobby-2', lobby: true }))
    script.wait(5_000)
    script.full(bot, on('bob', { id: 'r-1' }), on('bob', { id: 'lobby-1' }))
    expect(script.all('bob')).toEqual(['active', 'active'])
    expect([script.get('lobby-1').id, script.get('lobby-2').id]).toEqual(['r-1', 'lobby-1'])
  })
})

describe('rule 7, whom the application asked to be out', () => {
  test('is out by both ids when they come by a second one beside the first', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    script.remove('bob')
    script.forgetSoFar()
    script.full(bot, on('bob'), on('bob', { id: 'p-bob' }))
    expect(script.all('bob')).toEqual(['active, removal sent', 'active, removal sent'])
    expect(script.requests()).toEqual(['DELETE p-bob'])
    expect(script.told()).toEqual([])
  })

  /** Bob was invited, cancelled by the application, and the service took it: he is cancelled for good. */
  function cancel(script: Script, as: string): void {
    script.invite('bob', { as })
    script.taken(as, { bob: `p-${as}` })
    script.remove(as)
    script.deleted(as)
    script.wait(1)
    script.tell({ type: 'host.resumed' })
    for (let tries = 0; tries < 3 && script.call.roster.fetch !== undefined; tries += 1) {
      script.snapshot(bot)
      script.wait(1_000)
    }
    expect(script.is(as)).toBe('cancelled: cancelled by local')
  }

  test('is out of the lobby, too, when they answer after their cancel was proved', () => {
    const script = established()
    cancel(script, 'bob')
    const askedAt = script.get('bob').removalRequestedAt
    script.forgetSoFar()
    script.full(bot, on('bob', { lobby: true }))
    expect(script.is('r-bob')).toBe('lobby, removal sent')
    expect(script.get('r-bob').removalRequestedAt).toBe(askedAt)
    expect(script.requests()).toEqual(['DELETE r-bob'])
    expect(script.told()).toEqual([])
  })

  test('by nothing but our ring deadline is not kept out: who comes after that stays', () => {
    const script = established()
    script.invite('bob', { ringTimeoutMs: 10_000 })
    script.taken('bob', { bob: 'p-bob' })
    script.wait(45_000)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
    script.full(bot, on('bob'))
    expect(script.is('r-bob')).toBe('active')
  })

  test('twice, once by a deadline and then by the application: it is the latest of these wishes', () => {
    const script = established()
    script.invite('bob', { as: 'first', ringTimeoutMs: 10_000 })
    script.taken('first', { bob: 'p-first' })
    script.wait(45_000)
    expect(script.is('first')).toBe('cancelled: noAnswer by deadline')
    cancel(script, 'second')
    script.full(bot, on('bob'))
    expect(script.get('r-bob')).toMatchObject({ removal: 'sent', removalBy: 'local' })
  })

  test('and was given up when the ring deadline had passed: who comes then has come anew', () => {
    const script = established()
    script.invite('bob')
    script.taken('bob')
    script.wait(80_000)
    script.remove('bob')
    script.wait(10_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
    script.wait(1)
    script.full(bot, on('bob'))
    expect(script.is('r-bob')).toBe('active')
  })

  test.each([
    ['had been admitted from the lobby', [on('bob', { lobby: true }), on('bob')]],
    ['had never waited there', [on('bob')]],
  ])('and %s, and was not found: who comes then under another id has come anew', (_, entries) => {
    const script = established()
    for (const entry of entries) script.full(bot, entry)
    script.wait(5_000)
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    script.full(bot, on('bob', { id: 'new-bob' }))
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active'])
  })

  test('is sent no second DELETE by an entry without an id: it says no other address', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.forgetSoFar()
    script.full(bot, on('bob', { id: null }))
    expect(script.is('bob')).toBe('active, removal accepted')
    expect(script.requests()).toEqual([])
  })
})
