/**
 * Transport laws of single requests: their effect and their response.
 * @module
 */
import type { CallReport } from '../../call/model/events.ts'
import { CALLBACK_URI, demand, done, namesOf, people, same } from './scene.ts'
import type { Law } from './requests.ts'

/** The laws, by name. */
export const requestLaws = {
  async 'create: a created call has an id, and can be queried, kept alive and ended'(scene) {
    const at = scene()
    const { transport, service } = at
    const created = done(
      await at.verdict(transport.createCall({ callbackUri: CALLBACK_URI, targets: [] }), 'createCall'),
      'createCall',
    )
    demand(
      service.truth(created.callId) !== undefined,
      `createCall returned the call ${created.callId}, which the service does not know`,
    )
    const report = done(await at.verdict<CallReport>(transport.getCall(created.callId), 'getCall'), 'getCall')
    same(report.state, 'established', 'the state of the call')
    const told = ids(
      at.heard.flatMap(({ callId, event }) =>
        callId === created.callId && event.type === 'call.reported' ? [event.myParticipantId] : [],
      ),
    )
    same([report.myParticipantId], at.showsBot ? told : [undefined], "the bot's own id")
    if (!at.isPolled) done(await at.verdict<undefined>(transport.keepAlive(created.callId), 'keepAlive'), 'keepAlive')
    done(await at.verdict<undefined>(transport.hangUp(created.callId), 'hangUp'), 'hangUp')
    same(service.truth(created.callId)?.state, 'terminated', 'the state of the call after hangUp')
  },

  async 'invite: the response has the operation and the invitees, in order'(scene) {
    const at = scene()
    const invitees = people(Math.min(2, at.inviteesPerRequest))
    const report = done(
      await at.verdict(at.transport.invite(at.callId, { clientContext: 'context', invitees }), 'invite'),
      'invite',
    )
    same(report.clientContext, 'context', 'the clientContext')
    same(report.status, 'running', 'the status')
    demand(report.operationId !== undefined, 'the operation has no id')
    same(
      report.participants?.map(({ identity }) => identity['user']?.id),
      namesOf(invitees),
      'the invitees',
    )
    demand(
      (report.participants ?? []).every(({ participantId }) => participantId !== undefined),
      'the participantIds of the response are missing',
    )
  },

  async 'invite: every invitee is invited, with the given clientContext'(scene) {
    const at = scene()
    const invitees = people(Math.min(2, at.inviteesPerRequest))
    await at.verdict(at.transport.invite(at.callId, { clientContext: 'context', invitees }), 'invite')
    // No ring lasts as long as a verdict may take: the invitees have ended by now.
    same(
      at.service
        .truth(at.callId)
        ?.past.map(({ identityId }) => identityId)
        .sort(),
      [...namesOf(invitees)].sort(),
      'the invitees',
    )
    same(
      ids(at.heard.flatMap(({ event }) => (event.type === 'operation.reported' ? [event.clientContext] : []))),
      ['context'],
      'the clientContext in the notifications',
    )
  },

  async 'list: it shows which participants are in the lobby and which are muted'(scene) {
    const at = scene()
    at.service.act({ act: 'join', callId: at.callId, person: 'bob', stay: { lobby: {} } })
    at.service.act({ act: 'mute', callId: at.callId, who: 'ann' })
    const { entries } = done(
      await at.verdict(at.transport.listParticipants(at.callId), 'listParticipants'),
      'listParticipants',
    )
    const shown = entries.flatMap(({ identity, isInLobby, isMuted }) =>
      identity['user'] === undefined ? [] : [[identity['user'].id, isInLobby === true, isMuted === true] as const],
    )
    same(
      shown.sort(([one = ''], [other = '']) => (one < other ? -1 : 1)),
      [
        ['ann', false, true],
        ['bob', true, false],
      ],
      'who is in the lobby and who is muted',
    )
  },

  async 'list: it shows all participants, however many, and the bot where rosters show it'(scene) {
    const at = scene()
    for (let index = 0; index < 250; index += 1)
      at.service.act({ act: 'join', callId: at.callId, person: `person-${index}` })
    const { entries } = done(
      await at.verdict(at.transport.listParticipants(at.callId), 'listParticipants'),
      'listParticipants',
    )
    const expected = at.showsBot ? 252 : 251
    same(entries.length, expected, 'the number of entries')
    same(new Set(entries.map(({ id }) => id)).size, expected, 'the number of different ids')
    same(
      entries.some(({ identity }) => identity['application'] !== undefined),
      at.showsBot,
      'whether the bot itself is shown',
    )
  },

  async 'remove: done means that the service removed the participant'(scene) {
    const at = scene()
    done(
      await at.verdict(at.transport.deleteParticipant(at.callId, at.idOf('ann')), 'deleteParticipant'),
      'deleteParticipant',
    )
    demand(!at.isPresent('ann'), 'the participant is still there')
  },

  async 'mute: done means that the service muted the participant'(scene) {
    const at = scene()
    const report = done(
      await at.verdict(at.transport.muteParticipant(at.callId, at.idOf('ann'), 'context', {}), 'muteParticipant'),
      'muteParticipant',
    )
    same(report.status, 'completed', 'the status')
    same(
      at.service.truth(at.callId)?.present.map(({ isMuted }) => isMuted),
      [true],
      'who is muted',
    )
  },

  async 'refused: a refusal has the reason, status and code of the service'(scene) {
    const at = scene()
    const gone = await at.verdict(
      at.transport.deleteParticipant(at.callId, '00000000-0000-4000-8000-000000000000'),
      'deleteParticipant',
    )
    same(
      gone.verdict === 'refused' ? [gone.failure.reason, gone.failure.status] : gone,
      ['gone', 404],
      'the refusal of a DELETE of a participant who is not there',
    )
    at.service.act({ act: 'settings', settings: { tenant: { removers: [] } } })
    const forbidden = await at.verdict(at.transport.deleteParticipant(at.callId, at.idOf('ann')), 'deleteParticipant')
    same(
      forbidden.verdict === 'refused'
        ? [forbidden.failure.reason, forbidden.failure.status, forbidden.failure.code]
        : forbidden,
      ['forbidden', 403, '7504'],
      'the refusal of a DELETE that is not allowed',
    )
    const unknown = await at.verdict(at.askAlive('nobody-knows-this-call'), at.asksAliveBy)
    demand(
      unknown.verdict === 'refused' && unknown.failure.reason === 'gone',
      `a ${at.asksAliveBy} of an unknown call has the verdict ${unknown.verdict}`,
    )
  },
} satisfies Record<string, Law>

/** The defined ids, without duplicates. */
function ids(named: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(named.filter((id) => id !== undefined))]
}
