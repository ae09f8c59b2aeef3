/**
 * World state: what a call service knows, as one immutable value — conversations and who is in them, the bots' legs
 * into them, the invites under way, the people's scripts.
 *
 * Times are virtual milliseconds since the world began; `epochMs` says which moment that was.
 * @module
 */
import type { TimelineEntry } from './acts.ts'
import type { CalleeScript, Stream } from './callee.ts'
import type { RandomState } from './random.ts'
import type { Result } from './results.ts'
import type { Settings } from './settings.ts'
import type { WireObject } from './wire-object.ts'

/** The states a leg passes through. */
export type LegState =
  | 'incoming'
  | 'establishing'
  | 'established'
  | 'transferring'
  | 'transferAccepted'
  | 'redirecting'
  | 'terminating'
  | 'terminated'

/** One presence of one endpoint in a conversation. */
export interface Member {
  readonly id: string
  /** Identities by kind, without nulls and type annotations. */
  readonly identity: WireObject
  /** The bot's leg, when this is a bot. */
  readonly callId?: string | undefined
  readonly isInLobby: boolean
  readonly isMuted: boolean
  readonly endpoint: string
  readonly streams: readonly Stream[]
  /** The call whose bot hid them; others never see them. */
  readonly hiddenBy?: string | undefined
  readonly isOrganizer: boolean
  /** The roster's number when they last changed. */
  readonly sequence: number
  readonly source: number
}

/** Somebody who has gone, and what a roster says of it. */
export interface Gone {
  readonly member: Member
  readonly reason: string
}

/** What people and bots are in together. Of kind `peer` while a bot talks to one person; that has no roster. */
export interface Conversation {
  readonly id: string
  readonly threadId: string
  readonly kind: 'peer' | 'group'
  readonly members: ReadonlyMap<string, Member>
  /** The legs of the bots among the members. */
  readonly callIds: readonly string[]
  /** The roster's number: one more with every change. */
  readonly sequence: number
  /** Changes that no roster has told yet, while they are gathered. */
  readonly gathered?: { readonly changed: readonly string[]; readonly removed: readonly Gone[] } | undefined
  /** How many media sources were ever given out: numbers them. */
  readonly sources: number
}

/** A bot's leg into a conversation: Graph's `call`. */
export interface Leg {
  readonly id: string
  /** Place in the order in which calls were made, from 1. */
  readonly number: number
  readonly conversationId: string
  readonly appId: string
  readonly tenantId: string
  readonly callbackUri: string
  readonly direction: 'incoming' | 'outgoing'
  readonly state: LegState
  readonly result?: Result | undefined
  readonly myParticipantId: string
  readonly chainId: string
  readonly aliveUntil: number
  /** Rosters come as deltas. */
  readonly isDelta: boolean
  readonly isDeltaBegun: boolean
  /** Who is called, in the form of the request. */
  readonly targets: readonly WireObject[]
  /** The caller of an incoming call. */
  readonly caller?: { readonly participantId: string; readonly identity: WireObject } | undefined
  /** Properties of the request that the call keeps and repeats. */
  readonly repeated: WireObject
}

/** Somebody who is being rung. */
export interface Invitee {
  /** The id they will have on the roster. */
  readonly id: string
  readonly callId: string
  readonly operationId: string
  readonly identity: WireObject
  readonly script: CalleeScript
  readonly isHidden: boolean
  readonly replacesCallId?: string | undefined
  /** A DELETE crossed their answer: how long until they are dropped. */
  readonly droppedAfterMs?: number | undefined
}

/** An invite under way: one status for all its invitees. */
export interface Operation {
  readonly id: string
  readonly callId: string
  /** Calling the target of a peer call, or the targets of a group call, is no operation to the bot. */
  readonly purpose: 'invite' | 'call' | 'transfer'
  readonly clientContext: string | null
  readonly identities: readonly WireObject[]
  /** How many still ring. */
  readonly ringing: number
  readonly arrived: number
  /** Invitees removed by the bot about whom nothing is said. */
  readonly silenced: number
  readonly failures: readonly { readonly who: string; readonly result: Result }[]
  readonly isReported: boolean
}

/** Everything in the world but what is scheduled. */
export interface WorldState {
  readonly seed: string
  readonly now: number
  readonly epochMs: number
  readonly random: RandomState
  readonly settings: Settings
  /** Scripts by lower-case identity id; one for each time they are called, the last repeats. */
  readonly scripts: ReadonlyMap<string, readonly CalleeScript[]>
  readonly defaultScripts: readonly CalleeScript[]
  /** How often each identity id was called. */
  readonly attempts: ReadonlyMap<string, number>
  readonly conversations: ReadonlyMap<string, Conversation>
  /** The ended ones among them are remembered up to {@link ENDED_LEGS_LIMIT}. */
  readonly legs: ReadonlyMap<string, Leg>
  readonly ended: readonly string[]
  /** How many legs were ever made: numbers them. */
  readonly legsMade: number
  /** What happens by itself once a call is established. */
  readonly timeline: readonly TimelineEntry[]
  readonly invitees: ReadonlyMap<string, Invitee>
  readonly operations: ReadonlyMap<string, Operation>
}

/** How many ended calls are remembered; asking for an older one finds nothing, which is what asking for any ended one does. */
export const ENDED_LEGS_LIMIT = 1_000
