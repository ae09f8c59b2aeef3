/**
 * Ports: what a host needs from outside: a service, a store, a clock.
 *
 * Rule 1: a transport never throws for what the service did; it returns a verdict. What is wrong with the request
 * itself may reject with REQUEST_INVALID: it was not sent. It reads the service's codes: a failure has a `reason`, a
 * result a `cause` and `by`. Nothing behind it looks at a status, a code or a message (ADR 0030).
 * Rule 2: a store's commit is all or nothing and refuses a version that is not the one it holds.
 * Rule 3: a host driven by a hand-made clock never touches real time.
 * Rule 4: a request is claimed right before it leaves. A transport says by `fencesSends` that it asks for the claim itself;
 * any other is claimed for before its method is called.
 * @module
 */
import type { Evidence } from '../../call/model/call.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import type {
  CallReport,
  CallState,
  Invitee,
  OperationReport,
  RosterSnapshot,
  Verdict,
} from '../../call/model/events.ts'
import type { Clock } from '../../time/clock.ts'
import type { FactName } from '../../participant/facts.ts'
import type { IdentitySet } from '../../participant/identity.ts'
import type { Ending, Participant, ParticipantState } from '../../participant/participant.ts'

/** What every request may be given. */
export interface RequestOptions {
  /** Gives the request up when it is aborted: nothing of it is sent from then on. */
  readonly signal?: AbortSignal | undefined
  /**
   * The caller repeats the request itself, durably and with backoff: the transport sends it once and reports what came of it,
   * with the service's `Retry-After`. A 401 may still be followed by one attempt with a fresh token. The host says so of every
   * request that a call repeats: all but creating a call, inviting and muting.
   */
  readonly isRetriedByCaller?: boolean | undefined
  /**
   * Claims the request: asked by transports with {@link Transport.fencesSends} directly before each request leaves, when
   * the token and the place are there; again before every repetition and every further page. `true`: send it now, and wait
   * for nothing else first. `false`: send nothing, now or later; the verdict is that of a request that was given up. Never rejects.
   */
  readonly beforeSend?: (() => Promise<boolean>) | undefined
  /** The {@link CallReport.reference} that is stored with the call; absent while none is known. Not given to `createCall`. */
  readonly reference?: string | undefined
}

/**
 * The body of a call to create, passed on as it is. Its fields are the service's: the transport checks them, and refuses
 * what cannot be (for Graph, a body without `callbackUri`) with REQUEST_INVALID.
 */
export type CreateCallBody = Readonly<Record<string, unknown>>

/**
 * The body of an answer to an incoming call, passed on as it is. Its fields are the service's: the transport checks them, and
 * refuses what cannot be (for Graph, a body without `callbackUri`) with REQUEST_INVALID.
 */
export type AnswerBody = Readonly<Record<string, unknown>>

/** Why an incoming call is rejected. */
export interface RejectRequest {
  /** What the caller is told. Default `none`: no reason. */
  readonly reason?: 'none' | 'busy' | 'forbidden' | undefined
}

/** Where an incoming call goes instead. */
export interface RedirectRequest {
  /** At least one. Several ring at the same time; the call goes to the first to answer. */
  readonly targets: readonly Invitee[]
  /** How long they may ring, in milliseconds; absent: as long as the service lets them. */
  readonly ringTimeoutMs?: number | undefined
}

/** Where an established call goes. */
export interface TransferRequest {
  /** Who gets the call. With `replacesCallId` the call takes the place of that one, which the bot has with the target. */
  readonly target: Invitee
  /** The participant to transfer, where the call has several. */
  readonly transferee?:
    | {
        /** Who is transferred. */
        readonly identity: IdentitySet
        /** The roster id of the participant, where it is known. */
        readonly participantId?: string | undefined
      }
    | undefined
}

/** A call the service has made. */
export interface CreatedCall extends CallReport {
  /** The id of the new call. */
  readonly callId: string
}

/** An invite request. */
export interface InviteRequest {
  /** The correlation key of the invitation, 1 to 256 characters. */
  readonly clientContext: string
  /** At least one, at most {@link TransportTraits.inviteesPerRequest}. */
  readonly invitees: readonly Invitee[]
  /**
   * How long the invitees may ring, in milliseconds and within {@link TransportTraits.ringTimeoutMs}; absent when the
   * application did not say. The host cancels at this time whatever the service does: a service that cannot limit the
   * ring may ignore it.
   */
  readonly ringTimeoutMs?: number | undefined
}

/**
 * What a service is like where services differ. A trait that is left out has its default. Read once, when the host is
 * made; `liveness`, `isBotOnRoster` and `resyncMs` are stored with each call the host sees first, and stay with it.
 */
export interface TransportTraits {
  /** The most invitees that one invite request may carry: a whole number from 1. Default 1. */
  readonly inviteesPerRequest?: number | undefined
  /**
   * The shortest and the longest ring time that the service takes, in milliseconds, both included, more than 0. Default:
   * no bounds. An invite whose own `ringTimeoutMs` is outside is refused with REQUEST_INVALID.
   */
  readonly ringTimeoutMs?: readonly [least: number, most: number] | undefined
  /**
   * How the host learns that an established call goes on. `push` (default): `keepAlive` is sent every `keepAliveMs`, and
   * the service tells of the end. `poll`: no request keeps the call alive; `getCall` is sent at the same times instead,
   * its answer is taken as the state of the call, and `keepAlive` is never called.
   */
  readonly liveness?: 'push' | 'poll' | undefined
  /**
   * False: no roster ever shows the bot itself; the call does not look for the bot's own entry or ask for its id.
   * Default true: a full report is complete only if it shows the bot.
   */
  readonly isBotOnRoster?: boolean | undefined
  /**
   * Asks for the participants this often, in milliseconds, while an invitee is pending or a participant is present: for
   * services whose notifications can be lost without a trace. At least 1,000. Default: only when there is a reason to.
   */
  readonly resyncMs?: number | undefined
  /**
   * The one spelling of an id that the service may spell in several ways; the same for an id that is normalised already.
   * Applied to every id that comes from the application, and to the call ids of what an edge observed; an edge normalises
   * the other ids itself. Default: ids stay as they are.
   */
  readonly normaliseId?: ((id: string) => string) | undefined
}

/** A call service. Every method resolves; none rejects for what the service did or did not answer. */
export interface Transport {
  /** What the service is like, where services differ. */
  readonly traits?: TransportTraits | undefined
  /** Makes a call. */
  createCall(body: CreateCallBody, options?: RequestOptions): Promise<Verdict<CreatedCall>>
  /** Asks how a call is. */
  getCall(callId: string, options?: RequestOptions): Promise<Verdict<CallReport>>
  /** Tells the service that the bot is still in the call. Not called where `traits.liveness` is `poll`. */
  keepAlive(callId: string, options?: RequestOptions): Promise<Verdict>
  /** Ends the bot's leg of the call. */
  hangUp(callId: string, options?: RequestOptions): Promise<Verdict>
  /** Invites participants. It is never sent again after an answer that may have been lost. */
  invite(callId: string, invitation: InviteRequest, options?: RequestOptions): Promise<Verdict<OperationReport>>
  /**
   * All pages. A transport whose rosters do not show the bot says whether the list is complete (`isComplete`), and one
   * whose rosters do not show invitees who only ring says how their operations stand (`operations`).
   */
  listParticipants(callId: string, options?: RequestOptions): Promise<Verdict<RosterSnapshot>>
  /** Removes a participant from the call, or cancels its invitation. */
  deleteParticipant(callId: string, participantId: string, options?: RequestOptions): Promise<Verdict>
  /** Mutes one participant. */
  muteParticipant(
    callId: string,
    participantId: string,
    clientContext: string,
    options?: RequestOptions,
  ): Promise<Verdict<OperationReport>>
  /** Answers an incoming call. The methods from here to `muteAll` are for services that have them; each is sent once. */
  answer?(callId: string, body: AnswerBody, options?: RequestOptions): Promise<Verdict>
  /** Rejects an incoming call. */
  reject?(callId: string, request: RejectRequest, options?: RequestOptions): Promise<Verdict>
  /** Sends an incoming call to others. */
  redirect?(callId: string, request: RedirectRequest, options?: RequestOptions): Promise<Verdict>
  /** Transfers an established call, or one of its participants. */
  transfer?(callId: string, request: TransferRequest, options?: RequestOptions): Promise<Verdict>
  /** Ends the mute of a participant, where the service lets a bot do that (Graph does not). */
  unmuteParticipant?(
    callId: string,
    participantId: string,
    clientContext: string,
    options?: RequestOptions,
  ): Promise<Verdict<OperationReport>>
  /** Mutes these participants with one request. */
  muteAll?(
    callId: string,
    participantIds: readonly string[],
    clientContext: string,
    options?: RequestOptions,
  ): Promise<Verdict<OperationReport>>
  /** Called once by `createRollcall`: the host's clock, which retry and backoff go by. */
  useClock?(clock: Clock): void
  /**
   * True when every method awaits `beforeSend`, where it is given, directly before it sends: a host that stalled, or died
   * while the request was queued, has not sent it then. Without it the host claims a request before it calls the method:
   * from there on the request may have been sent. `transportLaws` checks what is said here.
   */
  readonly fencesSends?: boolean | undefined
}

/** Anything JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A request that was asked for and whose answer is not known to be recorded. */
export interface OutboxEntry {
  /** The request. */
  readonly effect: RequestEffect
  /** True once an instance has claimed it: an invite that was claimed may have been posted. */
  readonly isClaimed: boolean
}

/** One call as a store holds it. `core` and each participant are opaque to the store. */
export interface StoredCall {
  /** How many commits the call has; a commit names it as `expectedVersion`. */
  readonly version: number
  /** Everything of the call but its participants, as it was committed. */
  readonly core: Json
  /** The participants as they were committed, by key. */
  readonly participants: ReadonlyMap<string, Json>
  /** In the order they were asked for. */
  readonly outbox: readonly OutboxEntry[]
}

/** Everything that one event, or several that came together, change: written together or not at all. */
export interface Commit {
  /** The call that is committed. */
  readonly callId: string
  /** The version this was stepped from, 0 for a call that is not stored. The commit makes it one more. */
  readonly expectedVersion: number
  /** The instance that commits, and when, in milliseconds since the epoch. */
  readonly instanceId: string
  /** When the instance commits, in milliseconds since the epoch. */
  readonly at: number
  /** Everything of the call but its participants; opaque to the store. */
  readonly core: Json
  /** Participants to insert or replace, by key. */
  readonly participants: ReadonlyMap<string, Json>
  /** Keys of participants to delete. */
  readonly deletedParticipants: readonly string[]
  /** Requests that enter the outbox. */
  readonly effects: readonly RequestEffect[]
  /** Ids of effects whose answer this commit records: they leave the outbox. */
  readonly acknowledgedEffects: readonly string[]
  /**
   * When the call's earliest deadline passes, milliseconds since the epoch; absent when it has none. It replaces what the commit
   * before said. The deadlines themselves are in `core`; a store only has to find calls by the earliest ({@link Store.listDue}).
   */
  readonly nextDeadlineAt?: number | undefined
  /** What subscribers are shown of this commit; they go into the journal. */
  readonly changes: readonly PublishedChange[]
  /** True once the call has ended. */
  readonly isEnded: boolean
}

/** The right of one instance to send an effect, until a time, in milliseconds since the epoch. The lease of a dead instance runs out. */
export interface Lease {
  /** The instance that has the lease. */
  readonly instanceId: string
  /** When the lease was taken or renewed, in milliseconds since the epoch. */
  readonly at: number
  /** When the lease runs out, in milliseconds since the epoch. */
  readonly until: number
}

/**
 * The result of asking for an effect's lease. `granted`: the instance has it; `wasClaimed` when another instance claimed the
 * effect first and may have sent it. `held`: another instance has the lease until `until`, and took or renewed it for
 * `lengthMs` milliseconds (`until - at` of that {@link Lease}), since instances may have leases of different lengths.
 * `settled`: the effect is not in the outbox any more.
 */
export type ClaimResult =
  | {
      readonly state: 'granted'
      /** True if another instance claimed the effect before, and may have sent it. */
      readonly wasClaimed: boolean
    }
  | {
      readonly state: 'held'
      /** When the other instance's lease runs out, in milliseconds since the epoch. */
      readonly until: number
      /** For how many milliseconds the other instance took or renewed its lease. */
      readonly lengthMs: number
    }
  | { readonly state: 'settled' }

/** One commit as every instance on the store can read it afterwards. */
export interface JournalEntry {
  /** Position in the store's order of commits: one more than that of the commit before it, whatever the call. */
  readonly position: number
  /** The call that was committed. */
  readonly callId: string
  /** The version the commit made. */
  readonly version: number
  /** The instance that committed. */
  readonly instanceId: string
  /** What subscribers are shown of the commit. */
  readonly changes: readonly PublishedChange[]
  /** True if the call had ended with this commit. */
  readonly isEnded: boolean
}

/** Where calls are kept. Any number of hosts may share one; `rollcall/testing` holds its laws as tests. */
export interface Store {
  /** The call, or undefined when there is none. */
  load(callId: string): Promise<StoredCall | undefined>
  /**
   * Writes all of the commit; resolves, when it is durable, with its position in the journal.
   * @throws RollcallError STORE_CONFLICT when the stored version is another one; nothing is written then.
   */
  commit(commit: Commit): Promise<number>
  /** Takes the lease of an effect that is about to be queued, without marking it as claimed. */
  reserve(callId: string, effectId: string, lease: Lease): Promise<ClaimResult>
  /**
   * Takes the lease of an effect and marks it as claimed, in one transaction, right before it is sent. An instance may take its
   * own lease again.
   */
  claim(callId: string, effectId: string, lease: Lease): Promise<ClaimResult>
  /** Extends every lease of the instance. */
  renew(lease: Lease): Promise<void>
  /** Gives up every lease of the instance; claimed effects stay marked. */
  release(instanceId: string): Promise<void>
  /** Ids of calls that have not ended or still have something in the outbox. */
  listOpen(): Promise<readonly string[]>
  /**
   * Ids of calls that no instance seems to work on: the `nextDeadlineAt` of a call that has not ended, the end of an effect's
   * lease, or, for an effect that was never leased, its commit, is earlier than `before`.
   */
  listDue(before: number): Promise<readonly string[]>
  /** Commits after the position, in order, at most `limit`. Old ones may have been dropped. */
  readJournal(after: number, limit: number): Promise<readonly JournalEntry[]>
  /** Position of the latest commit, 0 when there is none. */
  journalEnd(): Promise<number>
  /** The journal position of the reader of that name; undefined when there is no such reader. */
  readCursor(name: string): Promise<number | undefined>
  /** Stores the journal position of the reader of that name. */
  writeCursor(name: string, position: number): Promise<void>
  /**
   * Calls the listener soon after commits of other instances. A store that has to poll uses the clock, and may call for the
   * instance's own commits as well. Returns a function that stops it.
   */
  watch(instanceId: string, listener: () => void, clock: Clock): () => void
  /** Closes files and connections unless a watcher remains; a new `watch` reopens them. */
  close(): Promise<void>
}

/** A state of a call that the service has reported: every {@link CallState} but `unknown`. */
export type ReportedCallState = Exclude<CallState, 'unknown'>

/**
 * A change of one participant, as `subscribe` shows it. Where `from` equals `to`, only facts of the participant have changed;
 * subscribers that ask for `facts` see such a change.
 */
export interface PublishedParticipantChange {
  /** The call the participant is in. */
  readonly callId: string
  /** The participant's key: `call.waitFor(key, …)`, `call.remove(key)` and the others take it. */
  readonly key: string
  /** The state before. Absent when the participant was not known before. */
  readonly from?: ParticipantState | undefined
  /** The state after. */
  readonly to: ParticipantState
  /** How the participant ended; present when `to` is `removed` or `cancelled`. */
  readonly ending?: Ending | undefined
  /** The participant after the change. */
  readonly participant: Participant
  /** Which facts have changed while the state stayed. With a change of state they are in `participant`. */
  readonly facts?: readonly FactName[] | undefined
  /** The evidence of a change of facts. */
  readonly evidence?: Evidence | undefined
  /** When, in milliseconds since the epoch. */
  readonly at: number
}

/** A change of a call's own state, as `subscribe` shows it. It has no `key`. */
export interface PublishedCallChange {
  /** The call. */
  readonly callId: string
  /** Never present: this is how a change of the call is told from one of a participant. */
  readonly key?: never
  /** The state before. Absent when the state was not known before. */
  readonly from?: ReportedCallState | undefined
  /** The state after. */
  readonly to: ReportedCallState
  /** How the call ended; present when `to` is `terminated`. */
  readonly ending?: Ending | undefined
  /** Never present. */
  readonly participant?: never
  /** Never present. */
  readonly facts?: never
  /** Never present. */
  readonly evidence?: never
  /** When, in milliseconds since the epoch. */
  readonly at: number
}

/** A change as `subscribe` shows it: of a participant if it has a `key`, of the call itself if it has none. */
export type PublishedChange = PublishedParticipantChange | PublishedCallChange

/** True for a change of facts, false for a change of state. */
export function isFactChange({ key, from, to }: PublishedChange): boolean {
  return key !== undefined && from === to
}
