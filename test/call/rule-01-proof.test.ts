import { describe, expect, test } from 'vitest'
import type { ServiceFailure } from '../../src/call/model/events.ts'
import { bot, done, established, on, refused, withPresent, withRinging, type Script } from './script.ts'

describe('rule 1, somebody who has been on the roster', () => {
  test('a 2xx on their DELETE is a promise: they stay active until there is proof', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    expect(script.requests()).toEqual(['DELETE r-bob'])
    script.deleted('r-bob')
    expect(script.is('r-bob')).toBe('active, removal accepted')
    expect(script.told()).toEqual([])
  })

  test('absence from a complete report proves their removal', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
    expect(script.told()).toEqual(['r-bob: active → removed'])
  })

  test('absence proves their removal before the DELETE was answered, too', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.full(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
    expect(script.deleted('r-bob')).toBe('participantEnded')
  })

  test('a 404 on their DELETE proves their removal', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob', refused(404))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test.each(['8522', '8543', '8558'])('the service code %s, whatever its status, proves it like a 404', (code) => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob', refused(400, code))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test('the end of the call ends them with the call', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.reported({ state: 'terminated', result: { code: 200, subcode: 5010 } })
    expect(script.is('r-bob')).toBe('removed: callEnded by remote')
  })

  test('the word of a delta proves their removal', () => {
    const script = withPresent('bob')
    script.delta(1)
    script.snapshot(bot, on('bob'))
    script.remove('r-bob')
    script.deleted('r-bob')
    script.delta(2, on('bob', { gone: true }))
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test('when no proof comes within 10 s of the 2xx, and not sooner, the roster is fetched', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.forgetSoFar()
    script.wait(9_999)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('r-bob')).toBe('removed: removed by local')
  })

  test('a fetched roster that still shows them sends the DELETE again, one at a time', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob')
    script.forgetSoFar()
    script.wait(10_000)
    script.snapshot(bot, on('bob'))
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-bob'])
    expect(script.is('r-bob')).toBe('active, removal sent')
  })

  test('the roster is looked at again and again while a promise is not kept, and the DELETE sent again, less and less often', () => {
    const script = withPresent('bob')
    script.remove('r-bob')
    const began = script.at
    const sent: number[] = []
    for (let second = 0; second <= 300; second += 1) {
      if (script.requests().includes('DELETE r-bob')) sent.push((script.at - began) / 1_000)
      if (script.get('r-bob').removal === 'sent') script.deleted('r-bob')
      script.wait(1_000)
      if (script.call.roster.fetch !== undefined) script.snapshot(bot, on('bob'))
    }
    const waits = sent.slice(1).map((at, index) => at - (sent[index] ?? 0))
    expect(waits.length).toBeGreaterThan(3)
    expect(waits).toEqual([...waits].sort((one, other) => one - other))
    expect([waits[0], Math.max(...waits) <= 90]).toEqual([10, true])
    expect(script.is('r-bob')).toBe('active, removal accepted')
  })
})

describe('rule 1, an invitee who never was on the roster', () => {
  test('a 2xx on their DELETE ends nothing', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    expect(script.requests()).toEqual(['DELETE p-bob'])
    script.deleted('bob')
    expect(script.is('bob')).toBe('ringing, removal accepted')
  })

  test('absence from a complete report proves nothing', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot)
    expect(script.is('bob')).toBe('ringing')
    script.remove('bob')
    script.full(bot)
    expect(script.is('bob')).toBe('ringing, removal sent')
    script.deleted('bob')
    script.full(bot)
    expect(script.is('bob')).toBe('ringing, removal accepted')
  })

  test('the failure of the invite operation proves the cancel', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.operation('bob', 'failed', {
      code: 400,
      subcode: 8508,
      message: 'Action failed, the operation was cancelled.',
    })
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
    expect(script.get('bob').ending).toMatchObject({ code: 400, subcode: 8508 })
    expect(script.told()).toEqual(['bob: ringing → cancelled'])
  })

  test('the end of the call proves it', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.reported({ state: 'terminated' })
    expect(script.is('bob')).toBe('cancelled: callEnded by unknown')
  })

  test('after a 2xx a fenced fetch without them proves it, asked for when nothing came within 10 s', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.forgetSoFar()
    script.wait(10_000)
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })

  test('a fetch that was asked for before the 2xx proves nothing', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.tell({ type: 'host.resumed' })
    script.wait(5)
    script.deleted('bob')
    script.wait(5)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing, removal accepted')
  })

  test('a fetch with the DELETE unanswered or refused proves nothing', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing, removal sent')
    script.deleted('bob', refused(403))
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing, removal refused')
  })

  test('a fetch without anybody asked to leave proves nothing: they may ring on', () => {
    const script = withRinging('bob')
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot)
    expect(script.is('bob')).toBe('ringing')
  })

  test('a fetch whose answer leaves out the bot is not complete and proves nothing', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.wait(10_000)
    script.snapshot(on('carol'))
    expect(script.is('bob')).toBe('ringing, removal accepted')
  })

  test('a fetch that shows them makes them active and on their way out', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.wait(10_000)
    script.forgetSoFar()
    script.snapshot(bot, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['DELETE r-bob'])
  })

  test('proof that never comes by itself is no hang: the removal of somebody nobody talks about ends', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', done)
    for (let i = 0; i < 30 && script.call.pending.length > 0; i += 1) script.wait(10_000)
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })
})

test('rule 1, a removal that is refused leaves the participant where they are, and says why', () => {
  const script = withPresent('bob')
  script.remove('r-bob')
  script.deleted('r-bob', refused(403, '7504', 'Insufficient enterprise tenant permissions'))
  expect(script.is('r-bob')).toBe('active, removal refused')
  expect(script.get('r-bob').refusal).toMatchObject({ status: 403, code: '7504' })
  script.full(bot)
  expect(script.is('r-bob')).toBe('removed: left by remote')
})

test('rule 1, a refused removal can be asked for again', () => {
  const script = withPresent('bob')
  script.remove('r-bob')
  script.deleted('r-bob', refused(403))
  script.forgetSoFar()
  expect(script.remove('r-bob')).toBe('applied')
  expect(script.requests()).toEqual(['DELETE r-bob'])
  expect(script.get('r-bob').refusal).toBeUndefined()
})

test('rule 1, a removal of nobody, or of somebody who has ended, is ignored with a reason', () => {
  const script = established()
  expect(script.remove('nobody')).toBe('unknownParticipant')
  script.invite('bob')
  script.operation('bob', 'failed', { code: 603 })
  expect(script.remove('bob')).toBe('participantEnded')
})

test.each([
  [0, 'ringing, removal accepted'],
  [1, 'cancelled: cancelled by local'],
])(
  'rule 1, a snapshot asked for %i ms after the service took the DELETE leaves an invitee it does not show %s',
  (laterMs, outcome) => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.at += laterMs
    script.tell({ type: 'host.resumed' })
    script.at += 100
    script.snapshot(bot)
    expect(script.is('bob')).toBe(outcome)
  },
)

test('rule 1, a snapshot asked for before the service took the DELETE, in the same millisecond, proves nothing; the next one does', () => {
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

describe('rule 1, a removal held on somebody who is there without an id', () => {
  const nameless = on('bob', { id: null })

  test('has the roster fetched at once, and later each time, until it names them', () => {
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

  test('whom nobody invited has it fetched, too, and a snapshot without them proves it', () => {
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

  test('and who was wanted out before they came has it fetched when they come', () => {
    const script = withRinging('bob')
    script.remove('bob')
    script.full(bot, nameless)
    script.forgetSoFar()
    script.wait(0)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('has it not fetched once a report names them', () => {
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
  test('of nobody is ignored, with a reason', () => {
    expect(established().tell({ type: 'removal.answered', key: 'nobody', attempt: 1, answer: done })).toBe(
      'unknownParticipant',
    )
  })

  test.each([
    ['once more', done],
    ['otherwise', refused(403)],
  ])('that was given is out of date when it is given %s', (_, answer) => {
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
  ])('%s is kept as it came, when it is a refusal, and nothing is added', (_, failure) => {
    const script = withPresent('bob')
    script.remove('r-bob')
    script.deleted('r-bob', { verdict: 'refused', failure })
    expect(script.get('r-bob').refusal).toStrictEqual({ ...failure, at: script.at })
  })

  test('that finds nobody is in the trail', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob', refused(404))
    expect(script.call.trails.get('bob')?.at(-1)).toMatchObject({
      source: 'removal.answered',
      removal: 'held',
      note: expect.stringContaining('404'),
    })
  })

  test('of somebody who came after the ring deadline has the roster not looked at', () => {
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

  test('whose participant was admitted under another id, by a report that was lost, removes them under that id', () => {
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

  test('whose participant is not on the fetched roster is a removal of ours', () => {
    const script = withMissedRemoval()
    script.snapshot(bot)
    expect(script.is('bob')).toBe('removed: removed by local')
  })

  test('is followed by a roster change that admits them under another id: they are removed under that id', () => {
    const script = withMissedRemoval()
    script.delta(1, { ...waiting, removed: {} }, on('bob'))
    expect(script.is('bob')).toBe('active, removal sent')
    expect(script.requests()).toEqual(['GET roster', 'DELETE r-bob'])
  })

  test('whose participant the roster still shows in the lobby is repeated, later each time', () => {
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

  test('is looked into again when the roster cannot be had', () => {
    const script = withMissedRemoval()
    script.fetched(refused(500))
    script.wait(1_000)
    expect(script.requests()).toContain('DELETE lobby-bob')
    script.deleted('bob', refused(404))
    expect(script.call.roster.fetch ?? script.call.deadlines.get('refetch')).toBeDefined()
  })
})

describe('rule 7, a removal aimed at one device', () => {
  const waiting = on('bob', { id: 'phone', lobby: true })
  const tablet = on('bob', { id: 'tablet' })

  /** Bob waits in the lobby on his phone and is in the call on his tablet; the phone has left, which nobody has told yet. */
  function withTwoDevices(): Script {
    const script = established()
    script.delta(1, bot)
    script.snapshot({ ...bot, sequence: 1 })
    script.delta(2, waiting)
    script.delta(3, tablet)
    script.wait(5_000)
    script.remove('phone')
    script.forgetSoFar()
    script.deleted('phone', refused(404))
    return script
  }

  test('that has left the lobby ends in no DELETE of the other device, which was not asked out', () => {
    const script = withTwoDevices()
    expect(script.requests()).toEqual(['GET roster'])
    script.snapshot(bot, tablet)
    expect([script.is('phone'), script.is('tablet')]).toEqual(['removed: removed by local', 'active'])
    expect(script.requests()).toEqual([])
  })

  test('that has left the lobby by the late roster change ends in no DELETE of the other device', () => {
    const script = withTwoDevices()
    script.delta(4, { ...waiting, removed: {} })
    script.wait(60_000)
    expect([script.is('phone'), script.is('tablet')]).toEqual(['removed: removed by local', 'active'])
    expect(script.requests().filter((request) => request.startsWith('DELETE'))).toEqual([])
  })

  test('is not aimed at the other device by a roster change that gathers the leaving of the one and a mute of the other', () => {
    const script = withTwoDevices()
    script.delta(4, { ...waiting, removed: {} }, { ...tablet, isMuted: true })
    expect([script.is('phone'), script.is('tablet')]).toEqual(['removed: removed by local', 'active'])
    expect(script.get('tablet').isMuted).toBe(true)
  })

  test('is not aimed at the other device that joined first', () => {
    const script = established()
    script.delta(1, bot, tablet)
    script.snapshot({ ...bot, sequence: 1 }, on('bob', { id: 'tablet', sequence: 1 }))
    script.delta(2, waiting)
    script.wait(5_000)
    script.remove('phone')
    script.deleted('phone', refused(404))
    script.forgetSoFar()
    script.delta(3, { ...waiting, removed: {} }, { ...tablet, isMuted: true })
    expect([script.is('phone'), script.is('tablet')]).toEqual(['removed: removed by local', 'active'])
    expect(script.requests()).toEqual([])
  })

  test('is not aimed at the device that a roster without ids shows after the first one has gone', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.delta(1, bot)
    script.snapshot({ ...bot, sequence: 1 })
    script.delta(2, on('bob', { id: null }))
    script.remove('bob')
    script.deleted('bob')
    script.delta(3, on('bob', { id: null, gone: true }))
    expect(script.is('bob')).toBe('removed: removed by local')
    script.forgetSoFar()
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob', { id: null, sequence: 4 }))
    expect(script.all('bob')).toEqual(['removed: removed by local', 'active'])
    expect(script.told()).toEqual(['nameless/1: nobody → active'])
  })

  test('is not aimed at a device that was known when it was asked for, though a lost roster change may have admitted the first one', () => {
    const script = established()
    script.full(bot, waiting)
    script.wait(5_000)
    script.delta(7, tablet)
    script.remove('phone')
    script.deleted('phone', refused(404))
    script.forgetSoFar()
    script.snapshot(bot, tablet)
    script.wait(500)
    if (script.call.roster.fetch !== undefined) script.snapshot(bot, tablet)
    expect([script.is('phone'), script.is('tablet')]).toEqual(['removed: removed by local', 'active'])
  })
})
