import { describe, expect, test } from 'vitest'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import { normaliseId } from '../../src/graph/wire/ids.ts'
import { readResourceUrl } from '../../src/graph/wire/resource-url.ts'
import { callId, notification, body, eventsOf, entriesOf, person } from './notification-bodies.ts'

describe('the call of a notification', () => {
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

  test('resource is used if resourceUrl is missing or names no call', () => {
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

  test("a notification without a call is observed as unrecognised, of call ''", () => {
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

  test('an unknown status is an unrecognised fact, neither an error nor an end', () => {
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

  test('partial updates report only the fields they contain', () => {
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

  test('an unknown state is reported as a separate fact, without a state', () => {
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

  test('unknown types are facts', () => {
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

  test('an empty collection has no events', () => {
    expect(parseNotifications(body())).toEqual([])
  })

  test('a byte order mark is skipped', () => {
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

  test('unknown keys are kept if they hold an identity, and skipped if not', () => {
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
