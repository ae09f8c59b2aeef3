/**
 * The invariants: none is violated by a call that `step` made, and each is by a call that is broken in that one place.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/call/model/call.ts'
import { invariants } from '../../src/call/invariants.ts'
import { UNMATCHED_OPERATIONS_LIMIT } from '../../src/call/invitations.ts'
import { TRAIL_LIMIT } from '../../src/call/model/evidence.ts'
import { persistentMap } from '../../src/call/model/persistent-map.ts'
import type { Participant } from '../../src/participant/participant.ts'
import { bot, established, on, refused, withPresent, withRinging, type Script } from './script.ts'

/** Ann is active, Lea in the lobby, Nia there without an id, Bob and Carol ring, Gus and Hal have left, in that order. */
function soundCall(): Call {
  const script = established()
  script.delta(1, bot, on('ann'), on('lea', { lobby: true }), on('nia', { id: null }), on('gus'), on('hal'))
  script.snapshot(
    bot,
    ...['ann', 'gus', 'hal'].map((name) => on(name, { sequence: 1 })),
    on('lea', { lobby: true, sequence: 1 }),
    on('nia', { id: null, sequence: 1 }),
  )
  script.invite(['bob', 'carol'], { as: 'team' })
  script.taken('team', { bob: 'p-bob' })
  script.wait(5_000)
  script.delta(2, on('hal', { gone: true }))
  script.wait(10)
  script.delta(3, on('gus', { gone: true }))
  return script.call
}

function alter(call: Call, key: string, change: Partial<Participant>): Call {
  const participant = call.participants.get(key)
  if (participant === undefined) throw new Error(`there is no ${key}: ${[...call.participants.keys()].join(' ')}`)
  return { ...call, participants: call.participants.set(key, { ...participant, ...change }) }
}

const sound = soundCall()
/** What the call names them. */
const bob = 'team/0'
const ending = { cause: 'left', by: 'remote', at: 1 } as const

test('no invariant is violated by a call that was only ever stepped', () => {
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
      'is not noted as told what they are',
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

  test('who is invited and not taken yet has a removal that is held, or none', () => {
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
      'file everybody under their own key',
      (call) => alter(call, 'r-ann', { key: 'r-zoe' }),
      ["a participant is stored under a key that is not the participant's own"],
    ],
    [
      'give everybody an ordinal of their own',
      (call) => alter(call, 'r-lea', { ordinal: call.participants.get('r-ann')?.ordinal ?? 0 }),
      ['two participants have one ordinal'],
    ],
    [
      'count whom they introduce',
      (call) => ({ ...call, introduced: call.introduced - 1 }),
      ['an ordinal is larger than the number of introductions'],
    ],
    [
      'have those who ring as pending',
      (call) => ({ ...call, pending: [] }),
      ['pending is [] and should be ["team/0","team/1"]'],
    ],
    [
      'have nobody else as pending',
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
      'have evidence for everybody',
      (call) => ({ ...call, trails: call.trails.delete('r-ann') }),
      ['a participant has no evidence'],
    ],
    [
      'have evidence for nobody else',
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

  test('have those who ended in one moment in the order of their introduction', () => {
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

describe('ids', () => {
  test.each<[string, (call: Call) => Call, readonly string[]]>([
    [
      'find only those who had them',
      (call) => ({ ...call, byId: call.byId.set('r-x', 'r-ann') }),
      ['the id r-x resolves to r-ann, which never had it'],
    ],
    [
      'find nobody who is not there',
      (call) => ({ ...call, byId: call.byId.set('r-x', 'nobody') }),
      ['the id r-x resolves to nobody, which never had it'],
    ],
    [
      'of the roster find whom they name',
      (call) => ({ ...call, byId: call.byId.delete('r-ann') }),
      ['the id r-ann of r-ann resolves to no participant', 'the roster id r-ann of r-ann resolves to undefined'],
    ],
    [
      'of invitees find whom they name',
      (call) => ({ ...call, byId: call.byId.delete('p-bob') }),
      [`the id p-bob of ${bob} resolves to no participant`],
    ],
    [
      'of the roster find nobody else',
      (call) => ({ ...call, byId: call.byId.set('r-ann', 'r-lea') }),
      ['the id r-ann resolves to r-lea, which never had it', 'the roster id r-ann of r-ann resolves to r-lea'],
    ],
    [
      'belong to one who is present',
      (call) => alter(call, 'r-lea', { id: 'r-ann' }),
      [
        'two present participants have the same roster id: ["r-ann","r-ann"]',
        'the roster id r-ann of r-lea resolves to r-ann',
        'the id r-lea resolves to r-lea, which never had it',
      ],
    ],
    [
      'that gave way find whom they meant',
      (call) => ({ ...call, aliases: persistentMap([['former', 'r-ann']]) }),
      ['the former id former of r-ann resolves to undefined'],
    ],
    [
      'that gave way mean somebody',
      (call) => ({ ...call, byId: call.byId.set('former', 'nobody'), aliases: persistentMap([['former', 'nobody']]) }),
      ['the former id former of nobody resolves to nobody'],
    ],
    [
      "of the bot are nobody's",
      (call) => ({ ...call, self: { ...call.self, participantId: 'r-ann' } }),
      ['the bot itself is one of the participants'],
    ],
    [
      'may have given way',
      (call) => ({ ...call, byId: call.byId.set('former', 'r-ann'), aliases: persistentMap([['former', 'r-ann']]) }),
      [],
    ],
  ])('%s', (_, change, what) => {
    expect([...invariants(change(sound))].sort()).toEqual([...what].sort())
  })

  test("of an invitee may be the bot's: the application invited itself", () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.full(bot, on('bob'))
    const call = script.call
    expect(invariants({ ...call, self: { ...call.self, participantId: 'r-bob' } })).toEqual([])
  })
})

describe('deadlines', () => {
  const soon = (call: Call, name: string): Call => ({ ...call, deadlines: call.deadlines.set(name, 1) })
  const nothing = (name: string): readonly string[] => [`the deadline ${name} belongs to nothing`]

  test.each<[string, (call: Call) => Call, readonly string[]]>([
    ...[
      'ring/nobody',
      'grace/nobody',
      'ring/r-ann',
      'grace/r-ann',
      'confirm/nobody',
      'confirm/r-ann',
      'retry/nobody',
      'retry/r-ann',
      'complete/nothing',
      'callFetch',
      'whatever',
      'whatever/r-ann',
    ].map((name): [string, (call: Call) => Call, readonly string[]] => [
      `for something: ${name} is none`,
      (call) => soon(call, name),
      nothing(name),
    ]),
    ...['complete/team', 'keepAlive', 'hangUp', 'refetch'].map(
      (name): [string, (call: Call) => Call, readonly string[]] => [`may be ${name}`, (call) => soon(call, name), []],
    ),
    [
      'end the ringing',
      (call) => ({ ...call, deadlines: call.deadlines.delete(`ring/${bob}`) }),
      [`${bob} may ring for ever`],
    ],
    [
      'end the ringing, or the grace after it',
      (call) => ({ ...call, deadlines: call.deadlines.delete(`ring/${bob}`).set(`grace/${bob}`, 1) }),
      [],
    ],
    [
      'have a time',
      (call) => ({ ...call, deadlines: call.deadlines.set('keepAlive', Number.NaN) }),
      ['a deadline has no time'],
    ],
  ])('%s', (_, change, what) => {
    expect(invariants(change(sound))).toEqual(what)
  })

  test('for the next look at the roster are there only while none is under way', () => {
    const script = established()
    script.delta(9, on('ann'))
    expect(script.call.roster.fetch).toBeDefined()
    expect(invariants(soon(script.call, 'refetch'))).toEqual(nothing('refetch'))
  })

  /** The DELETE of Ann, as far as it has come. */
  function withRemoval(answer?: Parameters<Script['deleted']>[1]): Script {
    const script = established()
    script.full(bot, on('ann'))
    script.remove('r-ann')
    if (answer !== undefined) script.deleted('r-ann', answer)
    return script
  }

  test('look after a removal that was accepted', () => {
    const { call } = withRemoval({ verdict: 'done', value: undefined })
    expect(invariants({ ...call, deadlines: call.deadlines.delete('confirm/r-ann') })).toEqual([
      'the removal of r-ann has no deadline',
    ])
    expect(invariants(soon(withRemoval().call, 'confirm/r-ann'))).toEqual(nothing('confirm/r-ann'))
  })

  test('look after a removal that has no id to go to', () => {
    const script = established()
    script.full(bot, on('nia', { id: null }))
    const nia = 'nameless/0'
    script.remove(nia)
    expect(invariants({ ...script.call, deadlines: script.call.deadlines.delete(`confirm/${nia}`) })).toEqual([
      `the removal of ${nia} has no deadline`,
    ])
  })

  test('repeat a removal only while it is held', () => {
    const { call } = withRemoval(refused(503))
    expect(call.participants.get('r-ann')?.removal).not.toBe('held')
    expect(invariants(soon(call, 'retry/r-ann'))).toEqual(nothing('retry/r-ann'))
    const { call: held } = withRemoval({
      verdict: 'unconfirmed',
      failure: { reason: 'other', code: 'timeout', message: 'no answer' },
    })
    expect(invariants(soon(held, 'retry/r-ann'))).toEqual([])
  })
})

describe('records', () => {
  const invitation = sound.invitations.get('team')

  test.each<[string, (call: Call) => Call, readonly string[]]>([
    [
      'have an invitation under its own id',
      (call) => ({
        ...call,
        invitations: call.invitations.set('team', { ...(invitation as never as object), id: 'other' } as never),
      }),
      ['the invitation team does not match its invitees'],
    ],
    [
      'have a key for each invitee',
      (call) => ({
        ...call,
        invitations: call.invitations.set('team', { ...(invitation as never as object), keys: [bob] } as never),
      }),
      ['the invitation team does not match its invitees'],
    ],
    [
      'have no invitation of nobody',
      (call) => ({
        ...call,
        invitations: call.invitations.set('team', {
          ...(invitation as never as object),
          keys: [],
          invitees: [],
        } as never),
      }),
      ['the invitation team does not match its invitees'],
    ],
    [
      'bound what belongs to no invitation',
      (call) => ({ ...call, unmatchedOperations: orphans(call, UNMATCHED_OPERATIONS_LIMIT + 1) }),
      [`${UNMATCHED_OPERATIONS_LIMIT + 1} unmatched operations are kept`],
    ],
    [
      'keep as many as the bound',
      (call) => ({ ...call, unmatchedOperations: orphans(call, UNMATCHED_OPERATIONS_LIMIT) }),
      [],
    ],
    [
      'number the fetch under way',
      (call) => fetching(call, call.roster.fetches + 1),
      [`fetch ${sound.roster.fetches + 1} is in progress, and only ${sound.roster.fetches} have been requested`],
    ],
    ['may have the last fetch under way', (call) => fetching(call, call.roster.fetches), []],
    [
      'know whom a report of everybody showed',
      (call) => ({ ...call, roster: { ...call.roster, introducedBefore: call.introduced + 1 } }),
      [`a complete report came after ${sound.introduced + 1} introductions, and there were only ${sound.introduced}`],
    ],
    [
      'know who was there when a change came in order',
      (call) => ({ ...call, roster: { ...call.roster, settledBefore: call.introduced + 1 } }),
      [`a delta came in order after ${sound.introduced + 1} introductions, and there were only ${sound.introduced}`],
    ],
    [
      'may have everybody shown',
      (call) => ({ ...call, roster: { ...call.roster, introducedBefore: call.introduced } }),
      [],
    ],
    [
      'have no snapshot ahead of the roster',
      (call) => ({ ...call, roster: { ...call.roster, baseline: 10 } }),
      ['the baseline is 10, and the latest sequence number is 3'],
    ],
    [
      'have no snapshot of a roster without numbers',
      (call) => ({ ...call, roster: { ...call.roster, baseline: 1, sequence: undefined } }),
      ['the baseline is 1, and the latest sequence number is undefined'],
    ],
    [
      'have a number by which rosters are ordered',
      (call) => ({ ...call, roster: { ...call.roster, baseline: undefined, isOrdered: true } }),
      ['rosters are marked as ordered by numbers, and there is no numbered baseline'],
    ],
    ['may have a snapshot as new as the roster', (call) => ({ ...call, roster: { ...call.roster, baseline: 3 } }), []],
  ])('%s', (_, change, what) => {
    expect(invariants(change(sound))).toEqual(what)
  })

  function orphans(call: Call, count: number): Call['unmatchedOperations'] {
    let kept = call.unmatchedOperations
    for (let index = 0; index < count; index += 1)
      kept = kept.set(`operation-${index}`, { operationId: `operation-${index}`, status: 'running' })
    return kept
  }

  function fetching(call: Call, number: number): Call {
    return {
      ...call,
      roster: { ...call.roster, fetch: { number, requestedAt: 1, attempt: 1, isFenceBroken: false } },
      deadlines: call.deadlines.delete('refetch'),
    }
  }
})

describe('a call', () => {
  const over = (): Call => {
    const script = established()
    script.full(bot, on('ann'))
    script.reported({ state: 'terminated', result: { code: 200, subcode: 5010 } })
    return script.call
  }

  test('that goes on has no ending', () => {
    expect(invariants({ ...sound, ending })).toEqual(['the call is established and has an ending'])
  })

  test.each<[string, (call: Call) => Call, string]>([
    ['has an ending', (call) => ({ ...call, ending: undefined }), 'the call is terminated and has no ending'],
    [
      'has nobody in it',
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
