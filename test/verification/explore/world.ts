/**
 * The small world: a call, the truth, and every message on its way, as one value that can be branched.
 *
 * It is not the simulator: it has no clock, no randomness and no HTTP. Everything that could happen next is a move, and
 * the explorer takes each.
 *
 * Rule 1: messages are a bag. Any of them may be delivered next, so that delay and reordering need no moves.
 * Rule 2: a lost request or answer becomes an unconfirmed answer, as a transport reports it.
 * Rule 3: time passes with a deadline, and when the world waits: between two messages there is no time, or more than
 * the reorder window.
 * @module
 */
import type { Call } from '../../../src/call/model/call.ts'
import type { RequestEffect } from '../../../src/call/model/effects.ts'
import type { RosterEntry } from '../../../src/call/model/events.ts'
import type { CallOptions } from '../../../src/call/model/options.ts'
import type { Message } from '../../../src/testing/truth-model.ts'

/** The number of people; they are numbered from 0. */
export const PEOPLE = 2

/** When a small world starts, in milliseconds since the epoch. */
export const BEGINNING = 1_000

/** The possible behaviours of the service that are not documented; the endings must be right with each of them. */
export interface Readings {
  readonly cancelBeforeAnswer: 'supported' | 'not-found'
  readonly inviteResponseId: 'participantId' | 'null'
  /** Full rosters, full rosters with numbers, or numbered changes. */
  readonly rosterMode: 'full' | 'numbered' | 'delta'
  readonly removedInvitee: 'failed-operation' | 'silence'
  /** Whether a participant keeps its roster id when it is admitted from the lobby. Default: `same-id`. */
  readonly admission?: 'same-id' | 'new-id'
  /**
   * Whether the roster that first shows a participant has its id; `never`: rosters have no ids, lists do. Default:
   * `given`.
   */
  readonly newcomerId?: 'given' | 'null' | 'never'
  /** Whether the service gathers changes and sends them as one. Default: `at-once`. */
  readonly changes?: 'at-once' | 'gathered'
  /** Whether notifications arrive. Default: `told`. */
  readonly news?: 'told' | 'lost'
  /** Whether, once the history ends, answers take longer than the call waits for proof. Default: `in-time`. */
  readonly answers?: 'in-time' | 'slow'
  /** Whether person 1 is the other device of person 0. Default: `one` each. */
  readonly devices?: 'one' | 'two'
  /** The state in which the bot first sees its call. Default: `established`. */
  readonly beginning?: 'established' | 'establishing' | 'incoming'
  /**
   * Whether the roster shows the bot under the reported id; `stale`: under another one, which a GET of the call
   * returns. Default: `shown`.
   */
  readonly ownId?: 'shown' | 'stale'
}

/** An act of the application or of a person. It happens at most once, when it is possible. */
export interface Act {
  readonly who: number
  /**
   * `knock`: joins, and is in the lobby until `admit`; `answerInLobby` answers the same way. `cancel`: cancels the
   * invitation, unless it is answered. `inviteBriefly`: the application invites with a short ring time.
   */
  readonly does:
    | 'invite'
    | 'inviteBriefly'
    | 'remove'
    | 'cancel'
    | 'answer'
    | 'answerInLobby'
    | 'decline'
    | 'join'
    | 'knock'
    | 'admit'
    | 'leave'
}

/** The end of the call, or the application's request for it. */
export interface EndAct {
  readonly does: 'end' | 'hangUp'
}

/** How many faults may occur, by kind. */
export interface Faults {
  readonly losses: number
  readonly doubles: number
  readonly crashes: number
  /** How many deadlines may pass before the history ends. */
  readonly deadlines: number
  /** How often the time between two messages may be longer than the reorder window. Default: 0. */
  readonly waits?: number
  /** How often the service may answer a fetch with an empty list. Default: 0. */
  readonly empties?: number
}

/** A small world to explore. */
export interface Scope {
  readonly name: string
  readonly acts: readonly (Act | EndAct)[]
  readonly readings: Readings
  readonly faults: Faults
  readonly options?: Partial<CallOptions>
  /**
   * True if the bot has received the first change and fetched the roster before the first move: no later change is a
   * gap by itself.
   */
  readonly isRosterKnown?: boolean
}

/** The truth about one person. */
export interface ExploredPerson {
  /** The roster ids of the current visit, the current one last; empty while the person is not in the call. */
  readonly ids: readonly string[]
  readonly isInLobby: boolean
  /** The invitation that the person answered to join. */
  readonly cameBy?: string | undefined
  /** The service took a DELETE and has not dropped the person yet. */
  readonly isLeaving: boolean
  /** How many roster ids the service has given to the person or reserved for it. */
  readonly given: number
  /** The former visits. */
  readonly visits: readonly Visit[]
}

/** A visit that is over. */
export interface Visit {
  readonly ids: readonly string[]
  readonly cameBy?: string | undefined
  readonly exit: 'left' | 'removed' | 'callEnded'
}

/** One invitation, as the application requested it and as the service has it. */
export interface ExploredInvite {
  readonly invitation: string
  readonly who: number
  /** The bot knew no pending or present participant of that identity: the invitation has to be posted. */
  readonly isNeeded: boolean
  /** A fault prevented the POST. */
  readonly isPrevented: boolean
  /** The number of POSTs. */
  readonly posts: number
  /** The id that the service reserved for the invitee. */
  readonly id?: string | undefined
  /** The state of the phone. `stopping`: the service took a DELETE and has not stopped the ring yet. */
  readonly phone: 'none' | 'ringing' | 'stopping' | 'answered' | 'declined' | 'cancelled' | 'callEnded'
}

/** A removal that the application, or a ring deadline, requested. */
export interface Removal {
  readonly who: number
  readonly key: string
  /** The participant's roster id at that time. */
  readonly id?: string | undefined
  /** The participant's invitation. */
  readonly invitation?: string | undefined
  readonly invitedAt?: number | undefined
  /** The participant's former roster ids. */
  readonly former?: readonly string[] | undefined
  /** The participant's user id if it was in the lobby: it may have been admitted under another roster id. */
  readonly waitedAs?: string | undefined
  /** Roster ids of the other participants that the bot knew at that time. */
  readonly others: readonly string[]
  /**
   * True for a cancel of the invitation: an invitee who answers may stay, and a DELETE that crossed the answer may
   * remove it.
   */
  readonly isCancelOnly?: true | undefined
  /** True for the call's own ring deadline, which stops the ring and keeps no participant out. */
  readonly byDeadline?: true | undefined
}

/** A message on its way to the bot. */
export interface InFlight {
  readonly message: Message
  /** The request that this message answers. If the message is lost, the call receives an unconfirmed answer. */
  readonly answers?: RequestEffect | undefined
  /** The number of a roster. */
  readonly sequence?: number | undefined
  /** When a slow answer arrives at the earliest; only used at the end of a history. */
  readonly notBefore?: number | undefined
}

/** A request on its way to the service. */
export interface Asked {
  readonly effect: RequestEffect
  /**
   * True if the process that made the request has died: its answer is not delivered, and it may never have been sent.
   */
  readonly isUnheard: boolean
}

/** One state of the small world. */
export interface ExploredWorld {
  readonly call: Call
  readonly now: number
  readonly people: readonly ExploredPerson[]
  readonly askings: readonly ExploredInvite[]
  readonly removals: readonly Removal[]
  /** The call has ended, whether or not the bot knows it. */
  readonly isOver: boolean
  /** The application wants the call to end. */
  readonly isHangUpWanted: boolean
  /** The invitations that the bot knows to have failed. */
  readonly heardFailures: readonly string[]
  /**
   * Roster ids shown to the bot while, as far as the bot knew, they may have answered an invitation that is to be
   * removed.
   */
  readonly answerable: readonly string[]
  readonly sequence: number
  readonly toBot: readonly InFlight[]
  readonly toService: readonly Asked[]
  readonly acts: readonly (Act | EndAct)[]
  readonly faults: Required<Faults>
  /** Requests whose answer the call has not received: the outbox of its host. */
  readonly outbox: readonly RequestEffect[]
  /** The service sends no notifications. */
  readonly isSilent: boolean
  /** Notifications have no roster ids: they do not distinguish the visits of one person. */
  readonly isNameless: boolean
  /** Changes that the service has not reported yet. */
  readonly gathered: readonly RosterEntry[]
  /** The number of the roster that the bot received last. */
  readonly latestTold: number
  /** Why a step was wrong. */
  readonly wrong?: string | undefined
  /** Why the world stops here: the system under test threw, or took a step that is wrong by itself. */
  readonly thrown?: string | undefined
}

/** True for a person who is on the roster. */
export function isInCall({ ids }: ExploredPerson): boolean {
  return ids.length > 0
}

/** The current roster id of a person. */
export function currentId({ ids }: ExploredPerson): string | undefined {
  return ids.at(-1)
}

/** The invitation by which a person's phone rings. */
export function ringingOf({ askings }: ExploredWorld, who: number): ExploredInvite | undefined {
  return askings.find((asking) => asking.who === who && (asking.phone === 'ringing' || asking.phone === 'stopping'))
}

/** The number in the identity of a person: with two devices, both have the identity of person 0. */
export function identityNumber(who: number, { devices }: Readings): number {
  return devices === 'two' ? 0 : who
}

/** The number of the person who has, or had, a roster id. */
export function ownerOf({ people }: Pick<ExploredWorld, 'people'>, id: string | undefined): number | undefined {
  const who =
    id === undefined
      ? -1
      : people.findIndex(({ ids, visits }) => ids.includes(id) || visits.some((visit) => visit.ids.includes(id)))
  return who < 0 ? undefined : who
}

/** The number of the person with an identity's user id. */
export function personOf(userId: string | undefined): number {
  return Number(userId?.slice('user-'.length))
}

/**
 * Whether a removal of that visit may follow from the removal of an invitation that the bot did not know to have
 * failed.
 */
export function mayBeAnswer({ answerable }: ExploredWorld, ids: readonly string[]): boolean {
  return ids.some((id) => answerable.includes(id))
}

/** A visit or an invitation, by its possible names. */
export interface Named {
  readonly key?: string
  readonly ids: readonly string[]
  readonly invitation?: string | undefined
}

/** Whether the application removed the participant of a visit, not only its invitation. */
export function isAskedOut({ removals, ...world }: ExploredWorld, who: number, named: Named): boolean {
  return isUnwanted(
    {
      ...world,
      removals: removals.filter(({ isCancelOnly, byDeadline }) => isCancelOnly !== true && byDeadline !== true),
    },
    who,
    named,
  )
}

/**
 * Whether a removal was requested for a visit or an invitation. A removal without id and invitation is for all visits
 * of its person.
 */
export function isUnwanted({ removals }: ExploredWorld, who: number, { key, ids, invitation }: Named): boolean {
  return removals.some(
    (removal) =>
      removal.who === who &&
      (removal.key === key ||
        (removal.id !== undefined && ids.includes(removal.id)) ||
        (removal.invitation !== undefined && removal.invitation === invitation) ||
        (removal.id === undefined && removal.invitation === undefined)),
  )
}
