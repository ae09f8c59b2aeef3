/**
 * Ports: the interfaces to a service and to a store that a host is given.
 *
 * Rule 1: a transport reports every answer of the service as a verdict and never throws for one. It may reject an
 * invalid request with REQUEST_INVALID, without sending it. It reads the service's codes: a failure has a `reason`, a
 * result a `cause` and `by`. The host and the call read no status, code or message (ADR 0030).
 * Rule 2: a store writes all of a commit or nothing, and refuses a commit whose expected version is not the stored one.
 * Rule 3: a host with a virtual clock never uses real time.
 * Rule 4: a request is claimed right before it is sent. A transport with `fencesSends` requests the claim itself; for
 * any other transport the host claims the request before it calls the method.
 * @module
 */
import type { RequestEffect } from '../../call/model/effects.ts'
import type { CallReport, Invitee, OperationReport, RosterSnapshot, Verdict } from '../../call/model/events.ts'
import type { IdentitySet } from '../../participant/identity.ts'
import type { Clock } from '../../time/clock.ts'
import type { PublishedChange } from './published-change.ts'

/** Options of every request. */
export interface RequestOptions {
  /** Gives the request up if aborted: nothing of it is sent from then on. */
  readonly signal?: AbortSignal | undefined
  /**
   * True if the caller repeats the request itself, durably and with backoff: the transport sends it once and reports
   * the result with the service's `Retry-After`. After a 401 it may still try once with a fresh token. The host sets
   * this for every request that a call repeats: all except creating a call, inviting and muting.
   */
  readonly isRetriedByCaller?: boolean | undefined
  /**
   * Claims the request. Transports with {@link Transport.fencesSends} call it directly before each send, once they have
   * the token and a place in the limiter, and again before every repetition and every further page. `true`: send now,
   * without waiting for anything else. `false`: send nothing, now or later; the verdict is that of a request that was
   * given up. Never rejects.
   */
  readonly beforeSend?: (() => Promise<boolean>) | undefined
  /** The {@link CallReport.reference} stored with the call; absent while it is unknown, and for `createCall`. */
  readonly reference?: string | undefined
}

/**
 * The body of a call to create, passed on unchanged. Its fields are the service's: the transport checks them, and
 * refuses an invalid body (for Graph, one without `callbackUri`) with REQUEST_INVALID.
 */
export type CreateCallBody = Readonly<Record<string, unknown>>

/**
 * The body of an answer to an incoming call, passed on unchanged. Its fields are the service's: the transport checks
 * them, and refuses an invalid body (for Graph, one without `callbackUri`) with REQUEST_INVALID.
 */
export type AnswerBody = Readonly<Record<string, unknown>>

/** Why an incoming call is rejected. */
export interface RejectRequest {
  /** The reason that the caller is given. Default `none`: no reason. */
  readonly reason?: 'none' | 'busy' | 'forbidden' | undefined
}

/** The new targets of an incoming call. */
export interface RedirectRequest {
  /** At least one. Several ring at the same time; the call goes to the first to answer. */
  readonly targets: readonly Invitee[]
  /** How long the targets may ring, in milliseconds; absent: as long as the service allows. */
  readonly ringTimeoutMs?: number | undefined
}

/** The target of the transfer of an established call. */
export interface TransferRequest {
  /** The new party. With `replacesCallId` the call replaces that one, which the bot has with the target. */
  readonly target: Invitee
  /** The participant to transfer, if the call has several. */
  readonly transferee?:
    | {
        /** The identity of the participant. */
        readonly identity: IdentitySet
        /** The roster id of the participant, if known. */
        readonly participantId?: string | undefined
      }
    | undefined
}

/** A call that the service has created. */
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
   * How long the invitees may ring, in milliseconds and within {@link TransportTraits.ringTimeoutMs}; absent if the
   * application set no time. The host cancels at this time in any case: a transport whose service cannot limit the ring
   * may ignore it.
   */
  readonly ringTimeoutMs?: number | undefined
}

/**
 * The properties in which services differ. An absent trait has its default. Traits are read once, when the host is
 * created; `liveness`, `isBotOnRoster` and `resyncMs` are stored with each call that the host sees first, and do not
 * change for that call.
 */
export interface TransportTraits {
  /** The most invitees that one invite request may carry: a whole number from 1. Default 1. */
  readonly inviteesPerRequest?: number | undefined
  /**
   * The shortest and the longest ring time that the service accepts, in milliseconds, inclusive, more than 0. Default:
   * no bounds. An invite whose own `ringTimeoutMs` is outside is refused with REQUEST_INVALID.
   */
  readonly ringTimeoutMs?: readonly [least: number, most: number] | undefined
  /**
   * How the host learns that an established call continues. `push` (default): `keepAlive` is sent every `keepAliveMs`,
   * and the service reports the end. `poll`: `getCall` is sent at the same times instead, its answer is the state of
   * the call, and `keepAlive` is never called.
   */
  readonly liveness?: 'push' | 'poll' | undefined
  /**
   * False if no roster ever shows the bot itself: the call then does not look for the bot's own entry or request its
   * id. Default true: a full report is complete only if it shows the bot.
   */
  readonly isBotOnRoster?: boolean | undefined
  /**
   * The interval of roster fetches while an invitee is pending or a participant is present, in milliseconds, at least
   * 1,000: for services whose notifications can get lost unnoticed. Default: the roster is fetched only for a reason.
   */
  readonly resyncMs?: number | undefined
  /**
   * Returns the normalised spelling of an id that the service may spell in several ways; a normalised id is returned
   * unchanged. The host applies it to every id from the application and to the call ids of inbound events; the edge
   * normalises the other ids itself. Default: ids stay as they are.
   */
  readonly normaliseId?: ((id: string) => string) | undefined
}

/** A call service. Every method resolves to a verdict; none rejects because of the service's answer or silence. */
export interface Transport {
  /** The properties in which services differ. */
  readonly traits?: TransportTraits | undefined
  /** Creates a call. */
  createCall(body: CreateCallBody, options?: RequestOptions): Promise<Verdict<CreatedCall>>
  /** Requests the state of a call. */
  getCall(callId: string, options?: RequestOptions): Promise<Verdict<CallReport>>
  /** Tells the service that the bot is still in the call. Not called where `traits.liveness` is `poll`. */
  keepAlive(callId: string, options?: RequestOptions): Promise<Verdict>
  /** Ends the bot's leg of the call. */
  hangUp(callId: string, options?: RequestOptions): Promise<Verdict>
  /** Invites participants. Never repeated after an attempt whose result is unknown. */
  invite(callId: string, invitation: InviteRequest, options?: RequestOptions): Promise<Verdict<OperationReport>>
  /**
   * Lists the participants, with all pages. A transport whose rosters do not show the bot sets `isComplete`, and one
   * whose rosters do not show ringing invitees returns the state of their operations (`operations`).
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
  /** Answers an incoming call. The methods from here to `muteAll` are optional; each request is sent once. */
  answer?(callId: string, body: AnswerBody, options?: RequestOptions): Promise<Verdict>
  /** Rejects an incoming call. */
  reject?(callId: string, request: RejectRequest, options?: RequestOptions): Promise<Verdict>
  /** Redirects an incoming call to other targets. */
  redirect?(callId: string, request: RedirectRequest, options?: RequestOptions): Promise<Verdict>
  /** Transfers an established call, or one of its participants. */
  transfer?(callId: string, request: TransferRequest, options?: RequestOptions): Promise<Verdict>
  /** Ends the mute of a participant, if the service allows that to a bot (Graph does not). */
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
  /** Receives the host's clock, for retries and backoff. Called once by `createRollcall`. */
  useClock?(clock: Clock): void
  /**
   * True if every method awaits `beforeSend`, if given, directly before it sends: then a host that stalled or died
   * while the request was queued has certainly not sent it. Otherwise the host claims a request before it calls the
   * method, and the request may have been sent from then on. `transportLaws` checks this.
   */
  readonly fencesSends?: boolean | undefined
}

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A request of a call whose answer has not been recorded. */
export interface OutboxEntry {
  /** The request. */
  readonly effect: RequestEffect
  /** True once an instance has claimed it: a claimed invite may have been posted. */
  readonly isClaimed: boolean
}

/** One call as a store holds it. `core` and each participant are opaque to the store. */
export interface StoredCall {
  /** The number of commits of the call: the `expectedVersion` of the next one. */
  readonly version: number
  /** The call without its participants, as committed. */
  readonly core: Json
  /** The participants as committed, by key. */
  readonly participants: ReadonlyMap<string, Json>
  /** The requests in the order in which they were committed. */
  readonly outbox: readonly OutboxEntry[]
}

/** All changes of one event, or of several that arrived together: written together or not at all. */
export interface Commit {
  /** The call that is committed. */
  readonly callId: string
  /** The version that was stepped, 0 for a call that is not stored. The commit increments it. */
  readonly expectedVersion: number
  /** The instance that commits. */
  readonly instanceId: string
  /** When the instance commits, in milliseconds since the epoch. */
  readonly at: number
  /** The call without its participants; opaque to the store. */
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
   * When the call's earliest deadline passes, in milliseconds since the epoch; absent without a deadline. It replaces
   * the value of the previous commit. The deadlines themselves are in `core`; a store only has to find calls by the
   * earliest ({@link Store.listDue}).
   */
  readonly nextDeadlineAt?: number | undefined
  /** The changes that subscribers are shown; they go into the journal. */
  readonly changes: readonly PublishedChange[]
  /** True once the call has ended. */
  readonly isEnded: boolean
}

/**
 * The right of one instance to send an effect, until a time, in milliseconds since the epoch. The lease of a dead
 * instance runs out.
 */
export interface Lease {
  /** The instance that has the lease. */
  readonly instanceId: string
  /** When the lease was taken or renewed, in milliseconds since the epoch. */
  readonly at: number
  /** When the lease runs out, in milliseconds since the epoch. */
  readonly until: number
}

/**
 * The result of requesting the lease of an effect. `granted`: the instance has it; `wasClaimed` if another instance
 * claimed the effect first and may have sent it. `held`: another instance has the lease until `until`, and took or
 * renewed it for `lengthMs` milliseconds (`until - at` of that {@link Lease}), since instances may have leases of
 * different lengths. `settled`: the effect is no longer in the outbox.
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
  /** The changes that subscribers are shown. */
  readonly changes: readonly PublishedChange[]
  /** True if the call had ended with this commit. */
  readonly isEnded: boolean
}

/** A store of calls. Any number of hosts may share one; `rollcall/testing` contains its laws as tests. */
export interface Store {
  /** The call; undefined if it is not stored. */
  load(callId: string): Promise<StoredCall | undefined>
  /**
   * Writes all of the commit; resolves with its position in the journal once it is durable.
   * @throws RollcallError STORE_CONFLICT if the stored version is another one; nothing is written then.
   */
  commit(commit: Commit): Promise<number>
  /** Takes the lease of an effect before it is queued, without marking it as claimed. */
  reserve(callId: string, effectId: string, lease: Lease): Promise<ClaimResult>
  /**
   * Takes the lease of an effect and marks it as claimed, in one transaction, right before it is sent. An instance may
   * take its own lease again.
   */
  claim(callId: string, effectId: string, lease: Lease): Promise<ClaimResult>
  /** Extends every lease of the instance. */
  renew(lease: Lease): Promise<void>
  /** Gives up every lease of the instance; claimed effects stay marked. */
  release(instanceId: string): Promise<void>
  /** Ids of calls that have not ended or still have a request in the outbox. */
  listOpen(): Promise<readonly string[]>
  /**
   * Ids of calls that seem to have no working instance: one of these times is earlier than `before`: the
   * `nextDeadlineAt` of a call that has not ended, the end of an effect's lease, or the commit of an effect that was
   * never leased.
   */
  listDue(before: number): Promise<readonly string[]>
  /** Commits after the position, in order, at most `limit`. Old ones may have been dropped. */
  readJournal(after: number, limit: number): Promise<readonly JournalEntry[]>
  /** Position of the latest commit, 0 if there are no commits. */
  journalEnd(): Promise<number>
  /** The journal position of the reader of that name; undefined for an unknown reader. */
  readCursor(name: string): Promise<number | undefined>
  /** Stores the journal position of the reader of that name. */
  writeCursor(name: string, position: number): Promise<void>
  /**
   * Calls the listener soon after commits of other instances. A store that has to poll uses the clock, and may call the
   * listener after the instance's own commits as well. Returns a function that stops it.
   */
  watch(instanceId: string, listener: () => void, clock: Clock): () => void
  /** Closes files and connections unless a watcher remains; a new `watch` reopens them. */
  close(): Promise<void>
}
