import { describe, expect, test } from 'vitest'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import { callId, notification, eventsOf, entriesOf, person } from './notification-bodies.ts'

const botId = '05491616-385f-44a8-9974-18cc5f9933c1'

describe('rosters', () => {
  test('an array of participants is the full roster, in order', () => {
    expect(eventsOf(notification([person('b'), person('a')]))).toMatchObject([
      { type: 'roster.reported', kind: 'full', entries: [{ id: 'b' }, { id: 'a' }] },
    ])
  })

  test('an empty array is an empty full roster, also on the odd operations path', () => {
    const empty = [{ type: 'roster.reported', kind: 'full', entries: [] }]
    expect(eventsOf(notification([]))).toEqual(empty)
    expect(eventsOf(notification([], `/app/calls/${callId}/operations/participants`))).toEqual(empty)
  })

  test('an empty array of anything else is not a roster', () => {
    expect(eventsOf(notification([], `/app/calls/${callId}/contentSharingSessions`))).toMatchObject([
      { type: 'notification.unrecognised' },
    ])
  })

  test('missing roster data is not an empty roster', () => {
    expect(eventsOf(notification(null), notification(undefined))).toMatchObject([
      { type: 'notification.unrecognised' },
      { type: 'notification.unrecognised' },
    ])
  })

  test('the id is id, else info.participantId, in any form; without both it is absent', () => {
    const events = eventsOf(
      notification([
        person('05491616385F44A8997418CC5F9933C1', { info: { participantId: 'other', identity: {} } }),
        person(null, { info: { participantId: '05491616-385F-44A8-9974-18CC5F9933C1', id: 'not this' } }),
        person('', { info: { id: 'not this' } }),
      ]),
    )
    expect(events).toMatchObject([{ entries: [{ id: botId }, { id: botId }, { identity: {} }] }])
    expect(entriesOf(events[0])[2]).not.toHaveProperty('id')
  })

  test('a flag that is null changes nothing', () => {
    const [event] = eventsOf(notification([{ id: 'a', isMuted: null, isInLobby: null }]))
    expect(entriesOf(event)).toEqual([{ id: 'a', identity: {} }])
  })

  test('absent flags are false, absent info is an empty identity', () => {
    expect(eventsOf(notification([{ id: 'a' }]))).toEqual([
      { type: 'roster.reported', kind: 'full', entries: [{ id: 'a', identity: {}, isInLobby: false, isMuted: false }] },
    ])
  })

  test('untyped participants are known by their shape on any path', () => {
    expect(
      eventsOf(
        notification(
          [
            { id: 'a', info: {} },
            { id: 'b', isInLobby: true },
          ],
          `/app/calls/${callId}/operations/x`,
        ),
      ),
    ).toMatchObject([{ kind: 'full', entries: [{ id: 'a' }, { id: 'b', isInLobby: true }] }])
  })

  test("a participant type of the future with a participant's shape is a participant", () => {
    expect(
      eventsOf(notification([{ '@odata.type': '#microsoft.graph.participantV2', id: 'a', info: {} }])),
    ).toMatchObject([{ kind: 'full' }])
  })

  test('a list with an unreadable entry is not complete: it only adds and updates', () => {
    expect(
      eventsOf(notification([person('a'), { '@odata.type': '#microsoft.graph.ghost' }, person('b')])),
    ).toMatchObject([
      { type: 'roster.reported', kind: 'delta', entries: [{ id: 'a' }, { id: 'b' }] },
      { type: 'notification.unrecognised', what: 'a resource of type "ghost"' },
    ])
  })

  test('a single participant proves nothing about the others; a deleted one has left', () => {
    expect(eventsOf(notification(person('a')), notification(person('a'), undefined, 'Deleted'))).toMatchObject([
      { type: 'roster.reported', kind: 'delta', entries: [{ id: 'a' }] },
      { type: 'roster.reported', kind: 'delta', entries: [{ id: 'a', removed: {} }] },
    ])
  })

  test('a deleted list of participants is ambiguous and removes no participant', () => {
    expect(eventsOf(notification([person('a')], undefined, 'deleted'))).toMatchObject([
      { type: 'notification.unrecognised', what: 'a deleted roster' },
    ])
  })

  test('removedState is ignored on a full roster unless it gives a reason', () => {
    expect(
      eventsOf(
        notification([
          person('a', { removedState: {} }),
          person('b', { removedState: { reason: ' ' } }),
          person('c', { removedState: { reason: 'gone' } }),
        ]),
      ),
    ).toEqual([
      expect.objectContaining({
        entries: [
          expect.not.objectContaining({ removed: expect.anything() }),
          expect.not.objectContaining({ removed: expect.anything() }),
          expect.objectContaining({ removed: { reason: 'gone' } }),
        ],
      }),
    ])
  })
})

describe('delta rosters', () => {
  const delta = (sequenceNumber: unknown, ...participants: object[]): object => ({
    '@odata.type': '#microsoft.graph.deltaParticipants',
    sequenceNumber,
    participants,
  })

  test.each([
    ['a number beyond 2^53', '9007199254740993'],
    ['a number of ticks', '638000000000000000'],
    ['one in text', '"638000000000000000"'],
    ['the largest there is', '9223372036854775807'],
    ['the smallest there is', '-9223372036854775808'],
  ])('%s is a delta without a number, and the rest of the body is kept', (_, number) => {
    const text = `{"value":[
      {"changeType":"updated","resourceUrl":"/communications/calls/c","resourceData":{"@odata.type":"#microsoft.graph.call","state":"terminated"}},
      {"changeType":"updated","resourceUrl":"/communications/calls/c/participants","resourceData":[{"@odata.type":"#microsoft.graph.deltaParticipants","sequenceNumber":${number},
        "participants":[{"id":"a","info":{"identity":{"user":{"id":"u"}}},"rosterSequenceNumber":${number}}]}]}]}`
    expect(parseNotifications(text)).toEqual([
      { callId: 'c', event: { type: 'call.reported', state: 'terminated' } },
      {
        callId: 'c',
        event: { type: 'roster.reported', kind: 'delta', entries: [{ id: 'a', identity: { user: { id: 'u' } } }] },
      },
    ])
  })

  test('a number padded with zeros is that number', () => {
    expect(eventsOf(notification(delta('0000000000000000010')))).toMatchObject([{ sequence: 10 }])
  })

  test('an array holding one is a delta with its sequence number, also as text', () => {
    expect(eventsOf(notification([delta('10', person('a', { rosterSequenceNumber: '9' }))]))).toMatchObject([
      { type: 'roster.reported', kind: 'delta', sequence: 10, entries: [{ id: 'a', sequence: 9 }] },
    ])
  })

  test('so is an object, and an untyped one', () => {
    const { '@odata.type': _, ...untyped } = delta(3, person('a')) as Record<string, unknown>
    expect(eventsOf(notification(delta(3, person('a'))), notification(untyped))).toMatchObject([
      { kind: 'delta', sequence: 3 },
      { kind: 'delta', sequence: 3 },
    ])
  })

  test('a removedState means a departure, even an empty one; null does not', () => {
    expect(
      eventsOf(
        notification([
          delta(
            1,
            person('a', { removedState: { reason: 'Participant has left the meeting call.' } }),
            person('b', { removedState: {} }),
            person('c', { removedState: null }),
          ),
        ]),
      ),
    ).toEqual([
      expect.objectContaining({
        entries: [
          expect.objectContaining({ removed: { reason: 'Participant has left the meeting call.' } }),
          expect.objectContaining({ removed: {} }),
          expect.not.objectContaining({ removed: expect.anything() }),
        ],
      }),
    ])
  })

  test('several keep their order and their numbers', () => {
    expect(eventsOf(notification([delta(4), delta(3), delta(5)]))).toMatchObject([
      { sequence: 4 },
      { sequence: 3 },
      { sequence: 5 },
    ])
  })

  test('beside participants they keep their place, and the participants stay one full roster', () => {
    expect(eventsOf(notification([delta(4), person('a'), delta(5), person('b')]))).toMatchObject([
      { kind: 'delta', sequence: 4 },
      { kind: 'full', entries: [{ id: 'a' }, { id: 'b' }] },
      { kind: 'delta', sequence: 5 },
    ])
  })

  test('one without a number or without participants is still a delta', () => {
    expect(eventsOf(notification([{ '@odata.type': '#microsoft.graph.deltaParticipants' }]))).toEqual([
      { type: 'roster.reported', kind: 'delta', entries: [] },
    ])
  })
})
