import { describe, expect, test } from 'vitest'
import { bot, BOT, established, on, refused, type Script, unconfirmed, withPresent, withRinging } from './script.ts'

describe('rule 5, a full report', () => {
  test('that contains the bot is complete: absent participants have left', () => {
    const script = withPresent('bob', 'carol')
    script.full(bot, on('carol'))
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['removed: left by remote', 'active'])
  })

  test('that contains the bot alone is complete too', () => {
    const script = withPresent('bob')
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
  })

  test('without the bot only adds and updates', () => {
    const script = withPresent('bob', 'carol')
    script.full(on('carol', { muted: true }), on('dave'))
    expect([script.is('r-bob'), script.is('r-carol'), script.is('r-dave')]).toEqual(['active', 'active', 'active'])
    expect(script.get('r-carol').isMuted).toBe(true)
    expect(script.told()).toEqual(['r-dave: nobody → active'])
  })

  test('that is empty removes no participant', () => {
    const script = withPresent('bob')
    expect(script.full()).toBe('duplicate')
    expect(script.is('r-bob')).toBe('active')
  })

  test('with known content changes nothing', () => {
    const script = withPresent('bob')
    expect(script.full(bot, on('bob'))).toBe('duplicate')
    expect(script.full(on('bob'), bot)).toBe('duplicate')
  })

  test('that lists a participant twice counts once', () => {
    const script = established()
    script.full(bot, on('bob'), on('bob'))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.full(bot, on('bob'), on('bob'))).toBe('duplicate')
  })

  test('that lists the bot twice counts once', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob'), { ...bot, isMuted: true })
    expect([...script.call.participants.keys()]).toEqual(['r-bob'])
    expect(script.call.self.isMuted).toBe(true)
  })

  test('that lists an invitee twice counts once', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'), on('bob'))
    expect(script.all('bob')).toEqual(['active'])
  })

  test('has no reason field: a departure has an ending without a message', () => {
    const script = withPresent('bob')
    script.full(bot)
    expect(script.get('r-bob').ending).toEqual({ cause: 'left', by: 'remote', at: script.at })
  })

  test('updates mute and identity without announcing a change of state', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob', { muted: true, identity: { user: { id: 'bob', displayName: 'Bob' } } }))
    expect(script.get('r-bob')).toMatchObject({ isMuted: true, identity: { user: { id: 'bob', displayName: 'Bob' } } })
    expect(script.told()).toEqual([])
    expect(script.changes.at(-1)).toMatchObject({ key: 'r-bob', from: 'active', to: 'active', isAnnounced: false })
  })
})

describe('rule 5, removes no participant:', () => {
  test('an operation notification', () => {
    const script = withPresent('bob')
    script.operation('something', 'failed', { code: 500 })
    script.tell({ type: 'operation.reported', operationId: 'x', status: 'completed' })
    expect(script.is('r-bob')).toBe('active')
  })

  test.each([
    ['refused', refused(500)],
    ['not found', refused(404)],
    ['not confirmed', unconfirmed()],
    ['throttled', refused(429)],
  ])('a fetch that is %s', (_, answer) => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.fetched(answer)
    expect(script.is('r-bob')).toBe('active')
  })

  test('a fetch with an empty list', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot()
    expect(script.is('r-bob')).toBe('active')
  })
})

describe('rule 5, a fetch that is answered 404', () => {
  test('causes a request whether the call itself still exists', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.forgetSoFar()
    script.fetched(refused(404))
    script.tell({ type: 'deadline.passed', deadline: 'keepAlive' })
    expect(script.requests()).toEqual(['keepAlive'])
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect(script.is('r-bob')).toBe('removed: lost by service')
  })
})

test('rule 5, a full report without the bot is not complete, but tells an admission since the last complete one', () => {
  const script = established()
  const waiting = on('ann', { id: 'lobby-ann', lobby: true })
  script.delta(1, bot, waiting)
  script.snapshot({ ...bot, sequence: 1 }, { ...waiting, sequence: 1 })
  script.wait(5_000)
  script.delta(3, on('ann'))
  script.full(on('ann'))
  script.full(bot, on('ann'))
  expect([...script.call.participants.keys()]).toEqual(['r-ann'])
  expect(script.is('r-ann')).toBe('active')
})

test('rule 5, a snapshot says about the bot what a report would', () => {
  const script = established()
  script.tell({ type: 'host.resumed' })
  script.snapshot({ ...bot, isInLobby: true, isMuted: true })
  expect(script.call.self).toEqual({ participantId: BOT, isOnRoster: true, isInLobby: true, isMuted: true })
})

test('rule 5, a snapshot that shows a participant from the lobby under another id removes no participant', () => {
  const script = established()
  script.full(bot, on('ann', { id: 'lobby-ann', lobby: true }))
  script.tell({ type: 'host.resumed' })
  script.snapshot(bot, on('ann'))
  expect(script.all('ann')).toEqual(['active'])
})

describe('rule 5, a removed participant whom a snapshot still shows', () => {
  test('is to be removed if the service accepted the DELETE: it is sent again, but not before the wait is over', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.wait(1_000)
    script.tell({ type: 'host.resumed' })
    script.forgetSoFar()
    script.snapshot(bot, on('bob'))
    expect(script.is('r-bob')).toBe('active, removal accepted')
    expect(script.requests()).toEqual([])
    script.wait(9_000)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob'))
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('and whose DELETE waits to be repeated is not sent one before the wait is over', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob', unconfirmed({ retryAfterMs: 60_000 }))
    script.tell({ type: 'host.resumed' })
    script.forgetSoFar()
    script.snapshot(bot, on('bob'))
    expect(script.is('r-bob')).toBe('active, removal held')
    expect(script.requests()).toEqual([])
  })
})

test('rule 5, a change that fills a gap does not make all changes up to the latest one known', () => {
  const script = established()
  script.delta(1, bot)
  script.snapshot({ ...bot, sequence: 1 })
  script.delta(2, on('ann'))
  expect(script.call.roster.completeThrough).toBe(2)
  script.delta(4, on('bob'))
  script.delta(3, on('carol'))
  expect(script.call.roster).toMatchObject({ sequence: 4, completeThrough: 2 })
})

test('rule 5, a change without a number does not change the latest number', () => {
  const script = established()
  script.delta(1, bot)
  script.delta(2, on('ann'))
  script.delta(undefined, on('bob'))
  expect(script.call.roster.sequence).toBe(2)
  script.delta(3, on('carol'))
  expect(script.call.roster.sequence).toBe(3)
})

describe('rule 5, a known change, repeated after the participant was forgotten,', () => {
  function forgotten(): Script {
    const script = established({ tombstoneMs: 0 })
    script.delta(1, bot)
    script.snapshot({ ...bot, sequence: 1 })
    script.delta(2, on('ann'))
    script.delta(3, { ...on('ann'), removed: {} })
    script.wait(1)
    script.delta(4, on('bob'))
    expect([...script.call.participants.keys()]).toEqual(['r-bob~1'])
    script.requests()
    return script
  }

  test('introduces no participant if it reports a departure', () => {
    const script = forgotten()
    script.delta(3, { ...on('ann'), removed: {} })
    expect([...script.call.participants.keys()]).toEqual(['r-bob~1'])
  })

  test('causes a fetch if it reports an arrival', () => {
    const script = forgotten()
    script.delta(2, on('ann'))
    expect([...script.call.participants.keys()]).toEqual(['r-bob~1'])
    expect(script.requests()).toEqual(['GET roster'])
  })
})
