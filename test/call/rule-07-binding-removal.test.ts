import { describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { bot, done, established, on, refused, withRinging, type Script, type Shown, unconfirmed } from './script.ts'

test('rule 7, an invitee who turns out to be a participant without an id is still removed by its known id', () => {
  const script = established({ applicationId: 'the-app' })
  script.full(bot)
  script.wait(5_000)
  script.invite([{ identity: { phone: { id: '+15550100' } }, participantId: 'p-ann' }], { as: 'phone' })
  script.taken('phone')
  script.remove('phone')
  script.deleted('phone')
  script.delta(1, on('ann', { id: 'lobby-ann', lobby: true }), on('ann', { id: null }))
  script.wait(5_000)
  script.full(bot, on('ann', { id: null }))
  script.tell({
    type: 'operation.reported',
    operationId: 'op-phone',
    clientContext: 'phone',
    status: 'running',
    participants: [{ identity: {}, participantId: 'lobby-ann' }],
  })
  expect([script.is('phone'), script.get('phone').removalTarget]).toEqual(['active, removal sent', 'lobby-ann'])
})

describe('rule 7, a lobby id that was replaced during a removal', () => {
  const lobby = (more: Shown = {}): RosterEntry => on('ann', { id: 'lobby-ann', lobby: true, ...more })

  /** Ann waits in the lobby, and the application wants her out. */
  function withAnnUnwanted(): Script {
    const script = established()
    script.delta(1, bot, lobby())
    script.snapshot(bot, lobby({ sequence: 1 }))
    script.wait(5_000)
    script.remove('lobby-ann')
    return script.forgetSoFar()
  }

  test('by two deltas in the wrong order: the removal continues, with the time of its request', () => {
    const script = withAnnUnwanted()
    const askedAt = script.at
    script.wait(100)
    script.delta(3, on('ann', { muted: true }))
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    expect(script.is('r-ann')).toBe('active, removal sent')
    expect(script.get('r-ann')).toMatchObject({ removalRequestedAt: askedAt, removalBy: 'local' })
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-ann'])
    script.delta(4, on('ann', { gone: true }))
    expect(script.is('r-ann')).toBe('removed: removed by local')
  })

  test('of a participant who has left by then: the removed participant is the one of the request', () => {
    const script = withAnnUnwanted()
    script.deleted('lobby-ann')
    script.delta(3, on('ann', { gone: true }))
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect(script.all('ann')).toEqual(['removed: removed by local'])
    expect([...script.call.participants.keys()]).toEqual(['lobby-ann'])
  })

  test('by a snapshot after a lost delta: one participant, and the removal continues', () => {
    const script = withAnnUnwanted()
    script.deleted('lobby-ann')
    script.delta(3, on('ann', { muted: true }))
    script.snapshot(bot, on('ann', { muted: true, sequence: 3 }))
    expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    expect(script.is('r-ann')).toBe('active, removal sent')
    expect(script.told()).toEqual(['r-ann: nobody → active', 'lobby-ann: lobby → removed'])
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-ann'])
    expect(script.delta(2, lobby({ gone: true }), on('ann'))).toBe('outOfDate')
  })

  test('by a full report: one participant, and the removal continues', () => {
    const script = withAnnUnwanted()
    script.delta(3, on('ann'))
    script.full(bot, on('ann'))
    expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    expect(script.is('r-ann')).toBe('active, removal sent')
  })

  test('by a snapshot after a DELETE that was not found: one participant, and the removal continues', () => {
    const script = withAnnUnwanted()
    script.delta(3, on('ann'))
    script.deleted('lobby-ann', refused(404))
    expect([script.is('lobby-ann'), script.is('r-ann')]).toEqual(['lobby, removal held', 'active'])
    expect(script.requests()).toEqual(['GET roster'])
    // The first answer was asked for before the 404 came; the second counts.
    script.snapshot(bot, on('ann', { sequence: 3 }))
    script.wait(500)
    script.snapshot(bot, on('ann', { sequence: 3 }))
    expect([...script.call.participants.keys()]).toEqual(['r-ann'])
    expect(script.is('r-ann')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-ann'])
  })

  test('by a delta after a DELETE that was not found: one participant, who gets a DELETE under the new id', () => {
    const script = withAnnUnwanted()
    script.deleted('lobby-ann', refused(404))
    script.wait(500)
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect(script.all('ann')).toEqual(['active, removal sent'])
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-ann'])
    expect(script.told()).toEqual([])
  })

  test.each([
    ['a DELETE was accepted', done, on('ann')],
    ['a DELETE was not found', refused(404), on('ann')],
    ['a DELETE was not found and the participant waits in the lobby again', refused(404), on('ann', { lobby: true })],
  ])(
    'is not assumed if %s, and one report shows a departure and a later one an arrival: that is a return',
    (_, answer, entry) => {
      const script = withAnnUnwanted()
      script.deleted('lobby-ann', answer)
      script.delta(2, lobby({ gone: true }))
      script.delta(3, entry)
      expect(script.get('r-ann').removal).toBeUndefined()
    },
  )

  test('is not assumed of a participant whom a complete report showed beside the one in the lobby', () => {
    const script = withAnnUnwanted()
    script.delta(2, on('ann'))
    script.full(bot, lobby(), on('ann'))
    script.wait(5_000)
    script.deleted('lobby-ann')
    script.full(bot, on('ann'))
    expect(script.all('ann')).toEqual(['removed: removed by local', 'active'])
  })

  test('by deltas in the wrong order long after a DELETE that was not found: the admitted one gets a DELETE, once', () => {
    const script = withAnnUnwanted()
    script.deleted('lobby-ann', refused(404))
    const askedAt = script.get('lobby-ann').removalRequestedAt
    script.wait(10_001)
    script.delta(3, on('ann'))
    expect(script.is('r-ann')).toBe('active')
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect(script.is('r-ann')).toBe('active, removal sent')
    expect(script.get('r-ann').removalRequestedAt).toBe(askedAt)
    script.deleted('r-ann', refused(403))
    script.forgetSoFar()
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect(script.is('r-ann')).toBe('active, removal refused')
    expect(script.requests()).toEqual([])
  })

  test.each([
    ['waits, too', [on('ann', { lobby: true })], 'lobby'],
    ['waited, too, before they were admitted', [on('ann', { lobby: true }), on('ann')], 'active'],
  ])('is not assumed of another participant who %s', (_, entries, state) => {
    const script = withAnnUnwanted()
    script.deleted('lobby-ann')
    for (const [place, entry] of entries.entries()) script.delta(3 + place, entry)
    // The second delta came after the fetch was asked for: the next one counts.
    script.snapshot(bot, { ...(entries.at(-1) as RosterEntry), sequence: 9 })
    script.wait(500)
    if (script.call.roster.fetch !== undefined)
      script.snapshot(bot, { ...(entries.at(-1) as RosterEntry), sequence: 9 })
    expect(script.all('ann')).toEqual(['removed: removed by local', state])
  })

  test('is assumed although a fetched roster without numbers had shown the admitted one before the late report of the lobby', () => {
    const script = established()
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('ann'))
    script.delta(1, lobby())
    script.delta(2, lobby({ gone: true }), on('ann'))
    expect(script.all('ann')).toEqual(['active'])
  })

  test('is assumed once: of two who waited, one was admitted', () => {
    const script = established()
    script.delta(1, bot, lobby(), lobby({ id: 'lobby-2' }))
    script.snapshot(bot, lobby({ sequence: 1 }), lobby({ id: 'lobby-2', sequence: 1 }))
    script.wait(5_000)
    script.delta(3, on('ann'))
    script.snapshot(bot, on('ann', { sequence: 3 }))
    expect(script.all('ann')).toEqual(['removed: left by remote', 'active'])
  })

  test.each([
    ['was accepted', done],
    ['may have happened', unconfirmed()],
    ['found no participant', refused(404)],
  ])('is the one to stay, of two who waited, if the DELETE of the other %s', (_, answer) => {
    const script = established()
    script.full(bot, lobby({ id: 'lobby-1' }), lobby({ id: 'lobby-2' }))
    script.wait(5_000)
    script.remove('lobby-1')
    script.deleted('lobby-1', answer)
    script.full(bot, on('ann'))
    expect([script.is('lobby-1'), script.is('lobby-2')]).toEqual(['removed: removed by local', 'active'])
    script.wait(60_000)
    expect(script.requests().filter((request) => request.startsWith('DELETE'))).toEqual(['DELETE lobby-1'])
  })

  test('belongs to the invitees: they keep their identity', () => {
    const script = withRinging('ann')
    script.delta(1, bot, lobby())
    script.snapshot(bot, lobby({ sequence: 1 }))
    script.wait(5_000)
    script.remove('ann')
    script.deleted('ann')
    script.delta(3, on('ann'))
    script.forgetSoFar()
    script.snapshot(bot, on('ann', { sequence: 3 }))
    expect([...script.call.participants.keys()]).toEqual(['ann'])
    expect(script.is('ann')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-ann'])
  })
})

describe('rule 7, a participant whom the application removed', () => {
  test('is removed under both ids if it joins under a second one beside the first', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    script.remove('bob')
    script.forgetSoFar()
    script.full(bot, on('bob'), on('bob', { id: 'p-bob' }))
    expect(script.all('bob')).toEqual(['active, removal sent', 'active, removal sent'])
    expect(script.requests()).toEqual(['DELETE p-bob'])
    expect(script.told()).toEqual([])
  })

  /** Bob was invited, cancelled by the application, and the service took it: he is cancelled for good. */
  function cancel(script: Script, as: string): void {
    script.invite('bob', { as })
    script.taken(as, { bob: `p-${as}` })
    script.remove(as)
    script.deleted(as)
    script.wait(1)
    script.tell({ type: 'host.resumed' })
    for (let tries = 0; tries < 3 && script.call.roster.fetch !== undefined; tries += 1) {
      script.snapshot(bot)
      script.wait(1_000)
    }
    expect(script.is(as)).toBe('cancelled: cancelled by local')
  }

  test('is removed from the lobby, too, if it answers after its cancel was proved', () => {
    const script = established()
    cancel(script, 'bob')
    const askedAt = script.get('bob').removalRequestedAt
    script.forgetSoFar()
    script.full(bot, on('bob', { lobby: true }))
    expect(script.is('r-bob')).toBe('lobby, removal sent')
    expect(script.get('r-bob').removalRequestedAt).toBe(askedAt)
    expect(script.requests()).toEqual(['DELETE r-bob'])
    expect(script.told()).toEqual([])
  })

  test("is not kept out by the bot's ring deadline alone: a later arrival stays", () => {
    const script = established()
    script.invite('bob', { ringTimeoutMs: 10_000 })
    script.taken('bob', { bob: 'p-bob' })
    script.wait(45_000)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
    script.full(bot, on('bob'))
    expect(script.is('r-bob')).toBe('active')
  })

  test('twice, once by a deadline and then by the application, has the latest of these removals', () => {
    const script = established()
    script.invite('bob', { as: 'first', ringTimeoutMs: 10_000 })
    script.taken('first', { bob: 'p-first' })
    script.wait(45_000)
    expect(script.is('first')).toBe('cancelled: noAnswer by deadline')
    cancel(script, 'second')
    script.full(bot, on('bob'))
    expect(script.get('r-bob')).toMatchObject({ removal: 'sent', removalBy: 'local' })
  })

  test('and whose removal was given up when the ring deadline had passed: a later arrival is new', () => {
    const script = established()
    script.invite('bob')
    script.taken('bob')
    script.wait(80_000)
    script.remove('bob')
    script.wait(10_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
    script.wait(1)
    script.full(bot, on('bob'))
    expect(script.is('r-bob')).toBe('active')
  })

  test.each([
    ['had been admitted from the lobby', [on('bob', { lobby: true }), on('bob')]],
    ['had never waited there', [on('bob')]],
  ])('and %s, and was not found: a later arrival under another id is new', (_, entries) => {
    const script = established()
    for (const entry of entries) script.full(bot, entry)
    script.wait(5_000)
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    script.full(bot, on('bob', { id: 'new-bob' }))
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active'])
  })

  test('is sent no second DELETE by an entry without an id, which has no other address', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.forgetSoFar()
    script.full(bot, on('bob', { id: null }))
    expect(script.is('bob')).toBe('active, removal accepted')
    expect(script.requests()).toEqual([])
  })
})
