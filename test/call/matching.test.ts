/**
 * Matching: which participant a roster entry belongs to. `rule-07-binding-*.test.ts` show it in conversations; here are
 * the edge cases in which one comparison more or less confuses two people, or splits one.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { IdentitySet } from '../../src/participant/identity.ts'
import { bot, BOT, established, on, refused, Script, user, withRinging, type Shown } from './script.ts'

describe('several entries of one report', () => {
  test('under two ids of one invitee are two participants, at once', () => {
    const script = withRinging('bob', { bob: 'p-1' })
    script.tell({
      type: 'operation.reported',
      clientContext: 'bob',
      status: 'running',
      participants: [{ identity: user('bob'), participantId: 'p-2' }],
    })
    const twice = [bot, on('bob', { id: 'p-1' }), on('bob', { id: 'p-2' })]
    script.full(...twice)
    expect(script.all('bob')).toEqual(['active', 'active'])
    expect([script.get('bob').id, script.get('p-2').id]).toEqual(['p-1', 'p-2'])
    expect(script.full(...twice)).toBe('duplicate')
  })

  test('without ids, of an identity that has left, are two participants who returned', () => {
    const script = established()
    script.full(bot, on('zoe', { id: null }))
    script.wait(3_000)
    script.full(bot)
    script.full(bot, on('zoe', { id: null }), on('zoe', { id: null }))
    script.snapshot(bot, on('zoe', { id: null }), on('zoe', { id: null }))
    expect(script.all('zoe')).toEqual(['removed: left by remote', 'active', 'active'])
  })

  test('under two ids of an ended participant are two participants who returned', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    script.wait(3_000)
    script.full(bot)
    const twice = [bot, on('bob'), on('bob', { id: 'p-bob', lobby: true })]
    script.full(...twice)
    expect(script.all('bob')).toEqual(['removed: left by remote'])
    script.snapshot(...twice)
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active', 'lobby'])
  })

  test('under two ids of an ended participant cause a fetch if one of them is newer than the ending', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.delta(1, bot, on('bob'))
    script.snapshot({ ...bot, sequence: 1 }, on('bob', { sequence: 1 }))
    script.delta(2, on('bob', { gone: true, sequence: 9 }))
    script.forgetSoFar()
    script.delta(3, on('bob'))
    expect(script.requests()).toEqual([])
    script.delta(4, on('bob'), on('bob', { id: 'p-bob', sequence: 10 }))
    expect(script.requests()).toEqual(['GET roster'])
    expect(script.all('bob')).toEqual(['removed: left by remote'])
  })

  test.each([
    ['the higher number', 7, 5, true],
    ['the higher number', 5, 7, false],
    ['the later place, of equal numbers', 5, 5, false],
    ['the later place, without numbers', undefined, undefined, false],
    ['a number', 5, undefined, true],
    ['a number', undefined, 5, false],
  ])('under one id are one participant, as the entry with %s shows them (%s and %s)', (_, one, other, isMuted) => {
    const script = established()
    const numbered = (sequence: number | undefined): Shown => (sequence === undefined ? {} : { sequence })
    script.full(bot, on('bob', { muted: true, ...numbered(one) }), on('bob', numbered(other)))
    expect(script.all('bob')).toEqual(['active'])
    expect(script.get('r-bob').isMuted).toBe(isMuted)
  })
})

describe('the id from an invite response, of an invitee who joined under another one', () => {
  /**
   * Bob was invited and joined under another id, by a change of that number; another participant has a lobby id behind
   * them.
   */
  function withBob(sequence?: number): Script {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('carol', { id: 'lobby-carol', lobby: true }))
    script.wait(2_000)
    script.full(bot, on('carol'))
    if (sequence === undefined) script.full(bot, on('carol'), on('bob'))
    else script.delta(sequence, on('bob'))
    script.wait(5_000)
    return script
  }

  test('and had when it was removed, is another participant without the removal once a snapshot shows it beside that one', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob', { id: 'p-bob' }))
    script.wait(5_000)
    script.remove('bob')
    script.deleted('bob')
    script.full(bot)
    script.invite('bob', { as: 'again' })
    script.taken('again', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    script.wait(5_000)
    script.forgetSoFar()
    script.full(bot, on('bob'), on('bob', { id: 'p-bob' }))
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active'])
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('bob'), on('bob', { id: 'p-bob' }))
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active', 'active'])
    expect(script.requests()).toEqual([])
  })

  test('is another participant if a full report shows that one alone', () => {
    const script = withBob()
    script.full(bot, on('carol'), on('bob', { id: 'p-bob' }))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
    expect([script.get('bob').id, script.get('p-bob').id]).toEqual(['r-bob', 'p-bob'])
  })

  test.each([
    ['newer than what is known: of another who came', 5, 6, ['r-bob', 'p-bob']],
    ['older than what is known: of another who came', 5, 4, ['r-bob', 'p-bob']],
    ['not numbered, as it may be a former one: undecided', 5, undefined, ['r-bob']],
    ['the first that is numbered, for the same reason: undecided', undefined, 1, ['r-bob']],
  ])('is, in a change that is %s', (_, known, sequence, ids) => {
    const script = withBob(known)
    script.tell({ type: 'roster.reported', kind: 'delta', sequence, entries: [on('bob', { id: 'p-bob' })] })
    const bobs = [...script.call.participants.values()].filter(({ identity }) => identity['user']?.id === 'bob')
    expect(bobs.map(({ id }) => id).sort()).toEqual(ids.sort())
    expect(script.is('bob')).toBe('active')
    expect(script.requests()).toContain('GET roster')
    for (let fetches = 0; fetches < 3 && script.call.roster.fetch !== undefined; fetches += 1) {
      script.snapshot(bot, on('carol'), on('bob'), on('bob', { id: 'p-bob' }))
      script.wait(500)
    }
    expect(script.all('bob')).toEqual(['active', 'active'])
  })

  test('identifies an invitee whom the roster showed without an id, whatever identity it comes with', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob', { id: null }), on('zoe', { id: null }))
    script.full(bot, on('x', { id: 'p-bob', identity: { encrypted: { id: 'x' } } }), on('zoe', { id: null }))
    expect(script.get('bob')).toMatchObject({ state: 'active', id: 'p-bob' })
    expect(script.call.participants.size).toBe(2)
  })
})

describe('an entry is matched by identity', () => {
  test('by any of its keys, if another key matches no participant', () => {
    const script = withRinging('bob')
    script.full(bot, on('bob', { identity: { application: { id: 'teams' }, user: { id: 'bob' } } }))
    expect([...script.call.participants.keys()]).toEqual(['bob'])
    expect(script.is('bob')).toBe('active')
  })

  test.each([
    ['rising', (place: number) => place],
    ['falling', (place: number) => 19 - place],
  ])('without an id with the oldest of many present participants (their ids %s)', (_, number) => {
    const script = established()
    const ids = Array.from({ length: 20 }, (_one, place) => `device-${String(number(place)).padStart(2, '0')}`)
    script.full(bot, ...ids.map((id) => on('zoe', { id })))
    script.delta(1, on('zoe', { id: null, muted: true }))
    expect([...script.call.participants.values()].filter(({ isMuted }) => isMuted).map(({ id }) => id)).toEqual([
      ids[0],
    ])
  })

  test('without an id never with an ended invitee: it is a new participant', () => {
    const script = withRinging('bob')
    script.operation('bob', 'failed', { code: 603 })
    script.full(bot, on('bob', { id: null }))
    expect(script.all('bob')).toEqual([expect.stringMatching(/^cancelled/), 'active'])
    expect(script.requests()).toEqual([])
  })
})

describe('the bot itself', () => {
  test('is not an entry without an id while nothing is known about the bot', () => {
    const script = new Script()
    script.full(on('zoe', { id: null }))
    expect(script.all('zoe')).toEqual(['active'])
    expect(script.call.self).toEqual({})
  })

  test('is found by its application id in a change, although other participants are present', () => {
    const script = new Script({ applicationId: 'the-app' })
    script.delta(1, on('ann'), on('helper', { identity: { application: { id: 'another-app' } } }))
    script.delta(2, bot)
    expect(script.call.self.participantId).toBe(BOT)
    expect(script.call.participants.has(BOT)).toBe(false)
  })

  test('that has a known application id and is missing from a report without it makes the report incomplete', () => {
    const script = new Script({ applicationId: 'the-app' })
    script.full(on('bob'))
    script.wait(3_000)
    script.full(on('carol'))
    expect([script.is('r-bob'), script.is('r-carol')]).toEqual(['active', 'active'])
  })
})

describe('two invitees whom the service shows with a shared identity', () => {
  const guest = (id?: string): IdentitySet => ({
    application: { id: 'app' },
    ...(id === undefined ? {} : { guest: { id } }),
  })
  const waiting = on('x', { id: 'lobby-x', lobby: true, identity: guest() })
  const admitted = on('y', { identity: guest() })

  test.each([
    ['a change', (script: Script) => script.delta(3, { ...waiting, removed: {} }, admitted)],
    ['a full report', (script: Script) => script.full(bot, admitted)],
  ])('are two if one leaves the lobby as the other joins, by %s', (_, tell) => {
    const script = established()
    script.delta(1, bot)
    script.snapshot({ ...bot, sequence: 1 })
    for (const id of ['1', '2']) script.invite([{ identity: guest(id) }], { as: `guest-${id}` })
    script.delta(2, waiting)
    script.wait(5_000)
    tell(script)
    expect([script.is('guest-1'), script.is('guest-2')]).toEqual(['removed: left by remote', 'active'])
    expect(script.get('guest-2').id).toBe('r-y')
  })

  test('are two if one was invited again after a DELETE that was not found in the lobby: the arriving one is not removed', () => {
    const script = withRinging('bob')
    script.delta(1, bot, on('bob', { id: 'lobby-bob', lobby: true }))
    script.snapshot({ ...bot, sequence: 1 }, on('bob', { id: 'lobby-bob', lobby: true, sequence: 1 }))
    script.remove('bob')
    script.deleted('bob', refused(404))
    script.snapshot(bot)
    script.invite('bob', { as: 'again' })
    script.delta(2, on('bob', { id: 'lobby-bob', lobby: true, gone: true }), on('bob'))
    expect([script.is('bob'), script.is('again')]).toEqual(['removed: removed by local', 'active'])
  })
})
