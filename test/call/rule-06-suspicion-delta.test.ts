import { describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { bot, established, on, withPresent, withRinging, type Script } from './script.ts'

describe('rule 6, a delta', () => {
  test('that is the first of a call is a gap: the roster is fetched', () => {
    const script = established()
    script.delta(1, on('bob'))
    expect(script.is('r-bob')).toBe('active')
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('that follows the last one causes no fetch', () => {
    const script = established()
    script.delta(1, on('bob'))
    script.snapshot(bot, on('bob'))
    script.forgetSoFar()
    script.delta(2, on('carol'))
    script.delta(3, on('bob', { gone: true }))
    expect(script.requests()).toEqual([])
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['removed: left by remote', 'active'])
  })

  test('with a gap before it marks the roster stale and fetches', () => {
    const script = established()
    script.delta(1, on('bob'))
    script.snapshot(bot, on('bob'))
    script.forgetSoFar()
    script.delta(3, on('carol'))
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('carol'), on('dave'))
    expect([script.is('r-bob'), script.is('r-carol'), script.is('r-dave')]).toEqual([
      'removed: left by remote',
      'active',
      'active',
    ])
  })

  test('older than a snapshot is ignored', () => {
    const script = established()
    script.delta(4, on('bob'))
    script.snapshot(bot, on('bob'))
    expect(script.delta(3, on('bob', { gone: true }))).toBe('outOfDate')
    expect(script.is('r-bob')).toBe('active')
  })

  test('older than the evidence about a participant is ignored for that one and applied to others', () => {
    const script = established()
    script.delta(1)
    script.snapshot(bot)
    script.delta(2, on('bob'))
    script.delta(4, on('bob', { muted: true }))
    script.delta(3, on('bob', { muted: false }), on('carol'))
    expect(script.get('r-bob').isMuted).toBe(true)
    expect(script.is('r-carol')).toBe('active')
  })

  test('that arrives late resurrects no participant', () => {
    const script = established()
    script.delta(1)
    script.snapshot(bot)
    script.delta(2, on('bob'))
    script.delta(4, on('bob', { gone: true }))
    script.delta(3, on('bob', { muted: true }))
    script.delta(2, on('bob'))
    expect(script.all('bob')).toEqual(['removed: left by remote'])
  })

  test('that reports a departure before the arrival is known leaves one participant, removed', () => {
    const script = established()
    script.delta(1)
    script.snapshot(bot)
    script.delta(3, on('bob', { gone: true }))
    script.delta(2, on('bob'))
    expect(script.all('bob')).toEqual(['removed: left by remote'])
  })

  test('proves nothing by absence', () => {
    const script = withPresent('bob')
    script.delta(1, bot)
    expect(script.is('r-bob')).toBe('active')
  })

  test('without a number is applied, and the roster is fetched because its place is unknown', () => {
    const script = withPresent('bob')
    script.tell({ type: 'roster.reported', kind: 'delta', entries: [on('carol')] })
    expect(script.is('r-carol')).toBe('active')
    expect(script.requests()).toEqual(['GET roster'])
  })
})

describe('rule 6, numbers:', () => {
  /** Bob is there; deltas up to the first are covered by a snapshot. */
  function withNumbers(...entries: readonly RosterEntry[]): Script {
    const script = established()
    script.delta(1, bot, on('bob'), ...entries)
    script.snapshot(...[bot, on('bob'), ...entries].map((entry) => ({ ...entry, sequence: 1 })))
    script.wait(5_000)
    return script.forgetSoFar()
  }

  test('a delta breaks the fence of a fetch in flight, too', () => {
    const script = withNumbers()
    script.tell({ type: 'host.resumed' })
    script.delta(2, on('carol'))
    script.snapshot(bot, on('bob'))
    expect(script.is('r-carol')).toBe('active')
  })

  test('the delta whose number a snapshot has reached is covered by it', () => {
    const script = withNumbers()
    expect(script.delta(1, on('bob', { muted: true }))).toBe('outOfDate')
    expect(script.get('r-bob').isMuted).toBe(false)
  })

  test.each([
    ['some entries', [bot, on('bob', { sequence: 4 })]],
    ['every entry', [{ ...bot, sequence: 2 }, on('bob', { sequence: 4 })]],
  ])('a snapshot that numbers %s covers deltas up to the highest, and the next one follows it', (_, entries) => {
    const script = established()
    script.tell({ type: 'host.resumed' })
    script.snapshot(...entries)
    script.forgetSoFar()
    expect(script.delta(4, on('bob', { gone: true }))).toBe('outOfDate')
    script.delta(5, on('carol'))
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['active', 'active'])
    expect(script.requests()).toEqual([])
  })

  test('a delta that arrives twice is not a gap', () => {
    const script = withNumbers()
    script.delta(2, on('carol'))
    expect(script.delta(2, on('carol'))).toBe('duplicate')
    expect(script.requests()).toEqual([])
  })

  test('a delta without one causes a fetch among numbered ones, and the next number still follows the last', () => {
    const script = withNumbers()
    script.tell({ type: 'roster.reported', kind: 'delta', entries: [on('bob', { muted: true })] })
    expect(script.get('r-bob').isMuted).toBe(true)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob', { muted: true }))
    script.delta(2, on('carol'))
    expect(script.requests()).toEqual([])
  })

  test.each([
    ['a lower one', 1, 2],
    ['a higher one', 9, 9],
  ])('an entry with %s different from that of its delta is as new as the higher of the two', (_, own, known) => {
    const script = withNumbers()
    script.delta(2, on('bob', { muted: true, sequence: own }))
    expect(script.get('r-bob')).toMatchObject({ isMuted: true, sequence: known })
    script.delta(3, on('bob', { sequence: own }))
    expect(script.get('r-bob').isMuted).toBe(own === 9)
  })

  test('evidence about a participant is not changed by the same number', () => {
    const script = withNumbers()
    script.delta(2, on('bob', { muted: true }))
    expect(script.delta(2, on('bob'))).toBe('duplicate')
    expect(script.delta(2, on('bob', { gone: true }))).toBe('duplicate')
    expect(script.get('r-bob')).toMatchObject({ state: 'active', isMuted: true })
  })

  test('a departure older than the evidence about a participant does not apply to it', () => {
    const script = withNumbers()
    script.delta(3, on('bob', { muted: true }))
    script.delta(2, on('bob', { gone: true }))
    expect(script.is('r-bob')).toBe('active')
  })

  test('a snapshot is believed by itself, not by its numbers', () => {
    const script = withNumbers()
    script.delta(2, on('bob'))
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob', { muted: true, sequence: 2 }))
    expect(script.get('r-bob').isMuted).toBe(true)
  })
})

describe('rule 6, a delta that reports a departure', () => {
  test.each([
    ['under their id', on('bob', { gone: true, muted: true })],
    ['without an id', on('bob', { id: null, gone: true, muted: true })],
  ])('%s announces that and nothing else', (_, entry) => {
    const script = established()
    script.full(bot, on('bob', { lobby: true }))
    script.forgetSoFar()
    const told = script.changes.length
    script.delta(1, entry)
    expect(script.changes.slice(told).map((change) => change.type === 'participant.changed' && change.to)).toEqual([
      'removed',
    ])
    expect(script.told()).toEqual(['r-bob: lobby → removed'])
    expect(script.get('r-bob').isMuted).toBe(false)
  })

  test('of an unknown person with an id, and one without: announces that and nothing else', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null }))
    const told = script.changes.length
    script.delta(1, on('zoe', { id: null, gone: true, muted: true }))
    expect(script.changes.slice(told).map((change) => change.type === 'participant.changed' && change.to)).toEqual([
      'removed',
    ])
  })

  test('under an id unknown for the participant ends it with its previous state, and announces no admission', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null, lobby: true }))
    script.forgetSoFar()
    script.delta(1, on('zoe', { gone: true }))
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    expect(script.call.byId.get('r-zoe')).toBe('nameless/0')
    expect(script.told()).toEqual(['nameless/0: lobby → removed'])
  })

  test('from the lobby, of an invitee whose arrival is still in transit: it joined there and left', () => {
    const script = withRinging('bob')
    script.delta(1, on('bob', { lobby: true, gone: true }))
    expect(script.told()).toEqual(['bob: ringing → removed'])
    expect(script.get('bob').lobbyAt).toBe(script.at)
  })

  test('under a former id does not apply to the current presence', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(2_000)
    script.full(bot, on('bob'))
    script.delta(1, on('bob', { id: 'lobby-bob', lobby: true, gone: true }))
    expect(script.is('bob')).toBe('active')
  })

  test('without an id, and repeated, does not apply to a participant who joined under another id since', () => {
    const script = established()
    script.delta(1, bot, on('zoe'), on('ann'))
    script.snapshot(...[bot, on('zoe'), on('ann')].map((entry) => ({ ...entry, sequence: 1 })))
    script.delta(2, on('zoe', { id: null, gone: true }))
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    script.full(bot, on('ann'), on('zoe', { id: 'new-zoe' }))
    expect(script.delta(2, on('zoe', { id: null, gone: true }))).toBe('duplicate')
    expect(script.all('zoe')).toEqual(['removed: left by remote', 'active'])
  })

  test('without an id applies to the present participant, whichever left before', () => {
    const script = established()
    script.delta(1, bot, on('zoe'), on('ann'))
    script.snapshot(...[bot, on('zoe'), on('ann')].map((entry) => ({ ...entry, sequence: 1 })))
    script.delta(2, on('zoe', { gone: true }))
    script.delta(3, on('zoe', { id: 'new-zoe' }))
    script.delta(4, on('ann', { id: null, gone: true }))
    script.delta(5, on('zoe', { id: null, gone: true }))
    expect(script.all('ann')).toEqual(['removed: left by remote'])
    expect(script.all('zoe')).toEqual(['removed: left by remote', 'removed: left by remote'])
  })

  test('and an arrival under the same id in the same delta: the participant is present', () => {
    const script = established()
    script.delta(1, bot, on('bob'))
    script.snapshot(...[bot, on('bob')].map((entry) => ({ ...entry, sequence: 1 })))
    script.delta(2, on('bob', { gone: true }), on('bob', { muted: true }))
    expect(script.get('r-bob')).toMatchObject({ state: 'active', isMuted: true })
  })
})
