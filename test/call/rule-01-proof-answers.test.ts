import { describe, expect, test } from 'vitest'
import type { ServiceFailure } from '../../src/call/model/events.ts'
import { bot, done, established, on, refused, withPresent, withRinging, type Script } from './script.ts'

test('rule 1, a snapshot requested before the service accepted the DELETE, in the same millisecond, proves nothing; the next one does', () => {
  const script = withRinging('bob', { bob: 'p-bob' })
  script.remove('bob')
  script.tell({ type: 'host.resumed' })
  script.deleted('bob')
  script.snapshot(bot)
  expect(script.is('bob')).toBe('ringing, removal accepted')
  script.forgetSoFar()
  script.wait(10_000)
  expect(script.requests()).toEqual(['GET roster'])
  script.snapshot(bot)
  expect(script.is('bob')).toBe('cancelled: cancelled by local')
})

describe('rule 1, a held removal of a present participant without an id', () => {
  const nameless = on('bob', { id: null })

  test('has the roster fetched at once, and later each time, until it shows an id', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, nameless)
    script.remove('bob')
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('active, removal held')
    script.forgetSoFar()
    const heldAt = script.at
    const fetchedAt: number[] = []
    script.wait(0)
    for (let i = 0; i < 7; i += 1) {
      expect(script.requests()).toEqual(['GET roster'])
      fetchedAt.push(script.at - heldAt)
      script.snapshot(bot, nameless)
      expect(script.is('bob')).toBe('active, removal held')
      const due = script.call.deadlines.get('confirm/bob') as number
      script.wait(due - script.at - 1)
      expect(script.requests()).toEqual([])
      script.wait(1)
    }
    expect(fetchedAt).toEqual([0, 10_000, 20_000, 40_000, 80_000, 140_000, 200_000])
    script.snapshot(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-bob'])
    expect(script.call.deadlines.has('confirm/bob')).toBe(false)
  })

  test('that was not invited has it fetched, too, and a snapshot without the participant proves it', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null }))
    script.wait(5_000)
    script.remove('nameless/0')
    script.forgetSoFar()
    script.wait(0)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('nameless/0')).toBe('removed: removed by local')
    script.wait(24 * 60_000)
    expect(script.requests().filter((request) => request === 'GET roster')).toEqual([])
  })

  test('that was requested before the participant joined has it fetched at the arrival', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, nameless)
    script.forgetSoFar()
    script.wait(0)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('causes no fetch once a report shows an id', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, nameless)
    script.full(bot, on('bob'))
    script.forgetSoFar()
    script.wait(60_000)
    expect(script.requests()).toEqual([])
  })
})

describe('rule 1, an answer to a DELETE', () => {
  test('of an unknown participant is ignored, with a reason', () => {
    expect(established().tell({ type: 'removal.answered', key: 'nobody', attempt: 1, answer: done })).toBe(
      'unknownParticipant',
    )
  })

  test.each([
    ['again', done],
    ['with another verdict', refused(403)],
  ])('that has been applied is out of date if it arrives %s', (_, answer) => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    expect(script.deleted('r-bob', answer)).toBe('outOfDate')
    expect(script.is('r-bob')).toBe('active, removal accepted')
  })

  test.each<[string, ServiceFailure]>([
    ['with a status', { reason: 'forbidden', status: 403, code: '7504', message: 'no' }],
    ['that has no status', { reason: 'other', code: 'tokenUnavailable', message: 'no token' }],
    [
      'with the id of the request',
      { reason: 'forbidden', status: 403, code: '7504', message: 'no', requestId: 'request-1' },
    ],
  ])('%s is kept as received if it is a refusal, without additions', (_, failure) => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob', { verdict: 'refused', failure })
    expect(script.get('r-bob').refusal).toStrictEqual({ ...failure, at: script.at })
  })

  test('that was not found is in the trail', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    expect(script.call.trails.get('bob')?.at(-1)).toMatchObject({
      source: 'removal.answered',
      removal: 'held',
      note: expect.stringContaining('404'),
    })
  })

  test('of a participant who joined after the ring deadline causes no fetch', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.wait(90_000)
    script.snapshot(on('somebody'))
    script.full(bot, on('bob'))
    script.remove('bob')
    script.wait(500)
    script.snapshot(bot, on('bob'))
    script.forgetSoFar()
    script.deleted('bob', refused(403))
    expect(script.is('bob')).toBe('active, removal refused')
    expect(script.requests()).toEqual([])
  })
})

describe('rule 1, a 404 on the DELETE of a lobby id', () => {
  const waiting = on('bob', { id: 'lobby-bob', lobby: true })

  /** Bob answered a cancelled invitation into the lobby, and the service does not find his lobby id. */
  function withMissedRemoval(): Script {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, waiting)
    script.forgetSoFar()
    script.deleted('bob', refused(404))
    return script
  }

  test('proves nothing: the roster is fetched, and the removal waits', () => {
    const script = withMissedRemoval()
    expect(script.is('bob')).toBe('lobby, removal held')
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('of a participant admitted under another id by a lost report removes it under that id', () => {
    const script = withMissedRemoval()
    script.snapshot(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-bob'])
    script.deleted('bob')
    script.wait(2_000)
    script.full(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
    expect(script.told()).toEqual(['bob: ringing → removed'])
  })

  test('of a participant whom the fetched roster does not show is a removal by the bot', () => {
    const script = withMissedRemoval()
    script.snapshot(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
  })

  test('followed by a roster change that admits the participant under another id removes it under that id', () => {
    const script = withMissedRemoval()
    script.delta(1, { ...waiting, removed: {} }, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-bob'])
  })

  test('of a participant whom the roster still shows in the lobby is repeated, later each time', () => {
    const script = withMissedRemoval()
    for (const waitMs of [1_000, 2_000, 4_000]) {
      script.forgetSoFar()
      script.snapshot(bot, waiting)
      script.wait(waitMs - 1)
      expect(script.requests()).toEqual([])
      script.wait(1)
      expect(script.requests()).toEqual(['DELETE lobby-bob'])
      script.deleted('bob', refused(404))
    }
  })

  test('is checked again if the roster is not available', () => {
    const script = withMissedRemoval()
    script.fetched(refused(500))
    script.wait(1_000)
    expect(script.requests()).toContain('DELETE lobby-bob')
    script.deleted('bob', refused(404))
    expect(script.call.roster.fetch ?? script.call.deadlines.get('refetch')).toBeDefined()
  })
})
