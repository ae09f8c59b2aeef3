import { describe, expect, test } from 'vitest'
import { bot, BOT, established, on, refused, Script, unconfirmed } from './script.ts'

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
    script.tell({
      type: 'call.fetched',
      answer: { verdict: 'done', value: { state: 'established', myParticipantId: BOT } },
    })
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

  test('with a known application id and a report without it makes the report incomplete', () => {
    const script = new Script({ applicationId: 'the-app' })
    script.full(bot, on('bob'))
    script.wait(3_000)
    script.full(on('carol'))
    expect(script.is('r-bob')).toBe('active')
  })

  test('while its id is unknown, is a participant like others, and a report that is not empty counts as complete', () => {
    const script = new Script()
    script.full(bot, on('bob'))
    script.wait(3_000)
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
    script.full()
    expect(script.is(BOT)).toBe('active')
  })

  test('is no longer a participant once its id becomes known', () => {
    const script = new Script()
    script.full(bot, on('bob'))
    script.reported({ state: 'established', myParticipantId: BOT })
    expect([...script.call.participants.keys()]).toEqual(['r-bob'])
    expect(script.call.self.isOnRoster).toBe(true)
    expect(script.full(bot, on('bob'))).toBe('duplicate')
  })

  describe('while its id is not known, is requested', () => {
    const answered = { verdict: 'done', value: { state: 'established', myParticipantId: BOT } } as const

    test('again, after a GET of the call that failed, although the state of the call is known by then', () => {
      const script = new Script()
      script.tell({ type: 'call.adopted' })
      script.reported({ state: 'established' })
      script.full(bot, on('bob'))
      script.tell({ type: 'call.fetched', answer: unconfirmed() })
      script.forgetSoFar()
      expect(script.is(BOT)).toBe('active')
      script.wait(10_000)
      expect(script.requests()).toContain('GET call')
      script.tell({ type: 'call.fetched', answer: answered })
      expect([...script.call.participants.keys()]).toEqual(['r-bob'])
      expect(script.call.self).toEqual({ participantId: BOT, isOnRoster: true, isInLobby: false, isMuted: false })
      expect(script.call.deadlines.has('callFetch')).toBe(false)
    })

    test.each([
      [
        'in a call that reported its start',
        (script: Script) => {
          script.reported({ state: 'establishing' })
          script.reported({ state: 'established' })
        },
      ],
      [
        'in a call of which only a roster was heard',
        (script: Script) => {
          script.reported({ state: 'establishing' })
          script.full(bot)
        },
      ],
    ])('%s', (_, begin) => {
      const script = new Script()
      begin(script)
      expect(script.requests()).toEqual([])
      script.wait(10_000)
      expect(script.requests()).toEqual(['GET call'])
    })

    test('at growing intervals while no answer arrives, and with every keepAlive after an answer without the id', () => {
      const script = new Script()
      script.reported({ state: 'established' })
      const waits = Array.from({ length: 6 }, () => {
        const waitMs = waitForGet(script)
        script.tell({ type: 'call.fetched', answer: unconfirmed() })
        return waitMs
      })
      expect(waits).toEqual([10_000, 10_000, 20_000, 40_000, 60_000, 60_000])
      expect(waitForGet(script)).toBe(60_000)
      script.tell({ type: 'call.fetched', answer: { verdict: 'done', value: { state: 'established' } } })
      expect(waitForGet(script)).toBe(15 * 60_000)
      script.tell({ type: 'call.fetched', answer: refused(403) })
      expect(waitForGet(script)).toBe(15 * 60_000)
    })

    test('no more once the id is known, whatever its source', () => {
      const script = new Script({ applicationId: 'the-app' })
      script.reported({ state: 'established' })
      script.full(bot)
      expect(script.call.deadlines.has('callFetch')).toBe(false)
    })

    /** How long it is until the call is asked for. */
    function waitForGet(script: Script): number {
      const from = script.at
      const [, due = NaN] = [...script.call.deadlines].find(([name]) => name === 'callFetch') ?? []
      script.wait(due - from - 1)
      expect(script.requests()).not.toContain('GET call')
      script.wait(1)
      expect(script.requests()).toContain('GET call')
      return due - from
    }
  })

  test('is not confused with another instance of the same application in the meeting', () => {
    const script = new Script({ applicationId: 'the-app' })
    const other = on('other', { id: 'other-bot', identity: { application: { id: 'the-app' } } })
    script.reported({ myParticipantId: BOT })
    script.full(bot, other)
    expect([...script.call.participants.keys()]).toEqual(['other-bot'])
  })

  test('cannot be distinguished from another instance by the application id alone: both are shown until its own id is known', () => {
    const script = new Script({ applicationId: 'the-app' })
    script.full(bot, on('other', { id: 'other-bot', identity: { application: { id: 'the-app' } } }))
    expect([...script.call.participants.keys()].sort()).toEqual(['other-bot', BOT])
    script.reported({ myParticipantId: BOT })
    expect([...script.call.participants.keys()]).toEqual(['other-bot'])
  })

  test('is not confused with another instance that a delta shows alone', () => {
    const script = new Script({ applicationId: 'the-app' })
    const other = on('other', { id: 'other-bot', identity: { application: { id: 'the-app' } } })
    script.delta(1, bot, other)
    script.delta(2, { ...other, isMuted: true })
    script.delta(3, { ...other, removed: {} })
    expect(script.is('other-bot')).toBe('removed: left by remote')
    expect(script.call.self.participantId).toBeUndefined()
    script.delta(4, { ...bot, isMuted: true })
    expect(script.call.self).toMatchObject({ participantId: BOT, isMuted: true })
    expect(script.call.participants.has(BOT)).toBe(false)
  })

  test('is recognised once the other instance has left', () => {
    const script = new Script({ applicationId: 'the-app' })
    script.full(bot, on('other', { id: 'other-bot', identity: { application: { id: 'the-app' } } }))
    script.wait(3_000)
    script.full(bot)
    expect(script.is('other-bot')).toBe('removed: left by remote')
    expect(script.call.self.participantId).toBe(BOT)
    expect(script.call.participants.has(BOT)).toBe(false)
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

  test('knows its lobby state and its mute from the roster', () => {
    const script = established()
    script.full({ ...bot, isInLobby: true, isMuted: true })
    expect(script.call.self).toMatchObject({ isInLobby: true, isMuted: true })
    script.delta(1, { ...bot, isMuted: false })
    expect(script.call.self).toMatchObject({ isInLobby: false, isMuted: false })
  })
})

describe('rule 13, the entry of the bot', () => {
  const waiting = { ...bot, isInLobby: true }

  test('without flags is admitted and not muted', () => {
    const script = established()
    script.full({ id: BOT, identity: bot.identity })
    expect(script.call.self).toEqual({ participantId: BOT, isOnRoster: true, isInLobby: false, isMuted: false })
  })

  test.each([
    ['with', { id: BOT }, on('ann', { gone: true })],
    ['without', {}, on('ann', { id: null, gone: true })],
  ])('%s an id, waiting in the lobby, causes no request if a delta removes another participant', (_, own, gone) => {
    const { id: _id, ...nameless } = waiting
    const script = new Script({ applicationId: 'the-app' })
    script.reported({ state: 'established' })
    script.delta(1, { ...nameless, ...own }, on('ann'))
    script.snapshot({ ...nameless, ...own, sequence: 1 }, on('ann', { sequence: 1 }))
    script.wait(5_000)
    script.forgetSoFar()
    expect(script.call.self.isInLobby).toBe(true)
    script.delta(2, gone)
    expect(script.is('r-ann')).toBe('removed: left by remote')
    expect(script.requests()).toEqual([])
  })
})

describe('rule 13, the id of the bot', () => {
  test('that is repeated changes nothing, and is not a former one', () => {
    const script = established()
    expect(script.reported({ myParticipantId: BOT })).toBe('duplicate')
    expect(script.call.self).toEqual({ participantId: BOT })
  })

  test.each([true, false])('takes lobby and mute over from the participant it was taken for: %s', (isThere) => {
    const script = new Script()
    script.full({ ...bot, isInLobby: isThere, isMuted: isThere })
    script.reported({ myParticipantId: BOT })
    expect(script.call.self).toEqual({ participantId: BOT, isOnRoster: true, isInLobby: isThere, isMuted: isThere })
    const [ended] = script.changes.filter((change) => change.type === 'participant.changed').slice(-1)
    expect(ended).toMatchObject({
      key: BOT,
      to: 'removed',
      ending: { cause: 'replaced' },
      evidence: { source: 'call.reported' },
    })
    expect(script.changes.at(-1)).toMatchObject({ type: 'participant.forgotten', key: BOT })
  })
})
