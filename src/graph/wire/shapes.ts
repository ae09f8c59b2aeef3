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
  /** OData's name of the type. */
  '@odata.type'?: string
  /** The id at the identity's provider. */
  id?: string | null
  /** A name for people to read. */
  displayName?: string | null
  /** The tenant of the identity. */
  tenantId?: string | null
  /** Where the identity comes from, such as `AAD`. */
  identityProvider?: string | null
}

/** `communicationsIdentitySet`; open: unknown keys can appear, and several keys can be set at once. */
export interface GraphIdentitySet {
  /** OData's name of the type. */
  '@odata.type'?: string
  /** An application: a bot. */
  application?: GraphIdentity | null
  /** An instance of an application, with a phone number. */
  applicationInstance?: GraphIdentity | null
  /** The identity that a telephone network asserts. */
  assertedIdentity?: GraphIdentity | null
  /** A user of Azure Communication Services. */
  azureCommunicationServicesUser?: GraphIdentity | null
  /** A device. */
  device?: GraphIdentity | null
  /** An identity that the application may not read. */
  encrypted?: GraphIdentity | null
  /** The kind of endpoint, such as `default` or `voicemail`. */
  endpointType?: string | null
  /** A guest without an account. */
  guest?: GraphIdentity | null
  /** An identity on premises. */
  onPremises?: GraphIdentity | null
  /** A telephone; the id is its number (E.164). */
  phone?: GraphIdentity | null
  /** A user of a directory. */
  user?: GraphIdentity | null
}

/** `resultInfo`. Documentation also writes the numbers as strings, and `subCode`. */
export interface GraphResultInfo {
  /** OData's name of the type. */
  '@odata.type'?: string
  /** The result, in the manner of HTTP and SIP statuses. */
  code: number
  /** The result more closely; communication services have a table of their own. */
  subcode: number
  /** A message that may end with a diagnosis, `DiagCode: code#subcode.@`. */
  message?: string | null
}

/** `invitationParticipantInfo`. `id` occurs only in answers. */
export interface GraphInvitationParticipantInfo {
  /** OData's name of the type. */
  '@odata.type'?: string
  /** Null in documented answers. */
  id?: string | null
  /** Who is invited. */
  identity: GraphIdentitySet
  /** The kind of endpoint (beta). */
  endpointType?: string | null
  /** Whether the rosters of other participants leave the invitee out. */
  hidden?: boolean | null
  /** The participant id; the service fills it in its answer. */
  participantId?: string | null
  /** Whether the invitee is kept out of the default audio mix. */
  removeFromDefaultAudioRoutingGroup?: boolean | null
  /** The call that the invitee leaves for this one. */
  replacesCallId?: string | null
}

/** `participantInfo`. */
export interface GraphParticipantInfo {
  /** OData's name of the type. */
  '@odata.type'?: string
  /** Where the participant connected from, as ISO 3166 names it. */
  countryCode?: string | null
  /** The kind of endpoint, such as `default` or `voicemail`. */
  endpointType?: string | null
  /** Who it is. */
  identity: GraphIdentitySet
  /** The participant's language and culture. */
  languageId?: string | null
  /** The participant id; on rosters it is the same as `GraphParticipant.id`. */
  participantId?: string | null
  /** The home region of the participant. */
  region?: string | null
}

/** `mediaStream`. */
export interface GraphMediaStream {
  /** OData's name of the type. */
  '@odata.type'?: string
  /** `inactive`, `sendOnly`, `receiveOnly` or `sendReceive`. */
  direction: string
  /** The label of the stream. */
  label?: string | null
  /** `audio`, `video`, `videoBasedScreenSharing`, `data` or another word. */
  mediaType: string
  /** Whether the service has muted the stream. */
  serverMuted?: boolean
  /** The id of the source. */
  sourceId: string
}

/** `participant`. */
export interface GraphParticipant {
  /** OData's name of the type. */
  '@odata.type'?: string
  /** The id that other requests name; null in some documented rosters. */
  id: string | null
  /** Who it is, and from where. */
  info: GraphParticipantInfo
  /** Whether it waits in the lobby. */
  isInLobby: boolean
  /** Whether it is muted, by its client or by the service. */
  isMuted: boolean
  /** Its media streams. */
  mediaStreams?: GraphMediaStream[] | null
  /** What the participant says of itself, opaque. */
  metadata?: string | null
  /** Set in a delta roster on a participant that is gone. */
  removedState?: {
    /** Free text. */
    reason?: string | null
  } | null
  /** The roster's number at the latest change of the participant. */
  rosterSequenceNumber?: number | null
}

/** `deltaParticipants`, the roster in delta mode. */
export interface GraphDeltaParticipants {
  /** OData's name of the type. */
  '@odata.type': '#microsoft.graph.deltaParticipants'
  /** The id of the resource. */
  id?: string
  /** The number of the change; the next one is one more. */
  sequenceNumber: number
  /** The participants that changed, including those that left. */
  participants: GraphParticipant[]
}

/** `commsOperation` and its derived types. The status is compared without case. */
export interface GraphOperation {
  /** OData's name of the type. */
  '@odata.type'?: string
  /** The id of the operation; null in some documented notifications. */
  id: string | null
  /** What the request named it. */
  clientContext?: string | null
  /** `NotStarted`, `Running`, `Completed` or `Failed`, in any case of letters. */
  status: string | null
  /** The result, of an operation that has ended. */
  resultInfo?: GraphResultInfo | null
}

/** `inviteParticipantsOperation`. */
export interface GraphInviteOperation extends GraphOperation {
  /** The invitees, in the order of the request. */
  participants: GraphInvitationParticipantInfo[]
}

/** `call`, as far as this library reads and writes it; open. */
export interface GraphCall {
  /** OData's name of the type. */
  '@odata.type'?: string
  /** The id of the call; notifications leave it out. */
  id?: string
  /** Where notifications of the call go. */
  callbackUri?: string
  /** Options of the call, such as delta rosters. */
  callOptions?: object | null
  /** The chat of the meeting. */
  chatInfo?: object | null
  /** `incoming` or `outgoing`. */
  direction?: string | null
  /** How media are hosted. */
  mediaConfig?: object | null
  /** The meeting to join. */
  meetingInfo?: object | null
  /** The bot's own participant id. */
  myParticipantId?: string | null
  /** `audio`, `video`, `videoBasedScreenSharing`, `data`. */
  requestedModalities?: string[] | null
  /** The result, of a call that has ended or a transfer that failed. */
  resultInfo?: GraphResultInfo | null
  /** Who called. */
  source?: GraphParticipantInfo | null
  /** The state of the call, in any case of letters. */
  state?: string | null
  /** The subject of the conversation. */
  subject?: string | null
  /** Who is called. */
  targets?: GraphInvitationParticipantInfo[] | null
  /** The tenant of the call. */
  tenantId?: string | null
  /** beta. */
  terminationReason?: string | null
}

/** `commsNotification`. Observed traffic carries both URLs; documented samples one or the other. */
export interface GraphNotification {
  /** OData's name of the type. */
  '@odata.type'?: string
  /** `created`, `updated` or `deleted`, in any case of letters. */
  changeType: string
  /** The path of the resource, below `/app`. */
  resource?: string
  /** The path of the resource, below `/communications`. */
  resourceUrl?: string
  /** Where the notification was sent. */
  callbackUri?: string
  /** The resource: a call, an operation, or a list of participants. */
  resourceData?: unknown
}

/** `commsNotifications`, the body of every callback. */
export interface GraphNotifications {
  /** OData's name of the type. */
  '@odata.type'?: string
  /** The notifications, in order. */
  value: GraphNotification[]
}

/** The error envelope of every refusal. `code` is often a comms subcode as text. */
export interface GraphErrorBody {
  /** The error. */
  error: {
    /** A word of Graph's, or a subcode of communications as text. */
    code: string
    /** A message; it may have the real error in it as JSON. */
    message: string
    /** More about the request. */
    innerError?: {
      /** When, by the service's clock. */
      date?: string
      /** The service's id of the request. */
      'request-id'?: string
      /** The client's id of the request. */
      'client-request-id'?: string
      /** A closer code. */
      code?: string
      /** A closer message. */
      message?: string
    }
  }
}

/** Body of `POST …/participants/invite`. */
export interface GraphInviteBody {
  /** The invitees, 1 to 5. */
  participants: GraphInvitationParticipantInfo[]
  /** What the service repeats in everything it says of the invite. */
  clientContext: string
}

/** The two versions of the service. */
export type GraphVersion = 'v1.0' | 'beta'

/** The namespace calls are under: `communications`, and its deprecated alias `app`. */
export type GraphPathPrefix = 'communications' | 'app'
