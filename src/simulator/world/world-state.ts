/**
 * World state: a call service as one immutable value — conversations and their members, the bots' legs, pending
 * invites, callee scripts.
 *
 * Times are virtual milliseconds since the world started; `epochMs` is the start in milliseconds since the epoch.
 * @module
 */
import type { TimelineEntry } from './acts.ts'
import type { CalleeScript, Stream } from './callee.ts'
import type { RandomState } from './random.ts'
import type { Result } from '../graph/results.ts'
import type { Settings } from './settings.ts'
import type { WireObject } from '../graph/wire-object.ts'

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
  /** The bot's leg, if the member is a bot. */
  readonly callId?: string | undefined
  readonly isInLobby: boolean
  readonly isMuted: boolean
  readonly endpoint: string
  readonly streams: readonly Stream[]
  /** The call whose bot hid the member; other bots never see it. */
  readonly hiddenBy?: string | undefined
  readonly isOrganizer: boolean
  /** The roster's number at the member's last change. */
  readonly sequence: number
  readonly source: number
}

/** A member who has left, and the reason a roster gives. */
export interface DepartedMember {
  readonly member: Member
  readonly reason: string
}

/** A conversation of people and bots. Of kind `peer` while a bot talks to one person; then it has no roster. */
export interface Conversation {
  readonly id: string
  readonly threadId: string
  readonly kind: 'peer' | 'group'
  readonly members: ReadonlyMap<string, Member>
  /** The legs of the bots among the members. */
  readonly callIds: readonly string[]
  /** The roster's number, increased by every change. */
  readonly sequence: number
  /** Changes not yet reported by a roster, while they are gathered. */
  readonly gathered?: { readonly changed: readonly string[]; readonly removed: readonly DepartedMember[] } | undefined
  /** How many media sources were created; the last one's number. */
  readonly sources: number
}

/** A bot's leg of a conversation: Graph's `call`. */
export interface Leg {
  readonly id: string
  /** Position in the order of creation, from 1. */
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
  /** Rosters are sent as deltas. */
  readonly isDelta: boolean
  readonly isDeltaBegun: boolean
  /** The call's targets, in the form of the request. */
  readonly targets: readonly WireObject[]
  /** The caller of an incoming call. */
  readonly caller?: { readonly participantId: string; readonly identity: WireObject } | undefined
  /** Properties of the request that the call repeats. */
  readonly repeated: WireObject
}

/** A ringing invitee. */
export interface RingingInvitee {
  /** The id it will have on the roster. */
  readonly id: string
  readonly callId: string
  readonly operationId: string
  readonly identity: WireObject
  readonly script: CalleeScript
  readonly isHidden: boolean
  readonly replacesCallId?: string | undefined
  /** A DELETE crossed the answer: milliseconds until the invitee is dropped. */
  readonly droppedAfterMs?: number | undefined
}

/** A pending invite: one status for all its invitees. */
export interface Operation {
  readonly id: string
  readonly callId: string
  /** Calls to targets and transfers are not operations for the bot. */
  readonly purpose: 'invite' | 'call' | 'transfer'
  readonly clientContext: string | null
  readonly identities: readonly WireObject[]
  /** How many invitees still ring. */
  readonly ringing: number
  readonly arrived: number
  /** Invitees removed by the bot whose end is not reported. */
  readonly silenced: number
  readonly failures: readonly { readonly who: string; readonly result: Result }[]
  readonly isReported: boolean
}

/** Everything in the world except its event queue. */
export interface WorldState {
  readonly seed: string
  readonly now: number
  readonly epochMs: number
  readonly random: RandomState
  readonly settings: Settings
  /** Scripts by lower-case identity id, one for each time the person is called; the last one repeats. */
  readonly scripts: ReadonlyMap<string, readonly CalleeScript[]>
  readonly defaultScripts: readonly CalleeScript[]
  /** How often each identity id was called. */
  readonly attempts: ReadonlyMap<string, number>
  readonly conversations: ReadonlyMap<string, Conversation>
  /** Ended legs are kept up to {@link ENDED_LEGS_LIMIT}. */
  readonly legs: ReadonlyMap<string, Leg>
  readonly ended: readonly string[]
  /** How many legs were created; the last one's number. */
  readonly legsMade: number
  /** The timed acts. */
  readonly timeline: readonly TimelineEntry[]
  readonly invitees: ReadonlyMap<string, RingingInvitee>
  readonly operations: ReadonlyMap<string, Operation>
}

/** Ended calls kept. An older one is unknown, and answered like every ended call. */
export const ENDED_LEGS_LIMIT = 1_000
