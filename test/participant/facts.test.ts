/**
 * What one event makes of one participant where the order of moments, a field of an identity or the words of an ending
 * decide it. Which state leads where is held elsewhere: by the documents drawn from the definition, and by XState.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { ParticipantEvent } from '../../src/participant/events.ts'
import type { IdentitySet } from '../../src/participant/identity.ts'
import type { Participant, ParticipantFacts } from '../../src/participant/participant.ts'
import { transition } from '../../src/participant/transition.ts'
import { participantIn, type Place } from './cases.ts'

const active: Place = ['active', undefined]
const asked = {
  removalRequestedAt: 2_000,
  removalBy: 'local',
  removalTarget: 'roster-id',
  removalAttempts: 1,
  isRemovalEarly: false,
} as const

function afterEvent(place: Place, facts: Partial<ParticipantFacts>, event: ParticipantEvent): Participant {
  return transition(participantIn(place, facts), event).participant
}

describe('a participant that rings', () => {
  const expired = { expiredAt: 4_000 }
  const snapshot = (fetchedAt?: number): ParticipantEvent => ({ type: 'absence.proved', at: 5_000, fetchedAt })

  test.each([
    [4_000, 'cancelled'],
    [4_001, 'cancelled'],
    [3_999, 'ringing'],
    [undefined, 'ringing'],
  ])('is not there when a snapshot asked for at %s says so after a deadline at 4000: %s', (fetchedAt, state) => {
    expect(afterEvent(['ringing', undefined], expired, snapshot(fetchedAt)).state).toBe(state)
    expect(afterEvent(['ringing', 'accepted'], { ...asked, ...expired }, snapshot(fetchedAt)).state).toBe(state)
  })

  test.each([
    [3_001, 'cancelled'],
    [3_000, 'ringing'],
    [2_999, 'ringing'],
    [undefined, 'ringing'],
  ])(
    'is cancelled by a DELETE taken at 3000 when a snapshot asked for at %s leaves them out: %s',
    (fetchedAt, state) => {
      expect(
        afterEvent(['ringing', 'accepted'], { ...asked, removalAcceptedAt: 3_000 }, snapshot(fetchedAt)).state,
      ).toBe(state)
    },
  )

  test('is not given up before their deadline, wanted out or not', () => {
    const event = { type: 'grace.expired', at: 5_000 } as const
    for (const [place, facts] of [
      [['ringing', undefined], {}],
      [['ringing', 'held'], asked],
    ] as const) {
      const participant = participantIn(place, facts)
      expect(transition(participant, event).participant).toBe(participant)
    }
    expect(afterEvent(['ringing', 'held'], { ...asked, ...expired }, event).ending).toStrictEqual({
      cause: 'cancelled',
      by: 'local',
      at: 5_000,
    })
  })

  test.each(['cancelled', 'failed', 'unknown'] as const)(
    'and is wanted out is cancelled by us, though the service calls it %s',
    (cause) => {
      const event = { type: 'invitation.failed', at: 5_000, cause, by: 'service', result: { code: 487 } } as const
      expect(afterEvent(['ringing', 'sent'], asked, event).ending).toStrictEqual({
        cause: 'cancelled',
        by: 'local',
        at: 5_000,
        code: 487,
      })
    },
  )

  test.each(['declined', 'busy', 'noAnswer'] as const)(
    'and is wanted out is not cancelled by us when the service says %s',
    (cause) => {
      const event = { type: 'invitation.failed', at: 5_000, cause, by: 'remote', result: {} } as const
      expect(afterEvent(['ringing', 'sent'], asked, event).ending).toStrictEqual({ cause, by: 'remote', at: 5_000 })
    },
  )
})

describe('a present participant', () => {
  test.each([1_999, 2_000, undefined])(
    'and whom a report that was not believed left out at %s has been removed when their removal was asked for at 2000',
    (missingSince) => {
      expect(
        afterEvent(['active', 'sent'], { ...asked, missingSince }, { type: 'absence.proved', at: 5_000 }).ending,
      ).toStrictEqual({ cause: 'removed', by: 'local', at: 5_000 })
    },
  )

  test('and is replaced is so by the service', () => {
    expect(afterEvent(active, {}, { type: 'presence.reassigned', at: 5_000 }).ending).toStrictEqual({
      cause: 'replaced',
      by: 'service',
      at: 5_000,
    })
  })

  test.each<Place>([active, ['active', 'sent']])(
    'keeps the number of the report that says they are gone: %s, removal %s',
    (...place) => {
      const facts = { ...asked, sequence: 3 }
      expect(afterEvent(place, facts, { type: 'absence.proved', at: 5_000, sequence: 9 }).sequence).toBe(9)
      expect(afterEvent(place, facts, { type: 'absence.proved', at: 5_000 }).sequence).toBe(3)
    },
  )

  test('learns nothing from an address they have', () => {
    const participant = participantIn(active, { id: 'roster-id', participantId: 'invitee-id' })
    for (const address of ['roster-id', 'invitee-id'])
      expect(transition(participant, { type: 'address.learned', at: 5_000, address }).participant).toBe(participant)
    expect(
      afterEvent(
        active,
        { id: 'roster-id', participantId: 'invitee-id' },
        { type: 'address.learned', at: 5_000, address: 'other' },
      ).participantId,
    ).toBe('other')
  })
})

describe('an ending', () => {
  test('has what the service said, and no empty places for what it did not', () => {
    const over = (result: object): ParticipantEvent => ({
      type: 'call.ended',
      at: 5_000,
      cause: 'callEnded',
      by: 'remote',
      result,
    })
    const plain = { cause: 'callEnded', by: 'remote', at: 5_000 }
    const whole = { code: 200, subcode: 5010, message: 'over', requestId: 'r' }
    expect(afterEvent(active, {}, over({})).ending).toStrictEqual(plain)
    expect(afterEvent(active, {}, over(whole)).ending).toStrictEqual({ ...plain, ...whole })
  })
})

describe('a roster', () => {
  const ann = { user: { id: 'ann', displayName: 'Ann', tenantId: 't' } }

  function showing(
    known: IdentitySet,
    shown: IdentitySet,
    rest: { readonly sequence?: number } = {},
  ): readonly [before: Participant, afterEvent: Participant] {
    const before = participantIn(active, { id: 'r', identity: known, isMuted: false, sequence: 7 })
    return [
      before,
      transition(before, {
        type: 'roster.showed',
        at: 5_000,
        id: 'r',
        identity: shown,
        isInLobby: false,
        isMuted: false,
        ...rest,
      }).participant,
    ]
  }

  test.each<[string, IdentitySet]>([
    ['the same', ann],
    ['less', { user: { id: 'ann' } }],
    ['no id', { user: { displayName: 'Ann', tenantId: 't' } }],
    ['nothing', {}],
    ['an empty identity', { user: {} }],
    ['an identity of nobody', { user: undefined }],
  ])('that says %s of somebody is no news', (_, shown) => {
    const [before, now] = showing(ann, shown)
    expect(now).toBe(before)
  })

  test('with the number it had is no news, with another one it is', () => {
    const [before, same] = showing(ann, ann, { sequence: 7 })
    expect(same).toBe(before)
    expect(showing(ann, ann, { sequence: 8 })[1].sequence).toBe(8)
  })

  test.each<[string, IdentitySet, IdentitySet, IdentitySet]>([
    ['a name', { user: { id: 'ann' } }, { user: { displayName: 'Ann' } }, { user: { id: 'ann', displayName: 'Ann' } }],
    [
      'a tenant',
      { user: { id: 'ann' } },
      { user: { id: 'ann', tenantId: 't' } },
      { user: { id: 'ann', tenantId: 't' } },
    ],
    [
      'a tenant alone',
      { user: { id: 'ann', displayName: 'Ann' } },
      { user: { tenantId: 't' } },
      { user: { id: 'ann', displayName: 'Ann', tenantId: 't' } },
    ],
    ['an id', { user: { displayName: 'Ann' } }, { user: { id: 'ann' } }, { user: { displayName: 'Ann', id: 'ann' } }],
    ['another id', ann, { user: { id: 'ann-2' } }, { user: { id: 'ann-2', displayName: 'Ann', tenantId: 't' } }],
    [
      'another name',
      ann,
      { user: { id: 'ann', displayName: 'Anna', tenantId: 't' } },
      { user: { id: 'ann', displayName: 'Anna', tenantId: 't' } },
    ],
    [
      'another tenant',
      ann,
      { user: { id: 'ann', displayName: 'Ann', tenantId: 'u' } },
      { user: { id: 'ann', displayName: 'Ann', tenantId: 'u' } },
    ],
    ['another kind of id', ann, { phone: { id: '+15550100' } }, { ...ann, phone: { id: '+15550100' } }],
  ])('that adds %s to somebody adds it, and takes nothing away', (_, known, shown, merged) => {
    const now = showing(known, shown)[1]
    expect(now.identity).toStrictEqual(merged)
    expect(Object.isFrozen(now.identity)).toBe(true)
    const again = transition(now, {
      type: 'roster.showed',
      at: 6_000,
      id: 'r',
      identity: shown,
      isInLobby: false,
      isMuted: false,
    })
    expect(again.participant).toBe(now)
  })
})
