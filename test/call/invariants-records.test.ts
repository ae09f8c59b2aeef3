/**
 * The invariants of ids, deadlines and records: each is violated by a call that is broken in that one place.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/call/model/call.ts'
import { invariants } from '../../src/call/invariants.ts'
import { UNMATCHED_OPERATIONS_LIMIT } from '../../src/call/invitations.ts'
import { persistentMap } from '../../src/call/model/persistent-map.ts'
import { bot, established, on, refused, withRinging, type Script } from './script.ts'
import { alter, sound, bob } from './sound-call.ts'

describe('ids', () => {
  test.each<[string, (call: Call) => Call, readonly string[]]>([
    [
      'find only those who had them',
      (call) => ({ ...call, byId: call.byId.set('r-x', 'r-ann') }),
      ['the id r-x resolves to r-ann, which never had it'],
    ],
    [
      'resolve only to participants of the call',
      (call) => ({ ...call, byId: call.byId.set('r-x', 'nobody') }),
      ['the id r-x resolves to nobody, which never had it'],
    ],
    [
      'of the roster resolve to their participants',
      (call) => ({ ...call, byId: call.byId.delete('r-ann') }),
      ['the id r-ann of r-ann resolves to no participant', 'the roster id r-ann of r-ann resolves to undefined'],
    ],
    [
      'of invitees resolve to their participants',
      (call) => ({ ...call, byId: call.byId.delete('p-bob') }),
      [`the id p-bob of ${bob} resolves to no participant`],
    ],
    [
      'of the roster resolve to no other participant',
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
      'that were replaced resolve to their participants',
      (call) => ({ ...call, aliases: persistentMap([['former', 'r-ann']]) }),
      ['the former id former of r-ann resolves to undefined'],
    ],
    [
      'that were replaced resolve to a participant',
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

  test('for the next roster fetch exist only while no fetch is in flight', () => {
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

  test('check a removal that was accepted', () => {
    const { call } = withRemoval({ verdict: 'done', value: undefined })
    expect(invariants({ ...call, deadlines: call.deadlines.delete('confirm/r-ann') })).toEqual([
      'the removal of r-ann has no deadline',
    ])
    expect(invariants(soon(withRemoval().call, 'confirm/r-ann'))).toEqual(nothing('confirm/r-ann'))
  })

  test('check a removal without an id to send it to', () => {
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
      'have no invitation without a participant',
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
      'have the participants of the last complete report',
      (call) => ({ ...call, roster: { ...call.roster, introducedBefore: call.introduced + 1 } }),
      [`a complete report came after ${sound.introduced + 1} introductions, and there were only ${sound.introduced}`],
    ],
    [
      'know who was there when a change came in order',
      (call) => ({ ...call, roster: { ...call.roster, settledBefore: call.introduced + 1 } }),
      [`a delta came in order after ${sound.introduced + 1} introductions, and there were only ${sound.introduced}`],
    ],
    [
      'may have all participants shown',
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
