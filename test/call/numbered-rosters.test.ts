import { describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { bot, established, on, refused, withRinging, type Script } from './script.ts'

/** A full roster with that number. */
function numbered(script: Script, sequence: number, ...entries: readonly RosterEntry[]): string {
  return script.tell({ type: 'roster.reported', kind: 'full', sequence, entries })
}

/** A call in which the first two rosters have come in order, and Ann is there. */
function ordered(): Script {
  const script = established()
  numbered(script, 1, bot)
  numbered(script, 2, bot, on('ann'))
  return script.forgetSoFar()
}

/** The participant is removed by a DELETE that is not found. */
function removed(script: Script, key: string): void {
  script.remove(key)
  script.deleted(key, refused(404))
  expect(script.is(key)).toBe('removed: removed by local')
  script.forgetSoFar()
}

describe('a numbered full roster that is newer than all others', () => {
  test('is believed although it drops a participant who has just joined', () => {
    const script = ordered()
    numbered(script, 3, bot)
    expect(script.is('r-ann')).toBe('removed: left by remote')
    expect(script.requests()).toEqual([])
    expect(script.call.counters.suspected).toBe(0)
  })

  test('is believed although it shows an ended id, which causes a fetch', () => {
    const script = ordered()
    numbered(script, 3, bot, on('ann'), on('eve'))
    removed(script, 'r-ann')
    numbered(script, 4, bot, on('ann'))
    expect(script.is('r-eve')).toBe('removed: left by remote')
    expect(script.requests()).toEqual(['GET roster'])
    expect(script.all('ann')).toEqual(['removed: removed by local'])
  })

  test('need not follow the last one directly', () => {
    const script = ordered()
    numbered(script, 30, bot)
    expect(script.is('r-ann')).toBe('removed: left by remote')
    expect(script.requests()).toEqual([])
  })

  test('is subject to suspicion after a snapshot, until one is believed', () => {
    const script = ordered()
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('ann'), on('eve'))
    script.forgetSoFar()
    numbered(script, 3, bot, on('ann'))
    expect(script.is('r-eve')).toBe('active')
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('ann'), on('eve'))
    script.wait(5_000)
    numbered(script, 5, bot, on('ann'), on('eve'), on('zoe'))
    numbered(script, 6, bot, on('ann'), on('eve'))
    expect(script.is('r-zoe')).toBe('removed: left by remote')
  })

  test.each([
    ['full', (script: Script) => script.full(bot, on('ann'), on('eve'))],
    ['delta', (script: Script) => script.delta(undefined, on('eve'))],
  ])('is subject to suspicion after a %s roster without a number', (_, tell) => {
    const script = ordered()
    tell(script)
    numbered(script, 3, bot, on('ann'))
    expect(script.is('r-eve')).toBe('active')
  })

  test('covers the changes up to its number', () => {
    const script = ordered()
    numbered(script, 5, bot)
    expect(script.delta(4, on('ann', { muted: true }))).toBe('outOfDate')
    script.forgetSoFar()
    script.delta(6, on('eve'))
    expect(script.is('r-eve')).toBe('active')
    expect(script.requests()).toEqual([])
  })
})

describe('a numbered full roster that is older', () => {
  test('is ignored, and does not end the wait for a fetch', () => {
    const script = ordered()
    numbered(script, 4, bot, on('ann'), on('eve'))
    script.tell({ type: 'host.resumed' })
    expect(numbered(script, 3, bot, on('ann'))).toBe('outOfDate')
    expect(script.call.roster.fetch?.isFenceBroken).toBe(false)
    expect(script.is('r-eve')).toBe('active')
  })

  test('and arrives a second time, or is the latest, is ignored', () => {
    const script = ordered()
    expect(numbered(script, 1, bot)).toBe('outOfDate')
    expect(numbered(script, 2, bot, on('ann'))).toBe('outOfDate')
  })

  test('and arrives a second time after a gap causes no fetch about participants removed since', () => {
    const script = ordered()
    numbered(script, 30, bot, on('ann'))
    removed(script, 'r-ann')
    expect(numbered(script, 30, bot, on('ann'))).toBe('outOfDate')
    expect(script.requests()).toEqual([])
  })

  test('changes nothing about participants known by later ones', () => {
    const script = ordered()
    numbered(script, 4, bot, on('ann', { muted: true }))
    expect(numbered(script, 3, bot, on('ann'))).toBe('outOfDate')
    expect(script.get('r-ann').isMuted).toBe(true)
  })

  test('announces participants who joined and left in between, once, as one ending', () => {
    const script = ordered()
    numbered(script, 4, bot, on('ann'))
    script.forgetSoFar()
    numbered(script, 3, bot, on('ann'), on('eve'))
    expect(script.all('eve')).toEqual(['removed: left by remote'])
    expect(script.told()).toEqual(['r-eve: nobody → removed'])
    expect(numbered(script, 3, bot, on('ann'), on('eve'))).toBe('outOfDate')
  })

  test('shows that an invitee had answered before it left', () => {
    const script = withRinging('bob')
    numbered(script, 1, bot)
    numbered(script, 3, bot)
    numbered(script, 2, bot, on('bob'))
    expect(script.is('bob')).toBe('removed: left by remote')
  })

  test('says nothing about an invitee who was invited after the later one arrived', () => {
    const script = ordered()
    numbered(script, 4, bot)
    script.invite('bob')
    script.taken('bob')
    numbered(script, 3, bot, on('bob'))
    expect(script.is('bob')).toBe('ringing')
    expect(script.all('bob')).toEqual(['ringing', 'removed: left by remote'])
  })

  test("takes the lobby id of an admitted participant for that participant's", () => {
    const script = ordered()
    numbered(script, 4, bot, on('ann'), on('eve', { id: 'inside' }))
    expect(numbered(script, 3, bot, on('ann'), on('eve', { id: 'outside', lobby: true }))).toBe('outOfDate')
    expect(script.all('eve')).toEqual(['active'])
  })

  test('takes an id in the lobby beside an admitted one for a second device', () => {
    const script = ordered()
    numbered(script, 4, bot, on('ann'), on('eve', { id: 'inside' }))
    numbered(script, 3, bot, on('ann'), on('eve', { id: 'inside' }), on('eve', { id: 'outside', lobby: true }))
    expect(script.all('eve')).toEqual(['active', 'removed: left by remote'])
  })

  test('says nothing about entries without an id', () => {
    const script = ordered()
    numbered(script, 4, bot, on('ann'))
    expect(numbered(script, 3, bot, on('ann'), on('eve', { id: null }))).toBe('outOfDate')
    expect(script.all('eve')).toEqual([])
  })

  test('takes two ids of admitted participants for two devices', () => {
    const script = ordered()
    numbered(script, 4, bot, on('ann'), on('eve', { id: 'phone' }))
    numbered(script, 3, bot, on('ann'), on('eve', { id: 'desk' }))
    expect(script.all('eve')).toEqual(['active', 'removed: left by remote'])
  })

  test('and that a snapshot covers is ignored, whichever participants it shows', () => {
    const script = ordered()
    numbered(script, 4, bot, on('ann'))
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('ann'))
    expect(numbered(script, 3, bot, on('ann'), on('eve'))).toBe('outOfDate')
    expect(script.all('eve')).toEqual([])
  })

  test('introduces no participant once the participants it shows are forgotten', () => {
    const script = ordered()
    numbered(script, 3, bot)
    script.wait(11 * 60_000)
    numbered(script, 4, bot, on('eve'))
    expect(script.all('ann')).toEqual([])
    expect(numbered(script, 2, bot, on('ann'))).toBe('outOfDate')
    expect(script.all('ann')).toEqual([])
  })

  test('than a delta, but newer than a complete one, splits no participant admitted since', () => {
    const script = ordered()
    numbered(script, 4, on('eve', { id: 'inside' }))
    numbered(script, 3, on('eve', { id: 'outside', lobby: true }))
    expect(script.all('eve')).toEqual(['active'])
  })

  test('than a delta, but newer than a complete one, is not believed: a snapshot decides', () => {
    const script = ordered()
    numbered(script, 4, on('ann'))
    script.forgetSoFar()
    numbered(script, 3, bot, on('eve'))
    expect(script.is('r-ann')).toBe('active')
    expect(script.is('r-eve')).toBe('active')
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('ann'))
    expect([script.is('r-ann'), script.is('r-eve')]).toEqual(['active', 'removed: left by remote'])
  })
})
