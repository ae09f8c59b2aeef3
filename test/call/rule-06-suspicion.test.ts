import { describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { bot, established, on, refused, unconfirmed, withPresent, withRinging, type Script } from './script.ts'

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

  test('drops nobody it leaves out either', () => {
    const script = withPresent('bob', 'carol')
    script.full(bot, on('carol'))
    script.full(bot, on('bob'))
    expect(script.is('r-carol')).toBe('active')
  })

  test('loses nobody nobody had heard of', () => {
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

describe('rule 6, a full report that drops somebody who joined within the last 2 s', () => {
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

  test('is believed when they joined 2 s ago', () => {
    const script = established()
    script.full(bot, on('bob'))
    script.wait(2_000)
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
    expect(script.requests()).toEqual([])
  })

  test('drops nobody else on its own word', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob'), on('carol'))
    script.full(bot)
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['active', 'active'])
    script.snapshot(bot, on('carol'))
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['removed: left by remote', 'active'])
  })
})

describe('rule 6, a fetch', () => {
  test('is one at a time, whatever asks for it', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.full(bot)
    script.full(bot, on('bob'))
    script.delta(7)
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('does not count when a roster report came between its request and its answer: it is asked again', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.full(bot, on('bob'), on('carol'))
    script.snapshot(bot, on('bob'))
    expect(script.is('r-carol')).toBe('active')
    script.forgetSoFar()
    script.wait(500)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('carol'))
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['removed: left by remote', 'active'])
  })

  test('is repeated with growing waits, and not for ever', () => {
    const script = withPresent('bob')
    const began = script.at
    script.tell({ type: 'host.resumed' })
    const asked: number[] = []
    for (let i = 0; i < 40 && script.call.roster.fetch !== undefined; i += 1) {
      asked.push(script.at - began)
      script.fetched(unconfirmed())
      for (let waits = 0; waits < 400 && script.call.roster.fetch === undefined; waits += 1) script.wait(100)
    }
    expect(asked).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500])
    expect(script.is('r-bob')).toBe('active')
  })

  test('that was given up is asked for again when there is new need', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    for (let i = 0; i < 6; i += 1) {
      script.fetched(refused(500))
      script.wait(20_000)
    }
    script.forgetSoFar()
    expect(script.call.roster.fetch).toBeUndefined()
    script.delta(5)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('answered late, after another was asked for, is out of date', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob'))
    expect(
      script.tell({ type: 'roster.fetched', fetch: 1, answer: { verdict: 'done', value: { entries: [bot] } } }),
    ).toBe('outOfDate')
    expect(script.is('r-bob')).toBe('active')
  })
})

describe('rule 6, a delta', () => {
  test('that is the first of a call is a gap: the roster is fetched', () => {
    const script = established()
    script.delta(1, on('bob'))
    expect(script.is('r-bob')).toBe('active')
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('that follows the last one asks for nothing', () => {
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

  test('older than what is known of a participant is ignored for them and taken for others', () => {
    const script = established()
    script.delta(1)
    script.snapshot(bot)
    script.delta(2, on('bob'))
    script.delta(4, on('bob', { muted: true }))
    script.delta(3, on('bob', { muted: false }), on('carol'))
    expect(script.get('r-bob').isMuted).toBe(true)
    expect(script.is('r-carol')).toBe('active')
  })

  test('that comes late resurrects nobody', () => {
    const script = established()
    script.delta(1)
    script.snapshot(bot)
    script.delta(2, on('bob'))
    script.delta(4, on('bob', { gone: true }))
    script.delta(3, on('bob', { muted: true }))
    script.delta(2, on('bob'))
    expect(script.all('bob')).toEqual(['removed: left by remote'])
  })

  test('that tells of a departure before the arrival is known leaves one participant, gone', () => {
    const script = established()
    script.delta(1)
    script.snapshot(bot)
    script.delta(3, on('bob', { gone: true }))
    script.delta(2, on('bob'))
    expect(script.all('bob')).toEqual(['removed: left by remote'])
  })

  test('says nothing by absence', () => {
    const script = withPresent('bob')
    script.delta(1, bot)
    expect(script.is('r-bob')).toBe('active')
  })

  test('without a number is taken, and the roster fetched, for its place is not known', () => {
    const script = withPresent('bob')
    script.tell({ type: 'roster.reported', kind: 'delta', entries: [on('carol')] })
    expect(script.is('r-carol')).toBe('active')
    expect(script.requests()).toEqual(['GET roster'])
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

test('rule 6, a report about a participant whose tombstone is too old changes nothing when it comes twice', () => {
  const script = withPresent('bob')
  script.delta(1, bot)
  script.snapshot(bot)
  expect(script.is('r-bob')).toBe('removed: left by remote')
  script.wait(600_001)
  expect(script.delta(2, on('bob'))).toBe('applied')
  expect(script.all('bob')).toEqual(['active'])
  expect(script.delta(2, on('bob'))).not.toBe('applied')
})

test('rule 6, only so many ended participants are remembered; the oldest goes first', () => {
  const script = established({ tombstoneLimit: 2 })
  for (const name of ['ann', 'bob', 'carol']) {
    script.invite(name)
    script.operation(name, 'failed', { code: 603 })
    script.wait(1)
  }
  expect([...script.call.participants.keys()].sort()).toEqual(['bob', 'carol'])
})

describe('rule 6, a full report that is not believed', () => {
  test('is counted once while one fetch looks into it, and doubled changes nothing', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.full(bot, on('bob'))
    script.full(bot, on('bob'))
    expect(script.full(bot, on('bob'))).toBe('duplicate')
    expect(script.call.counters.suspected).toBe(1)
  })

  test('tells nothing of those who are there', () => {
    const script = withPresent('bob', 'carol')
    script.full(bot, on('carol'))
    script.full(bot, on('bob'), on('carol', { muted: true }))
    expect(script.get('r-carol').isMuted).toBe(false)
  })

  test('is one that shows somebody who just joined under another id, unless it was the lobby they left', () => {
    const script = established()
    script.full(bot, on('bob'))
    script.full(bot, on('bob', { id: 'new-bob' }))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('is one that drops somebody who just came to the lobby and shows another person', () => {
    const script = established()
    script.full(bot, on('bob', { lobby: true }))
    script.full(bot, on('carol'))
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['lobby', 'active'])
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('is one that drops somebody who was just admitted, however long they had waited', () => {
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

describe('rule 6, numbers:', () => {
  /** Bob is there; deltas up to the first are covered by a snapshot. */
  function withNumbers(...entries: readonly RosterEntry[]): Script {
    const script = established()
    script.delta(1, bot, on('bob'), ...entries)
    script.snapshot(...[bot, on('bob'), ...entries].map((entry) => ({ ...entry, sequence: 1 })))
    script.wait(5_000)
    return script.forgetSoFar()
  }

  test('a delta breaks the fence of a fetch under way, too', () => {
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

  test('a delta that comes twice is no gap', () => {
    const script = withNumbers()
    script.delta(2, on('carol'))
    expect(script.delta(2, on('carol'))).toBe('duplicate')
    expect(script.requests()).toEqual([])
  })

  test('a delta without one asks for the roster among numbered ones, and the next number still follows the last', () => {
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
  ])('an entry with %s of its own than its delta is as new as the higher of the two', (_, own, known) => {
    const script = withNumbers()
    script.delta(2, on('bob', { muted: true, sequence: own }))
    expect(script.get('r-bob')).toMatchObject({ isMuted: true, sequence: known })
    script.delta(3, on('bob', { sequence: own }))
    expect(script.get('r-bob').isMuted).toBe(own === 9)
  })

  test('what a number said of somebody is not said otherwise by the same number', () => {
    const script = withNumbers()
    script.delta(2, on('bob', { muted: true }))
    expect(script.delta(2, on('bob'))).toBe('duplicate')
    expect(script.delta(2, on('bob', { gone: true }))).toBe('duplicate')
    expect(script.get('r-bob')).toMatchObject({ state: 'active', isMuted: true })
  })

  test('a departure older than what is known of somebody is not theirs', () => {
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

describe('rule 6, a delta that says somebody is gone', () => {
  test.each([
    ['under their id', on('bob', { gone: true, muted: true })],
    ['without an id', on('bob', { id: null, gone: true, muted: true })],
  ])('%s tells of that and of nothing else', (_, entry) => {
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

  test('of nobody with an id, without one: tells of that and of nothing else', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null }))
    const told = script.changes.length
    script.delta(1, on('zoe', { id: null, gone: true, muted: true }))
    expect(script.changes.slice(told).map((change) => change.type === 'participant.changed' && change.to)).toEqual([
      'removed',
    ])
  })

  test('under an id nobody knew of them says what it was, and not that they were admitted', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null, lobby: true }))
    script.forgetSoFar()
    script.delta(1, on('zoe', { gone: true }))
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    expect(script.call.byId.get('r-zoe')).toBe('nameless/0')
    expect(script.told()).toEqual(['nameless/0: lobby → removed'])
  })

  test('from the lobby, of an invitee whose coming is still on its way: they came there and went', () => {
    const script = withRinging('bob')
    script.delta(1, on('bob', { lobby: true, gone: true }))
    expect(script.told()).toEqual(['bob: ringing → removed'])
    expect(script.get('bob').lobbyAt).toBe(script.at)
  })

  test('under an id they had before is not about who they are now', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.wait(2_000)
    script.full(bot, on('bob'))
    script.delta(1, on('bob', { id: 'lobby-bob', lobby: true, gone: true }))
    expect(script.is('bob')).toBe('active')
  })

  test('without an id, and repeated, is not about who came under another id since', () => {
    const script = established()
    script.delta(1, bot, on('zoe'), on('ann'))
    script.snapshot(...[bot, on('zoe'), on('ann')].map((entry) => ({ ...entry, sequence: 1 })))
    script.delta(2, on('zoe', { id: null, gone: true }))
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    script.full(bot, on('ann'), on('zoe', { id: 'new-zoe' }))
    expect(script.delta(2, on('zoe', { id: null, gone: true }))).toBe('duplicate')
    expect(script.all('zoe')).toEqual(['removed: left by remote', 'active'])
  })

  test('without an id is about who is there, whoever left before', () => {
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

  test('and of another, in the same breath, that they are there: one of an id that is in both is there', () => {
    const script = established()
    script.delta(1, bot, on('bob'))
    script.snapshot(...[bot, on('bob')].map((entry) => ({ ...entry, sequence: 1 })))
    script.delta(2, on('bob', { gone: true }), on('bob', { muted: true }))
    expect(script.get('r-bob')).toMatchObject({ state: 'active', isMuted: true })
  })
})

describe('rule 6, a fetch under way', () => {
  test('is not answered by the late answer to an earlier one', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob'))
    script.tell({ type: 'host.resumed' })
    expect(
      script.tell({ type: 'roster.fetched', fetch: 1, answer: { verdict: 'done', value: { entries: [bot] } } }),
    ).toBe('outOfDate')
    expect(script.is('r-bob')).toBe('active')
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
  })

  test('that came to nothing is repeated at once by a restart', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.fetched(unconfirmed())
    script.forgetSoFar()
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('that came to nothing is not repeated before its wait is over, whatever report asks for it', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.fetched(unconfirmed())
    script.forgetSoFar()
    script.delta(7)
    script.wait(499)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['GET roster'])
    script.fetched(unconfirmed())
    script.tell({ type: 'host.resumed' })
    expect(script.requests()).toEqual(['GET roster'])
  })
})

describe('rule 6, a deadline that passes while a fetch is under way', () => {
  /** A removal was accepted 21 s ago and its notification lost; the fetch that began 10 s after it takes its time. */
  function withSlowFetch() {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.wait(21_000)
    return script
  }

  test('does not spoil it: a removal whose notification is lost is proved by a GET that takes 11 s', () => {
    const script = withSlowFetch()
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
    expect(script.requests()).toEqual(['DELETE r-bob', 'GET roster'])
  })

  test('leaves it alone however slow it is: one GET in two hours', () => {
    const script = withSlowFetch()
    script.wait(2 * 3_600_000)
    expect(script.requests().filter((request) => request === 'GET roster')).toHaveLength(1)
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test('has another one follow when it began before what is to be judged', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.wait(1)
    script.remove('r-bob')
    script.deleted('r-bob')
    script.wait(10_000)
    script.snapshot(bot, on('bob'))
    script.wait(500)
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-bob', 'GET roster'])
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test('has another one follow though that was to be the last: a need is never dropped', () => {
    const script = withRinging('bob')
    script.wait(70_000)
    script.tell({ type: 'host.resumed' })
    for (let tries = 0; tries < 5; tries += 1) {
      script.fetched(unconfirmed())
      script.wait(500 * 2 ** tries)
    }
    expect(script.call.roster.fetch?.attempt).toBe(6)
    script.wait(4_500)
    script.fetched(unconfirmed())
    script.forgetSoFar().wait(8_000)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test.each(['ann', 'cy'])('serves several who were asked together by one GET: %s', (name) => {
    const script = established()
    script.invite(['ann', 'bob', 'cy'])
    script.wait(90_000)
    script.snapshot(bot)
    expect(script.all(name)).toEqual(['cancelled: noAnswer by deadline'])
    expect(script.requests()).toEqual(['POST ann bob cy', 'GET roster'])
  })
})

describe('rule 6, a service that says when to ask again', () => {
  test('is not asked before: a removal is proved by the second GET after a 429 with Retry-After: 10', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.wait(10_000)
    script.fetched(unconfirmed({ status: 429, code: '429', retryAfterMs: 10_000 }))
    script.wait(9_999)
    expect(script.requests()).toEqual(['DELETE r-bob', 'GET roster'])
    script.wait(1)
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
    expect(script.requests()).toEqual(['GET roster'])
  })

  test.each([Number.NaN, -1, Infinity])('in no sense (%d ms) is asked all the same', (retryAfterMs) => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.fetched(unconfirmed({ status: 429, retryAfterMs }))
    script.forgetSoFar().wait(5 * 60_000)
    expect(script.requests()).toEqual(['GET roster'])
  })
})
