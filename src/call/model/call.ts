/**
 * The call: everything known about one call leg of the bot, as one immutable value, and the result of a step.
 * @module
 */
import type { FactName } from '../../participant/facts.ts'
import type { Ending, Participant, ParticipantState, ResultInfo } from '../../participant/participant.ts'
import type { Effect } from './effects.ts'
import type { CallState, Invitee, OperationReport } from './events.ts'
import type { IdentityIndex } from './identity-index.ts'
import type { CallOptions } from './options.ts'
import type { PersistentMap } from './persistent-map.ts'

/** One invite request and its outcome. Times are milliseconds since the epoch. */
export interface Invitation {
  /** Its `clientContext`, the correlation key. */
  readonly id: string
  /** Keys of the invited participants, in the order of the request. */
  readonly keys: readonly string[]
  readonly invitees: readonly Invitee[]
  readonly requestedAt: number
  /** True when the application set a ring time shorter than the service's own: expiry then cancels. */
  readonly cancelsOnExpiry: boolean
  readonly operationId?: string | undefined
  /** The state of the request. `unconfirmed`: its answer was lost; it is never posted again. */
  readonly request: 'sent' | 'accepted' | 'unconfirmed' | 'refused'
  readonly operation?: OperationReport['status'] | undefined
  /** When the operation was reported as completed. */
  readonly completedAt?: number | undefined
  /**
   * Keys of invitees whose ring is over: the operation failed for them, or a complete snapshot followed its completion.
   */
  readonly over?: readonly string[] | undefined
  /** The result of a failed operation with several invitees; it ends those that a snapshot does not show. */
  readonly failure?: ResultInfo | undefined
}

/** A roster fetch in progress. Times are milliseconds since the epoch. */
export interface RosterFetch {
  readonly number: number
  readonly requestedAt: number
  readonly attempt: number
  /** True when a roster report arrived after the request: the answer will prove nothing. */
  readonly isFenceBroken: boolean
  /** Deadlines that passed and wait for the answer, with the times at which they were due. */
  readonly waiting?: readonly (readonly [deadline: string, due: number])[] | undefined
}

/** The state of the roster as a whole: sequence numbers, fetches, and how far it is complete. */
export interface Roster {
  /** Highest sequence number seen in a delta or a full roster. */
  readonly sequence?: number | undefined
  /** Reports up to this number are covered by a snapshot, or by a complete numbered full roster. */
  readonly baseline?: number | undefined
  /**
   * True when no report without a number was applied since the full roster `baseline`: the numbers alone give the
   * order.
   */
  readonly isOrdered?: boolean | undefined
  /** Every change up to this number is known: a snapshot covers it, or it came in order after a snapshot. */
  readonly completeThrough?: number | undefined
  readonly fetch?: RosterFetch | undefined
  /** How many fetches were requested so far; the number of the latest. */
  readonly fetches: number
  /** How many fetches the current need has made without a snapshot that counted. */
  readonly attempts: number
  /** The value of `introduced` at the latest delta in order: present participants with lower ordinals are separate. */
  readonly settledBefore?: number | undefined
  /** The value of `introduced` at the latest complete report; participants with higher ordinals are newer. */
  readonly introducedBefore?: number | undefined
}

/** The bot in its own call. */
export interface Self {
  readonly participantId?: string | undefined
  /** The previous roster id; late reports may still show it. */
  readonly formerId?: string | undefined
  readonly isInLobby?: boolean | undefined
  readonly isMuted?: boolean | undefined
  /** A roster has shown it. */
  readonly isOnRoster?: boolean | undefined
  /** Why the id is in doubt: a roster that should show it did not, or it was guessed from the application id. */
  readonly doubt?: 'missing' | 'guessed' | undefined
  /** How often the call was fetched for the id since a roster last showed the bot. */
  readonly questions?: number | undefined
}

/** Counts of input that was dropped or not understood; nothing is dropped silently. */
export interface Counters {
  /** Notifications of an unknown shape. */
  readonly unrecognised: number
  /** Result codes without an entry in the cause table. */
  readonly unclassified: number
  /** Full rosters that were not applied because they may be old; a snapshot is fetched instead. */
  readonly suspected: number
  /** Operation reports dropped because too many had no matching invitation. */
  readonly unmatchedDropped: number
  /** Roster entries of new participants, dropped because the call had the maximum number of participants. */
  readonly uninvitedDropped: number
}

/** One piece of evidence in a participant's trail, in order of processing. */
export interface Evidence {
  /** When the evidence was taken in, in milliseconds since the epoch. */
  readonly at: number
  /** The kind of evidence: an event type or one of its parts (`roster.full`, `operation.failed`). */
  readonly source: string
  /** The participant's state afterwards. */
  readonly state: ParticipantState
  /** How far a removal had come afterwards. */
  readonly removal?: Participant['removal']
  /** A readable part of a sentence. */
  readonly note: string
  /** The facts that changed, if the state did not; the latest evidence of each fact is kept. */
  readonly facts?: readonly FactName[]
}

/** One call. Created by `openCall`, changed only by `step`. Times are milliseconds since the epoch. */
export interface Call {
  /** The call's id. */
  readonly id: string
  /** The state of the call as the service reported it last; `unknown` before the first report. */
  readonly state: CallState
  /**
   * Set while a call that was adopted by its id is unproved. `denied`: the service answered once that it is not found
   * or forbidden.
   */
  readonly adoption?: 'asked' | 'denied' | undefined
  /** The tenant in the token of the first accepted callback; callbacks of other tenants are not accepted. */
  readonly tenant?: string | undefined
  /** The service's second id of the call (a conference, a room), passed with every request; absent while unknown. */
  readonly reference?: string | undefined
  /** The options the call was opened with; they stay with it. */
  readonly options: CallOptions
  /** The known facts about the bot's own presence. */
  readonly self: Self
  /** How the call ended; set with `terminated`. */
  readonly ending?: Ending | undefined
  /** Open participants and tombstones, by key. */
  readonly participants: PersistentMap<string, Participant>
  /** Keys by every roster id and invitee id that a participant has or had, tombstones included. */
  readonly byId: PersistentMap<string, string>
  /** Keys by former ids (a lobby id, a replaced invitee id) and by ids that several participants had. */
  readonly aliases: PersistentMap<string, string>
  /** Keys of participants who were invited and not seen yet, oldest first. */
  readonly pending: readonly string[]
  /** Keys by the ids of identities. */
  readonly byIdentity: IdentityIndex
  /** How many remembered participants each invitation introduced. */
  readonly byInvitation: PersistentMap<string, number>
  /** Keys of ended participants, in the order they ended. */
  readonly tombstones: readonly string[]
  /** The evidence about each participant, by key, oldest first. */
  readonly trails: PersistentMap<string, readonly Evidence[]>
  /** Invitations by their `clientContext`. */
  readonly invitations: PersistentMap<string, Invitation>
  /** Operation reports without a matching invitation, by operation id. */
  readonly unmatchedOperations: PersistentMap<string, OperationReport>
  /** How far the roster is known. */
  readonly roster: Roster
  /** The time of each deadline, by its name. */
  readonly deadlines: PersistentMap<string, number>
  /** When the application asked to hang up. */
  readonly hangUpRequestedAt?: number | undefined
  /** How many hang-ups were sent; the number of the latest. */
  readonly hangUps: number
  /** `clientContext`s of mutes in flight. */
  readonly mutes: readonly string[]
  /** How many participants were introduced so far; the ordinal of the next. */
  readonly introduced: number
  /** How many participants were deleted together with their keys. Unless it is 0, new keys are numbered. */
  readonly forgotten: number
  /** How many keep-alives were sent; the number of the latest. */
  readonly keepAlives: number
  /** How much input was dropped or not understood. */
  readonly counters: Counters
  /** The time of the latest event that changed the call; absent before the first. It never goes back. */
  readonly at?: number | undefined
}

/** A call that may be changed during one step. */
export type WritableCall = { -readonly [F in keyof Call]: Call[F] }

/** A change of a participant, complete enough to persist incrementally and to announce to the application. */
export interface ParticipantChange {
  /** Tells it from changes of the call. */
  readonly type: 'participant.changed'
  /** When the change happened, in milliseconds since the epoch. */
  readonly at: number
  /** The participant's key. */
  readonly key: string
  /** Absent when this introduces the participant. Equal to `to` when something other than the state changed. */
  readonly from?: ParticipantState | undefined
  /** The state after. */
  readonly to: ParticipantState
  /** How the participant ended; set when `to` is `removed` or `cancelled`. */
  readonly ending?: Ending | undefined
  /** The participant after the change. */
  readonly participant: Participant
  /** The evidence that led to the change. */
  readonly evidence: Evidence
  /** The facts that changed while an announced state stayed the same. */
  readonly facts?: readonly FactName[]
  /** False for changes that are not announced: updates within a state, and an arrival during a removal. */
  readonly isAnnounced: boolean
}

/** A participant changed or was deleted, or the state of the call changed. */
export type Change =
  | ParticipantChange
  | {
      readonly type: 'participant.forgotten'
      /** When the change happened, in milliseconds since the epoch. */
      readonly at: number
      /** The participant that was forgotten. */
      readonly key: string
    }
  | {
      readonly type: 'call.changed'
      /** When the change happened, in milliseconds since the epoch. */
      readonly at: number
      /** The state of the call before; `unknown` before the first report. */
      readonly from: CallState
      /** The state of the call after. */
      readonly to: CallState
      /** How the call ended; set when `to` is `terminated`. */
      readonly ending?: Ending | undefined
    }

/** Why an event changed nothing. */
export type IgnoredReason =
  | 'callEnded'
  | 'duplicate'
  | 'outOfDate'
  | 'unknownParticipant'
  | 'unknownInvitation'
  | 'unknownDeadline'
  | 'participantEnded'
  | 'participantAnswered'
  | 'alreadyRequested'
  | 'notPossible'

/** The outcome of an event. */
export type Outcome =
  | { readonly type: 'applied' }
  | {
      readonly type: 'ignored'
      /** Why the event changed nothing. */
      readonly reason: IgnoredReason
    }

/** The result of a step. For an ignored event, `call` is the same object that was passed in. */
export interface StepResult {
  /** The call after the event. */
  readonly call: Call
  /** The effects of the event: requests and deadlines. */
  readonly effects: readonly Effect[]
  /** What changed, in order. */
  readonly changes: readonly Change[]
  /** Whether the event changed anything. */
  readonly outcome: Outcome
}
