import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, withRinging, type Script } from './script.ts'

describe('rule 2, a participant who appears after its cancel was proved', () => {
  /** The service took Bob's cancel, and a fetched roster proved it. His operation has not been reported yet. */
  const proved = (options: { ringTimeoutMs?: number } = {}) => {
    const script = withRinging('bob', { bob: 'p-bob' }, options)
    script.remove('bob')
    script.deleted('bob')
    script.wait(1)
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
    return script.forgetSoFar()
  }

  /** The failure of the operation proved Bob's cancel: the ring is over. */
  const failed = () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.operation('bob', 'failed', { code: 400, subcode: 8508 })
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
    return script.forgetSoFar()
  }

  describe('while the ring may still be answered', () => {
    test('is a new participant with a requested removal; the ended one stays ended', () => {
      const script = proved()
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active, removal sent'])
      expect(script.requests()).toEqual(['DELETE r-bob'])
      expect(script.told()).toEqual([])
      script.deleted('r-bob')
      script.full(bot)
      script.wait(5_000)
      script.full(bot)
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'removed: removed by local'])
    })

    test('on a fetched roster is removed as well', () => {
      const script = proved()
      script.tell({ type: 'host.resumed' })
      script.snapshot(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active, removal sent'])
    })

    test('under the id of the cancel is doubted first, and removed if a fetch shows it', () => {
      const script = proved()
      script.full(bot, on('bob', { id: 'p-bob' }))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local'])
      expect(script.requests()).toEqual(['GET roster'])
      script.snapshot(bot, on('bob', { id: 'p-bob' }))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active, removal sent'])
      expect(script.requests()).toEqual(['DELETE p-bob'])
    })

    test.each([
      ['the usual ring time', undefined, 90_000],
      ['a ring time of their own, a longer one', 300_000, 300_000],
      ['a shorter one, which the service does not know', 20_000, 90_000],
    ])(
      'with %s is removed until that time has passed, and has joined on its own after that',
      (_, ringTimeoutMs, ringsMs) => {
        for (const [lateMs, removal] of [
          [0, 'sent'],
          [1, undefined],
        ] as const) {
          const script = proved(ringTimeoutMs === undefined ? {} : { ringTimeoutMs })
          script.wait(script.get('bob').introducedAt + ringsMs + lateMs - script.at)
          script.full(bot, on('bob'))
          expect(script.all('bob')[0]).toBe('cancelled: cancelled by local')
          expect(script.get('r-bob').removal).toBe(removal)
        }
      },
    )
  })

  describe('if the invite operation failed', () => {
    test.each([2_000, 60_000])(
      '%d ms later joined on its own: a new participant, announced, and not removed',
      (laterMs) => {
        const script = failed()
        script.wait(laterMs)
        script.full(bot, on('bob'))
        expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
        expect(script.told()).toEqual(['r-bob: nobody → active'])
        script.wait(60_000)
        expect(script.requests()).toEqual([])
      },
    )

    test('and a fetched roster shows it, joined on its own as well', () => {
      const script = failed()
      script.tell({ type: 'host.resumed' })
      script.snapshot(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
    })

    test('under the id of the cancel is doubted first, and stays if a fetch shows it', () => {
      const script = failed()
      script.full(bot, on('bob', { id: 'p-bob' }))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local'])
      expect(script.requests()).toEqual(['GET roster'])
      script.snapshot(bot, on('bob', { id: 'p-bob' }))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
      expect(script.requests()).toEqual([])
    })

    test('after the roster had proved its cancel joined on its own', () => {
      const script = proved()
      script.operation('bob', 'failed', { code: 400, subcode: 8508 })
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
      expect(script.told()).toEqual(['r-bob: nobody → active'])
    })

    test('and waits in the lobby joined on its own', () => {
      const script = failed()
      script.full(bot, on('bob', { lobby: true }))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'lobby'])
    })

    test('because the invitee declined joined on its own, although the application cancelled', () => {
      const script = withRinging('bob', { bob: 'p-bob' })
      script.remove('bob')
      script.operation('bob', 'failed', { code: 603, subcode: 0 })
      expect(script.is('bob')).toBe('cancelled: declined by remote')
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: declined by remote', 'active'])
    })

    test('because the service refused the invite joined on its own', () => {
      const script = established()
      script.invite('bob')
      script.remove('bob')
      script.invited('bob', refused(400))
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
    })

    test('of several invitees, for one whom it names: that one joined on its own, and the other may still answer', () => {
      const script = established()
      script.invite(['bob', 'carol'], { as: 'both' })
      script.taken('both', { bob: 'p-bob', carol: 'p-carol' })
      for (const key of ['both/0', 'both/1']) {
        script.remove(key)
        script.deleted(key)
      }
      script.wait(1)
      script.tell({ type: 'host.resumed' })
      script.snapshot(bot)
      script.operation('both', 'failed', {
        code: 400,
        subcode: 8508,
        message: 'addParticipants failed for participant bob.',
      })
      script.full(bot, on('bob'), on('carol'))
      expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['active', 'active, removal sent'])
    })

    test('of several invitees, for none whom it names: all of them joined on their own', () => {
      const script = established()
      script.invite(['bob', 'carol'], { as: 'both' })
      script.taken('both', { bob: 'p-bob', carol: 'p-carol' })
      script.remove('both/0')
      script.deleted('both/0')
      script.wait(1)
      script.operation('both', 'failed', { code: 400, subcode: 8508 })
      script.snapshot(bot)
      script.full(bot, on('bob'), on('carol'))
      expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['active', 'active'])
    })
  })

  describe('if the invite operation completed', () => {
    test('has answered the ring and is removed', () => {
      const script = proved()
      script.operation('bob', 'completed')
      script.wait(5_000)
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active, removal sent'])
    })

    test('late in the ring causes a fetch, and is removed although the ring time is over by then', () => {
      const script = proved()
      script.wait(85_000)
      script.operation('bob', 'completed')
      script.forgetSoFar()
      script.wait(10_000)
      expect(script.requests()).toEqual(['GET roster'])
      script.snapshot(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active, removal sent'])
    })

    test('and a later fetched roster does not show the invitee: a participant who appears after that joined on its own', () => {
      const script = proved()
      script.operation('bob', 'completed')
      script.wait(10_000)
      script.snapshot(bot)
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
    })

    test('and an earlier fetched roster does not show the invitee: it may still appear', () => {
      const script = proved()
      script.tell({ type: 'host.resumed' })
      script.operation('bob', 'completed')
      script.snapshot(bot)
      script.full(bot, on('bob'))
      expect(script.is('r-bob')).toBe('active, removal sent')
    })
  })

  describe("if the bot's ring deadline caused the cancel", () => {
    const expired = () => {
      const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
      script.wait(20_000)
      return script
    }

    test('joined on its own once the operation failed', () => {
      const script = expired()
      script.operation('bob', 'failed', { code: 400, subcode: 8508 })
      script.tell({ type: 'host.resumed' })
      script.snapshot(bot, on('bob', { id: 'p-bob' }))
      expect(script.all('bob')).toEqual(['cancelled: noAnswer by deadline', 'active'])
    })

    test.each(['running', 'completed'] as const)(
      'stays although the operation is %s: a deadline stops a ring and keeps no person out',
      (status) => {
        const script = expired()
        script.deleted('bob')
        script.wait(1)
        script.tell({ type: 'host.resumed' })
        script.snapshot(bot)
        expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
        script.operation('bob', status)
        script.full(bot, on('bob'))
        expect(script.all('bob')).toEqual(['cancelled: noAnswer by deadline', 'active'])
      },
    )
  })

  test('and whom the application invited again belongs to that invitation, and stays', () => {
    const script = proved()
    script.invite('bob', { as: 'again' })
    script.full(bot, on('bob'))
    expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
    expect(script.requests()).toEqual(['POST bob'])
  })

  test('and had declined before a cancel of the application stays', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', { code: 603, subcode: 0 })
    script.full(bot, on('bob'))
    expect(script.all('bob')).toEqual(['cancelled: declined by remote', 'active'])
  })

  test('and is another person stays', () => {
    const script = proved()
    script.full(bot, on('carol'))
    expect(script.all('carol')).toEqual(['active'])
    expect(script.requests()).toEqual([])
  })
})

describe('rule 2, an invitee who joined another way, was removed, and then appears under its own id', () => {
  /** Bob rings, joins by another device, and is removed there. */
  function withBobRemoved(): Script {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    script.wait(5_000)
    script.remove('bob')
    script.deleted('bob')
    script.full(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
    return script.forgetSoFar()
  }

  const appears = (script: Script): void => {
    script.full(bot, on('bob', { id: 'p-bob' }))
    if (script.call.roster.fetch !== undefined) script.snapshot(bot, on('bob', { id: 'p-bob' }))
  }

  test('has answered while the ring may be answered, and is removed', () => {
    const script = withBobRemoved()
    appears(script)
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active, removal sent'])
  })

  test('has answered once the operation completed, and is removed, however late the roster shows it', () => {
    const script = withBobRemoved()
    script.operation('bob', 'completed')
    script.wait(9_000)
    appears(script)
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active, removal sent'])
  })

  test.each([
    [
      'the operation failed',
      (script: Script) => {
        script.operation('bob', 'failed', { code: 487, subcode: 10003 })
      },
    ],
    ['the ring time passed', (script: Script) => script.wait(90_000)],
    [
      'a roster fetched after the answer did not show them',
      (script: Script) => {
        script.operation('bob', 'completed')
        script.wait(10_000)
        script.snapshot(bot)
      },
    ],
  ])('joined on its own after %s, and stays', (_, end) => {
    const script = withBobRemoved()
    end(script)
    script.wait(1_000)
    script.forgetSoFar()
    appears(script)
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active'])
    expect(script.requests().filter((request) => request.startsWith('DELETE'))).toEqual([])
  })

  test('stays, too, if the operation failed while it was present the other way', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    script.operation('bob', 'failed', { code: 487, subcode: 10003 })
    expect(script.call.invitations.size).toBe(0)
    script.wait(5_000)
    script.remove('bob')
    script.deleted('bob')
    script.full(bot)
    appears(script)
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active'])
  })
})
