/**
 * Events: everything a call can be told. Facts, `noun.pastParticiple`; our own intents enter as facts too, so that
 * one union is the whole history and can be replayed.
 *
 * Ids arrive normalised (GUIDs lower case and dashed) and times as milliseconds since the epoch: what reads the
 * outside world does that, before an event exists.
 * @module
 */
import type { ReportedFacts } from '../../participant/facts.ts'
import type { IdentitySet } from '../../participant/identity.ts'
import type { Cause, Classification, EndedBy, FailureReason, ResultInfo } from '../../participant/participant.ts'

/** Graph's call states (v1.0, and `ringing` of beta), plus `unknown` before anything was heard. */
export type CallState =
  | 'unknown'
  | 'incoming'
  | 'ringing'
  | 'redirecting'
  | 'establishing'
  | 'established'
  | 'hold'
  | 'transferring'
  | 'transferAccepted'
  | 'terminating'
  | 'terminated'

/** One entry of a roster, as the service shows it. A fact it does not say stays as it is known; of a new participant `isMuted` and `isAnonymous` are false then. */
export interface RosterEntry extends ReportedFacts {
  /** `participant.id ?? info.participantId`; documented samples have neither. */
  readonly id?: string | undefined
  readonly identity: IdentitySet
  /** Absent: not said. Somebody known stays where they are; somebody new counts as admitted. */
  readonly isInLobby?: boolean | undefined
  /** Set on a delta entry that says the participant is gone. */
  readonly removed?: Removed | undefined
  /** `rosterSequenceNumber`, where rosters are numbered. */
  readonly sequence?: number | undefined
}

/** What a roster change says of a departure. `cause` and `by` are set where the edge can read them in the reason. */
export interface Removed {
  /** Free text of the service, for people to read. */
  readonly reason?: string | undefined
  readonly cause?: Cause | undefined
  readonly by?: EndedBy | undefined
}

/** One person asked for. */
export interface Invitee {
  readonly identity: IdentitySet
  /** The id of the target where the application knows one (moving somebody between meetings). */
  readonly participantId?: string | undefined
  readonly replacesCallId?: string | undefined
  readonly isHidden?: boolean | undefined
  readonly removeFromDefaultAudioRoutingGroup?: boolean | undefined
}

/** `notStarted` and an absent status count as running: later news comes by notification. */
export type OperationStatus = 'running' | 'completed' | 'failed'

/** What the service says of one operation, in a response or in a notification. */
export interface OperationReport {
  readonly operationId?: string | undefined
  readonly clientContext?: string | undefined
  readonly status: OperationStatus
  readonly result?: ResultInfo | undefined
  /** The invitees of an invite operation, in the order of the request; ids are often absent. */
  readonly participants?: readonly InvitedParticipant[] | undefined
}

/** An invitee as an invite operation repeats them. */
export interface InvitedParticipant {
  readonly identity: IdentitySet
  /** `participantId ?? id` of the operation's entry. */
  readonly participantId?: string | undefined
}

/** What the service says of the call itself. Partial: absent fields say nothing. */
export interface CallReport {
  readonly state?: CallState | undefined
  /** The bot's own roster id. */
  readonly myParticipantId?: string | undefined
  readonly result?: ResultInfo | undefined
  /** The call resource was deleted. */
  readonly isDeleted?: boolean | undefined
  /**
   * The service's own name for this call beside its id (a conference, a room), opaque, 1 to 1,024 characters. The first one
   * stays with the call; a report with another one is about another call.
   */
  readonly reference?: string | undefined
}

/**
 * Why a request was refused for good, or not confirmed. `reason` decides what is done about it. Of an invite, `cause` and
 * `by` say what the refusal means for the invitees. The other fields are for people to read, except for `retryAfterMs`.
 */
export interface ServiceFailure extends Classification {
  readonly reason: FailureReason
  /** HTTP status; absent when no answer came. */
  readonly status?: number | undefined
  /** The service's own code, a comms subcode or a Graph code as text. */
  readonly code: string
  readonly message: string
  /** Milliseconds the service asked to wait. */
  readonly retryAfterMs?: number | undefined
  /** What the request was sent under (Graph's `client-request-id`): the one thing the service's support asks for. */
  readonly requestId?: string | undefined
}

/**
 * How a request ended. `done`: the service took it, a 2xx. `refused`: it certainly did not happen.
 * `unconfirmed`: it may have happened.
 */
export type Verdict<T = undefined> =
  | { readonly verdict: 'done'; readonly value: T }
  | { readonly verdict: 'refused'; readonly failure: ServiceFailure }
  | { readonly verdict: 'unconfirmed'; readonly failure: ServiceFailure }

/** A list of participants that was asked for. */
export interface RosterSnapshot {
  readonly entries: readonly RosterEntry[]
  /** Whether it shows everybody. Absent: it does when the bot itself is one of the entries. */
  readonly isComplete?: boolean | undefined
  /** The states of operations, asked for together with the list: legs that only ring are on no roster. */
  readonly operations?: readonly OperationReport[] | undefined
}

interface At {
  /** When it was observed, milliseconds since the epoch. */
  readonly at: number
}

/** Every event of a call. */
export type CallEvent = At &
  // what the application wants
  (
    | {
        readonly type: 'invite.requested'
        readonly invitation: string
        readonly invitees: readonly Invitee[]
        readonly ringTimeoutMs?: number | undefined
      }
    | { readonly type: 'removal.requested'; readonly key: string }
    | { readonly type: 'cancel.requested'; readonly key: string }
    | { readonly type: 'mute.requested'; readonly key: string; readonly clientContext: string }
    | { readonly type: 'hangUp.requested' }
    | { readonly type: 'call.adopted' }
    // what the service answered
    | { readonly type: 'invite.answered'; readonly invitation: string; readonly answer: Verdict<OperationReport> }
    | { readonly type: 'removal.answered'; readonly key: string; readonly attempt: number; readonly answer: Verdict }
    | {
        readonly type: 'mute.answered'
        readonly key: string
        readonly clientContext: string
        readonly answer: Verdict<OperationReport>
      }
    | { readonly type: 'hangUp.answered'; readonly answer: Verdict }
    | { readonly type: 'keepAlive.answered'; readonly answer: Verdict }
    | { readonly type: 'call.fetched'; readonly answer: Verdict<CallReport> }
    | { readonly type: 'roster.fetched'; readonly fetch: number; readonly answer: Verdict<RosterSnapshot> }
    // what the service tells unasked
    | { readonly type: 'call.bound'; readonly tenant: string }
    | ({ readonly type: 'call.reported' } & CallReport)
    | ({ readonly type: 'operation.reported' } & OperationReport)
    | {
        readonly type: 'roster.reported'
        readonly kind: 'full'
        /** Where rosters are numbered: a later one has a higher number. One numbering for the full rosters and the deltas of a call. */
        readonly sequence?: number | undefined
        readonly entries: readonly RosterEntry[]
        /** Whether it shows everybody. Absent: it does when the bot itself is one of the entries. */
        readonly isComplete?: boolean | undefined
      }
    | {
        readonly type: 'roster.reported'
        readonly kind: 'delta'
        readonly sequence?: number | undefined
        readonly entries: readonly RosterEntry[]
      }
    | { readonly type: 'notification.unrecognised'; readonly resource: string; readonly what: string }
    // what time tells
    | { readonly type: 'deadline.passed'; readonly deadline: string }
    | { readonly type: 'host.resumed' }
  )

/** The name of an event. */
export type CallEventType = CallEvent['type']

type WithoutAt<E> = E extends unknown ? Omit<E, 'at'> : never

/** The call id of an event that is about no call. */
export const noCall = ''

/** What an edge observed of one call, not yet stamped with a time: the host does that when it takes it in. */
export interface InboundEvent {
  readonly callId: string
  readonly event: WithoutAt<CallEvent>
}
