import { describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { bot, BOT, established, on, Script, withPresent } from './script.ts'

describe('rule 13, the bot itself', () => {
  describe('that waits in the lobby and is admitted under another id', () => {
    const waiting = { ...bot, isInLobby: true }
    const admitted = { ...bot, id: 'the-bot-2' }
    const other = on('other', { id: 'other-bot', identity: { application: { id: 'the-app' } } })

    function withWaiting(...entries: readonly RosterEntry[]): Script {
      const script = established({ applicationId: 'the-app' })
      script.full(waiting, ...entries)
      script.wait(5_000)
      return script.forgetSoFar()
    }

    function withWaitingNumbered(...entries: readonly RosterEntry[]): Script {
      const script = established({ applicationId: 'the-app' })
      script.delta(1, waiting, ...entries)
      script.snapshot(...[waiting, ...entries].map((entry) => ({ ...entry, sequence: 1 })))
      script.wait(5_000)
      return script.forgetSoFar()
    }

    test('is found by its application id in a complete report', () => {
      const script = withWaiting(on('ann'))
      script.full(admitted, on('ann'))
      expect([...script.call.participants.keys()]).toEqual(['r-ann'])
      expect(script.call.self).toEqual({
        participantId: 'the-bot-2',
        formerId: BOT,
        isOnRoster: true,
        isInLobby: false,
        isMuted: false,
      })
      expect(script.told()).toEqual([])
      script.full(admitted)
      expect(script.is('r-ann')).toBe('removed: left by remote')
    })

    test('is not found by it while it is not configured', () => {
      const script = established()
      script.full(waiting)
      script.full(admitted)
      expect([...script.call.participants.keys()]).toEqual(['the-bot-2'])
      expect(script.call.self.participantId).toBe(BOT)
    })

    test('is shown under the former id by a late report, which introduces no participant', () => {
      const script = withWaiting(on('ann'))
      script.full(admitted, on('ann'))
      expect(script.full(waiting, on('ann'))).toBe('duplicate')
      expect(script.delta(1, { ...waiting, removed: {} })).toBe('applied')
      expect([...script.call.participants.keys()]).toEqual(['r-ann'])
      expect(script.call.self).toMatchObject({ participantId: 'the-bot-2', isInLobby: false })
    })

    test('is found in the delta that removes its former id', () => {
      const script = withWaitingNumbered(on('ann'), other)
      script.delta(2, { ...waiting, removed: {} }, admitted)
      expect([...script.call.participants.keys()].sort()).toEqual(['other-bot', 'r-ann'])
      expect(script.call.self).toMatchObject({ participantId: 'the-bot-2', isInLobby: false })
      expect(script.requests()).toEqual([])
    })

    test('is searched for if a delta removes it and does not show it', () => {
      const script = withWaitingNumbered(on('ann'))
      script.delta(2, admitted)
      expect([...script.call.participants.keys()].sort()).toEqual(['r-ann', 'the-bot-2'])
      script.delta(3, { ...waiting, removed: {} })
      expect(script.requests()).toEqual(['GET roster'])
      script.snapshot({ ...admitted, sequence: 3 }, on('ann', { sequence: 3 }))
      expect([...script.call.participants.keys()]).toEqual(['r-ann'])
      expect(script.call.self.participantId).toBe('the-bot-2')
    })

    test('is not confused with another instance that was present, joins, or waits', () => {
      const script = withWaiting(other)
      script.full(other)
      expect(script.call.self.participantId).toBe(BOT)
      const numbered = withWaitingNumbered(on('ann'))
      numbered.delta(2, other)
      expect(numbered.is('other-bot')).toBe('active')
      expect(numbered.call.self.participantId).toBe(BOT)
      const both = withWaiting()
      both.full({ ...other, isInLobby: true })
      expect(both.call.self.participantId).toBe(BOT)
    })

    test('is not confused with one of two instances that join at once', () => {
      const script = withWaiting()
      script.full(admitted, other)
      expect(script.call.self.participantId).toBe(BOT)
    })

    test('has the id that the call reports, whichever was found', () => {
      const script = withWaiting()
      script.full(admitted)
      script.reported({ myParticipantId: 'the-bot-3' })
      expect(script.call.self).toMatchObject({ participantId: 'the-bot-3', formerId: 'the-bot-2' })
      script.reported({ myParticipantId: 'the-bot-2' })
      script.full(admitted, on('ann'))
      expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    })
  })

  describe('that was given an id which no roster shows', () => {
    const STALE = 'the-bot-in-the-lobby'
    const saying = (myParticipantId: string) =>
      ({ verdict: 'done', value: { state: 'established', myParticipantId } }) as const
    const other = on('other', { id: 'other-bot', identity: { application: { id: 'the-app' } } })

    function told(options: ConstructorParameters<typeof Script>[0] = {}): Script {
      const script = new Script(options)
      script.reported({ state: 'established', myParticipantId: STALE })
      return script
    }

    test('requests the call, and then the roster: participants who left meanwhile are removed', () => {
      const script = told()
      script.full(bot, on('ann'))
      script.wait(5_000)
      script.full(bot)
      expect(script.is('r-ann')).toBe('active')
      script.wait(5_000)
      expect(script.requests()).toEqual(['GET call'])
      script.tell({ type: 'call.fetched', answer: saying(BOT) })
      expect(script.requests()).toEqual(['GET roster'])
      script.snapshot(bot)
      expect(script.is('r-ann')).toBe('removed: left by remote')
      expect([...script.call.participants.keys()]).toEqual(['r-ann'])
      expect(script.call.self).toEqual({
        participantId: BOT,
        formerId: STALE,
        isOnRoster: true,
        isInLobby: false,
        isMuted: false,
      })
      expect(script.call.deadlines.has('callFetch')).toBe(false)
    })

    test('requests nothing more once a roster shows that id', () => {
      const script = told()
      script.full(on('ann'))
      expect(script.call.deadlines.has('callFetch')).toBe(true)
      script.full({ ...bot, id: STALE }, on('ann'))
      expect(script.call.deadlines.has('callFetch')).toBe(false)
      expect(script.call.self).toEqual({ participantId: STALE, isOnRoster: true, isInLobby: false, isMuted: false })
    })

    test('requests at growing intervals while the service reports that id and rosters do not show it', () => {
      const script = told()
      const waits = Array.from({ length: 5 }, () => {
        const from = script.at
        script.full(on('ann'), on(`guest-${from}`))
        script.wait((script.call.deadlines.get('callFetch') ?? NaN) - from)
        script.tell({ type: 'call.fetched', answer: saying(STALE) })
        expect(script.call.deadlines.has('callFetch')).toBe(false)
        return script.at - from
      })
      expect(waits).toEqual([10_000, 10_000, 20_000, 40_000, 60_000])
    })

    test('is found by its application id at once, and requests nevertheless', () => {
      const script = told({ applicationId: 'the-app' })
      script.full(bot, on('ann'))
      expect([...script.call.participants.keys()]).toEqual(['r-ann'])
      expect(script.call.self).toMatchObject({ participantId: BOT, doubt: 'guessed' })
      script.wait(5_000)
      script.full(bot)
      expect(script.is('r-ann')).toBe('removed: left by remote')
      script.wait(5_000)
      expect(script.requests()).toContain('GET call')
      script.tell({ type: 'call.fetched', answer: saying(BOT) })
      expect(script.call.self).toMatchObject({ participantId: BOT, formerId: STALE })
      expect(script.call.self.doubt).toBeUndefined()
    })

    test.each([
      ['a roster that shows it', (script: Script) => script.full({ ...bot, id: STALE }, other)],
      [
        'the call',
        (script: Script) => {
          script.wait(10_000)
          script.tell({ type: 'call.fetched', answer: saying(STALE) })
          script.full(other)
        },
      ],
    ])('takes another instance for itself until %s corrects it', (_, correct) => {
      const script = told({ applicationId: 'the-app' })
      script.full(other)
      expect([...script.call.participants.keys()]).toEqual([])
      correct(script)
      expect([...script.call.participants.keys()]).toEqual(['other-bot'])
      expect(script.call.self.participantId).toBe(STALE)
    })

    test('and is given that id again by a late message, after it was corrected: it requests again', () => {
      const script = told()
      script.reported({ myParticipantId: BOT })
      script.full(bot, on('ann'))
      script.reported({ myParticipantId: STALE })
      expect(script.call.self).toMatchObject({ participantId: STALE, formerId: BOT })
      script.wait(5_000)
      script.full(bot)
      script.wait(10_000)
      expect(script.requests()).toContain('GET call')
      script.tell({ type: 'call.fetched', answer: saying(BOT) })
      script.snapshot(bot)
      expect(script.is('r-ann')).toBe('removed: left by remote')
    })

    test('is searched for if a delta removes it from the roster', () => {
      const script = established()
      script.full(bot, on('ann'))
      script.delta(1, { ...bot, removed: {} })
      expect(script.call.self.doubt).toBe('missing')
      script.wait(10_000)
      expect(script.requests()).toContain('GET call')
    })
  })

  test('is not found by a new entry of its application once it is admitted', () => {
    const script = established({ applicationId: 'the-app' })
    script.full(bot)
    script.full({ ...bot, id: 'other-bot' })
    expect([...script.call.participants.keys()]).toEqual(['other-bot'])
    expect(script.call.self.participantId).toBe(BOT)
  })

  test('is not ended by a delta that removes it: the call itself reports that', () => {
    const script = withPresent('bob')
    script.delta(1, { ...bot, removed: {} })
    expect(script.call.state).toBe('established')
    expect(script.is('r-bob')).toBe('active')
  })
})
