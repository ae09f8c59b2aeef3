import { describe, expect, test } from 'vitest'
import { isRollcallError } from '../../src/call/model/errors.ts'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import { notification, body, person } from './notification-bodies.ts'

function refusalOf(value: unknown): { code: string; path: string | undefined } {
  try {
    parseNotifications(value)
  } catch (error) {
    if (isRollcallError(error)) return { code: error.code, path: error.details.path }
    throw error
  }
  throw new Error('it was taken')
}

describe('invalid input is one error that names the path', () => {
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

  test('one invalid item invalidates the whole body, and no value of it is in the message', () => {
    const bad = body(notification([person('a')]), notification([person('b', { isMuted: 'Jane Doe +4912345678' })]))
    expect(() => parseNotifications(bad)).toThrow(
      /^expected true or false at \$\.value\[1\]\.resourceData\[0\]\.isMuted, found a string$/,
    )
  })
})
