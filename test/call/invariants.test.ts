/**
 * The invariants: a call made by `step` violates none, and a call broken in one place violates the one of that place.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/call/model/call.ts'
import { invariants } from '../../src/call/invariants.ts'
import { TRAIL_LIMIT } from '../../src/call/model/evidence.ts'
import type { Participant } from '../../src/participant/participant.ts'
import { bot, established, on, withPresent } from './script.ts'
import { alter, sound, bob } from './sound-call.ts'

const ending = { cause: 'left', by: 'remote', at: 1 } as const

test('a call that was only ever stepped violates no invariant', () => {
  expect(invariants(sound)).toEqual([])
  expect([sound.pending, sound.tombstones]).toEqual([
    [bob, 'team/1'],
    ['r-hal', 'r-gus'],
  ])
})

describe('a participant', () => {
  test.each<[string, Partial<Participant>, string]>([
    ['who is there has no ending', { ending }, 'r-ann is active and has an ending'],
    [
      'whose removal is confirmed is so since a moment',
      { removalConfirmedAt: 1 },
      'r-ann has the removal undefined, confirmed at 1',
    ],
    [
      'whose removal is sent had it asked for',
      { removal: 'sent', removalTarget: 'r-ann', removalAttempts: 1 },
      'r-ann has the removal sent without a request',
    ],
    [
      'whose removal is accepted had it asked for',
      { removal: 'accepted', removalTarget: 'r-ann', removalAttempts: 1 },
      'r-ann has the removal accepted without a request',
    ],
    ['whose removal is held had it asked for', { removal: 'held' }, 'r-ann has the removal held without a request'],
    [
      'whose removal is sent was sent a DELETE',
      { removal: 'sent', removalRequestedAt: 1, removalTarget: 'r-ann' },
      'r-ann has the removal sent without a DELETE',
    ],
    [
      'whose removal is sent has a target',
      { removal: 'sent', removalRequestedAt: 1, removalAttempts: 1 },
      'r-ann has the removal sent without a DELETE',
    ],
    [
      'whose removal is accepted was sent a DELETE',
      { removal: 'accepted', removalRequestedAt: 1, removalTarget: 'r-ann' },
      'r-ann has the removal accepted without a DELETE',
    ],
    [
      'is not recorded as announced in its state',
      { announcedState: 'active' },
      'r-ann is active, and its announced state is stored although it is the same',
    ],
  ])('%s', (_, change, what) => {
    expect(invariants(alter(sound, 'r-ann', change))).toContain(what)
  })

  test.each(['r-gus', 'r-hal'])('who has ended has an ending: %s', (key) => {
    expect(invariants(alter(sound, key, { ending: undefined }))).toContain(`${key} is removed and has no ending`)
  })

  test('whose removal is confirmed is not open', () => {
    const broken = invariants(alter(sound, 'r-ann', { removal: 'confirmed', removalConfirmedAt: 1 }))
    expect(broken).toEqual(['r-ann is open although its removal is confirmed'])
    expect(invariants(alter(sound, 'r-ann', { removal: 'confirmed' }))).toContain(
      'r-ann has the removal confirmed, confirmed at undefined',
    )
  })

  test.each(['held', 'sent', 'accepted'] as const)('who has ended has no removal that is %s', (removal) => {
    expect(
      invariants(alter(sound, 'r-gus', { removal, removalRequestedAt: 1, removalTarget: 'r-gus', removalAttempts: 1 })),
    ).toContain(`r-gus has ended with the removal ${removal}`)
  })

  test('who is invited by an unsent request has a held removal or none', () => {
    const script = established()
    script.invite('bob')
    expect(
      invariants(
        alter(script.call, 'bob', { removal: 'sent', removalRequestedAt: 1, removalTarget: 'x', removalAttempts: 1 }),
      ),
    ).toEqual(['bob is invited with the removal sent'])
    expect(invariants(alter(script.call, 'bob', { removal: 'held', removalRequestedAt: 1 }))).toEqual([])
  })
})

describe('the lists', () => {
  test.each<[string, (call: Call) => Call, readonly string[]]>([
    [
      'store every participant under its key',
      (call) => alter(call, 'r-ann', { key: 'r-zoe' }),
      ["a participant is stored under a key that is not the participant's own"],
    ],
    [
      'give every participant its own ordinal',
      (call) => alter(call, 'r-lea', { ordinal: call.participants.get('r-ann')?.ordinal ?? 0 }),
      ['two participants have one ordinal'],
    ],
    [
      'count introduced participants',
      (call) => ({ ...call, introduced: call.introduced - 1 }),
      ['an ordinal is larger than the number of introductions'],
    ],
    [
      'have those who ring as pending',
      (call) => ({ ...call, pending: [] }),
      ['pending is [] and should be ["team/0","team/1"]'],
    ],
    [
      'have no other participant as pending',
      (call) => ({ ...call, pending: [...call.pending, 'r-ann'] }),
      ['pending is ["team/0","team/1","r-ann"] and should be ["team/0","team/1"]'],
    ],
    [
      'have all participants by the ids of their identities',
      (call) => ({ ...call, byIdentity: call.byIdentity.delete('["user"]') }),
      ['the identity index does not match the identities'],
    ],
    [
      'count all participants under the invitations that introduced them',
      (call) => ({ ...call, byInvitation: call.byInvitation.delete('team') }),
      ['the participants are counted under the wrong invitations'],
    ],
    [
      'remember the ended in the order of their ends',
      (call) => ({ ...call, tombstones: call.tombstones.toReversed() }),
      ['tombstones are ["r-gus","r-hal"] and should be ["r-hal","r-gus"]'],
    ],
    [
      'remember no more than the limit',
      (call) => ({ ...call, options: { ...call.options, tombstoneLimit: 1 } }),
      ['2 ended participants are remembered'],
    ],
    [
      'have evidence for every participant',
      (call) => ({ ...call, trails: call.trails.delete('r-ann') }),
      ['a participant has no evidence'],
    ],
    [
      'have evidence for no other participant',
      (call) => ({ ...call, trails: call.trails.set('nobody', call.trails.get('r-ann') ?? []) }),
      ['a trail is too long, or belongs to no participant'],
    ],
    ...[{ source: '' }, { note: '' }].map((empty): [string, (call: Call) => Call, readonly string[]] => [
      `have evidence that says what it is: ${Object.keys(empty).join()}`,
      (call) => ({
        ...call,
        trails: call.trails.set('r-ann', [{ at: 1, source: 'x', state: 'active', note: 'x', ...empty }]),
      }),
      ['a piece of evidence has no source or no note'],
    ]),
    [
      'bound the evidence',
      (call) => ({
        ...call,
        trails: call.trails.set(
          'r-ann',
          Array.from({ length: TRAIL_LIMIT + 1 }, () => ({ at: 1, source: 'x', state: 'active', note: 'x' }) as const),
        ),
      }),
      ['a trail is too long, or belongs to no participant'],
    ],
    ['remember as many as the limit', (call) => ({ ...call, options: { ...call.options, tombstoneLimit: 2 } }), []],
  ])('%s', (_, change, what) => {
    expect(invariants(change(sound))).toEqual(expect.arrayContaining([...what]))
    expect(invariants(change(sound)).length === 0).toBe(what.length === 0)
  })

  test('keep participants with the same end time in order of introduction', () => {
    const script = established()
    script.delta(1, bot, on('ann'), on('ben'))
    script.snapshot(bot, on('ann', { sequence: 1 }), on('ben', { sequence: 1 }))
    script.wait(5_000)
    script.delta(2, on('ben', { gone: true }), on('ann', { gone: true }))
    expect(script.call.tombstones).toEqual(['r-ann', 'r-ben'])
    expect(invariants({ ...script.call, tombstones: ['r-ben', 'r-ann'] })).toEqual([
      'tombstones are ["r-ben","r-ann"] and should be ["r-ann","r-ben"]',
    ])
  })
})

describe('a call', () => {
  const over = (): Call => {
    const script = established()
    script.full(bot, on('ann'))
    script.reported({ state: 'terminated', result: { code: 200, subcode: 5010 } })
    return script.call
  }

  test('that has not ended has no ending', () => {
    expect(invariants({ ...sound, ending })).toEqual(['the call is established and has an ending'])
  })

  test.each<[string, (call: Call) => Call, string]>([
    ['has an ending', (call) => ({ ...call, ending: undefined }), 'the call is terminated and has no ending'],
    [
      'has no participant in it',
      (call) => ({ ...alter(call, 'r-ann', { state: 'active', ending: undefined }), tombstones: [] }),
      'a participant is open in a call that has ended',
    ],
    [
      'waits for nothing',
      (call) => ({ ...call, deadlines: call.deadlines.set('keepAlive', 1) }),
      'deadlines are left after the end: ["keepAlive"]',
    ],
    [
      'asks for nothing',
      (call) => ({
        ...call,
        roster: { ...call.roster, fetches: 1, fetch: { number: 1, requestedAt: 1, attempt: 1, isFenceBroken: false } },
      }),
      'a roster fetch is in progress after the end',
    ],
  ])('that has ended %s', (_, change, what) => {
    expect(invariants(over())).toEqual([])
    expect(invariants(change(over()))).toEqual([what])
  })
})

test.each<[string, (call: Call) => Call]>([
  ['is not known', (call) => ({ ...call, self: {} })],
  ['is in doubt', (call) => ({ ...call, self: { ...call.self, doubt: 'missing' } })],
])('the id of the bot is asked for while it %s', (_, change) => {
  const { call } = withPresent('ann')
  expect(invariants(call)).toEqual([])
  expect(invariants({ ...change(call), deadlines: call.deadlines.delete('callFetch') })).toContain(
    "the bot's own roster id is missing and has no deadline to fetch it",
  )
})
