/**
 * Compares this library's wire types with `@microsoft/microsoft-graph-types` (v1.0): the types agree except for the
 * errors of Microsoft's types listed here. Checked by `npm run typecheck`, never run.
 *
 * Each expected compile error is an error in Microsoft's types. Once it is fixed there, its line stops compiling and has
 * to be deleted. The sources are documented samples (`payloads/`) and captured traffic.
 * @module
 */
import type {
  Call,
  CallState,
  CommsNotification,
  CommsNotifications,
  CommunicationsIdentitySet,
  DeltaParticipants,
  Identity,
  InvitationParticipantInfo,
  InviteParticipantsOperation,
  MediaPrompt,
  MediaStream,
  OperationStatus,
  Participant,
  ParticipantInfo,
  PublicError,
  ResultInfo,
  ServiceHostedMediaConfig,
} from '@microsoft/microsoft-graph-types'
import { graphTransport, graphWebhook, parseNotifications } from '../../src/graph/index.ts'
import type * as Ours from '../../src/graph/wire/shapes.ts'
import { createRollcall } from '../../src/index.ts'

/** Compiles only for what is true. */
type Holds<T extends true> = T
type Fits<From, To> = [From] extends [To] ? true : false

// Where they are right.

/** What the library writes is what their types describe. */
export type Written = [
  Holds<Fits<Ours.GraphIdentity, Identity>>,
  Holds<Fits<Ours.GraphInvitationParticipantInfo, InvitationParticipantInfo>>,
  Holds<Fits<Ours.GraphInviteBody['participants'], InvitationParticipantInfo[]>>,
  Holds<Fits<Ours.GraphResultInfo, ResultInfo>>,
]

/**
 * What their types describe, the library's take. Theirs leave every property out that may not be null; `Required` puts
 * them back. Enums are open here: casing differs between answers and notifications, and members are added.
 */
export type Described = [
  Holds<Fits<Required<Identity>, Ours.GraphIdentity>>,
  Holds<Fits<CommunicationsIdentitySet, Ours.GraphIdentitySet>>,
  Holds<Fits<Required<InvitationParticipantInfo>, Ours.GraphInvitationParticipantInfo>>,
  Holds<Fits<Required<ParticipantInfo>, Ours.GraphParticipantInfo>>,
  Holds<Fits<Required<MediaStream>, Ours.GraphMediaStream>>,
  Holds<Fits<Required<ResultInfo>, Ours.GraphResultInfo>>,
  Holds<
    Fits<Required<Omit<Participant, 'info' | 'mediaStreams'>>, Omit<Ours.GraphParticipant, 'info' | 'mediaStreams'>>
  >,
  Holds<
    Fits<
      Required<Omit<InviteParticipantsOperation, 'participants' | 'resultInfo'>>,
      Omit<Ours.GraphInviteOperation, 'participants' | 'resultInfo'>
    >
  >,
  Holds<
    Fits<
      Required<Omit<Call, 'targets' | 'source' | 'resultInfo'>>,
      Omit<Ours.GraphCall, 'targets' | 'source' | 'resultInfo'>
    >
  >,
  Holds<Fits<Required<CommsNotification>, Ours.GraphNotification>>,
]

/** Values of their types go in where Graph's fields are asked for. */
export async function usedTogether(theirs: {
  call: Call
  mediaConfig: ServiceHostedMediaConfig
  prompt: MediaPrompt
  transferee: ParticipantInfo
  body: CommsNotifications
}): Promise<void> {
  const transport = graphTransport({ token: () => 'token' })
  const rollcall = createRollcall({ transport })
  const callbackUri = 'https://bot.example/callback'
  const written = { callbackUri, requestedModalities: ['audio'], tenantId: 'tenant' } satisfies Call
  await rollcall.createCall(written)
  await rollcall.createCall({ ...theirs.call, callbackUri })
  await transport.answer('call', {
    callbackUri,
    mediaConfig: theirs.mediaConfig,
    callOptions: { isDeltaRosterEnabled: true },
  })
  await transport.transfer('call', { target: { identity: { user: { id: 'user' } } }, transferee: theirs.transferee })
  await transport.startHoldMusic('call', 'participant', { clientContext: 'context', customPrompt: theirs.prompt })
  parseNotifications(theirs.body)
  graphWebhook(rollcall, { appId: 'app' })
}

// Where they are wrong: what the service sends, or the documentation asks for, and their types refuse.

/** Answers say `Running`, notifications `completed` (documented samples): one status, two spellings, one of them typed. */
// @ts-expect-error only PascalCase
export const status: OperationStatus = 'completed'

/** Documented rosters and captured ones of old have entries whose id is null. */
// @ts-expect-error not null
export const nameless: Participant = { id: null }

/** The invite's documented answer has `id: null` in its participants, and the service fills in `participantId`. */
// @ts-expect-error no id
export const invited: InvitationParticipantInfo = { id: null, participantId: '9a6d30ea-3815-41d6-8afb-6b1e1dd00001' }

/** PSTN invites name a `phone` (documented example 4); the type is `identitySet`, which has none. */
// @ts-expect-error no phone
export const phone: InvitationParticipantInfo = { identity: { phone: { id: '+15550100' } } }

/** Rosters show guests, phones and encrypted identities; the type is `identitySet` here, too. */
// @ts-expect-error no guest
export const guest: ParticipantInfo = { identity: { guest: { id: 'guest' } } }

/** Every identity on the wire has a tenant and a provider (captures). */
// @ts-expect-error no tenantId
export const identity: Identity = { id: 'user', tenantId: 'tenant', identityProvider: 'AAD' }

/** The device somebody is on (captures). */
// @ts-expect-error no endpointId
export const device: ParticipantInfo = { endpointId: '00000000-0000-4000-8000-000000000000' }

/** On every participant of newer captures. */
// @ts-expect-error no meetingRole
export const role: Participant = { meetingRole: 'none', publishedStates: [] }

/** Polymorphic bodies have to say what they are: without it the service refuses them (documented requests all have it). */
// @ts-expect-error no annotation
export const annotated: InvitationParticipantInfo = { '@odata.type': '#microsoft.graph.invitationParticipantInfo' }

/** What a notification is about is its `resourceData`; the type has none. */
export const notification: CommsNotification = {
  changeType: 'updated',
  resourceUrl: '/communications/calls/c',
  // @ts-expect-error no resourceData
  resourceData: {},
}

/** All captures carry `resource` as well; samples of 2018 nothing else. */
// @ts-expect-error no resource
export const old: CommsNotification = { changeType: 'updated', resource: '/app/calls/c' }

/** A state of beta, and of the documented v1.0 resource page. */
// @ts-expect-error no ringing
export const state: CallState = 'ringing'

/** Some senders write enums in PascalCase (captured by the .NET SDK's log). */
// @ts-expect-error only camelCase
export const cased: CallState = 'Established'

/** Why a call ended, in a word (beta; seen on v1.0: `AppTransferred`). */
// @ts-expect-error no terminationReason
export const ended: Call = { terminationReason: 'AppTransferred' }

/** Documented samples write the numbers as text, and `subCode`. */
// @ts-expect-error only numbers
export const texts: ResultInfo = { code: '200', subcode: 0 }
// @ts-expect-error only subcode
export const casing: ResultInfo = { code: 200, subCode: 0 }

/** The one list that has to be told from a participant says so only by its annotation. */
// @ts-expect-error no annotation
export const delta: DeltaParticipants = { '@odata.type': '#microsoft.graph.deltaParticipants', sequenceNumber: 1 }

/** The ids every support case begins with are in every error (documented); the inner error has neither. */
// @ts-expect-error no request-id
export const error: PublicError = { code: '7504', innerError: { 'request-id': 'r', 'client-request-id': 'c' } }
