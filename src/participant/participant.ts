/**
 * The participant: one presence of one endpoint of one identity in one call, as a plain record.
 *
 * `state` and `removal` together are the state of the participant's statechart (`machine.ts`); everything else is
 * its context. Times are milliseconds since the epoch. They come from events, never from a clock.
 * @module
 */
import type { KnownFacts } from './facts.ts'
import type { IdentitySet } from './identity.ts'

/** The six states of a participant. `removed` and `cancelled` are final. */
export type ParticipantState = 'invited' | 'ringing' | 'lobby' | 'active' | 'removed' | 'cancelled'

/** The open states: all that are not final. */
export type OpenState = Exclude<ParticipantState, 'removed' | 'cancelled'>

/**
 * How far a removal has come.
 *
 * - `held`: requested, but there is no id to send it to yet, or the next attempt waits.
 * - `sent`: a DELETE is in flight.
 * - `accepted`: the service answered 2xx, which is a promise.
 * - `refused`: the service refused for good; the participant stays.
 * - `crossed`: the participant answered while the DELETE of a cancel was in flight or accepted. It is not to be
 *   removed, and a roster says whether it stays.
 * - `confirmed`: proved. Only ended participants have it.
 */
export type RemovalPhase = 'held' | 'sent' | 'accepted' | 'refused' | 'crossed' | 'confirmed'

/** Why a participant ended. */
export type Cause =
  | 'cancelled'
  | 'declined'
  | 'busy'
  | 'noAnswer'
  | 'unreachable'
  | 'forbidden'
  | 'failed'
  | 'removed'
  | 'left'
  | 'lobbyTimeout'
  | 'replaced'
  | 'transferred'
  | 'callEnded'
  | 'lost'
  | 'unknown'

/** Who ended it. `local` is this application; `remote` is a person, the participant or another one. */
export type EndedBy = 'local' | 'remote' | 'service' | 'deadline' | 'unknown'

/** The edge's reading of a service's code. Fields are absent if there was no code, or none that could be read. */
export interface Classification {
  /** Why it ended, in the edge's reading. */
  readonly cause?: Cause | undefined
  /** Who ended it, in the edge's reading. */
  readonly by?: EndedBy | undefined
  /** True if the edge does not know the code: `cause` then only says whether it is an error. */
  readonly isUnclassified?: boolean | undefined
}

/**
 * The service's result of a call or an operation. `code`, `subcode` and `message` are the service's own, for people to
 * read. `cause`, `by` and `invitee` are the edge's reading of them; the library decides by these alone.
 */
export interface ResultInfo extends Classification {
  /** The service's own code, such as 200 or 603. 200 does not mean answered. */
  readonly code?: number | undefined
  /** The service's own subcode. */
  readonly subcode?: number | undefined
  /** The service's own message. */
  readonly message?: string | undefined
  /** The `client-request-id` of our request, if the result answers one. */
  readonly requestId?: string | undefined
  /** The id of the invitee that the result is about, if it names one. Case is ignored. */
  readonly invitee?: string | undefined
}

/** How a participant ended. `code`, `subcode` and `message` are the service's own, if it gave any. */
export interface Ending extends Pick<ResultInfo, 'code' | 'subcode' | 'message' | 'requestId'> {
  /** Why it ended. */
  readonly cause: Cause
  /** Who ended it: `local` is the application, `remote` the other side. */
  readonly by: EndedBy
  /** When, milliseconds since the epoch. */
  readonly at: number
}

/**
 * Why a request failed, in the edge's reading of the answer.
 *
 * - `gone`: the object of the request does not exist.
 * - `forbidden`: the application may not do it.
 * - `throttled`: too many requests; it may work later.
 * - `conflict`: another operation was under way, or the state did not allow it; it may work later.
 * - `other`: anything else, including no answer.
 */
export type FailureReason = 'gone' | 'forbidden' | 'throttled' | 'conflict' | 'other'

/**
 * Why the service refused a removal. `reason` decides; `status` (HTTP), `code` and `message` are for people to read.
 */
export interface Refusal {
  /** Absent in a refusal that was stored before edges gave reasons. */
  readonly reason?: FailureReason | undefined
  /** The HTTP status of the answer. */
  readonly status?: number | undefined
  /** The service's own code. */
  readonly code: string
  /** The service's own message. */
  readonly message: string
  /** The `client-request-id` of the DELETE. */
  readonly requestId?: string | undefined
  /** When, milliseconds since the epoch. */
  readonly at: number
}

/** The context of a participant's statechart: everything but `state` and `removal`. */
export interface ParticipantFacts extends KnownFacts {
  /** The library's own stable name of the participant. It exists before the service gives an id. */
  readonly key: string
  /** Who it is, by kind of identity. */
  readonly identity: IdentitySet
  /** The roster id. Absent until a roster or an answer gives one; it may change. */
  readonly id?: string | undefined
  /** The id that a DELETE of a pending invitee names: the invite response's, else the application's own. */
  readonly participantId?: string | undefined
  /**
   * True if rosters have shown the participant without an id since they last showed `id`: the id may have changed. Once
   * a DELETE of that id was answered 404, only `removalTarget` holds it, and `id` is absent.
   */
  readonly isIdUnconfirmed?: boolean | undefined
  /** The `clientContext` of the invitation. Absent for a participant that was not invited. */
  readonly invitation?: string | undefined
  /** Position in the order of introduction, from 0, unique in the call. */
  readonly ordinal: number
  /** True if it was invited hidden from the rosters of other participants. */
  readonly isHidden?: boolean | undefined
  /** Highest sequence number of a roster that mentioned the participant, if rosters are numbered. */
  readonly sequence?: number | undefined
  /** When the call first knew of the participant, in milliseconds since the epoch. */
  readonly introducedAt: number
  /** When the application invited it, in milliseconds since the epoch; absent if it came uninvited. */
  readonly invitedAt?: number | undefined
  /** Until when an answer counts, if the application lets the participant ring longer than usual. */
  readonly ringsUntil?: number | undefined
  /** When it began to ring, in milliseconds since the epoch. */
  readonly ringingAt?: number | undefined
  /** When a roster first showed it in the lobby, in milliseconds since the epoch. */
  readonly lobbyAt?: number | undefined
  /** When a roster first showed it as admitted, in milliseconds since the epoch. */
  readonly activeAt?: number | undefined
  /** When the service said that the invite operation had completed. */
  readonly completedAt?: number | undefined
  /** When the ring deadline passed without a proved answer. */
  readonly expiredAt?: number | undefined
  /** The result of the invitation while the participant was in the lobby: why there is no admission. */
  readonly lobbyEnding?: Ending | undefined
  /** When a report that was not believed omitted the participant. */
  readonly missingSince?: number | undefined
  /** When the removal was asked for, in milliseconds since the epoch. */
  readonly removalRequestedAt?: number | undefined
  /** Who asked for the removal: the application, or a ring deadline. */
  readonly removalBy?: 'local' | 'deadline' | undefined
  /** True if only the invitation is to be cancelled: an answer ends the request. */
  readonly isCancelOnly?: boolean | undefined
  /** True if the result of a pending cancel's DELETE is unknown. */
  readonly isRemovalUnsure?: boolean | undefined
  /**
   * How many participants the call had introduced when the removal was requested: those the application knew as others.
   */
  readonly knownAtRemoval?: number | undefined
  /** The id that the latest DELETE names. */
  readonly removalTarget?: string | undefined
  /** True if the latest DELETE was sent before a roster showed the participant: its 404 proves nothing. */
  readonly isRemovalEarly?: boolean | undefined
  /** When the service accepted the latest DELETE. For a crossed cancel, also when no further answer is expected. */
  readonly removalAcceptedAt?: number | undefined
  /** When the removal was proved, in milliseconds since the epoch. */
  readonly removalConfirmedAt?: number | undefined
  /** How many DELETEs have been sent. */
  readonly removalAttempts: number
  /**
   * The state that was last announced to the application, while it differs from `state`; null: none was announced. An
   * arrival during a removal is not announced.
   */
  readonly announcedState?: ParticipantState | null | undefined
  /** Why the service refused the latest removal. */
  readonly refusal?: Refusal | undefined
  /** How it ended; set in the final states. */
  readonly ending?: Ending | undefined
}

/** A participant, as the library keeps it and returns it. */
export interface Participant extends ParticipantFacts {
  /** Where the participant is: `invited`, `ringing`, `lobby`, `active`, or ended: `removed`, `cancelled`. */
  readonly state: ParticipantState
  /** How far a removal has come; absent if none was asked for. */
  readonly removal?: RemovalPhase | undefined
}

/** Why a participant or call ended, and who ended it. */
export type Meaning = Pick<Ending, 'cause' | 'by'>

/**
 * The cause of an ending, from the result of a failed operation. A code without a cause comes from a call that was
 * stored before edges read codes: it is `failed`. Without a code, the cause is `unknown`.
 */
export function meaningOf({ cause, by = 'unknown', code }: ResultInfo): Meaning {
  if (cause !== undefined) return { cause, by }
  return code === undefined ? { cause: 'unknown', by } : { cause: 'failed', by: 'service' }
}

/** True if the edge knows the code of the result, so that `cause` and `by` are reliable. */
export function isClassified<C extends Classification>(result: C): result is C & { readonly cause: Cause } {
  return result.cause !== undefined && result.isUnclassified !== true
}

/** Creates an ending, with the readable fields of a result. */
export function createEnding(
  at: number,
  cause: Cause,
  by: EndedBy,
  { code, subcode, message, requestId }: ResultInfo = {},
): Ending {
  return Object.freeze({
    cause,
    by,
    at,
    ...(code === undefined ? undefined : { code }),
    ...(subcode === undefined ? undefined : { subcode }),
    ...(message === undefined ? undefined : { message }),
    ...(requestId === undefined ? undefined : { requestId }),
  })
}

/** True for a participant that has not ended. */
export function isOpen(participant: Participant): boolean {
  return participant.state !== 'removed' && participant.state !== 'cancelled'
}

/** True for a participant on the roster, in the lobby or admitted. */
export function isPresent(participant: Participant): boolean {
  return participant.state === 'active' || participant.state === 'lobby'
}

/** True for an invited participant that no roster has shown yet. */
export function isPending(participant: Participant): boolean {
  return participant.state === 'invited' || participant.state === 'ringing'
}

/** True if a removal or a cancel is requested, or was at the ending, and is not refused. */
export function isRemovalWanted({ removalRequestedAt, refusal }: ParticipantFacts): boolean {
  return removalRequestedAt !== undefined && refusal === undefined
}

/** True if a removal is requested, or was at the ending, that an answer does not end. */
export function isRemovalPending(participant: ParticipantFacts): boolean {
  return isRemovalWanted(participant) && participant.isCancelOnly !== true
}

/** True for a present participant with a held removal that waits for a roster id. */
export function isAwaitingId(participant: Participant): boolean {
  return participant.removal === 'held' && isPresent(participant) && participant.id === undefined
}

/** True while a removal is requested and neither refused nor proved. */
export function isBeingRemoved(participant: Participant): boolean {
  return participant.removal === 'held' || participant.removal === 'sent' || participant.removal === 'accepted'
}

/** True once the participant has ended: `removed` or `cancelled`. */
export function isEnded(participant: Participant): boolean {
  return !isOpen(participant)
}

/** The facts of a participant, without the state. */
export function factsOf(participant: Participant): ParticipantFacts {
  const { state: _state, removal: _removal, ...facts } = participant
  return facts
}
