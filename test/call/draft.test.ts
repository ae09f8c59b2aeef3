/**
 * The draft: the results of a step. Changes and their evidence, which participant an id resolves to while it moves from
 * one to another, and when a removal is checked.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { ParticipantChange } from '../../src/call/model/call.ts'
import { decodeCall, encodeCall } from '../../src/call/codec/codec.ts'
import type { CallOptions } from '../../src/call/model/options.ts'
import { step } from '../../src/call/step.ts'
import { bot, done, established, on, refused, Script, user, withPresent, withRinging } from './script.ts'

/** The changes of participants that one thing brought about. */
function changesOf(script: Script, act: () => unknown): readonly ParticipantChange[] {
  const before = script.changes.length
  act()
  return script.changes.slice(before).filter((change) => change.type === 'participant.changed')
}

/** Ringing bob and carol, to both of whom the service gives the id `p`; carol's answer came last. */
function withSharedId(options: Partial<CallOptions> = {}): Script {
  const script = established(options)
  script.invite('bob')
  script.taken('bob', { bob: 'p' })
  script.invite('carol')
  script.taken('carol', { carol: 'p' })
  return script.forgetSoFar()
}

/** The key of the participant an id resolves to. */
function whoIs(script: Script, id: string): string | undefined {
  return script.call.byId.get(id)
}

describe('a change', () => {
  test('of an ended participant has its ending, and no other change has one', () => {
    const script = withRinging('bob')
    const arrival = changesOf(script, () => script.full(bot, on('bob')))
    expect(arrival).toMatchObject([{ key: 'bob', from: 'ringing', to: 'active' }])
    expect(arrival.filter((change) => 'ending' in change)).toEqual([])
    script.wait(5_000)
    const departure = changesOf(script, () => script.full(bot))
    expect(departure).toMatchObject([
      { key: 'bob', from: 'active', to: 'removed', ending: { cause: 'left', by: 'remote', at: script.at } },
    ])
  })

  test('of a participant whose failure arrives after the deadline that ended it only adds that evidence', () => {
    const script = withRinging('bob')
    script.wait(90_000)
    script.snapshot(bot)
    expect(script.is('bob')).toBe('cancelled: noAnswer by deadline')
    const bob = script.get('bob')
    const failure = (code: number): readonly unknown[] =>
      changesOf(script, () => script.operation('bob', 'failed', { code, subcode: 1 }))
    const evidence = (code: number): object => ({
      at: script.at,
      source: 'operation.failed',
      state: 'cancelled',
      removal: undefined,
      note: `the invite operation failed (${code}/1)`,
    })
    for (const code of [486, 603]) {
      expect(failure(code)).toEqual([
        {
          type: 'participant.changed',
          at: script.at,
          key: 'bob',
          from: 'cancelled',
          to: 'cancelled',
          participant: bob,
          evidence: evidence(code),
          isAnnounced: false,
        },
      ])
    }
    expect([failure(486), failure(603)]).toEqual([[], []])
    expect(script.call.trails.get('bob')?.slice(-2)).toEqual([evidence(486), evidence(603)])
  })
})

describe('an id', () => {
  test('that the service gives to two ringing invitees resolves to the latest one', () => {
    const script = withSharedId()
    script.delta(1, on('zoe', { id: 'p' }))
    expect([script.is('carol'), script.is('bob')]).toEqual(['active', 'ringing'])
  })

  test('under which a participant is also present resolves to the ringing invitee once the service reports it', () => {
    const script = withRinging('bob', { bob: 'p' })
    script.full(bot, on('bob'))
    script.invite('carol')
    script.taken('carol', { carol: 'p' })
    script.delta(1, on('zoe', { id: 'p' }))
    expect([script.is('carol'), script.get('bob').id]).toEqual(['active', 'r-bob'])
  })

  test('that resolves to another participant is not taken back by its first owner, who has a new one', () => {
    const script = withSharedId()
    script.tell({
      type: 'operation.reported',
      clientContext: 'bob',
      operationId: 'op-bob',
      status: 'running',
      participants: [{ identity: user('bob'), participantId: 'q' }],
    })
    expect([script.get('bob').participantId, whoIs(script, 'p'), whoIs(script, 'q')]).toEqual(['q', 'carol', 'bob'])
  })

  test('that resolves to another participant belongs to the one whom the roster shows under it', () => {
    const script = withSharedId()
    script.full(bot, on('carol'))
    script.full(bot, on('carol'), on('bob', { id: 'p' }))
    expect([script.is('bob'), script.is('carol')]).toEqual(['active', 'active'])
    expect([script.get('bob').id, script.get('carol').id, whoIs(script, 'p')]).toEqual(['p', 'r-carol', 'bob'])
  })

  test('that a participant has and keeps is not a former one', () => {
    const script = withRinging('bob', { bob: 'p' })
    script.full(bot, on('bob', { id: 'p' }), on('ann'))
    script.remove('bob')
    script.deleted('bob')
    script.full(bot, on('bob', { id: 'p', muted: true }), on('ann', { muted: true }))
    expect([...script.call.aliases]).toEqual([])
  })

  test('from the response, of a participant present under another id, is a second presence if a later change shows it', () => {
    const script = withRinging('bob', { bob: 'p' })
    script.delta(1, on('bob'))
    script.delta(2, on('bob', { id: 'p' }))
    expect(script.all('bob')).toEqual(['active', 'active'])
    expect([whoIs(script, 'r-bob'), whoIs(script, 'p')]).toEqual(['bob', 'p'])
  })

  test('from the lobby still resolves to each participant who was admitted under another id', () => {
    const script = withPresent()
    script.full(bot, on('ann', { id: 'l-ann', lobby: true }), on('ben', { id: 'l-ben', lobby: true }))
    script.wait(5_000)
    script.full(bot, on('ann'), on('ben'))
    expect(['l-ann', 'l-ben'].map((id) => whoIs(script, id))).toEqual(['l-ann', 'l-ben'])
    script.wait(5_000)
    script.delta(1, on('ann', { id: 'l-ann', lobby: true }), on('ben', { id: 'l-ben', lobby: true }))
    expect([...script.call.participants.values()].map(({ state }) => state)).toEqual(['active', 'active'])
  })
})

describe('A lobby id that is reported for a participant after it was shown as admitted', () => {
  const waiting = on('bob', { id: 'l-bob', lobby: true })
  const admission = [on('bob', { id: 'l-bob', lobby: true, gone: true }), on('bob')]

  test('introduces no participant if the report of its waiting arrives last', () => {
    const script = withPresent()
    script.delta(3, on('bob', { muted: true }))
    script.delta(2, ...admission)
    script.delta(1, waiting)
    expect([script.all('bob'), whoIs(script, 'l-bob')]).toEqual([['active'], 'r-bob'])
  })

  test('introduces no participant if the report of its waiting is repeated', () => {
    const script = withPresent()
    script.delta(1, waiting)
    script.delta(3, on('bob', { muted: true }))
    script.delta(2, ...admission)
    script.tell({ type: 'roster.reported', kind: 'delta', entries: [waiting] })
    expect([script.all('bob'), whoIs(script, 'l-bob')]).toEqual([['active'], 'r-bob'])
  })
})

describe('the order', () => {
  test('of participants without an id is that of their introduction, although the first was seen last', () => {
    const script = withRinging('bob')
    const stranger = on('bob', { id: null, identity: { user: { id: 'bob' }, phone: { id: '+1' } } })
    script.full(bot, on('bob', { id: null }), stranger)
    script.full(bot, on('bob', { id: null, muted: true }), on('bob', { id: null }))
    expect(['bob', 'nameless/1'].map((key) => script.get(key).isMuted)).toEqual([true, false])
  })

  test('of ended participants is that of their endings, although the clock went back: the time of a call does not', () => {
    const script = withPresent('ann', 'ben', 'cas')
    script.full(bot, on('ben'), on('cas'))
    script.at -= 1_000
    script.full(bot, on('cas'))
    script.full(bot)
    expect(script.call.tombstones).toEqual(['r-ann', 'r-ben', 'r-cas'])
    const times = ['r-ann', 'r-ben', 'r-cas'].map((key) => script.get(key).ending?.at)
    expect(times).toEqual(Array(3).fill(script.at + 1_000))
  })
})

describe('an id of a forgotten participant', () => {
  test('resolves to its previous owner', () => {
    const script = withSharedId({ tombstoneLimit: 0 })
    script.operation('carol', 'failed', { code: 603 })
    expect(script.call.participants.has('carol')).toBe(false)
    script.delta(1, on('zoe', { id: 'p' }))
    expect(script.is('bob')).toBe('active')
  })

  test('resolves to its latest remaining owner, whichever others joined since', () => {
    const script = withSharedId({ tombstoneLimit: 0 })
    script.invite('dave')
    script.taken('dave', { dave: 'p' })
    script.invite('erin')
    script.full(bot, on('fay'))
    script.operation('dave', 'failed', { code: 603 })
    expect(whoIs(script, 'p')).toBe('carol')
  })

  test('resolves to an open participant before an ended one', () => {
    const script = withSharedId({ tombstoneLimit: 1 })
    script.invite('dave')
    script.taken('dave', { dave: 'p' })
    script.operation('dave', 'failed', { code: 603 })
    script.wait(1_000)
    script.operation('carol', 'failed', { code: 603 })
    expect([...script.call.participants.keys()].sort()).toEqual(['bob', 'carol'])
    expect(whoIs(script, 'p')).toBe('bob')
  })

  test('resolves to its previous owner on the roster, who has ended', () => {
    const script = new Script()
    script.reported({ state: 'established' })
    script.delta(1, on('app', { id: 'x' }))
    script.delta(2, on('app', { id: 'x', gone: true }))
    script.snapshot(on('app', { id: 'x' }))
    script.wait(500)
    script.snapshot(on('app', { id: 'x' }))
    expect(script.all('app')).toEqual(['removed: left by remote', 'active'])
    script.reported({ myParticipantId: 'x' })
    expect(script.all('app')).toEqual(['removed: left by remote'])
    expect(whoIs(script, 'x')).toBe('x')
  })

  test('does not change what the ids of others resolve to', () => {
    const script = established({ tombstoneLimit: 0 })
    script.invite('bob')
    script.invite('carol')
    script.taken('carol', { carol: 'p' })
    script.taken('bob', { bob: 'p' })
    script.invite('dave')
    script.operation('dave', 'failed', { code: 603 })
    expect(script.call.participants.has('dave')).toBe(false)
    expect([whoIs(script, 'p'), [...script.call.aliases]]).toEqual(['bob', [['p', 'bob']]])
  })

  test('is removed with it, except former ids of other participants', () => {
    const script = established({ tombstoneLimit: 0 })
    script.full(bot, on('ann', { id: 'l-ann', lobby: true }), on('ben', { id: 'l-ben', lobby: true }))
    script.wait(5_000)
    script.full(bot, on('ann'), on('ben'))
    script.wait(5_000)
    script.full(bot, on('ben'))
    expect([...script.call.byId].sort()).toEqual([
      ['l-ben', 'l-ben'],
      ['r-ben', 'l-ben'],
    ])
    expect([...script.call.aliases]).toEqual([['l-ben', 'l-ben']])
  })
})

describe('a key', () => {
  test('is never reused for another participant, however long the first one has been forgotten', () => {
    const script = withPresent('bob')
    script.full(bot)
    script.wait(600_001)
    script.full(bot, on('carol'))
    expect(script.call.participants.has('r-bob')).toBe(false)
    script.full(bot, on('carol'), on('bob'))
    expect([...script.call.participants.values()].map(({ id }) => id)).toEqual(['r-carol', 'r-bob'])
    expect(script.call.participants.has('r-bob')).toBe(false)
  })

  test('of an invitation is never reused, although its clientContext may be', () => {
    const script = established({ tombstoneLimit: 0 })
    script.invite('bob')
    script.operation('bob', 'failed', { code: 603 })
    expect(script.call.participants.size).toBe(0)
    script.invite('bob')
    expect([...script.call.participants.keys()]).toEqual(['bob~1'])
  })

  test('belongs to one participant, although an application names an invitation like a generated key', () => {
    const script = established({ tombstoneLimit: 0 })
    script.invite('ann', { as: 'bob~2' })
    script.invite('bob')
    script.operation('bob', 'failed', { code: 603 })
    script.invite('bob')
    expect([...script.call.participants.keys()].sort()).toEqual(['bob~2', 'bob~2~0'])
  })

  test('of a participant that turned out to be another one is not reused while that one is remembered', () => {
    const script = established()
    script.invite('bob')
    script.full(bot, on('bob', { id: 'p-bob', identity: { encrypted: { id: 'x' } } }))
    script.taken('bob', { bob: 'p-bob' })
    expect([...script.call.participants.keys()]).toEqual(['bob'])
    script.wait(5_000)
    script.full(bot)
    script.tell({ type: 'host.resumed' })
    script.snapshot(bot, on('bob', { id: 'p-bob' }))
    expect(script.all('bob')).toEqual(['removed: left by remote', 'active'])
    expect(script.call.participants.has('p-bob')).toBe(false)
  })

  test('is not reused after a restart, nor by a call that was stored before keys were counted', () => {
    const script = established({ tombstoneLimit: 0 })
    script.invite('bob')
    script.operation('bob', 'failed', { code: 603 })
    const stored = encodeCall(script.call) as { core: { forgotten?: number }; participants: unknown }
    const { forgotten: _, ...older } = stored.core
    for (const value of [stored, { ...stored, core: older }]) {
      const { call } = step(decodeCall(JSON.parse(JSON.stringify(value))), {
        type: 'roster.reported',
        kind: 'full',
        entries: [bot, on('x', { id: 'bob' })],
        at: script.at,
      })
      expect([...call.participants.keys()]).toEqual(['bob~1'])
    }
  })
})

describe('a removal', () => {
  test.each([
    ['was accepted is checked at the time set by its acceptance', done, 6_000, 4_000, 'GET roster'],
    ['waits to be repeated is repeated at that time', refused(429), 0, 1_000, 'DELETE r-bob'],
  ] as const)('that %s, whatever other evidence arrives', (_, answer, heardAfterMs, dueMs, request) => {
    const script = withPresent()
    script.full(bot, on('bob', { lobby: true }))
    script.remove('r-bob')
    script.deleted('r-bob', answer)
    script.wait(heardAfterMs)
    script.full(bot, on('bob'))
    script.full(bot, on('bob', { muted: true }))
    script.forgetSoFar()
    script.wait(dueMs - 1)
    expect(script.requests()).toEqual([])
    script.wait(1)
    expect(script.requests()).toEqual([request])
  })

  test('that waits for an id is checked at its own times, whatever other evidence arrives', () => {
    const script = withPresent()
    script.full(bot, on('bob', { id: null, lobby: true }))
    const [key = ''] = script.call.participants.keys()
    script.remove(key)
    script.wait(1)
    script.snapshot(bot, on('bob', { id: null, lobby: true }))
    script.forgetSoFar()
    script.full(bot, on('bob', { id: null }))
    script.full(bot, on('bob', { id: null, muted: true }))
    script.wait(9_998)
    expect([script.is(key), script.requests()]).toEqual(['active, removal held', []])
    script.wait(2)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test.each([
    ['10 s', 10_000, [0, 10, 30, 70, 130, 190, 250]],
    ['90 s', 90_000, [0, 90, 180, 270]],
  ])(
    'that is accepted and has no effect is repeated after %s, then after twice as long up to a minute, or that time',
    (_, confirmTimeoutMs, seconds) => {
      const script = established({ confirmTimeoutMs })
      script.full(bot, on('bob'))
      script.forgetSoFar()
      script.remove('r-bob')
      const sent: number[] = []
      for (let second = 0; second <= (seconds.at(-1) ?? 0); second += 1) {
        if (script.call.roster.fetch !== undefined) script.snapshot(bot, on('bob'))
        if (script.requests().includes('DELETE r-bob')) {
          sent.push(second)
          script.deleted('r-bob')
        }
        script.wait(1_000)
      }
      expect(sent).toEqual(seconds)
    },
  )
})
