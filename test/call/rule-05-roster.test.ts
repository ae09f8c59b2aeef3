import { describe, expect, test } from 'vitest'
import { bot, BOT, established, on, refused, Script, unconfirmed, withPresent, withRinging } from './script.ts'

describe('rule 5, a full report', () => {
  test('that contains the bot is complete: who is not in it is gone', () => {
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

  test('that is empty removes nobody', () => {
    const script = withPresent('bob')
    expect(script.full()).toBe('duplicate')
    expect(script.is('r-bob')).toBe('active')
  })

  test('that says what is known already changes nothing', () => {
    const script = withPresent('bob')
    expect(script.full(bot, on('bob'))).toBe('duplicate')
    expect(script.full(on('bob'), bot)).toBe('duplicate')
  })

  test('that lists somebody twice is about them once', () => {
    const script = established()
    script.full(bot, on('bob'), on('bob'))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.full(bot, on('bob'), on('bob'))).toBe('duplicate')
  })

  test('that lists the bot twice is about it once', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob'), { ...bot, isMuted: true })
    expect([...script.call.participants.keys()]).toEqual(['r-bob'])
    expect(script.call.self.isMuted).toBe(true)
  })

  test('that lists an invitee twice is about them once', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob'), on('bob'))
    expect(script.all('bob')).toEqual(['active'])
  })

  test('has no reason field: who is gone has an ending without a message', () => {
    const script = withPresent('bob')
    script.full(bot)
    expect(script.get('r-bob').ending).toEqual({ cause: 'left', by: 'remote', at: script.at })
  })

  test('updates mute and identity of those it shows without telling of a change of state', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob', { muted: true, identity: { user: { id: 'bob', displayName: 'Bob' } } }))
    expect(script.get('r-bob')).toMatchObject({ isMuted: true, identity: { user: { id: 'bob', displayName: 'Bob' } } })
    expect(script.told()).toEqual([])
    expect(script.changes.at(-1)).toMatchObject({ key: 'r-bob', from: 'active', to: 'active', isAnnounced: false })
  })
})

describe('rule 5, removes nobody:', () => {
  test('an operation notification', () => {
    const script = withPresent('bob')
    script.operation('something', 'failed', { code: 500 })
    script.tell({ type: 'operation.reported', operationId: 'x', status: 'completed' })
    expect(script.is('r-bob')).toBe('active')
  })

  test.each([
    ['refused', refused(500)], ['not found', refused(404)], ['not confirmed', unconfirmed()], ['throttled', refused(429)],
  ])('a fetch that is %s', (_, answer) => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.fetched(answer)
    expect(script.is('r-bob')).toBe('active')
  })

  test('a fetch that answers with an empty list', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot()
    expect(script.is('r-bob')).toBe('active')
  })
})

describe('rule 5, a fetch that is answered 404', () => {
  test('asks whether the call itself is still there', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.forgetSoFar()
    script.fetched(refused(404))
    expect(script.requests()).toEqual(['keepAlive'])
    script.tell({ type: 'keepAlive.answered', answer: refused(404) })
    expect(script.is('r-bob')).toBe('removed: lost by service')
  })
})

describe('rule 13, the bot itself', () => {
  test('is on the roster and not one of the participants', () => {
    const script = established()
    script.full(bot, on('bob'))
    expect([...script.call.participants.keys()]).toEqual(['r-bob'])
    expect(script.call.self).toEqual({ participantId: BOT, isOnRoster: true, isInLobby: false, isMuted: false })
  })

  test('is known from myParticipantId of the call', () => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.tell({ type: 'call.fetched', answer: { verdict: 'done', value: { state: 'established', myParticipantId: BOT } } })
    script.snapshot(bot, on('bob'))
    expect([...script.call.participants.keys()]).toEqual(['r-bob'])
  })

  test('is known by its application id while its participant id is not', () => {
    const script = new Script({ applicationId: 'the-app' })
    script.full(bot, on('bob'))
    expect([...script.call.participants.keys()]).toEqual(['r-bob'])
    expect(script.call.self.participantId).toBe(BOT)
    script.wait(3_000)
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
  })

  test('with a known application id and a report without it: the report is not complete', () => {
    const script = new Script({ applicationId: 'the-app' })
    script.full(bot, on('bob'))
    script.wait(3_000)
    script.full(on('carol'))
    expect(script.is('r-bob')).toBe('active')
  })

  test('while nothing is known of it, is a participant like others, and a report that is not empty counts as complete', () => {
    const script = new Script()
    script.full(bot, on('bob'))
    script.wait(3_000)
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
    script.full()
    expect(script.is(BOT)).toBe('active')
  })

  test('stops being a participant when its id becomes known', () => {
    const script = new Script()
    script.full(bot, on('bob'))
    script.reported({ state: 'established', myParticipantId: BOT })
    expect([...script.call.participants.keys()]).toEqual(['r-bob'])
    expect(script.call.self.isOnRoster).toBe(true)
    expect(script.full(bot, on('bob'))).toBe('duplicate')
  })

  test('is not taken for another instance of the same application in the meeting', () => {
    const script = new Script({ applicationId: 'the-app' })
    const other = on('other', { id: 'other-bot', identity: { application: { id: 'the-app' } } })
    script.reported({ myParticipantId: BOT })
    script.full(bot, other)
    expect([...script.call.participants.keys()]).toEqual(['other-bot'])
  })

  test('cannot be told from another instance by the application id alone: both are shown until its own id is known', () => {
    const script = new Script({ applicationId: 'the-app' })
    script.full(bot, on('other', { id: 'other-bot', identity: { application: { id: 'the-app' } } }))
    expect([...script.call.participants.keys()].sort()).toEqual(['other-bot', BOT])
    script.reported({ myParticipantId: BOT })
    expect([...script.call.participants.keys()]).toEqual(['other-bot'])
  })

  test('is found on a roster without ids by its application id', () => {
    const script = new Script({ applicationId: 'the-app' })
    const nameless = { ...bot, id: undefined }
    script.reported({ myParticipantId: BOT })
    script.full(nameless, on('bob', { id: null }))
    expect([...script.call.participants.values()].map(({ identity }) => identity)).toEqual([{ user: { id: 'bob' } }])
    script.wait(3_000)
    script.full(nameless)
    expect(script.all('bob')).toEqual(['removed: left by remote'])
  })

  test('knows its lobby and its mute from the roster', () => {
    const script = established()
    script.full({ ...bot, isInLobby: true, isMuted: true })
    expect(script.call.self).toMatchObject({ isInLobby: true, isMuted: true })
    script.delta(1, { ...bot, isMuted: false })
    expect(script.call.self).toMatchObject({ isInLobby: false, isMuted: false })
  })

  test('is not ended by a delta that takes it off the roster: the call itself says that', () => {
    const script = withPresent('bob')
    script.delta(1, { ...bot, removed: {} })
    expect(script.call.state).toBe('established')
    expect(script.is('r-bob')).toBe('active')
  })
})
