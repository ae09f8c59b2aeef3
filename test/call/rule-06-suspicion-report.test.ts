import { describe, expect, test } from 'vitest'
import { bot, established, on, withPresent, withRinging } from './script.ts'

describe('rule 6, a full report that would bring back an ended id', () => {
  test('is not believed, and a fetch decides', () => {
    const script = withPresent('bob', 'carol')
    script.full(bot, on('carol'))
    script.forgetSoFar()
    script.full(bot, on('bob'), on('carol'))
    expect(script.is('r-bob')).toBe('removed: left by remote')
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('carol'))
    expect(script.all('bob')).toEqual(['removed: left by remote'])
    expect(script.told()).toEqual([])
  })

  test('drops no participant whom it omits either', () => {
    const script = withPresent('bob', 'carol')
    script.full(bot, on('carol'))
    script.full(bot, on('bob'))
    expect(script.is('r-carol')).toBe('active')
  })

  test('loses no new participant', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.full(bot, on('bob'), on('dave'))
    expect(script.all('dave')).toEqual(['active'])
  })

  test('whose id a truthful fetch shows is another participant; the ended one stays ended', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.full(bot, on('bob'))
    script.snapshot(bot, on('bob'))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
  })

  test('is counted', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.full(bot, on('bob'))
    expect(script.call.counters.suspected).toBe(1)
  })
})

describe('rule 6, a full report that drops a participant who joined within the last 2 s', () => {
  test('is not believed, and a fetch decides', () => {
    const script = established()
    script.full(bot, on('bob'))
    script.wait(1_999)
    script.full(bot)
    expect(script.is('r-bob')).toBe('active')
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob'))
    expect(script.is('r-bob')).toBe('active')
  })

  test('may be right: then the fetch says so', () => {
    const script = established()
    script.full(bot, on('bob'))
    script.full(bot)
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
  })

  test('is believed if the participant joined 2 s ago', () => {
    const script = established()
    script.full(bot, on('bob'))
    script.wait(2_000)
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
    expect(script.requests()).toEqual([])
  })

  test('drops no other participant by itself', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob'), on('carol'))
    script.full(bot)
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['active', 'active'])
    script.snapshot(bot, on('carol'))
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['removed: left by remote', 'active'])
  })
})

test('rule 6, the tombstone of an ended participant absorbs late evidence for ten minutes, then is forgotten', () => {
  const script = withRinging('bob')
  script.operation('bob', 'failed', { code: 603, subcode: 0 })
  script.wait(600_000)
  expect(script.operation('bob', 'completed')).not.toBe('applied')
  script.full(bot, on('carol'))
  expect(script.is('bob')).toBe('cancelled: declined by remote')
  script.wait(1)
  script.full(bot, on('carol'), on('dave'))
  expect(script.call.participants.has('bob')).toBe(false)
  expect(script.changes).toContainEqual({ type: 'participant.forgotten', at: script.at, key: 'bob' })
})

test('rule 6, a report about a participant whose tombstone is too old changes nothing if it arrives twice', () => {
  const script = withPresent('bob')
  script.delta(1, bot)
  script.snapshot(bot)
  expect(script.is('r-bob')).toBe('removed: left by remote')
  script.wait(600_001)
  expect(script.delta(2, on('bob'))).toBe('applied')
  expect(script.all('bob')).toEqual(['active'])
  expect(script.delta(2, on('bob'))).not.toBe('applied')
})

test('rule 6, the number of remembered ended participants is limited; the oldest is forgotten first', () => {
  const script = established({ tombstoneLimit: 2 })
  for (const name of ['ann', 'bob', 'carol']) {
    script.invite(name)
    script.operation(name, 'failed', { code: 603 })
    script.wait(1)
  }
  expect([...script.call.participants.keys()].sort()).toEqual(['bob', 'carol'])
})

describe('rule 6, a full report that is not believed', () => {
  test('is counted once while one fetch checks it, and repeated changes nothing', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.full(bot, on('bob'))
    script.full(bot, on('bob'))
    expect(script.full(bot, on('bob'))).toBe('duplicate')
    expect(script.call.counters.suspected).toBe(1)
  })

  test('announces nothing about present participants', () => {
    const script = withPresent('bob', 'carol')
    script.full(bot, on('carol'))
    script.full(bot, on('bob'), on('carol', { muted: true }))
    expect(script.get('r-carol').isMuted).toBe(false)
  })

  test('is one that shows a participant who just joined under another id, unless it left the lobby', () => {
    const script = established()
    script.full(bot, on('bob'))
    script.full(bot, on('bob', { id: 'new-bob' }))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('is one that drops a participant who just entered the lobby and shows another person', () => {
    const script = established()
    script.full(bot, on('bob', { lobby: true }))
    script.full(bot, on('carol'))
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['lobby', 'active'])
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('is one that drops a participant who was just admitted, however long it had waited', () => {
    const script = established()
    script.full(bot, on('bob', { lobby: true }))
    script.wait(5_000)
    script.full(bot, on('bob'))
    script.wait(1_000)
    script.full(bot)
    expect(script.is('r-bob')).toBe('active')
    expect(script.requests()).toEqual(['GET roster'])
  })
})
