/**
 * Notifications as the service posts them, in different spellings.
 *
 * Rule: `plain` has the same content without a quirk. A reader of callbacks must read the same from both, except for
 * the properties that quirks add (`addingQuirks`).
 * @module
 */
import fc from 'fast-check'
import type { MediaStream } from '../../participant/facts.ts'
import type { IdentitySet } from '../../participant/identity.ts'
import type { RosterEntry } from '../../call/model/events.ts'
import { is, optional, wholeNumber } from '../../call/codec/schema.ts'
import { options, readOptions } from '../../call/codec/options.ts'
import { wordsOf } from '../options.ts'
import { identities, personIds } from './identities.ts'
import { applyQuirks, quirkNames, type QuirkName } from './quirks.ts'
import { botEntry, botId, rosters } from './rosters.ts'

/** The body of a callback. */
export interface Notification {
  /** The body as it is posted. */
  readonly body: object
  /** The same content in the plain spelling. */
  readonly plain: object
  /** The unusual properties of its spelling. */
  readonly quirks: readonly QuirkName[]
}

/** Options of notifications. */
export interface NotificationOptions {
  /** The call id in the path: letters, digits, dashes. Default: a GUID. */
  readonly callId?: string | undefined
  /** Only these quirks. Default: all. */
  readonly quirks?: readonly QuirkName[] | undefined
  /** The largest number of notifications in one body. Default 3; captures have one. */
  readonly news?: number | undefined
}

/** The default call of notifications. */
export const notifiedCallId = '631f6000-766a-4000-8000-000000000001'

const callbackUri = 'https://bot.example/callback'
const operationId = '0fe0fe00-0000-4000-8000-000000000001'
const type = (name: string): { readonly '@odata.type': string } => ({ '@odata.type': `#microsoft.graph.${name}` })

/** Characters that need no encoding in a path. */
const pathId = is<string>(
  'an id of letters, digits and dashes',
  (value) => typeof value === 'string' && /^[a-z\d-]+$/i.test(value),
)

const shape = options<NotificationOptions>({
  callId: optional(pathId),
  quirks: optional(wordsOf(quirkNames)),
  news: optional(wholeNumber(1)),
})

/**
 * Bodies of callbacks; they shrink to one full roster with only the bot, without a quirk. @throws TypeError for an
 * invalid option
 */
export function notifications(given: NotificationOptions = {}): fc.Arbitrary<Notification> {
  const { callId = notifiedCallId, quirks = quirkNames, news = 3 } = readOptions('notifications', shape, given)
  const one = fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: rosterNews.map((data) => notify('updated', `${callId}/participants`, data)) },
    { weight: 2, arbitrary: callNews.map(({ changeType, data }) => notify(changeType, callId, data)) },
    { weight: 1, arbitrary: incomingNews.map((data) => notify('created', callId, data)) },
    {
      weight: 2,
      arbitrary: operationNews.map((data) => notify('deleted', `${callId}/operations/${operationId}`, data)),
    },
    // One documented sample has this path, where an id should be, both for an operation and for a roster.
    { weight: 1, arbitrary: rosterNews.map((data) => notify('updated', `${callId}/operations/participants`, data)) },
    { weight: 1, arbitrary: operationNews.map((data) => notify('deleted', `${callId}/operations/participants`, data)) },
    { weight: 1, arbitrary: strangeNews(callId) },
  )
  // In the envelope, in the documentation.
  const addressed = fc
    .tuple(one, fc.constantFrom({}, {}, {}, { callbackUri }))
    .map(([notification, address]) => ({ ...notification, ...address }))
  const bodies = fc
    .array(addressed, { minLength: 1, maxLength: news })
    .map((value) => ({ ...type('commsNotifications'), value }))
  const chosen = quirks.length === 0 ? fc.constant<QuirkName[]>([]) : fc.subarray([...quirks])
  return fc.tuple(bodies, chosen).map(([plain, names]) => ({ plain, body: applyQuirks(plain, names), quirks: names }))
}

function notify(changeType: string, path: string, resourceData: unknown): object {
  return {
    ...type('commsNotification'),
    changeType,
    resource: `/app/calls/${path}`,
    resourceUrl: `/communications/calls/${path}`,
    resourceData,
  }
}

const results = fc
  .constantFrom(
    { code: 200, subcode: 0, message: 'Action completed successfully.' },
    { code: 603, subcode: 8538, message: 'Callee Declined.' },
    { code: 408, subcode: 8544, message: 'Callee could not be reached.' },
    {
      code: 412,
      subcode: 9999,
      message: 'addParticipants failed for participant 4:+61400000000. Underlying reason: DiagCode: 412#10073.@',
    },
    // A DiagCode is more specific than code and subcode.
    { code: 400, subcode: 8541, message: 'Callee unavailable. DiagCode: 480#10076.@' },
    { code: 0, subcode: 7015, message: 'GracefulTransferCompleted' },
    { code: 200, subcode: 5002, message: 'DiagCode: 0#5002.@' },
    { code: 777, subcode: 1, message: 'Nobody has seen this code.' },
  )
  .map((result) => ({ ...type('resultInfo'), ...result }))

/** Properties of participants that do not affect presence; shrinking ends at the first, none. */
const participantExtras = fc.constantFrom<object>(
  {},
  { mediaStreams: [] },
  {
    mediaStreams: [
      {
        ...type('mediaStream'),
        mediaType: 'audio',
        label: 'main-audio',
        sourceId: '1',
        direction: 'sendReceive',
        serverMuted: false,
      },
    ],
  },
  {
    mediaStreams: [
      { ...type('mediaStream'), mediaType: 'audio', sourceId: '3', direction: 'inactive', serverMuted: true },
      {
        ...type('mediaStream'),
        mediaType: 'videoBasedScreenSharing',
        sourceId: '4',
        direction: 'receiveOnly',
        serverMuted: false,
      },
    ],
    recordingInfo: { ...type('recordingInfo'), recordingStatus: 'notRecording', initiator: null },
  },
)

/** A roster as it is posted; in the documentation a delta has its own id. */
const rosterNews = fc
  .tuple(rosters(), participantExtras, fc.constantFrom({}, { id: 'de17ade1-0000-4000-8000-000000000001' }))
  .map(([report, extras, named]) => {
    const participants = report.entries.map((entry) => ({ ...writeEntry(entry), ...extras }))
    if (report.kind === 'full') return participants
    return [
      {
        ...type('deltaParticipants'),
        ...named,
        participants,
        ...(report.sequence === undefined ? {} : { sequenceNumber: report.sequence }),
      },
    ]
  })

const person: IdentitySet = { user: { id: personIds[0], displayName: 'Ann' } }

/** Properties of a call that add nothing to rosters and states; shrinking ends at the first, none. */
const callExtras = fc.constantFrom<object>(
  {},
  // Media, tone and chat updates come with `established`.
  { mediaState: { ...type('callMediaState'), audio: 'active' } },
  { toneInfo: { ...type('toneInfo'), sequenceId: 1, tone: 'tone1' } },
  {
    chatInfo: { ...type('chatInfo'), threadId: '19:meeting', messageId: '0' },
    meetingInfo: { ...type('tokenMeetingInfo'), token: 'x' },
  },
  {
    callChainId: 'c0c0c0c0-0000-4000-8000-000000000001',
    tenantId: 'dddddddd-0000-4000-8000-00000000000d',
    requestedModalities: ['audio'],
  },
  // Undocumented.
  { terminationSender: writeIdentity(person) },
  { replacesContext: null, coOrganizers: [], meetingProperties: {} },
  // Beta.
  { activeModalities: ['audio'], terminationReason: 'AppTransferred' },
)

/** Call notifications are partial: each has some of the properties, and none has an id. */
const callNews = fc
  .record({
    state: fc.constantFrom(
      'established',
      'establishing',
      'incoming',
      'hold',
      'transferring',
      'transferAccepted',
      'redirecting',
      'terminating',
      'ringing',
    ),
    ending: fc.constantFrom(false, false, false, true),
    result: fc.option(results, { nil: undefined }),
    myParticipantId: fc.constantFrom(undefined, botId),
    extras: callExtras,
  })
  .map(({ state, ending, result, myParticipantId, extras }) => ({
    changeType: ending ? 'deleted' : 'updated',
    data: {
      ...type('call'),
      state: ending ? 'terminated' : state,
      ...(myParticipantId === undefined ? {} : { myParticipantId }),
      ...(result === undefined ? {} : { resultInfo: result }),
      ...extras,
    },
  }))

/** An incoming call: the only notification with `created`. */
const incomingNews = fc
  .record({
    source: identities(),
    extras: callExtras,
    context: fc.constantFrom<object>(
      {},
      {
        incomingContext: {
          ...type('incomingContext'),
          sourceParticipantId: personIds[0],
          observedParticipantId: personIds[1],
        },
      },
    ),
  })
  .map(({ source, extras, context }) => ({
    ...type('call'),
    state: 'incoming',
    direction: 'incoming',
    callbackUri,
    source: { ...type('participantInfo'), identity: writeIdentity(source), region: 'westus', languageId: 'en-US' },
    targets: [{ ...type('invitationParticipantInfo'), identity: writeIdentity(botEntry.identity) }],
    ...context,
    ...extras,
  }))

/**
 * Operations: that of an invite repeats the invitees without their ids; there may be only `clientContext` or the id.
 */
const operationNews = fc
  .record({
    what: fc.constantFrom(
      'inviteParticipantsOperation',
      'inviteParticipantsOperation',
      'muteParticipantOperation',
      'playPromptOperation',
      'commsOperation',
    ),
    status: fc.constantFrom<string | null>('completed', 'failed', 'running', 'notStarted', null),
    clientContext: fc.constantFrom<string | null>('invite-1', 'invite-2', null),
    id: fc.constantFrom<string | null>(operationId, null),
    result: fc.option(results, { nil: undefined }),
    invited: fc.array(identities(), { maxLength: 3 }),
  })
  .map(({ what, status, clientContext, id, result, invited }) => ({
    ...type(what),
    status,
    clientContext,
    id,
    ...(result === undefined ? {} : { resultInfo: result }),
    ...(what === 'inviteParticipantsOperation'
      ? {
          participants: invited.map((identity) => ({
            ...type('invitationParticipantInfo'),
            identity: writeIdentity(identity),
          })),
        }
      : {}),
  }))

/** Unknown notifications, and incomplete ones. */
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

function writeEntry({
  id,
  identity,
  isInLobby,
  isMuted,
  removed,
  sequence,
  isAnonymous,
  media,
  endpoint,
  details,
}: RosterEntry): object {
  return {
    ...type('participant'),
    id: id ?? null,
    info: {
      ...type('participantInfo'),
      identity: writeIdentity(identity),
      ...(endpoint === undefined ? {} : { endpointType: endpoint }),
      ...(id === undefined ? {} : { participantId: id }),
    },
    isInLobby,
    isMuted,
    ...(isAnonymous === undefined ? {} : { isIdentityAnonymized: isAnonymous }),
    ...(media === undefined ? {} : { mediaStreams: media.map(writeStream) }),
    ...(removed === undefined ? {} : { removedState: { ...type('removedState'), ...removed } }),
    ...(sequence === undefined ? {} : { rosterSequenceNumber: sequence }),
    ...details,
  }
}

function writeStream({ kind, direction, label, sourceId, isServerMuted }: MediaStream): object {
  return {
    ...type('mediaStream'),
    mediaType: kind === 'screen' ? 'videoBasedScreenSharing' : kind,
    sourceId,
    direction,
    ...(label === undefined ? {} : { label }),
    serverMuted: isServerMuted ?? false,
  }
}

function writeIdentity(identity: IdentitySet): object {
  return {
    ...type('identitySet'),
    ...Object.fromEntries(Object.entries(identity).map(([kind, one]) => [kind, { ...type('identity'), ...one }])),
  }
}
