/**
 * Notifications as the service posts them: the news, and the way it happens to be written.
 *
 * Rule: `plain` says the same without a quirk. Whatever reads callbacks has to read the same out of both.
 * @module
 */
import fc from 'fast-check'
import type { IdentitySet } from '../../participant/identity.ts'
import type { RosterEntry } from '../../call/events.ts'
import { checkOptions, listOf, text, wholeNumber } from '../options.ts'
import { identities } from './identities.ts'
import { applyQuirks, quirkNames, type QuirkName } from './quirks.ts'
import { botId, rosters, type RosterReport } from './rosters.ts'

/** The body of a callback. */
export interface Notification {
  /** As it is posted. */
  readonly body: object
  /** The same news as plainly as it can be written. */
  readonly plain: object
  readonly quirks: readonly QuirkName[]
}

/** Which notifications. */
export interface NotificationOptions {
  /** Default a GUID. */
  readonly callId?: string | undefined
  /** Only these quirks. Default: all. */
  readonly quirks?: readonly QuirkName[] | undefined
  /** How many pieces of news in one body at most. Default 3; captures have one. */
  readonly news?: number | undefined
}

/** The call notifications are about unless said otherwise. */
export const notifiedCallId = '631f6000-766a-4000-8000-000000000001'

const operationId = '0fe0fe00-0000-4000-8000-000000000001'
const type = (name: string): { readonly '@odata.type': string } => ({ '@odata.type': `#microsoft.graph.${name}` })

const optionShapes = { callId: text, quirks: listOf(quirkNames, { canBeEmpty: true }), news: wholeNumber(1) }

/** Bodies of callbacks. @throws TypeError for an option that cannot be meant */
export function notifications(options: NotificationOptions = {}): fc.Arbitrary<Notification> {
  checkOptions('notifications', options, optionShapes)
  const { callId = notifiedCallId, quirks = quirkNames, news = 3 } = options
  const one = fc.oneof(
    { weight: 3, arbitrary: rosters().map((report) => notify('updated', `${callId}/participants`, writeRoster(report))) },
    { weight: 2, arbitrary: callNews.map(({ changeType, data }) => notify(changeType, callId, data)) },
    { weight: 2, arbitrary: operationNews.map((data) => notify('deleted', `${callId}/operations/${operationId}`, data)) },
    // Documented: an operation, and a roster, on `operations/participants`.
    { weight: 1, arbitrary: rosters().map((report) => notify('updated', `${callId}/operations/participants`, writeRoster(report))) },
    { weight: 1, arbitrary: strangeNews(callId) },
  )
  const bodies = fc.array(one, { minLength: 1, maxLength: news }).map((value) => ({ ...type('commsNotifications'), value }))
  const chosen = quirks.length === 0 ? fc.constant<QuirkName[]>([]) : fc.subarray([...quirks])
  return fc.tuple(bodies, chosen).map(([plain, names]) => ({ plain, body: applyQuirks(plain, names), quirks: names }))
}

function notify(changeType: string, path: string, resourceData: unknown): object {
  return { ...type('commsNotification'), changeType, resource: `/app/calls/${path}`, resourceUrl: `/communications/calls/${path}`, resourceData }
}

const results = fc.constantFrom(
  { code: 200, subcode: 0, message: 'Action completed successfully.' },
  { code: 603, subcode: 8538, message: 'Callee Declined.' },
  { code: 408, subcode: 8544, message: 'Callee could not be reached.' },
  { code: 412, subcode: 9999, message: 'addParticipants failed for participant 4:+61400000000. Underlying reason: DiagCode: 412#10073.@' },
  // A DiagCode says more than code and subcode.
  { code: 400, subcode: 8541, message: 'Callee unavailable. DiagCode: 480#10076.@' },
  { code: 0, subcode: 7015, message: 'GracefulTransferCompleted' },
  { code: 200, subcode: 5002, message: 'DiagCode: 0#5002.@' },
  { code: 777, subcode: 1, message: 'Nobody has seen this code.' },
).map((result) => ({ ...type('resultInfo'), ...result }))

/** Call notifications are partial: each carries some of the properties, none an id. */
const callNews = fc.record({
  state: fc.constantFrom('established', 'establishing', 'incoming', 'hold', 'transferring', 'transferAccepted', 'redirecting', 'terminating', 'ringing'),
  ending: fc.constantFrom(false, false, false, true),
  result: fc.option(results, { nil: undefined }),
  myParticipantId: fc.constantFrom(undefined, botId),
  // Media, tone and chat updates ride on `established`.
  rider: fc.constantFrom({}, { mediaState: { ...type('callMediaState'), audio: 'active' } }, { toneInfo: { ...type('toneInfo'), sequenceId: 1, tone: 'tone1' } }, { chatInfo: { ...type('chatInfo'), threadId: '19:meeting' } }),
}).map(({ state, ending, result, myParticipantId, rider }) => ({
  changeType: ending ? 'deleted' : 'updated',
  data: { ...type('call'), state: ending ? 'terminated' : state, ...(myParticipantId === undefined ? {} : { myParticipantId }), ...(result === undefined ? {} : { resultInfo: result }), ...rider },
}))

/** Operations: an invite's repeats its invitees, without their ids; `clientContext` or the id may be all there is. */
const operationNews = fc.record({
  what: fc.constantFrom('inviteParticipantsOperation', 'inviteParticipantsOperation', 'muteParticipantOperation', 'playPromptOperation', 'commsOperation'),
  status: fc.constantFrom<string | null>('completed', 'failed', 'running', 'notStarted', null),
  clientContext: fc.constantFrom<string | null>('invite-1', 'invite-2', null),
  id: fc.constantFrom<string | null>(operationId, null),
  result: fc.option(results, { nil: undefined }),
  invited: fc.array(identities(), { maxLength: 3 }),
}).map(({ what, status, clientContext, id, result, invited }) => ({
  ...type(what), status, clientContext, id,
  ...(result === undefined ? {} : { resultInfo: result }),
  ...(what === 'inviteParticipantsOperation' ? { participants: invited.map((identity) => ({ ...type('invitationParticipantInfo'), identity: writeIdentity(identity) })) } : {}),
}))

/** What nobody has a word for yet, and what is only half there. */
function strangeNews(callId: string): fc.Arbitrary<object> {
  return fc.constantFrom(
    notify('updated', `${callId}/contentsharingsessions`, [{ ...type('contentSharingSession'), id: 'x' }]),
    notify('updated', `${callId}/holograms`, { ...type('hologram'), brightness: 1 }),
    notify('updated', callId, { ...type('call'), state: 'unknownFutureValue' }),
    notify('updated', `${callId}/participants`, []),
    notify('updated', callId, null),
    notify('deleted', callId, { ...type('call') }),
  )
}

function writeRoster(report: RosterReport): unknown {
  const participants = report.entries.map(writeEntry)
  if (report.kind === 'full') return participants
  return [{ ...type('deltaParticipants'), participants, ...(report.sequence === undefined ? {} : { sequenceNumber: report.sequence }) }]
}

function writeEntry({ id, identity, isInLobby, isMuted, removed, sequence }: RosterEntry): object {
  return {
    ...type('participant'),
    id: id ?? null,
    info: { ...type('participantInfo'), identity: writeIdentity(identity), endpointType: 'default', ...(id === undefined ? {} : { participantId: id }) },
    isInLobby, isMuted,
    ...(removed === undefined ? {} : { removedState: { ...type('removedState'), ...removed } }),
    ...(sequence === undefined ? {} : { rosterSequenceNumber: sequence }),
  }
}

function writeIdentity(identity: IdentitySet): object {
  return { ...type('identitySet'), ...Object.fromEntries(Object.entries(identity).map(([kind, one]) => [kind, { ...type('identity'), ...one }])) }
}
