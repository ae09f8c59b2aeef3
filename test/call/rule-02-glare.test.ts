import { describe, expect, test } from 'vitest'
import { bot, established, on, refused, unconfirmed, withPresent, withRinging, type Script } from './script.ts'

describe('rule 2, a cancel that crosses the answer', () => {
  test('ends as removed by local, never as cancelled, and the application is never told that they answered', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    script.deleted('bob')
    script.wait(2_000)
    script.full(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
    expect(script.told()).toEqual(['bob: ringing → removed'])
  })

  test('that was accepted before they appear sends exactly one DELETE to their roster id', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.forgetSoFar()
    script.full(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
    script.full(bot, on('bob'))
    script.deleted('bob')
    script.full(bot, on('bob', { muted: true }))
    expect(script.requests()).toEqual([])
    expect(script.is('bob')).toBe('active, removal accepted')
  })

  test('that was not found before they appear sends exactly one DELETE to their roster id', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('ringing, removal held')
    script.forgetSoFar()
    script.full(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('that is answered 404 after they appeared proves nothing, and the DELETE goes to their roster id', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    script.forgetSoFar()
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-bob'])
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('removed: removed by local')
  })

  test('that was sent to the very id they appear under, and not found, is sent once more: then a 404 is proof', () => {
    const script = withRinging('bob', { bob: 'r-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    script.forgetSoFar()
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-bob'])
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('removed: removed by local')
  })

  test('that was refused for the early id is sent to the roster id all the same', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    script.forgetSoFar()
    script.deleted('bob', refused(403))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('that was accepted after they appeared under another id is sent to that one at once', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    script.deleted('bob')
    expect(script.requests()).toEqual(['DELETE p-bob', 'DELETE r-bob'])
  })

  test('that was accepted for the very id they appear under is sent once, and looked after', () => {
    const script = withRinging('bob', { bob: 'r-bob' })
    script.remove('bob')
    script.full(bot, on('bob'))
    script.deleted('bob')
    expect(script.requests()).toEqual(['DELETE r-bob'])
    script.wait(10_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
  })

  test('that was held, nothing being known to send it to, is sent once when they appear', () => {
    const script = withRinging('bob')
    script.remove('bob')
    expect(script.requests()).toEqual([])
    script.full(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('and finds them in the lobby removes them from there', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, on('bob', { lobby: true }))
    expect(script.is('bob')).toBe('lobby, removal sent')
    script.full(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    script.wait(2_000)
    script.full(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
    expect(script.told()).toEqual(['bob: ringing → removed'])
  })

  test('and is refused for good tells the application what it was not told: that they are active', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, on('bob'))
    expect(script.told()).toEqual([])
    script.deleted('bob', refused(403))
    expect(script.is('bob')).toBe('active, removal refused')
    expect(script.told()).toEqual(['bob: ringing → active'])
  })

  test('and whose DELETE is not confirmed is sent again after a wait, and stays one removal', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, on('bob'))
    script.deleted('bob', unconfirmed({ retryAfterMs: 2_128 }))
    script.forgetSoFar()
    script.wait(2_127)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })
})

test.each([500, 429])(
  'rule 2, a DELETE that is never confirmed (%i) is sent again later each time, up to five minutes, for as long as they are there',
  (status) => {
    const script = withPresent('bob')
    script.remove('r-bob')
    const waits: number[] = []
    for (let i = 0; i < 12; i += 1) {
      expect(script.requests()).toEqual(['DELETE r-bob'])
      script.deleted('r-bob', unconfirmed({ status }))
      waits.push((script.call.deadlines.get('retry/r-bob') as number) - script.at)
      script.wait((waits.at(-1) as number) - 1)
      expect(script.requests().filter((request) => request !== 'keepAlive')).toEqual([])
      script.wait(1)
    }
    expect(waits).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000,
    ])
  },
)

test.each([
  [0, 1_000],
  [999, 1_000],
  [1_001, 1_001],
  [300_000, 300_000],
  [300_001, 300_000],
  [1e300, 300_000],
  [Infinity, 300_000],
  [Number.NaN, 1_000],
  [-5, 1_000],
])('rule 2, a DELETE that the service asks to send again after %d ms is sent after %d ms', (retryAfterMs, waitMs) => {
  const script = withPresent('bob')
  script.remove('r-bob')
  script.deleted('r-bob', unconfirmed({ status: 429, retryAfterMs }))
  expect(script.call.deadlines.get('retry/r-bob')).toBe(script.at + waitMs)
  expect(script.is('r-bob')).toBe('active, removal held')
})

test('rule 2, a DELETE that waits to be sent again is not sent sooner because the roster shows them once more', () => {
  const script = withRinging('bob')
  script.full(bot, on('bob'))
  script.remove('bob')
  script.deleted('bob', unconfirmed())
  script.forgetSoFar()
  script.full(bot, on('bob', { muted: true }))
  expect(script.requests()).toEqual([])
  script.wait(1_000)
  expect(script.requests()).toEqual(['DELETE r-bob'])
})

describe('rule 2, a participant who appears after their cancel was proved', () => {
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
    test('is a new participant with the removal already requested; the ended one stays ended', () => {
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

    test('by a fetched roster is removed just the same', () => {
      const script = proved()
      script.tell({ type: 'host.resumed' })
      script.snapshot(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active, removal sent'])
    })

    test('under the id their cancel was sent to is doubted first, and removed when a fetch shows them', () => {
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
      'with %s is removed until that has passed, and has joined by themselves after that',
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

  describe('when the invite operation failed', () => {
    test.each([2_000, 60_000])(
      '%d ms later came by themselves: a new participant, announced, and not removed',
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

    test('and a fetched roster shows them has come by themselves just the same', () => {
      const script = failed()
      script.tell({ type: 'host.resumed' })
      script.snapshot(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
    })

    test('under the id their cancel was sent to is doubted first, and stays when a fetch shows them', () => {
      const script = failed()
      script.full(bot, on('bob', { id: 'p-bob' }))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local'])
      expect(script.requests()).toEqual(['GET roster'])
      script.snapshot(bot, on('bob', { id: 'p-bob' }))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
      expect(script.requests()).toEqual([])
    })

    test('after the roster had proved their cancel came by themselves', () => {
      const script = proved()
      script.operation('bob', 'failed', { code: 400, subcode: 8508 })
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
      expect(script.told()).toEqual(['r-bob: nobody → active'])
    })

    test('and waits in the lobby came by themselves', () => {
      const script = failed()
      script.full(bot, on('bob', { lobby: true }))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'lobby'])
    })

    test('because they declined came by themselves, though the application asked them out', () => {
      const script = withRinging('bob', { bob: 'p-bob' })
      script.remove('bob')
      script.operation('bob', 'failed', { code: 603, subcode: 0 })
      expect(script.is('bob')).toBe('cancelled: declined by remote')
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: declined by remote', 'active'])
    })

    test('because the service refused the invite came by themselves', () => {
      const script = established()
      script.invite('bob')
      script.remove('bob')
      script.invited('bob', refused(400))
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
    })

    test('of several invitees, for one whom it names: that one came by themselves, and the other may still answer', () => {
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

    test('of several invitees, for none whom it names: all of them came by themselves', () => {
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

  describe('when the invite operation completed', () => {
    test('has answered the ring: they are removed', () => {
      const script = proved()
      script.operation('bob', 'completed')
      script.wait(5_000)
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active, removal sent'])
    })

    test('late in the ring is looked for, and removed though the ring time is over by then', () => {
      const script = proved()
      script.wait(85_000)
      script.operation('bob', 'completed')
      script.forgetSoFar()
      script.wait(10_000)
      expect(script.requests()).toEqual(['GET roster'])
      script.snapshot(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active, removal sent'])
    })

    test('and a roster that was fetched after that does not show them has gone again: who appears later came by themselves', () => {
      const script = proved()
      script.operation('bob', 'completed')
      script.wait(10_000)
      script.snapshot(bot)
      script.full(bot, on('bob'))
      expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
    })

    test('and a roster that was fetched before that does not show them may yet appear', () => {
      const script = proved()
      script.tell({ type: 'host.resumed' })
      script.operation('bob', 'completed')
      script.snapshot(bot)
      script.full(bot, on('bob'))
      expect(script.is('r-bob')).toBe('active, removal sent')
    })
  })

  describe('when it was our own ring deadline that cancelled', () => {
    const expired = () => {
      const script = withRinging('bob', { bob: 'p-bob' }, { ringTimeoutMs: 20_000 })
      script.wait(20_000)
      return script
    }

    test('came by themselves once the operation failed', () => {
      const script = expired()
      script.operation('bob', 'failed', { code: 400, subcode: 8508 })
      script.tell({ type: 'host.resumed' })
      script.snapshot(bot, on('bob', { id: 'p-bob' }))
      expect(script.all('bob')).toEqual(['cancelled: noAnswer by deadline', 'active'])
    })

    test.each(['running', 'completed'] as const)(
      'stays though the operation is %s: a deadline is a wish to stop ringing, not to keep a person out',
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

  test('and whom the application invited again is that invitation, and stays', () => {
    const script = proved()
    script.invite('bob', { as: 'again' })
    script.full(bot, on('bob'))
    expect(script.all('bob')).toEqual(['cancelled: cancelled by local', 'active'])
    expect(script.requests()).toEqual(['POST bob'])
  })

  test('and had declined without the application asking them out stays', () => {
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

test('rule 2, an answer that came before the cancel is no glare: the application is told both', () => {
  const script = withRinging('bob')
  script.full(bot, on('bob'))
  script.remove('bob')
  script.wait(3_000)
  script.full(bot)
  expect(script.told()).toEqual(['bob: ringing → active', 'bob: active → removed'])
})

test('rule 2, asking twice for a removal asks once', () => {
  const script = established()
  script.invite('bob')
  script.taken('bob', { bob: 'p-bob' })
  script.remove('bob')
  expect(script.remove('bob')).toBe('alreadyRequested')
  expect(script.requests()).toEqual(['POST bob', 'DELETE p-bob'])
})

describe('rule 2, an invitee who joined by another way and was removed, and who then appears under their own id', () => {
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

  test('has answered once the operation completed, and is removed, however late the roster says so', () => {
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
  ])('came by themselves after %s, and stays', (_, end) => {
    const script = withBobRemoved()
    end(script)
    script.wait(1_000)
    script.forgetSoFar()
    appears(script)
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active'])
    expect(script.requests().filter((request) => request.startsWith('DELETE'))).toEqual([])
  })

  test('stays, too, when the operation failed while they were there by the other way', () => {
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
