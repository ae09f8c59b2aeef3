import { describe, expect, test } from 'vitest'
import { isRollcallError } from '../../src/call/model/errors.ts'
import type { InboundEvent, RosterEntry } from '../../src/call/model/events.ts'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import { normaliseId } from '../../src/graph/wire/ids.ts'
import { readResourceUrl } from '../../src/graph/wire/resource-url.ts'

const callId = '57dab8b1-894c-409a-b240-bd8beae78896'
const botId = '05491616-385f-44a8-9974-18cc5f9933c1'

function notification(
  resourceData: unknown,
  resourceUrl = `/communications/calls/${callId}/participants`,
  changeType = 'updated',
): object {
  return { changeType, resourceUrl, resourceData }
}

function body(...value: unknown[]): object {
  return { value }
}

function eventsOf(...value: unknown[]): readonly InboundEvent['event'][] {
  return parseNotifications(body(...value)).map(({ event }) => event)
}

function entriesOf(event: InboundEvent['event'] | undefined): readonly RosterEntry[] {
  return event?.type === 'roster.reported' ? event.entries : expect.fail('no roster')
}

function person(id: string | null, extra: object = {}): object {
  return {
    '@odata.type': '#microsoft.graph.participant',
    id,
    info: { identity: { user: { id: `${id ?? 'u'}-user` } } },
    isInLobby: false,
    isMuted: false,
    ...extra,
  }
}

function refusalOf(value: unknown): { code: string; path: string | undefined } {
  try {
    parseNotifications(value)
  } catch (error) {
    if (isRollcallError(error)) return { code: error.code, path: error.details.path }
    throw error
  }
  throw new Error('it was taken')
}

describe('where a notification is about', () => {
  test.each([
    `/communications/calls/${callId}`,
    `/app/calls/${callId}`,
    `communications/calls/${callId}/`,
    `/v1.0/communications/calls/${callId}`,
    `/beta/app/calls/${callId}`,
    `https://graph.microsoft.com/v1.0/communications/calls/${callId}?$expand=x#y`,
    `HTTPS://graph.microsoft.com/beta/Communications/Calls/57DAB8B1894C409AB240BD8BEAE78896`,
    `/communications/calls('${callId}')`,
    `/communications/calls/%35%37dab8b1-894c-409a-b240-bd8beae78896`,
    `calls/${callId}`,
  ])('%s names the call', (url) => {
    expect(readResourceUrl(url)).toEqual({ callId, below: [] })
  })

  test.each([
    '/communications/onlineMeetings/1',
    '/communications/calls',
    '/communications/calls//',
    '',
    'nonsense',
    `/users/1/calls/${callId}`,
  ])('%j names no call', (url) => {
    expect(readResourceUrl(url)).toBeUndefined()
  })

  test('resource serves where resourceUrl is missing or names no call', () => {
    const data = { '@odata.type': '#microsoft.graph.call', state: 'established' }
    expect(
      parseNotifications(body({ changeType: 'updated', resource: `/app/calls/${callId}`, resourceData: data }))[0]
        ?.callId,
    ).toBe(callId)
    expect(
      parseNotifications(
        body({
          changeType: 'updated',
          resourceUrl: '/elsewhere',
          resource: `/app/calls/${callId}`,
          resourceData: data,
        }),
      )[0]?.callId,
    ).toBe(callId)
  })

  test('the call id comes from the URL, not from the body', () => {
    expect(
      parseNotifications(
        body(
          notification(
            { '@odata.type': '#microsoft.graph.call', id: 'another', state: 'established' },
            `/app/calls/${callId}`,
          ),
        ),
      )[0]?.callId,
    ).toBe(callId)
  })

  test("a notification of no call is observed as unrecognised, of call ''", () => {
    expect(parseNotifications(body(notification({}, '/communications/onlineMeetings/1')))).toEqual([
      {
        callId: '',
        event: {
          type: 'notification.unrecognised',
          resource: '/communications/onlineMeetings/1',
          what: 'a resource that belongs to no call',
        },
      },
    ])
  })
})

describe('ids', () => {
  test.each([
    ['57DAB8B1894C409AB240BD8BEAE78896', callId],
    ['57DAB8B1-894C-409A-B240-BD8BEAE78896', callId],
    [` ${callId}\n`, callId],
    ['+12345678901', '+12345678901'],
    ['8:orgid:ABC', '8:orgid:ABC'],
    ['__proto__', '__proto__'],
    ['  ', ''],
    ['a\uD800b', 'a\uFFFDb'],
    ['😀', '😀'],
  ])('%j is %j', (given, expected) => {
    expect(normaliseId(given)).toBe(expected)
  })
})

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

  test('an empty array of anything else is no roster', () => {
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

  test('id, else info.participantId, is the id, whatever its form; with neither there is none', () => {
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

  test('a flag that is null says nothing: what was known of it stays', () => {
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

  test('a list with an entry nobody can read is not complete: it only adds and updates', () => {
    expect(
      eventsOf(notification([person('a'), { '@odata.type': '#microsoft.graph.ghost' }, person('b')])),
    ).toMatchObject([
      { type: 'roster.reported', kind: 'delta', entries: [{ id: 'a' }, { id: 'b' }] },
      { type: 'notification.unrecognised', what: 'a resource of type "ghost"' },
    ])
  })

  test('a single participant says nothing of the others; a deleted one is gone', () => {
    expect(eventsOf(notification(person('a')), notification(person('a'), undefined, 'Deleted'))).toMatchObject([
      { type: 'roster.reported', kind: 'delta', entries: [{ id: 'a' }] },
      { type: 'roster.reported', kind: 'delta', entries: [{ id: 'a', removed: {} }] },
    ])
  })

  test('a deleted list of participants could mean them or the others: nobody is removed by it', () => {
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
  ])('%s is a delta without a number, and costs nothing else of the body', (_, number) => {
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

  test('a removedState means gone, an empty one too; null does not', () => {
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

describe('operations', () => {
  const operation = (extra: object, url = `/app/calls/${callId}/operations/0FE0623FD62842EDB4BD8AC290072CC5`): object =>
    notification(
      { '@odata.type': '#microsoft.graph.inviteParticipantsOperation', clientContext: 'C', ...extra },
      url,
      'deleted',
    )

  test.each([
    [null, 'running'],
    ['', 'running'],
    ['idle', 'running'],
    ['NotStarted', 'running'],
    ['RUNNING', 'running'],
    ['Completed', 'completed'],
    ['failed', 'failed'],
  ])('status %j is %s', (status, expected) => {
    expect(eventsOf(operation({ status }))).toMatchObject([
      { type: 'operation.reported', status: expected, clientContext: 'C' },
    ])
  })

  test('an unknown status is an unrecognised fact, not an error and not an end', () => {
    expect(eventsOf(operation({ status: 'unknownFutureValue' }))).toMatchObject([
      { type: 'notification.unrecognised', what: 'operation status "unknownFutureValue"' },
    ])
  })

  test("the id is the body's, else the path's, but never the word participants", () => {
    expect(
      eventsOf(
        operation({ id: 'X' }),
        operation({ id: null }),
        operation({ id: null }, `/app/calls/${callId}/operations/participants`),
      ).map((event) => (event as { operationId?: string }).operationId),
    ).toEqual(['X', '0fe0623f-d628-42ed-b4bd-8ac290072cc5', undefined])
  })

  test('an operation on the participants path is an operation', () => {
    expect(eventsOf(operation({ status: 'completed' }, `/app/calls/${callId}/participants`))).toMatchObject([
      { type: 'operation.reported' },
    ])
  })

  test('numbers as text, subCode and SUBCODE are read', () => {
    const results = eventsOf(
      operation({ status: 'failed', resultInfo: { code: '412', subCode: '9999' } }),
      operation({ status: 'failed', resultInfo: { code: 412, SUBCODE: 9999, message: null } }),
    )
    expect(results).toMatchObject([{ result: { code: 412, subcode: 9999 } }, { result: { code: 412, subcode: 9999 } }])
  })

  test('invitees carry participantId, else id', () => {
    expect(
      eventsOf(
        operation({ participants: [{ identity: { user: { id: 'u' } }, participantId: 'P', id: 'I' }, { id: 'I' }] }),
      ),
    ).toMatchObject([
      {
        participants: [
          { identity: { user: { id: 'u' } }, participantId: 'P' },
          { identity: {}, participantId: 'I' },
        ],
      },
    ])
  })

  test('plain ids of a muteAll operation are not invitees', () => {
    const mute = notification(
      { '@odata.type': '#microsoft.graph.muteParticipantsOperation', status: 'completed', participants: ['a'] },
      `/app/calls/${callId}/operations/1`,
    )
    expect(eventsOf(mute)).toEqual([{ type: 'operation.reported', operationId: '1', status: 'completed' }])
  })
})

describe('calls', () => {
  const call = (data: object | null, changeType = 'updated'): object =>
    notification(data, `/communications/calls/${callId}`, changeType)

  test.each(['established', 'Established', 'ESTABLISHED'])('state %s is established', (state) => {
    expect(eventsOf(call({ state }))).toEqual([{ type: 'call.reported', state: 'established' }])
  })

  test('partial updates report what they carry and no more', () => {
    expect(eventsOf(call({ '@odata.type': '#microsoft.graph.call', mediaState: { audio: 'active' } }))).toEqual([
      { type: 'call.reported' },
    ])
    expect(eventsOf(call({ state: 'established', toneInfo: { sequenceId: 1, tone: 'tone1' } }))).toEqual([
      { type: 'call.reported', state: 'established' },
    ])
  })

  test('deleted in any casing ends the call, even without data', () => {
    expect(eventsOf(call({ state: 'Terminated' }, 'Deleted'), call(null, 'DELETED'))).toEqual([
      { type: 'call.reported', state: 'terminated', isDeleted: true },
      { type: 'call.reported', isDeleted: true },
    ])
  })

  test('an unknown state is no state, and a fact of its own', () => {
    expect(eventsOf(call({ state: 'parked', myParticipantId: 'Me' }))).toEqual([
      { type: 'call.reported', myParticipantId: 'Me' },
      { type: 'notification.unrecognised', resource: `/communications/calls/${callId}`, what: 'call state "parked"' },
    ])
  })

  test('a deleted operation does not end the call', () => {
    expect(
      eventsOf(
        notification(
          { '@odata.type': '#microsoft.graph.commsOperation', status: 'completed' },
          `/app/calls/${callId}/operations/1`,
          'deleted',
        ),
      ),
    ).toEqual([{ type: 'operation.reported', operationId: '1', status: 'completed' }])
  })

  test('types nobody knows are facts', () => {
    expect(
      eventsOf(
        notification(
          [{ '@odata.type': '#microsoft.graph.contentSharingSession', id: '1' }],
          `/app/calls/${callId}/contentSharingSessions`,
        ),
      ),
    ).toEqual([
      {
        type: 'notification.unrecognised',
        resource: `/app/calls/${callId}/contentSharingSessions`,
        what: 'a resource of type "contentsharingsession"',
      },
    ])
  })
})

describe('collections', () => {
  test('every item is read, in order', () => {
    expect(
      parseNotifications(
        body(
          notification({ state: 'established' }, `/app/calls/${callId}`),
          notification([person('a')]),
          notification({ state: 'terminated' }, '/app/calls/other', 'deleted'),
        ),
      ),
    ).toMatchObject([
      { callId, event: { type: 'call.reported' } },
      { callId, event: { type: 'roster.reported' } },
      { callId: 'other', event: { isDeleted: true } },
    ])
  })

  test('an empty collection says nothing', () => {
    expect(parseNotifications(body())).toEqual([])
  })

  test('a byte order mark is passed over', () => {
    expect(parseNotifications('\uFEFF{"value":[]}')).toEqual([])
  })
})

describe('identities', () => {
  const identityOf = (identity: unknown): unknown =>
    entriesOf(eventsOf(notification([person('a', { info: { identity } })]))[0])[0]?.identity

  test('several keys are kept, ids normalised, nulls and annotations left out', () => {
    expect(
      identityOf({
        '@odata.type': '#microsoft.graph.communicationsIdentitySet',
        endpointType: 'default',
        user: null,
        application: { id: ' 278405A3F5684B3EB684009193463064 ' },
        guest: { id: 'g', displayName: 'Bot 1', identityProvider: 'None' },
      }),
    ).toEqual({
      application: { id: '278405a3-f568-4b3e-b684-009193463064' },
      guest: { id: 'g', displayName: 'Bot 1', identityProvider: 'None' },
    })
  })

  test('keys of the future are kept when they hold an identity, and passed over when not', () => {
    expect(identityOf({ hologram: { id: 'h' }, colour: 'red', depth: { metres: 3 }, odd: { id: 7 } })).toEqual({
      hologram: { id: 'h' },
    })
  })

  test('__proto__ and constructor are ordinary keys', () => {
    const identity = identityOf(
      JSON.parse('{"__proto__":{"id":"p"},"constructor":{"id":"c"},"user":{"id":"u"}}'),
    ) as object
    expect(Object.keys(identity)).toEqual(['__proto__', 'constructor', 'user'])
    expect(Object.getPrototypeOf(identity)).toBe(Object.prototype)
    expect(({} as { id?: string }).id).toBeUndefined()
  })
})

describe('bad input is one error that names the path', () => {
  const roster = (participant: unknown): object => body(notification([person('a'), participant]))
  test.each<[string, unknown]>([
    ['$', 7],
    ['$', []],
    ['$', null],
    ['$.value', {}],
    ['$.value', { value: {} }],
    ['$.value', { value: null }],
    ['$.value[0]', body(3)],
    ['$.value[1]', body(notification([]), null)],
    ['$.value[0].resourceUrl', body({ changeType: 'updated' })],
    ['$.value[0].resourceUrl', body({ resourceUrl: 7 })],
    ['$.value[0].resource', body({ resource: {} })],
    ['$.value[0].changeType', body({ resourceUrl: '/app/calls/1', changeType: 1 })],
    ['$.value[0].resourceData', body(notification(7))],
    ['$.value[0].resourceData', body(notification('x'))],
    ['$.value[0].resourceData[1]', roster('x')],
    ['$.value[0].resourceData[1]', roster(null)],
    ["$.value[0].resourceData[1]['@odata.type']", roster(person('b', { '@odata.type': 1 }))],
    ['$.value[0].resourceData[1].info', roster(person('b', { info: 'x' }))],
    ['$.value[0].resourceData[1].info.identity', roster(person('b', { info: { identity: [] } }))],
    ['$.value[0].resourceData[1].info.identity.user', roster(person('b', { info: { identity: { user: 'x' } } }))],
    [
      '$.value[0].resourceData[1].info.identity.phone.id',
      roster(person('b', { info: { identity: { phone: { id: 5 } } } })),
    ],
    ['$.value[0].resourceData[1].info.participantId', roster(person(null, { info: { participantId: {} } }))],
    ['$.value[0].resourceData[1].id', roster(person('b', { id: 5 }))],
    ['$.value[0].resourceData[1].isInLobby', roster(person('b', { isInLobby: 'yes' }))],
    ['$.value[0].resourceData[1].isMuted', roster(person('b', { isMuted: 1 }))],
    ['$.value[0].resourceData[1].rosterSequenceNumber', roster(person('b', { rosterSequenceNumber: 1.5 }))],
    ['$.value[0].resourceData[1].rosterSequenceNumber', roster(person('b', { rosterSequenceNumber: '1e3' }))],
    ['$.value[0].resourceData[1].removedState', roster(person('b', { removedState: true }))],
    ['$.value[0].resourceData[1].removedState.reason', roster(person('b', { removedState: { reason: 1 } }))],
    ['$.value[0].resourceData.sequenceNumber', body(notification({ participants: [], sequenceNumber: 1e300 }))],
    [
      '$.value[0].resourceData.sequenceNumber',
      body(notification({ participants: [], sequenceNumber: '9'.repeat(400) })),
    ],
    ['$.value[0].resourceData.sequenceNumber', body(notification({ participants: [], sequenceNumber: 1.5 }))],
    [
      '$.value[0].resourceData[0].participants',
      body(notification([{ '@odata.type': '#microsoft.graph.deltaParticipants', participants: {} }])),
    ],
    [
      '$.value[0].resourceData[0].participants[0].info',
      body(notification([{ '@odata.type': '#microsoft.graph.deltaParticipants', participants: [{ info: 1 }] }])),
    ],
    [
      '$.value[0].resourceData.state',
      body(notification({ '@odata.type': '#microsoft.graph.call', state: 1 }, '/app/calls/1')),
    ],
    [
      '$.value[0].resourceData.resultInfo',
      body(notification({ state: 'established', resultInfo: 'x' }, '/app/calls/1')),
    ],
    [
      '$.value[0].resourceData.resultInfo.code',
      body(notification({ state: 'established', resultInfo: { code: 'many' } }, '/app/calls/1')),
    ],
    [
      '$.value[0].resourceData.resultInfo.subCode',
      body(notification({ state: 'established', resultInfo: { subCode: [] } }, '/app/calls/1')),
    ],
    [
      '$.value[0].resourceData.status',
      body(notification({ '@odata.type': '#microsoft.graph.commsOperation', status: {} }, '/app/calls/1')),
    ],
    [
      '$.value[0].resourceData.participants[0]',
      body(
        notification(
          { '@odata.type': '#microsoft.graph.inviteParticipantsOperation', participants: ['a'] },
          '/app/calls/1',
        ),
      ),
    ],
  ])('%s', (path, value) => {
    expect(refusalOf(value)).toEqual({ code: 'NOTIFICATION_INVALID', path })
  })

  test.each(['', '{', 'hello', '{"value":[}', '\u0000'])('text %j is not JSON', (text) => {
    expect(refusalOf(text)).toEqual({ code: 'BODY_NOT_JSON', path: '$' })
  })

  test('one bad item spoils the whole body, and no value of it is in the message', () => {
    const bad = body(notification([person('a')]), notification([person('b', { isMuted: 'Jane Doe +4912345678' })]))
    expect(() => parseNotifications(bad)).toThrow(
      /^expected true or false at \$\.value\[1\]\.resourceData\[0\]\.isMuted, found a string$/,
    )
  })
})
