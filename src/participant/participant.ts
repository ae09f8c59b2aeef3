/**
 * The participant: one presence of one endpoint of one identity in one call, as a plain record.
 *
 * `state` and `removal` together are the state of the participant's statechart (`machine.ts`); everything else is
 * its context. Times are milliseconds since the epoch and come from events, never from a clock.
 * @module
 */
import type { KnownFacts } from './facts.ts'
import type { IdentitySet } from './identity.ts'

/** The six states of a participant. `removed` and `cancelled` are final. */
export type ParticipantState = 'invited' | 'ringing' | 'lobby' | 'active' | 'removed' | 'cancelled'

/** The open states: those a story can still leave. */
export type OpenState = Exclude<ParticipantState, 'removed' | 'cancelled'>

/**
 * How far a removal has come. `held`: wanted, but there is nothing to send it to yet, or it waits to be repeated.
 * `sent`: a DELETE is in flight. `accepted`: the service answered 2xx, which is a promise. `refused`: the service
 * said no for good; the participant stays. `crossed`: a cancel whose DELETE was under way or taken when the participant
 * answered; they are not to be removed, and a roster says whether they stay. `confirmed`: proved, found on ended
 * participants only.
 */
export type RemovalPhase = 'held' | 'sent' | 'accepted' | 'refused' | 'crossed' | 'confirmed'

/** Why a participant's story ended. */
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

/** Who ended a participant's story. `local` is this application. */
export type EndedBy = 'local' | 'remote' | 'service' | 'deadline' | 'unknown'

/** What the edge makes of a service's code. Absent fields: there was no code, or nothing that could be read. */
export interface Classification {
  readonly cause?: Cause | undefined
  readonly by?: EndedBy | undefined
  /** True when the edge does not know the code: `cause` then says no more than whether it is an error. */
  readonly isUnclassified?: boolean | undefined
}

/**
 * How the service says that a call or an operation went. `code`, `subcode` and `message` are the service's own, for
 * people to read; `cause`, `by` and `invitee` are what the edge reads in them, and what decides.
 */
export interface ResultInfo extends Classification {
  readonly code?: number | undefined
  readonly subcode?: number | undefined
  readonly message?: string | undefined
  /** The `client-request-id` of our request, where the result is the answer to one. */
  readonly requestId?: string | undefined
  /** The id of the one invitee it is about, where it names one; compared without regard to case. */
  readonly invitee?: string | undefined
}

/** How a participant's story ended; `code`, `subcode` and `message` are the service's own where it gave any. */
export interface Ending extends Pick<ResultInfo, 'code' | 'subcode' | 'message' | 'requestId'> {
  readonly cause: Cause
  readonly by: EndedBy
  readonly at: number
}

/**
 * Why a request failed, as the edge reads the answer. `gone`: whom or what it was about is not there. `forbidden`: the
 * application may not do it. `throttled`: too many requests. `conflict`: something else was under way, or the state did
 * not allow it. `other`: anything else, no answer included. What is `throttled` or a `conflict` may work later.
 */
export type FailureReason = 'gone' | 'forbidden' | 'throttled' | 'conflict' | 'other'

/** Why the service refused a removal. `reason` decides; `status` (HTTP), `code` and `message` are for people to read. */
export interface Refusal {
  /** Absent on a refusal that was stored before edges gave reasons. */
  readonly reason?: FailureReason | undefined
  readonly status?: number | undefined
  readonly code: string
  readonly message: string
  /** The `client-request-id` of the DELETE. */
  readonly requestId?: string | undefined
  readonly at: number
}

/** What a statechart state does not say about a participant. */
export interface ParticipantFacts extends KnownFacts {
  /** Our own stable name; exists before the service gives an id. */
  readonly key: string
  readonly identity: IdentitySet
  /** The roster id (`participant.id ?? info.participantId`), bound late. */
  readonly id?: string | undefined
  /** The id a pending invitee may be deleted by: the invite response's, else the one the application supplied. */
  readonly participantId?: string | undefined
  /**
   * True when the roster has gone on showing them without an id since it last showed `id`: they may be there under
   * another one. Once a DELETE has not found that id, it is `removalTarget` alone, and `id` is absent.
   */
  readonly isIdUnconfirmed?: boolean | undefined
  /** The `clientContext` of the invitation that asked for them; absent on those who joined uninvited. */
  readonly invitation?: string | undefined
  /** Place in the order of introduction, 0-based, unique in the call. */
  readonly ordinal: number
  readonly isHidden?: boolean | undefined
  /** Highest roster sequence number that spoke of them, where rosters are numbered. */
  readonly sequence?: number | undefined
  readonly introducedAt: number
  readonly invitedAt?: number | undefined
  /** Until when they may answer, where the application lets them ring for longer than usual. */
  readonly ringsUntil?: number | undefined
  readonly ringingAt?: number | undefined
  readonly lobbyAt?: number | undefined
  readonly activeAt?: number | undefined
  /** When the service said the invite operation had completed. */
  readonly completedAt?: number | undefined
  /** When the ring deadline passed without an answer that was proved. */
  readonly expiredAt?: number | undefined
  /** What the service said of their invite while they were in the lobby: why they are not admitted. */
  readonly lobbyEnding?: Ending | undefined
  /** When a report that was not believed left them out. */
  readonly missingSince?: number | undefined
  readonly removalRequestedAt?: number | undefined
  readonly removalBy?: 'local' | 'deadline' | undefined
  /** True when only the invitation is to be cancelled: an answer ends the wish. */
  readonly isCancelOnly?: boolean | undefined
  /** True when a DELETE of a pending cancel was answered in a way that does not say whether it happened. */
  readonly isRemovalUnsure?: boolean | undefined
  /** How many participants the call had introduced when the removal was requested: the application knew them as others. */
  readonly knownAtRemoval?: number | undefined
  /** The id the last DELETE was sent to. */
  readonly removalTarget?: string | undefined
  /** True when the last DELETE was sent before they were seen on the roster: its 404 proves nothing. */
  readonly isRemovalEarly?: boolean | undefined
  /** When the service took the latest DELETE; of a crossed cancel also when nothing more is to come that says so. */
  readonly removalAcceptedAt?: number | undefined
  readonly removalConfirmedAt?: number | undefined
  /** How many DELETEs have been sent. */
  readonly removalAttempts: number
  /**
   * The state the application was last told, while it differs (null: it was never told of them): an arrival during a
   * removal is not announced.
   */
  readonly announcedState?: ParticipantState | null | undefined
  readonly refusal?: Refusal | undefined
  readonly ending?: Ending | undefined
}

/** A participant as the library holds it and hands it out. */
export interface Participant extends ParticipantFacts {
  readonly state: ParticipantState
  readonly removal?: RemovalPhase | undefined
}

/** Why something ended, and who ended it. */
export type Meaning = Pick<Ending, 'cause' | 'by'>

/**
 * What the result of a failed operation says of an ending. With a code that no edge has read (in a call that was stored
 * before edges did) it is a failure, and no more is known; without one nothing is.
 */
export function meaningOf({ cause, by = 'unknown', code }: ResultInfo): Meaning {
  if (cause !== undefined) return { cause, by }
  return code === undefined ? { cause: 'unknown', by } : { cause: 'failed', by: 'service' }
}

/** True for a result whose code the edge knows: its `cause` and `by` hold. */
export function isClassified<C extends Classification>(result: C): result is C & { readonly cause: Cause } {
  return result.cause !== undefined && result.isUnclassified !== true
}

/** An ending with what a result says for people to read. */
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

/** True for a participant whose story is not over. */
export function isOpen(participant: Participant): boolean {
  return participant.state !== 'removed' && participant.state !== 'cancelled'
}

/** True for a participant who is on the roster, in the lobby or admitted. */
export function isPresent(participant: Participant): boolean {
  return participant.state === 'active' || participant.state === 'lobby'
}

/** True for a participant who was asked and has not been seen on the roster. */
export function isPending(participant: Participant): boolean {
  return participant.state === 'invited' || participant.state === 'ringing'
}

/** True for a participant the application wants out, or wanted out when they ended: asked for, and not refused. */
export function isRemovalWanted({ removalRequestedAt, refusal }: ParticipantFacts): boolean {
  return removalRequestedAt !== undefined && refusal === undefined
}

/** True for a participant who is, or was, to be out whether they answer or not. */
export function isRemovalPending(participant: ParticipantFacts): boolean {
  return isRemovalWanted(participant) && participant.isCancelOnly !== true
}

/** True for a participant who is there and wanted out, and to whom no DELETE can go before a roster names them by an id. */
export function isAwaitingId(participant: Participant): boolean {
  return participant.removal === 'held' && isPresent(participant) && participant.id === undefined
}

/** True while a removal is wanted and neither refused nor proved. */
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
