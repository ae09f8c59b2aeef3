/**
 * The shapes of events: an accepted event can be stepped, and the call can be stored and decoded.
 */
import { describe, expect, test } from 'vitest'
import { decodeCall, encodeCall } from '../../src/call/codec/codec.ts'
import { faultOfEvent, readEvent } from '../../src/call/codec/event-schema.ts'
import type {
  CallEvent,
  CallEventType,
  OperationReport,
  RosterEntry,
  ServiceFailure,
} from '../../src/call/model/events.ts'
import { step } from '../../src/call/step.ts'
import type { ResultInfo } from '../../src/participant/participant.ts'
import { notJson, objectsOf, oddJson, placesOf, withOther } from './places.ts'
import { BEGINNING, bot, BOT, Script } from './script.ts'

const identity = { user: { id: 'ann', displayName: 'Ann', tenantId: 't', identityProvider: 'AAD', more: { yes: [1] } } }
const result: ResultInfo = {
  code: 500,
  subcode: 9999,
  message: 'no',
  requestId: 'q',
  invitee: 'ann',
  cause: 'failed',
  by: 'service',
  isUnclassified: false,
}
const operation: OperationReport = {
  operationId: 'op',
  clientContext: 'one',
  status: 'failed',
  result,
  participants: [{ identity, participantId: 'p' }],
}
const entry: RosterEntry = {
  id: 'r-new',
  identity,
  isInLobby: false,
  isMuted: true,
  sequence: 3,
  isAnonymous: false,
  media: [{ kind: 'audio', direction: 'sendReceive', label: 'main', sourceId: '1', isServerMuted: false }],
  endpoint: 'default',
  details: { languageId: 'en', nested: { list: [1, 'two', null] } },
}
const gone: RosterEntry = {
  id: 'r-dan',
  identity: { user: { id: 'dan' } },
  removed: { reason: 'x', cause: 'left', by: 'remote' },
}
const failure: ServiceFailure = {
  reason: 'conflict',
  status: 409,
  code: '8522',
  message: 'no',
  retryAfterMs: 100,
  requestId: 'q',
  cause: 'failed',
  by: 'service',
  isUnclassified: true,
}
const refused = { verdict: 'refused', failure } as const
const done = <T>(value: T): { readonly verdict: 'done'; readonly value: T } => ({ verdict: 'done', value })

/** An event that has no time yet. */
type Untimed<E> = E extends unknown ? Omit<E, 'at'> : never

/** Events with every field there is. */
const samples: { readonly [T in CallEventType]: readonly Untimed<Extract<CallEvent, { readonly type: T }>>[] } = {
  'invite.requested': [
    {
      type: 'invite.requested',
      invitation: 'new',
      ringTimeoutMs: 5_000,
      invitees: [
        {
          identity: { user: { id: 'zoe', more: true } },
          participantId: 'p',
          replacesCallId: 'c',
          isHidden: true,
          removeFromDefaultAudioRoutingGroup: true,
        },
      ],
    },
  ],
  'removal.requested': [{ type: 'removal.requested', key: 'r-dan' }],
  'cancel.requested': [{ type: 'cancel.requested', key: 'one' }],
  'mute.requested': [{ type: 'mute.requested', key: 'r-dan', clientContext: 'm' }],
  'hangUp.requested': [{ type: 'hangUp.requested' }],
  'call.adopted': [{ type: 'call.adopted' }],
  'invite.answered': [
    { type: 'invite.answered', invitation: 'one', answer: done(operation) },
    { type: 'invite.answered', invitation: 'team', answer: done({ ...operation, clientContext: 'team' }) },
    { type: 'invite.answered', invitation: 'one', answer: refused },
  ],
  'removal.answered': [
    { type: 'removal.answered', key: 'r-eve', attempt: 1, answer: done(undefined) },
    { type: 'removal.answered', key: 'r-eve', attempt: 1, answer: refused },
    {
      type: 'removal.answered',
      key: 'r-eve',
      attempt: 1,
      answer: { verdict: 'refused', failure: { ...failure, reason: 'forbidden' } },
    },
  ],
  'mute.answered': [{ type: 'mute.answered', key: 'r-dan', clientContext: 'm', answer: done(operation) }],
  'hangUp.answered': [{ type: 'hangUp.answered', answer: refused }],
  'keepAlive.answered': [{ type: 'keepAlive.answered', answer: refused }],
  'call.fetched': [
    {
      type: 'call.fetched',
      answer: done({ state: 'terminated', myParticipantId: BOT, result, isDeleted: true, reference: 'room' }),
    },
    { type: 'call.fetched', answer: done({ state: 'established', myParticipantId: 'other', reference: 'room' }) },
  ],
  'roster.fetched': [
    {
      type: 'roster.fetched',
      fetch: 1,
      answer: done({ entries: [bot, entry], isComplete: true, operations: [operation] }),
    },
  ],
  'call.bound': [{ type: 'call.bound', tenant: 't' }],
  'call.reported': [
    { type: 'call.reported', state: 'terminated', myParticipantId: BOT, result, isDeleted: true, reference: 'room' },
    { type: 'call.reported', state: 'hold', myParticipantId: 'other', result, reference: 'room' },
  ],
  'operation.reported': [
    { type: 'operation.reported', ...operation },
    { type: 'operation.reported', ...operation, clientContext: 'team' },
    { type: 'operation.reported', ...operation, clientContext: 'unknown', operationId: 'unmatched' },
  ],
  'roster.reported': [
    { type: 'roster.reported', kind: 'full', sequence: 9, entries: [bot, entry], isComplete: true },
    { type: 'roster.reported', kind: 'delta', sequence: 2, entries: [entry, gone] },
  ],
  'notification.unrecognised': [{ type: 'notification.unrecognised', resource: '/x', what: 'y' }],
  'deadline.passed': [{ type: 'deadline.passed', deadline: 'ring/one' }],
  'host.resumed': [{ type: 'host.resumed' }],
}

/** A call that each of them changes. */
function ready(): Script {
  const script = new Script({ applicationId: 'the-app' })
  script.reported({ state: 'established', myParticipantId: BOT })
  script.tell({
    type: 'roster.reported',
    kind: 'delta',
    sequence: 1,
    entries: [bot, gone, { id: 'r-dan', identity: gone.identity }],
  })
  script.tell({
    type: 'roster.reported',
    kind: 'delta',
    sequence: 1,
    entries: [{ id: 'r-eve', identity: { user: { id: 'eve' } } }],
  })
  script.remove('r-eve')
  script.invite('ann', { as: 'one' })
  script.invite(['bea', 'cy'], { as: 'team' })
  return script
}

const at = BEGINNING + 60_000
const { call } = ready()

/** Steps an event that passed, stores the call, and reads it again as often as a host would. */
function goOn(event: unknown): void {
  const stepped = step(call, { ...(event as CallEvent), at }).call
  const stored = JSON.stringify(encodeCall(stepped))
  expect(JSON.stringify(encodeCall(decodeCall(JSON.parse(stored))))).toBe(stored)
}

describe.each(Object.entries<readonly object[]>(samples))('an event of type %s', (_, events) => {
  test('is accepted, and the resulting call can be decoded', () => {
    for (const event of events) {
      expect(faultOfEvent(event)).toBeUndefined()
      goOn(event)
    }
  })

  test('with another value at any one place is refused with its path, or leaves a call that can be decoded', () => {
    for (const event of events)
      for (const place of placesOf(event))
        for (const other of [...oddJson, ...notJson]) {
          const changed = withOther(event, place, other)
          const fault = faultOfEvent(changed)
          if (fault === undefined) expect(() => goOn(changed), place.join('.')).not.toThrow()
          else
            expect(written(place).startsWith(fault.path) || fault.path.startsWith(written(place)), fault.path).toBe(
              true,
            )
        }
  })

  test('with an additional field is refused, or leaves a call that can be decoded', () => {
    for (const event of events)
      for (const place of objectsOf(event))
        for (const other of [...oddJson, ...notJson]) {
          const changed = withOther(event, [...place, 'inAddition'], other)
          if (faultOfEvent(changed) === undefined) expect(() => goOn(changed), place.join('.')).not.toThrow()
        }
  })
})

function written(place: readonly (string | number)[]): string {
  return place.map((one) => (typeof one === 'number' ? `[${one}]` : `.${one}`)).join('')
}

describe('the first fault of an event is reported', () => {
  test.each<readonly [unknown, string, string]>([
    [7, '', 'an object'],
    [{}, '.type', 'the type of a call event'],
    [{ type: 'call.dreamt' }, '.type', 'the type of a call event'],
    [{ type: 'toString' }, '.type', 'the type of a call event'],
    [{ type: 'operation.reported', status: 'failed', result: { code: '486' } }, '.result.code', 'a number'],
    [
      { type: 'roster.reported', kind: 'full', entries: [{ identity: { user: null } }] },
      '.entries[0].identity.user',
      'an object',
    ],
    [
      { type: 'roster.reported', kind: 'full', entries: [{ identity: {}, details: { a: [1, { big: 10n }] } }] },
      '.entries[0].details.a[1].big',
      'a JSON value',
    ],
    [
      {
        type: 'roster.reported',
        kind: 'full',
        entries: [{ identity: { user: { id: 'u', '@odata.x': new Date(0) } } }],
      },
      ".entries[0].identity.user['@odata.x']",
      'a plain object',
    ],
    [
      { type: 'keepAlive.answered', answer: { verdict: 'refused', failure: { code: 'c', message: 'm' } } },
      '.answer.failure.reason',
      'one of gone, forbidden, throttled, conflict, other',
    ],
  ])('%o at %s', (event, path, expected) => {
    expect(faultOfEvent(event)).toMatchObject({ path, expected })
  })

  test('an event of a later version is left to the reader of a trace', () => {
    const refuse = (): Error => new Error('refused')
    expect(readEvent({ type: 'call.dreamt', at: 1 }, refuse)).toBeUndefined()
    expect(() => readEvent({ type: 'call.dreamt' }, refuse)).toThrow('refused')
  })
})
