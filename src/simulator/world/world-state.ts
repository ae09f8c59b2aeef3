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
import type { Detail, Outcome } from './outcomes.ts'
import type { Identities } from './identities.ts'
import type { Settings } from './settings.ts'
import type { Departure } from './departure.ts'

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
  /** The participant id. */
  readonly id: string
  /** Identities by kind, without nulls and type annotations. */
  readonly identity: Identities
  /** The bot's leg, if the member is a bot. */
  readonly callId?: string | undefined
  /** True while it waits in the lobby. */
  readonly isInLobby: boolean
  /** True while it is muted. */
  readonly isMuted: boolean
  /** The kind of endpoint, in Graph's words. */
  readonly endpoint: string
  /** Its media streams. */
  readonly streams: readonly Stream[]
  /** The call whose bot hid the member; other bots never see it. */
  readonly hiddenBy?: string | undefined
  /** True for the organizer, who cannot be removed. */
  readonly isOrganizer: boolean
  /** The roster's number at the member's last change. */
  readonly sequence: number
  /** The number of its audio source. */
  readonly source: number
}

/** A member who has left, and who or what ended the presence. */
export interface DepartedMember {
  readonly member: Member
  readonly by: Departure
}

/** A conversation of people and bots. Of kind `peer` while a bot talks to one person; then it has no roster. */
export interface Conversation {
  /** The id of the conversation. */
  readonly id: string
  /** The id of its chat thread. */
  readonly threadId: string
  /** `peer` while a bot talks to one person, else `group`. */
  readonly kind: 'peer' | 'group'
  /** The members by their participant id, bots included. */
  readonly members: ReadonlyMap<string, Member>
  /** The legs of the bots among the members. */
  readonly callIds: readonly string[]
  /** The roster's number, increased by every change. */
  readonly sequence: number
  /** Changes not yet reported by a roster, while they are gathered. */
  readonly gathered?:
    | {
        /** Participant ids of members that changed. */
        readonly changed: readonly string[]
        /** Members that left. */
        readonly removed: readonly DepartedMember[]
      }
    | undefined
  /** How many media sources were created; the last one's number. */
  readonly sources: number
}

/** A bot's leg of a conversation: its call. */
export interface Leg {
  /** The call's id. */
  readonly id: string
  /** Position in the order of creation, from 1. */
  readonly number: number
  /** The conversation the leg is part of. */
  readonly conversationId: string
  /** The application id of the bot. */
  readonly appId: string
  /** The tenant id. */
  readonly tenantId: string
  /** Where notifications of the call go. */
  readonly callbackUri: string
  /** Who called. */
  readonly direction: 'incoming' | 'outgoing'
  /** The state of the call. */
  readonly state: LegState
  /** How the leg ended. */
  readonly outcome?: Outcome | undefined
  /** The bot's own participant id. */
  readonly myParticipantId: string
  /** Graph's `callChainId`. */
  readonly chainId: string
  /** When the call ends without a keepAlive, in virtual milliseconds. */
  readonly aliveUntil: number
  /** Rosters are sent as deltas. */
  readonly isDelta: boolean
  /** True once the first delta, which has everybody, was sent. */
  readonly isDeltaBegun: boolean
  /** Whom the bot calls. */
  readonly targets: readonly Identities[]
  /** The thread that the call was created for. */
  readonly threadId?: string | undefined
  /** The caller of an incoming call. */
  readonly caller?:
    | {
        /** The caller's participant id. */
        readonly participantId: string
        /** Who called. */
        readonly identity: Identities
      }
    | undefined
  /** What the face keeps of the request that created the call. */
  readonly kept?: Detail | undefined
}

/** A ringing invitee. */
export interface RingingInvitee {
  /** The id it will have on the roster. */
  readonly id: string
  /** The call that invites. */
  readonly callId: string
  /** The invite operation. */
  readonly operationId: string
  /** Who rings. */
  readonly identity: Identities
  /** What it will do. */
  readonly script: CalleeScript
  /** True if only the inviting bot's roster may show it. */
  readonly isHidden: boolean
  /** The call that it leaves for this one. */
  readonly replacesCallId?: string | undefined
  /** A removal crossed the answer: milliseconds until the invitee is dropped. */
  readonly droppedAfterMs?: number | undefined
}

/** One invitee who did not join, and why. */
export interface Failure {
  readonly identity: Identities
  readonly outcome: Outcome
}

/** A pending invite: one status for all its invitees. */
export interface Operation {
  /** The operation's id. */
  readonly id: string
  /** The call that invites. */
  readonly callId: string
  /** Calls to targets and transfers are not operations for the bot. */
  readonly purpose: 'invite' | 'call' | 'transfer'
  /** The `clientContext` of the request; null if it had none. */
  readonly clientContext: string | null
  /** The invitees, in the order of the request. */
  readonly identities: readonly Identities[]
  /** How many invitees still ring. */
  readonly ringing: number
  /** How many invitees have joined. */
  readonly arrived: number
  /** Invitees removed by the bot whose end is not reported. */
  readonly silenced: number
  /** The invitees that did not join, and why. */
  readonly failures: readonly Failure[]
  /** True once its end was reported. */
  readonly isReported: boolean
}

/** Everything in the world except its event queue. */
export interface WorldState {
  /** The seed of everything random. */
  readonly seed: string
  /** Virtual milliseconds since the start. */
  readonly now: number
  /** When virtual time started, in milliseconds since the epoch. */
  readonly epochMs: number
  /** The state of the random numbers. */
  readonly random: RandomState
  /** The settings in force. */
  readonly settings: Settings
  /** Scripts by lower-case identity id, one for each time the person is called; the last one repeats. */
  readonly scripts: ReadonlyMap<string, readonly CalleeScript[]>
  /** What every person without a script does, one for each time it is called. */
  readonly defaultScripts: readonly CalleeScript[]
  /** How often each identity id was called. */
  readonly attempts: ReadonlyMap<string, number>
  /** The conversations by id. */
  readonly conversations: ReadonlyMap<string, Conversation>
  /** Ended legs are kept up to {@link ENDED_LEGS_LIMIT}. */
  readonly legs: ReadonlyMap<string, Leg>
  /** Ids of ended legs, oldest first. */
  readonly ended: readonly string[]
  /** How many legs were created; the last one's number. */
  readonly legsMade: number
  /** The timed acts. */
  readonly timeline: readonly TimelineEntry[]
  /** Who rings, by the participant id it will have. */
  readonly invitees: ReadonlyMap<string, RingingInvitee>
  /** Pending invites by id. */
  readonly operations: ReadonlyMap<string, Operation>
}

/** Ended calls kept. An older one is unknown, and answered like every ended call. */
export const ENDED_LEGS_LIMIT = 1_000
