/**
 * Events: every input of a call, named `noun.pastParticiple`. The application's requests are events too, so that one
 * union is the whole history and can be replayed.
 *
 * Ids are normalised (Graph's GUIDs in lower case with dashes) and times are milliseconds since the epoch: the edge
 * converts both before it creates an event.
 * @module
 */
import type { ReportedFacts } from '../../participant/facts.ts'
import type { IdentitySet } from '../../participant/identity.ts'
import type { Cause, Classification, EndedBy, FailureReason, ResultInfo } from '../../participant/participant.ts'

/** Graph's call states (v1.0, and `ringing` of beta), plus `unknown` before the first report. */
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

/**
 * One entry of a roster, as the service shows it. An absent fact keeps its known value; for a new participant `isMuted`
 * and `isAnonymous` are then false.
 */
export interface RosterEntry extends ReportedFacts {
  /** Graph: `participant.id ?? info.participantId`; documented samples have neither. */
  readonly id?: string | undefined
  /** Who it is, by kind of identity. */
  readonly identity: IdentitySet
  /** Absent: unknown. A known participant stays where it is; a new one counts as admitted. */
  readonly isInLobby?: boolean | undefined
  /** Set on a delta entry that says the participant is gone. */
  readonly removed?: Removed | undefined
  /** `rosterSequenceNumber`, where rosters are numbered. */
  readonly sequence?: number | undefined
}

/** The details of a departure in a delta. `cause` and `by` are set if the edge can read them from the reason. */
export interface Removed {
  /** Free text from the service, for display. */
  readonly reason?: string | undefined
  /** Why the participant is gone, in the edge's reading. */
  readonly cause?: Cause | undefined
  /** Who ended the presence, in the edge's reading. */
  readonly by?: EndedBy | undefined
}

/** One identity to invite. */
export interface Invitee {
  /** Who is invited. */
  readonly identity: IdentitySet
  /** The participant id of the target, if the application knows one (when moving a participant between meetings). */
  readonly participantId?: string | undefined
  /** The call that the invitee leaves for this one. */
  readonly replacesCallId?: string | undefined
  /** True if other participants' rosters do not show the invitee. */
  readonly isHidden?: boolean | undefined
  /** True if the invitee is kept out of the default audio mix. */
  readonly removeFromDefaultAudioRoutingGroup?: boolean | undefined
}

/** Graph's `notStarted` and an absent status count as running: a notification follows. */
export type OperationStatus = 'running' | 'completed' | 'failed'

/** A report on one operation, from a response or a notification. */
export interface OperationReport {
  /** The service's id of the operation. */
  readonly operationId?: string | undefined
  /** The `clientContext` of the request that started the operation. */
  readonly clientContext?: string | undefined
  /** How the operation stands. */
  readonly status: OperationStatus
  /** The service's result, of an operation that has ended. */
  readonly result?: ResultInfo | undefined
  /** The invitees of an invite operation, in the order of the request; ids are often absent. */
  readonly participants?: readonly InvitedParticipant[] | undefined
}

/** An invitee as listed in an invite operation. */
export interface InvitedParticipant {
  /** Who was invited. */
  readonly identity: IdentitySet
  /** `participantId ?? id` of the operation's entry. */
  readonly participantId?: string | undefined
}

/** A report on the call itself. Absent fields are unknown. */
export interface CallReport {
  /** The state of the call; absent if the report has none. */
  readonly state?: CallState | undefined
  /** The bot's own roster id. */
  readonly myParticipantId?: string | undefined
  /** The service's result, of a call that has ended or a transfer that failed. */
  readonly result?: ResultInfo | undefined
  /** True when the call resource was deleted. */
  readonly isDeleted?: boolean | undefined
  /**
   * The service's second id of this call (a conference, a room), opaque, 1 to 1,024 characters. The call keeps the
   * first one; a report with a different one is about another call.
   */
  readonly reference?: string | undefined
}

/**
 * Why a request was refused or not confirmed. `reason` decides how the call reacts. For an invite, `cause` and `by`
 * give the meaning for the invitees. The other fields are for display, except `retryAfterMs`.
 */
export interface ServiceFailure extends Classification {
  /** The edge's reading of the answer; the library decides by it. */
  readonly reason: FailureReason
  /** HTTP status; absent when no answer came. */
  readonly status?: number | undefined
  /** The service's own code, a comms subcode or a Graph code as text. */
  readonly code: string
  /** The service's own message, for people to read. */
  readonly message: string
  /** The wait that the service requested, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** The id of the request (Graph's `client-request-id`), for the service's support. */
  readonly requestId?: string | undefined
}

/**
 * How a request ended. `done`: the service accepted it (a 2xx). `refused`: it certainly did not happen.
 * `unconfirmed`: it may have happened.
 */
export type Verdict<T = undefined> =
  | {
      readonly verdict: 'done'
      /** What the service answered. */
      readonly value: T
    }
  | {
      readonly verdict: 'refused'
      /** Why the request failed, or is not known to have been done. */
      readonly failure: ServiceFailure
    }
  | {
      readonly verdict: 'unconfirmed'
      /** Why the request failed, or is not known to have been done. */
      readonly failure: ServiceFailure
    }

/** A fetched list of participants. */
export interface RosterSnapshot {
  /** The participants it shows. */
  readonly entries: readonly RosterEntry[]
  /** Whether it shows every participant. Absent: it does if one of the entries is the bot itself. */
  readonly isComplete?: boolean | undefined
  /** The states of operations, fetched with the list: ringing legs are not on the roster. */
  readonly operations?: readonly OperationReport[] | undefined
}

interface At {
  /** The time of observation, milliseconds since the epoch. */
  readonly at: number
}

/** Every event of a call. */
export type CallEvent = At &
  // requests of the application
  (
    | {
        readonly type: 'invite.requested'
        /** The `clientContext` of the invitation. */
        readonly invitation: string
        /** Who is invited. */
        readonly invitees: readonly Invitee[]
        /** How long the invitees may ring, in milliseconds; absent: as long as the call's options say. */
        readonly ringTimeoutMs?: number | undefined
      }
    | {
        readonly type: 'removal.requested'
        /** The participant's key. */
        readonly key: string
      }
    | {
        readonly type: 'cancel.requested'
        /** The participant's key. */
        readonly key: string
      }
    | {
        readonly type: 'mute.requested'
        /** The participant's key. */
        readonly key: string
        /** Names the mute: its answer carries the same. */
        readonly clientContext: string
      }
    | { readonly type: 'hangUp.requested' }
    | { readonly type: 'call.adopted' }
    // answers of the service
    | {
        readonly type: 'invite.answered'
        /** The `clientContext` of the invitation. */
        readonly invitation: string
        /** What came of the request. */
        readonly answer: Verdict<OperationReport>
      }
    | {
        readonly type: 'removal.answered'
        /** The participant's key. */
        readonly key: string
        /** The number of the DELETE that is answered. */
        readonly attempt: number
        /** What came of the request. */
        readonly answer: Verdict
      }
    | {
        readonly type: 'mute.answered'
        /** The participant's key. */
        readonly key: string
        /** Names the mute: its answer carries the same. */
        readonly clientContext: string
        /** What came of the request. */
        readonly answer: Verdict<OperationReport>
      }
    | {
        readonly type: 'hangUp.answered'
        /** What came of the request. */
        readonly answer: Verdict
      }
    | {
        readonly type: 'keepAlive.answered'
        /** What came of the request. */
        readonly answer: Verdict
      }
    | {
        readonly type: 'call.fetched'
        /** What came of the request. */
        readonly answer: Verdict<CallReport>
      }
    | {
        readonly type: 'roster.fetched'
        /** The number of the fetch that is answered. */
        readonly fetch: number
        /** What came of the request. */
        readonly answer: Verdict<RosterSnapshot>
      }
    // notifications of the service
    | {
        readonly type: 'call.bound'
        /** The tenant in the token of the first callback. */
        readonly tenant: string
      }
    | ({ readonly type: 'call.reported' } & CallReport)
    | ({ readonly type: 'operation.reported' } & OperationReport)
    | {
        readonly type: 'roster.reported'
        readonly kind: 'full'
        /** The sequence number, if rosters are numbered. Full rosters and deltas of a call share one numbering. */
        readonly sequence?: number | undefined
        /** The participants it shows. */
        readonly entries: readonly RosterEntry[]
        /** Whether it shows every participant. Absent: it does if one of the entries is the bot itself. */
        readonly isComplete?: boolean | undefined
      }
    | {
        readonly type: 'roster.reported'
        readonly kind: 'delta'
        /** The number of the change; absent if the service did not give one. */
        readonly sequence?: number | undefined
        /** The participants it shows. */
        readonly entries: readonly RosterEntry[]
      }
    | {
        readonly type: 'notification.unrecognised'
        /** The resource that the notification named. */
        readonly resource: string
        /** What was not understood, in a few words. */
        readonly what: string
      }
    // time and the host
    | {
        readonly type: 'deadline.passed'
        /** The name of the deadline. */
        readonly deadline: string
      }
    | { readonly type: 'host.resumed' }
  )

/** The name of an event. */
export type CallEventType = CallEvent['type']

type WithoutAt<E> = E extends unknown ? Omit<E, 'at'> : never

/** The call id of an event that belongs to no call. */
export const noCall = ''

/** An event of one call from an edge, without a time: the host adds the time of receipt. */
export interface InboundEvent {
  /** The call the event belongs to; empty for an event of no call. */
  readonly callId: string
  /** The event. */
  readonly event: WithoutAt<CallEvent>
}
