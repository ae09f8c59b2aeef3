import { describe, expect, test } from 'vitest'
import {
  answerBody,
  createCallBody,
  holdMusicBody,
  redirectBody,
  rejectBody,
  transferBody,
} from '../../src/graph/wire/operation-bodies.ts'
import { inviteBody } from '../../src/graph/wire/request-bodies.ts'
import { faultsOfAction, faultsOfType } from './graph-model.ts'
import { payload } from './payload-files.ts'

const invitee = {
  identity: { user: { id: 'u', displayName: 'Jane', tenantId: 't' }, phone: { id: '+1' } },
  participantId: 'p',
  replacesCallId: 'r',
  isHidden: true,
  removeFromDefaultAudioRoutingGroup: true,
}
const callbackUri = 'https://bot.example/c'

describe("requests match Graph's published model", () => {
  test.each<[string, string, object]>([
    ['invite', 'participant)', inviteBody([invitee], 'c')],
    [
      'answer',
      'call',
      answerBody({ callbackUri, acceptedModalities: ['audio', 'video'], participantCapacity: 5, callOptions: {} }),
    ],
    ['reject', 'call', rejectBody({ reason: 'busy', callbackUri })],
    ['redirect', 'call', redirectBody({ targets: [invitee], ringTimeoutMs: 60_000, callbackUri })],
    [
      'transfer',
      'call',
      transferBody({
        target: invitee,
        transferee: { '@odata.type': '#microsoft.graph.participantInfo', participantId: 'p', identity: {} },
      }),
    ],
    ['startHoldMusic', 'participant', holdMusicBody({ clientContext: 'c', customPrompt: {} })],
    ['stopHoldMusic', 'participant', holdMusicBody({ clientContext: 'c' })],
    ['mute', 'participant', { clientContext: 'c' }],
    ['cancelMediaProcessing', 'call', { clientContext: 'c' }],
  ])('%s', (action, boundTo, body) => {
    expect(faultsOfAction(action, boundTo, body as Record<string, unknown>)).toEqual([])
  })

  test('a new call', () => {
    expect(
      faultsOfType(
        'graph.call',
        createCallBody({
          callbackUri,
          targets: [inviteBody([invitee], 'c').participants[0]],
          requestedModalities: ['audio'],
          tenantId: 't',
        }),
      ),
    ).toEqual([])
  })

  test('the check finds mismatches', () => {
    expect(faultsOfAction('reject', 'call', { reason: 'busy', why: 1 })).toEqual(['$.why: no parameter of reject'])
    expect(faultsOfAction('redirect', 'call', { timeout: '60' })).toEqual(['$.timeout: not a number'])
    expect(
      faultsOfType('graph.participant', { id: 'a', isInLobby: 'no', info: { identity: {}, regoin: 'x' } }),
    ).toEqual(['$.isInLobby: not a boolean', '$.info.regoin: no property of participantInfo'])
    expect(faultsOfType('graph.call', { state: 'Established' })).toEqual(['$.state: Established is no callState'])
  })

  test('a documented participant has one property that the published model lacks', () => {
    const [participant] = payload('docs-list-participants-response-200.json').value
    expect(faultsOfType('graph.participant', participant)).toEqual(['$.info.id: no property of participantInfo'])
  })
})
