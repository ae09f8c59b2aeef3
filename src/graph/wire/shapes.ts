/**
 * Graph's wire types, in Graph's spelling: requests, and documented answers and notifications.
 *
 * Rule: these types are descriptions, not guarantees. Inbound data is read through `resources.ts`, which checks every
 * value; only data that this library writes (request bodies, the emulator's answers) has these types.
 * Source: Graph v1.0 metadata, beta where marked, and observed extras where marked.
 * @module
 */

/** `identity`; open. `tenantId` and `identityProvider` are documented in samples, not in the metadata. */
export interface GraphIdentity {
  '@odata.type'?: string
  id?: string | null
  displayName?: string | null
  tenantId?: string | null
  identityProvider?: string | null
}

/** `communicationsIdentitySet`; open: unknown keys can appear, and several keys can be set at once. */
export interface GraphIdentitySet {
  '@odata.type'?: string
  application?: GraphIdentity | null
  applicationInstance?: GraphIdentity | null
  assertedIdentity?: GraphIdentity | null
  azureCommunicationServicesUser?: GraphIdentity | null
  device?: GraphIdentity | null
  encrypted?: GraphIdentity | null
  endpointType?: string | null
  guest?: GraphIdentity | null
  onPremises?: GraphIdentity | null
  phone?: GraphIdentity | null
  user?: GraphIdentity | null
}

/** `resultInfo`. Documentation also writes the numbers as strings, and `subCode`. */
export interface GraphResultInfo {
  '@odata.type'?: string
  code: number
  subcode: number
  message?: string | null
}

/** `invitationParticipantInfo`. `id` occurs only in answers. */
export interface GraphInvitationParticipantInfo {
  '@odata.type'?: string
  id?: string | null
  identity: GraphIdentitySet
  endpointType?: string | null
  hidden?: boolean | null
  participantId?: string | null
  removeFromDefaultAudioRoutingGroup?: boolean | null
  replacesCallId?: string | null
}

/** `participantInfo`. */
export interface GraphParticipantInfo {
  '@odata.type'?: string
  countryCode?: string | null
  endpointType?: string | null
  identity: GraphIdentitySet
  languageId?: string | null
  participantId?: string | null
  region?: string | null
}

/** `mediaStream`. */
export interface GraphMediaStream {
  '@odata.type'?: string
  direction: string
  label?: string | null
  mediaType: string
  serverMuted?: boolean
  sourceId: string
}

/** `participant`. */
export interface GraphParticipant {
  '@odata.type'?: string
  id: string | null
  info: GraphParticipantInfo
  isInLobby: boolean
  isMuted: boolean
  mediaStreams?: GraphMediaStream[] | null
  metadata?: string | null
  removedState?: { reason?: string | null } | null
  rosterSequenceNumber?: number | null
}

/** `deltaParticipants`, the roster in delta mode. */
export interface GraphDeltaParticipants {
  '@odata.type': '#microsoft.graph.deltaParticipants'
  id?: string
  sequenceNumber: number
  participants: GraphParticipant[]
}

/** `commsOperation` and its derived types. The status is compared without case. */
export interface GraphOperation {
  '@odata.type'?: string
  id: string | null
  clientContext?: string | null
  status: string | null
  resultInfo?: GraphResultInfo | null
}

/** `inviteParticipantsOperation`. */
export interface GraphInviteOperation extends GraphOperation {
  participants: GraphInvitationParticipantInfo[]
}

/** `call`, as far as this library reads and writes it; open. */
export interface GraphCall {
  '@odata.type'?: string
  id?: string
  callbackUri?: string
  callOptions?: object | null
  chatInfo?: object | null
  direction?: string | null
  mediaConfig?: object | null
  meetingInfo?: object | null
  myParticipantId?: string | null
  requestedModalities?: string[] | null
  resultInfo?: GraphResultInfo | null
  source?: GraphParticipantInfo | null
  state?: string | null
  subject?: string | null
  targets?: GraphInvitationParticipantInfo[] | null
  tenantId?: string | null
  /** beta. */
  terminationReason?: string | null
}

/** `commsNotification`. Observed traffic carries both URLs; documented samples one or the other. */
export interface GraphNotification {
  '@odata.type'?: string
  changeType: string
  resource?: string
  resourceUrl?: string
  callbackUri?: string
  resourceData?: unknown
}

/** `commsNotifications`, the body of every callback. */
export interface GraphNotifications {
  '@odata.type'?: string
  value: GraphNotification[]
}

/** The error envelope of every refusal. `code` is often a comms subcode as text. */
export interface GraphErrorBody {
  error: {
    code: string
    message: string
    innerError?: { date?: string; 'request-id'?: string; 'client-request-id'?: string; code?: string; message?: string }
  }
}

/** Body of `POST …/participants/invite`. */
export interface GraphInviteBody {
  participants: GraphInvitationParticipantInfo[]
  clientContext: string
}

/** The two versions of the service. */
export type GraphVersion = 'v1.0' | 'beta'

/** The namespace calls are under: `communications`, and its deprecated alias `app`. */
export type GraphPathPrefix = 'communications' | 'app'
