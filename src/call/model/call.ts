/**
 * The call: everything one call leg of the bot knows, as one immutable value, and what a step on it returns.
 * @module
 */
import type { FactName } from '../../participant/facts.ts'
import type { Ending, Participant, ParticipantState, ResultInfo } from '../../participant/participant.ts'
import type { Effect } from './effects.ts'
import type { CallState, Invitee, OperationReport } from './events.ts'
import type { IdentityIndex } from './identity-index.ts'
import type { CallOptions } from './options.ts'
import type { PersistentMap } from './persistent-map.ts'

/** One invite request and what became of it. */
export interface Invitation {
  /** Its `clientContext`, the correlation key. */
  readonly id: string
  /** Keys of the participants the request asks for, in the order of the request. */
  readonly keys: readonly string[]
  readonly invitees: readonly Invitee[]
  readonly requestedAt: number
  /** True when the application set a ring time shorter than the service's own: expiry then cancels. */
  readonly cancelsOnExpiry: boolean
  readonly operationId?: string | undefined
  /** How the request stands. `unconfirmed`: its answer was lost; it is never posted again. */
  readonly request: 'sent' | 'accepted' | 'unconfirmed' | 'refused'
  readonly operation?: OperationReport['status'] | undefined
  /** When the operation was reported as completed. */
  readonly completedAt?: number | undefined
  /** Keys of invitees whose ring is over: the operation failed for them, or its answer has been looked for since. */
  readonly over?: readonly string[] | undefined
  /** The result of a failed operation that several invitees share; it ends those a roster snapshot does not show. */
  readonly failure?: ResultInfo | undefined
}

/** A roster fetch under way. */
export interface RosterFetch {
  readonly number: number
  readonly requestedAt: number
  readonly attempt: number
  /** A roster report came since the request: the answer will prove nothing. */
  readonly isFenceBroken: boolean
  /** Deadlines that have passed and wait for the answer, with the times they were due. */
  readonly waiting?: readonly (readonly [deadline: string, due: number])[] | undefined
}

/** What is known about the roster as a whole. */
export interface Roster {
  /** Highest sequence number seen in a delta or a full roster. */
  readonly sequence?: number | undefined
  /** Reports up to this number are covered by a snapshot, or by a numbered full roster of everybody. */
  readonly baseline?: number | undefined
  /** Nothing without a number was taken since the full roster numbered `baseline`: numbers alone say which report is newer. */
  readonly isOrdered?: boolean | undefined
  /** Every change up to this number is known: a snapshot covers it, or it came in order after one. */
  readonly completeThrough?: number | undefined
  readonly fetch?: RosterFetch | undefined
  /** How many fetches were ever asked for: numbers them. */
  readonly fetches: number
  /** How many of them served the need of the moment, without one that counted. */
  readonly attempts: number
  /** How many participants had been introduced when a change last came in order: those of them who are there are as many. */
  readonly settledBefore?: number | undefined
  /** How many participants had been introduced when a report last showed everybody; those after them are new since. */
  readonly introducedBefore?: number | undefined
}

/** The bot on its own call. */
export interface Self {
  readonly participantId?: string | undefined
  /** The id it had before: late reports may still show it under that one. */
  readonly formerId?: string | undefined
  readonly isInLobby?: boolean | undefined
  readonly isMuted?: boolean | undefined
  /** A roster has shown it. */
  readonly isOnRoster?: boolean | undefined
  /** Why the call is asked for the id again: a roster that should show it did not, or it was guessed by the application id. */
  readonly doubt?: 'missing' | 'guessed' | undefined
  /** How often the call was asked for without an answer that says the id, or that settles the doubt for good. */
  readonly questions?: number | undefined
}

/** How often each thing happened that is neither applied nor an error; nothing is dropped silently. */
export interface Counters {
  /** Notifications whose shape nobody knows. */
  readonly unrecognised: number
  /** Result codes the cause table does not have. */
  readonly unclassified: number
  /** Full reports not believed (rule 6). */
  readonly suspected: number
  /** Operation reports dropped because too many matched no invitation. */
  readonly unmatchedDropped: number
  /** Roster entries of further people, left out because the call was full. */
  readonly uninvitedDropped: number
}

/** One piece of evidence behind a participant's story, in the order it was taken. */
export interface Evidence {
  readonly at: number
  /** What kind of evidence, an event type or one of its parts (`roster.full`, `operation.failed`). */
  readonly source: string
  /** The state after it. */
  readonly state: ParticipantState
  readonly removal?: Participant['removal']
  /** A sentence part a person can read. */
  readonly note: string
  /** The facts it is evidence of, where it changed facts and moved nothing; the latest evidence of each is kept. */
  readonly facts?: readonly FactName[]
}

/** One call. Made by `createCall`, changed by `step` only. */
export interface Call {
  readonly id: string
  readonly state: CallState
  /** It was taken in by its name, and the service has answered nothing about it yet but that it does not know it, or does not show it. */
  readonly adoption?: 'asked' | 'denied' | undefined
  /** The tenant whose token came with the first callback that was taken in: those of others say nothing of the call. */
  readonly tenant?: string | undefined
  /** The service's own name for the call (a conference, a room), for its requests; absent while none is known. */
  readonly reference?: string | undefined
  readonly options: CallOptions
  readonly self: Self
  /** How the call ended; set with `terminated`. */
  readonly ending?: Ending | undefined
  /** Open participants and the remembered ended ones, by key. */
  readonly participants: PersistentMap<string, Participant>
  /** Keys by every id a participant was ever known by: roster ids and invitee ids, ended ones included. */
  readonly byId: PersistentMap<string, string>
  /** Ids that do not follow from the participants, and whom they mean: former ones (a lobby id, an invitee id that was replaced), and those several had. */
  readonly aliases: PersistentMap<string, string>
  /** Keys of participants who were asked and not seen yet, oldest first. */
  readonly pending: readonly string[]
  /** Keys by the ids of identities. */
  readonly byIdentity: IdentityIndex
  /** How many remembered participants each invitation introduced. */
  readonly byInvitation: PersistentMap<string, number>
  /** Keys of ended participants, in the order they ended. */
  readonly tombstones: readonly string[]
  readonly trails: PersistentMap<string, readonly Evidence[]>
  readonly invitations: PersistentMap<string, Invitation>
  /** Operation reports that matched no invitation yet, by operation id. */
  readonly unmatchedOperations: PersistentMap<string, OperationReport>
  readonly roster: Roster
  /** When each deadline passes, by its name. */
  readonly deadlines: PersistentMap<string, number>
  /** When the application asked to hang up. */
  readonly hangUpRequestedAt?: number | undefined
  /** How many times hanging up was sent: numbers them. */
  readonly hangUps: number
  /** `clientContext`s of mutes in flight. */
  readonly mutes: readonly string[]
  /** How many participants were ever introduced: numbers them. */
  readonly introduced: number
  /** How many of them are forgotten together with their keys: from the first one on, new keys are numbered. */
  readonly forgotten: number
  /** How many keepAlives were sent: numbers them. */
  readonly keepAlives: number
  readonly counters: Counters
  /** The time of the latest event that changed something; absent before the first. It never goes back. */
  readonly at?: number | undefined
}

/** A call that may be written to, for the length of one step. */
export type WritableCall = { -readonly [F in keyof Call]: Call[F] }

/** What happened to a participant: enough to persist incrementally and to tell the application. */
export interface ParticipantChange {
  readonly type: 'participant.changed'
  readonly at: number
  readonly key: string
  /** Absent when this introduces the participant. Equal to `to` when something other than the state changed. */
  readonly from?: ParticipantState | undefined
  readonly to: ParticipantState
  readonly ending?: Ending | undefined
  readonly participant: Participant
  readonly evidence: Evidence
  /** The facts that changed while the state stayed, where the application knows of that state. */
  readonly facts?: readonly FactName[]
  /** False for what the application is not told: updates within a state, and an arrival while being removed (rule 2). */
  readonly isAnnounced: boolean
}

/** An ended participant was forgotten, or the call itself moved. */
export type Change =
  | ParticipantChange
  | { readonly type: 'participant.forgotten'; readonly at: number; readonly key: string }
  | {
      readonly type: 'call.changed'
      readonly at: number
      readonly from: CallState
      readonly to: CallState
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

/** What became of an event. */
export type Outcome = { readonly type: 'applied' } | { readonly type: 'ignored'; readonly reason: IgnoredReason }

/** What a step returns. An ignored event returns the very call it was given. */
export interface StepResult {
  readonly call: Call
  readonly effects: readonly Effect[]
  readonly changes: readonly Change[]
  readonly outcome: Outcome
}
