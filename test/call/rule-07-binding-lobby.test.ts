import { describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { bot, established, on, user, withPresent, withRinging, type Script, type Shown } from './script.ts'

describe('rule 7, the lobby', () => {
  test('is a separate state that ends by admission under the same id', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { lobby: true }))
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active')
    expect(script.told()).toEqual(['bob: ringing → lobby', 'bob: lobby → active'])
  })

  test('whose id vanishes in the report in which the same identity is admitted under a new id: the same participant', () => {
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

  test('id that vanishes with a report about another identity: a departure', () => {
    const script = established()
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(3_000)
    script.full(bot, on('carol'))
    expect(script.all('bob')).toEqual(['removed: left by remote'])
    expect(script.all('carol')).toEqual(['active'])
  })

  test('id that vanishes while the identity waits under another id: a departure and an arrival', () => {
    const script = established()
    script.full(bot, on('bob', { id: 'lobby-1', lobby: true }))
    script.wait(3_000)
    script.full(bot, on('bob', { id: 'lobby-2', lobby: true }))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'lobby'])
  })

  test('is where ids may change; a delta that removes an admitted id and shows another reports two participants', () => {
    const script = established()
    script.delta(1, bot, on('bob'))
    script.delta(2, on('bob', { gone: true }), on('bob', { id: 'new-bob' }))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
  })

  test('id that arrives again late is still the same participant, whose state does not go back', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(2_000)
    script.full(bot, on('bob'))
    script.wait(3_000)
    expect(script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))).toBe('duplicate')
    expect(script.all('bob')).toEqual(['active'])
  })

  test('of a participant being removed: the new id gets the DELETE', () => {
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

  describe('rule 7, a participant whom a snapshot shows in the lobby after a supposed admission', () => {
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

    test('is in the lobby: the admitted one was another participant, who has left', () => {
      const script = withOtherBob()
      script.snapshot(bot, on('bob', { id: 'lobby-bob', lobby: true }))
      expect(script.all('bob')).toEqual(['removed: left by remote', 'lobby'])
      script.wait(2_000)
      script.full(bot, on('bob', { id: 'new-bob' }))
      expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
    })

    test('gets its DELETE there if it is to be removed', () => {
      const script = withOtherBob()
      script.remove('lobby-bob')
      script.forgetSoFar()
      script.snapshot(bot, on('bob', { id: 'lobby-bob', lobby: true }))
      expect(script.all('bob')).toEqual(['removed: removed by local', 'lobby, removal sent'])
      expect(script.requests()).toEqual(['DELETE lobby-bob'])
    })

    test('is still there if the snapshot shows it under a former id', () => {
      const script = established()
      script.invite([{ identity: user('bob'), participantId: 'p-1' }], { as: 'bob' })
      script.taken('bob', { bob: 'p-2' })
      script.full(bot, on('bob', { lobby: true }))
      script.full(bot)
      script.snapshot(bot, on('bob', { id: 'p-1', lobby: true }))
      expect(script.all('bob')).toEqual(['lobby'])
    })

    test.each([false, undefined])(
      'is not there if the snapshot has no flag for it: the id was a former one (isInLobby %s)',
      (isInLobby) => {
        const script = withOtherBob()
        script.snapshot(bot, { ...on('bob', { id: 'lobby-bob' }), isInLobby })
        expect(script.all('bob')).toEqual(['active'])
      },
    )
  })

  test('does not leave under an id that was known before: that is another device', () => {
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

  test('does not return there by late evidence', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob', { lobby: true }))
    expect(script.is('r-bob')).toBe('active')
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

  test('a departure without a lobby flag is from the lobby if the participant waited there', () => {
    const script = withAnnUnwanted()
    script.delta(3, on('ann'))
    script.delta(2, { id: 'lobby-ann', identity: user('ann'), removed: {} }, on('ann'))
    expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    expect(script.is('r-ann')).toBe('active, removal sent')
  })

  test('a departure without a lobby flag is a separate participant if that one was admitted', () => {
    const script = established()
    script.delta(1, bot, on('ann'))
    script.snapshot(...[bot, on('ann')].map((entry) => ({ ...entry, sequence: 1 })))
    script.delta(3, on('ann', { id: 'new-ann' }))
    script.delta(2, { id: 'r-ann', identity: user('ann'), removed: {} }, on('ann', { id: 'new-ann' }))
    expect(script.all('ann')).toEqual(['removed: left by remote', 'active'])
  })

  test('the waiting participant is one with the admitted one of its identity, not with others the delta shows', () => {
    const script = withAnnUnwanted(on('bob'))
    script.delta(3, on('ann'), on('bob', { muted: true }))
    script.delta(2, on('bob'), lobby({ gone: true }), on('ann'))
    expect([...script.call.participants.keys()].sort()).toEqual(['r-ann', 'r-bob'])
    expect([script.is('r-ann'), script.is('r-bob')]).toEqual(['active, removal sent', 'active'])
  })

  test('a participant whom a report shows under neither id is no longer announced, and gets no DELETE', () => {
    const script = withAnnUnwanted()
    script.delta(3, on('ann'))
    script.wait(5_000)
    script.forgetSoFar()
    script.full(bot)
    expect(script.all('ann')).toEqual(['removed: removed by local', 'removed: left by remote'])
    expect(script.requests()).toEqual([])
  })

  test('a participant who waited without an id does not continue under one: it left', () => {
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

describe('rule 7, a former id of a participant', () => {
  /** Bob was admitted under another id than he had in the lobby. */
  function withAdmitted(): Script {
    const script = established()
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(2_000)
    script.full(bot, on('bob'))
    script.wait(5_000)
    return script.forgetSoFar()
  }

  test('is current again if a snapshot says so', () => {
    const script = withAdmitted()
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob', { id: 'lobby-bob' }))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.get('lobby-bob').id).toBe('lobby-bob')
  })

  test('hides no report about the participant without an id', () => {
    const script = withAdmitted()
    script.full(bot, on('bob', { id: null, muted: true }))
    expect(script.get('lobby-bob')).toMatchObject({ id: 'r-bob', isMuted: true })
  })

  test('hides no report about others', () => {
    const script = withAdmitted()
    script.full(bot, on('bob'), on('carol'))
    script.full(bot, on('bob'), on('carol', { id: null, muted: true }))
    expect(script.get('r-carol').isMuted).toBe(true)
  })

  test('shows an invitee who was given another one since: no arrival under that one', () => {
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

  test('belongs to another participant that continues under it from the lobby', () => {
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
