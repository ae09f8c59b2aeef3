import { describe, expect, test } from 'vitest'
import { bot, done, established, on, refused, user, withPresent, withRinging, type Script } from './script.ts'

const waiting = on('ann', { id: 'X', lobby: true })
const admitted = on('ann', { id: 'Y' })

describe('a fetched roster without numbers has no known place among numbered changes,', () => {
  /** Ann was invited by the id X; the host restarted, and the roster it fetched shows her as Y. */
  function withFetched(...entries: readonly ReturnType<typeof on>[]): Script {
    const script = established()
    script.delta(1, bot)
    script.snapshot(bot)
    script.invite('ann')
    script.taken('ann', { ann: 'X' })
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, ...entries)
    return script.forgetSoFar()
  }

  test('so a late change that shows an earlier id does not replace the fetched id', () => {
    const script = withFetched(admitted)
    script.delta(2, waiting)
    expect([script.all('ann'), script.get('ann').id]).toEqual([['active'], 'Y'])
    expect(script.requests()).toEqual(['GET roster'])
    script.delta(3, { ...waiting, removed: {} }, admitted)
    script.remove('ann')
    expect(script.requests()).toEqual(['DELETE Y'])
  })

  test('so the fetch that it causes decides that it was the same participant', () => {
    const script = withFetched(admitted)
    script.delta(2, waiting)
    script.snapshot(bot, admitted)
    expect([script.all('ann'), script.get('ann').id]).toEqual([['active'], 'Y'])
    script.delta(3, { ...waiting, removed: {} }, admitted)
    expect([script.all('ann'), script.get('ann').id]).toEqual([['active'], 'Y'])
    expect(script.told()).toEqual([])
  })

  test('so the fetch that it causes decides that it is a second device', () => {
    const script = withFetched(admitted)
    script.delta(2, on('ann', { id: 'X' }))
    script.snapshot(bot, admitted, on('ann', { id: 'X' }))
    expect(script.all('ann')).toEqual(['active', 'active'])
    expect([script.get('ann').id, script.get('X').id]).toEqual(['Y', 'X'])
  })

  test('so a second device that joined and left before the fetch is announced once, as removed', () => {
    const script = withFetched(admitted)
    script.delta(2, on('ann', { id: 'X' }))
    script.snapshot(bot, admitted)
    script.delta(3, on('ann', { id: 'X', gone: true }))
    expect(script.all('ann')).toEqual(['active', 'removed: left by remote'])
    expect(script.told()).toEqual(['X: nobody → removed'])
  })

  test('so the changes mean the same in the other order', () => {
    const script = withFetched(admitted)
    script.delta(3, { ...waiting, removed: {} }, admitted)
    script.delta(2, waiting)
    script.snapshot(bot, admitted)
    expect([script.all('ann'), script.get('ann').id]).toEqual([['active'], 'Y'])
    expect(script.told()).toEqual([])
  })

  test('so a late change of an uninvited person introduces no second participant', () => {
    const script = established()
    script.delta(1, bot)
    script.snapshot(bot, admitted)
    script.forgetSoFar()
    script.delta(2, waiting)
    script.snapshot(bot, admitted)
    script.delta(3, { ...waiting, removed: {} }, admitted)
    expect(script.all('ann')).toEqual(['active'])
    expect(script.told()).toEqual([])
  })
})

test('a second device that a numbered change shows beside the first is a second participant at once, in either order', () => {
  for (const order of [
    [2, 3],
    [3, 2],
  ]) {
    const script = established()
    script.delta(1, bot)
    script.snapshot(bot)
    script.invite('ann')
    script.taken('ann', { ann: 'X' })
    for (const number of order) script.delta(number, on('ann', { id: number === 2 ? 'X' : 'Y' }))
    expect(script.all('ann'), `${order}`).toEqual(['active', 'active'])
  }
})

describe('a participant whose first evidence is a departure', () => {
  test('is announced once, as removed', () => {
    const script = established()
    script.delta(1, bot)
    script.snapshot(bot)
    script.forgetSoFar()
    script.delta(2, on('zoe', { gone: true }))
    expect(script.all('zoe')).toEqual(['removed: left by remote'])
    expect(script.told()).toEqual(['r-zoe: nobody → removed'])
  })

  test('and who was invited is announced once, as removed', () => {
    const script = withRinging('zoe')
    script.delta(2, on('zoe', { gone: true }))
    expect(script.told()).toEqual(['zoe: ringing → removed'])
  })

  test('before the answer to the invite identifies the invitee is announced as the invitee once, as removed', () => {
    const script = established()
    script.invite('zoe')
    script.forgetSoFar()
    script.delta(2, on('zoe', { id: 'p-zoe', identity: { encrypted: { id: 'x' } }, gone: true }))
    script.taken('zoe', { zoe: 'p-zoe' })
    expect(script.told()).toEqual(['p-zoe: nobody → removed', 'zoe: invited → ringing', 'zoe: ringing → removed'])
  })
})

describe('one roster entry does not explain a suspicious absence', () => {
  test('of two devices that have just entered the lobby, while it shows a third that had left', () => {
    const script = established()
    script.full(bot, on('ann', { id: 'X1', lobby: true }), on('ann', { id: 'X2', lobby: true }))
    script.wait(1_400)
    script.forgetSoFar()
    script.full(bot, on('ann', { id: 'D' }))
    expect(script.all('ann')).toEqual(['lobby', 'lobby'])
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('ann', { id: 'X1', lobby: true }), on('ann', { id: 'X2', lobby: true }))
    expect([script.get('X1').id, script.get('X2').id]).toEqual(['X1', 'X2'])
    expect(script.told()).toEqual([])
  })

  test('of one device, either', () => {
    const script = established()
    script.full(bot, on('ann', { id: 'X1', lobby: true }))
    script.forgetSoFar()
    script.full(bot, on('ann', { id: 'D' }))
    expect([script.all('ann'), script.requests(), script.told()]).toEqual([['lobby'], ['GET roster'], []])
    script.snapshot(bot, on('ann', { id: 'D' }))
    expect([script.all('ann'), script.get('X1').id]).toEqual([['active'], 'D'])
  })

  test('and it explains one of two who had waited long', () => {
    const script = established()
    script.full(bot, on('ann', { id: 'X1', lobby: true }), on('ann', { id: 'X2', lobby: true }))
    script.wait(5_000)
    script.full(bot, on('ann', { id: 'D' }))
    expect(script.all('ann')).toEqual(['active', 'removed: left by remote'])
  })
})

describe('a fetched roster that does not show the bot', () => {
  test.each([
    ['and no other participant', []],
    ['and another participant', [on('carol')]],
  ])('%s leaves the suspicion that caused it: it is fetched again, and no participant has left by it', (_, entries) => {
    const script = established()
    script.full(bot, on('bob'), on('carol'))
    script.full(bot, on('carol'))
    script.forgetSoFar()
    script.snapshot(...entries)
    expect([script.all('bob'), script.all('carol')]).toEqual([['active'], ['active']])
    script.wait(500)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, on('carol'))
    expect(script.all('bob')).toEqual(['removed: left by remote'])
    expect(script.call.deadlines.has('refetch')).toBe(false)
  })

  test('is fetched again at once by a restart, because overdue deadlines wait for it', () => {
    const script = withPresent('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot()
    script.forgetSoFar()
    script.tell({ type: 'host.resumed' })
    expect([script.requests(), script.call.deadlines.has('refetch')]).toEqual([['GET roster'], false])
  })

  test('is fetched again with growing waits, up to a limit; a heartbeat starts again', () => {
    const script = withPresent('bob')
    const began = script.at
    script.tell({ type: 'host.resumed' })
    const asked: number[] = []
    for (let i = 0; i < 40 && script.call.roster.fetch !== undefined; i += 1) {
      asked.push(script.at - began)
      script.snapshot()
      for (let waits = 0; waits < 400 && script.call.roster.fetch === undefined; waits += 1) script.wait(100)
    }
    expect(asked).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500])
    script.forgetSoFar()
    script.tell({ type: 'keepAlive.answered', answer: done })
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: left by remote')
  })
})

describe('an id that rosters no longer show', () => {
  /** Bob is known as r-bob; rosters go on showing him without an id. */
  function withoutIds(): Script {
    const script = withPresent('bob')
    script.full(bot, on('bob', { id: null }))
    script.wait(5_000)
    script.full(bot, on('bob', { id: null }))
    return script.forgetSoFar()
  }

  test('and a DELETE does not find ends no participant whom rosters still show; the roster is fetched', () => {
    const script = withoutIds()
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('active, removal held')
    script.wait(0)
    expect(script.requests()).toEqual(['DELETE r-bob', 'GET roster'])
    script.snapshot(bot, on('bob', { id: 'new-bob' }))
    expect([script.all('bob'), script.requests()]).toEqual([['active, removal sent'], ['DELETE new-bob']])
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test('also by a report that is not believed: a 404 ends no participant before the fetch', () => {
    const script = withPresent('bob')
    script.full(bot, on('bob'), on('carl'))
    // Carl has just joined and is not shown: the report is older than that, or he has left at once.
    script.full(bot, on('bob', { id: null }))
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('active, removal held')
    script.snapshot(bot, on('bob', { id: 'new-bob' }), on('carl'))
    expect(script.all('bob')).toEqual(['active, removal sent'])
  })

  test('and a DELETE does not find is proved absent by the fetched roster', () => {
    const script = withoutIds()
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    script.wait(0)
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test.each([
    ['a report that shows it', (script: Script) => script.full(bot, on('bob'))],
    ['a change that shows it', (script: Script) => script.delta(3, on('bob', { muted: true }))],
    ['a change that says it is gone', (script: Script) => script.delta(3, on('bob', { gone: true }))],
  ])('and a DELETE has not found is not bound again by %s', (_, tell) => {
    const script = withoutIds()
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    tell(script)
    expect([script.is('r-bob'), script.get('r-bob').id]).toEqual(['active, removal held', undefined])
    script.wait(0)
    for (let fetches = 0; fetches < 3 && script.call.roster.fetch !== undefined; fetches += 1) {
      script.snapshot(bot, on('bob', { id: 'new-bob' }))
      script.wait(500)
    }
    expect([script.all('bob'), script.get('r-bob').id]).toEqual([['active, removal sent'], 'new-bob'])
  })

  test('and then show again is proved absent by a DELETE that does not find it', () => {
    const script = withoutIds()
    script.full(bot, on('bob'))
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test("may be an invitee's", () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob', { id: 'p-bob' }))
    script.wait(5_000)
    script.full(bot, on('bob', { id: null }))
    script.remove('bob')
    script.deleted('bob', refused(404))
    expect(script.is('bob')).toBe('active, removal held')
    script.wait(0)
    script.snapshot(bot, on('bob', { id: null }))
    expect(script.is('bob')).toBe('active, removal held')
    expect(user('bob')).toEqual(script.get('bob').identity)
  })
})

describe("one change that removes an invitee's own lobby id", () => {
  const ownId = on('ann', { id: 'X', lobby: true })
  const leaves = { ...ownId, removed: {} }

  function rung(): Script {
    const script = established()
    script.delta(1, bot)
    script.snapshot(bot)
    script.invite('ann')
    script.taken('ann', { ann: 'X' })
    return script
  }

  test('and shows an admitted and a waiting device: the invitee is the admitted one', () => {
    const script = rung()
    script.forgetSoFar()
    script.delta(2, on('ann', { id: 'Z', lobby: true }), admitted, leaves)
    expect(script.get('ann').id).toBe('Y')
    expect(script.told()).toEqual(['ann: ringing → active', 'Z: nobody → lobby'])
  })

  test('while the invitee is present under another id that it joined with: the admitted one is a second device', () => {
    const script = rung()
    script.delta(2, on('ann', { id: 'Z' }))
    script.forgetSoFar()
    script.delta(3, admitted, leaves)
    expect([script.get('ann').id, script.get('Y').id]).toEqual(['Z', 'Y'])
    expect(script.told()).toEqual(['Y: nobody → active'])
  })

  test('of an invitee who answered and left, while a second device waits and a third joins: the third is another participant', () => {
    const script = rung()
    script.delta(2, on('ann', { id: 'Z', lobby: true }))
    script.forgetSoFar()
    script.delta(3, admitted, { ...on('ann', { id: 'X' }), removed: {} })
    expect([script.get('ann').id, script.is('ann'), script.is('Y')]).toEqual(['Z', 'lobby', 'active'])
    expect(script.told()).toEqual(['Y: nobody → active', 'X: nobody → removed'])
  })
})

test.each([
  ['first', 'X', 'Z'],
  ['second', 'Z', 'X'],
])('the admitted one of two who waited is not the %s, whose removal the service has accepted', (_, removed, other) => {
  const script = established()
  script.full(bot, on('ann', { id: 'X', lobby: true }), on('ann', { id: 'Z', lobby: true }))
  script.wait(5_000)
  script.remove(removed)
  script.deleted(removed)
  script.forgetSoFar()
  script.full(bot, admitted)
  expect(script.get(other)).toMatchObject({ id: 'Y', state: 'active', removalRequestedAt: undefined })
  expect(script.is(removed)).toBe('removed: removed by local')
  expect(script.requests()).toEqual([])
})

test('a fetch requested before the service accepted a DELETE proves nothing about it: another one follows', () => {
  const script = withPresent('bob')
  script.remove('r-bob')
  script.wait(1_000)
  script.tell({ type: 'host.resumed' })
  script.wait(1_000)
  script.deleted('r-bob')
  script.wait(10_000)
  script.forgetSoFar()
  script.snapshot(bot, on('bob'))
  script.wait(1_000)
  expect(script.requests()).toContain('GET roster')
})
