/**
 * The small world: a call, the truth, and every message on its way, as one value that can be branched.
 *
 * It is not the simulator: it has no clock, no randomness and no HTTP. Everything that could happen next is a move, and
 * the explorer takes each.
 *
 * Rule 1: messages are a bag. Any of them may be delivered next, so that delay and reordering need no moves.
 * Rule 2: a lost request or answer becomes an unconfirmed answer, as a transport reports it.
 * Rule 3: time passes with a deadline, and when the world waits: between two messages there is no time, or more than the
 * reorder window.
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

/** The possible behaviours that are not documented; each must end right. */
export interface Readings {
  readonly cancelBeforeAnswer: 'supported' | 'not-found'
  readonly inviteResponseId: 'participantId' | 'null'
  /** Full rosters, full rosters with numbers, or numbered changes. */
  readonly rosterMode: 'full' | 'numbered' | 'delta'
  readonly removedInvitee: 'failed-operation' | 'silence'
  /** Whether a participant keeps their roster id when they are admitted from the lobby. Default: `same-id`. */
  readonly admission?: 'same-id' | 'new-id'
  /** Whether the roster that first shows a participant has their id; `never`: rosters have no ids, lists do. Default: `given`. */
  readonly newcomerId?: 'given' | 'null' | 'never'
  /** Whether the service gathers changes and sends them as one. Default: `at-once`. */
  readonly changes?: 'at-once' | 'gathered'
  /** Whether notifications arrive. Default: `told`. */
  readonly news?: 'told' | 'lost'
  /** Whether, once everything comes to rest, answers take longer than the call waits for proof. Default: `in-time`. */
  readonly answers?: 'in-time' | 'slow'
  /** Whether person 1 is the other device of person 0. Default: `one` each. */
  readonly devices?: 'one' | 'two'
  /** How the bot comes to its call. Default: `established`. */
  readonly beginning?: 'established' | 'establishing' | 'incoming'
  /** Whether the roster shows the bot under the id it was told; `stale`: under another one, which a GET of the call says. Default: `shown`. */
  readonly ownId?: 'shown' | 'stale'
}

/** Something the application or a person may do once, when it can be done. */
export interface Act {
  readonly who: number
  /**
   * `knock`: joins, and is in the lobby until `admit`; `answerInLobby` answers the same way. `cancel`: cancels the
   * invitation, unless it is answered. `inviteBriefly`: the application lets them ring for a moment.
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

/** The end of the call, or the application's wish for it. */
export interface EndAct {
  readonly does: 'end' | 'hangUp'
}

/** How much may go wrong. */
export interface Faults {
  readonly losses: number
  readonly doubles: number
  readonly crashes: number
  /** How many deadlines may pass before everything has come to rest. */
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
  /** The bot has heard the first change and fetched the roster before anything happens: no change is a gap by itself. */
  readonly isRosterKnown?: boolean
}

/** What is truly so of one person. */
export interface ExploredPerson {
  /** The roster ids of their present visit, the one they have now last; none when they are not there. */
  readonly ids: readonly string[]
  readonly isInLobby: boolean
  /** The invitation they came by. */
  readonly cameBy?: string | undefined
  /** The service took a DELETE and has not dropped them yet. */
  readonly isLeaving: boolean
  /** How many roster ids were ever given to them or set aside for them. */
  readonly given: number
  /** Their former visits. */
  readonly visits: readonly Visit[]
}

/** A visit that is over. */
export interface Visit {
  readonly ids: readonly string[]
  readonly cameBy?: string | undefined
  readonly exit: 'left' | 'removed' | 'callEnded'
}

/** One invitation, as the application asked for it and as the service has it. */
export interface ExploredInvite {
  readonly invitation: string
  readonly who: number
  /** Nobody of that name was pending or present, as far as was known: it has to be posted. */
  readonly isNeeded: boolean
  /** A fault kept it from being posted. */
  readonly isPrevented: boolean
  /** How often it was posted. */
  readonly posts: number
  /** The id the service set aside for whoever answers. */
  readonly id?: string | undefined
  /** What became of the phone. `stopping`: the service took a DELETE and has not stopped it yet. */
  readonly phone: 'none' | 'ringing' | 'stopping' | 'answered' | 'declined' | 'cancelled' | 'callEnded'
}

/** Somebody the application wanted out. */
export interface Removal {
  readonly who: number
  readonly key: string
  /** The roster id they were known by. */
  readonly id?: string | undefined
  /** The invitation they were asked by. */
  readonly invitation?: string | undefined
  readonly invitedAt?: number | undefined
  /** Other roster ids they had been known by. */
  readonly former?: readonly string[] | undefined
  /** The user id they were known by, when they were in the lobby: they may have been admitted under another roster id. */
  readonly waitedAs?: string | undefined
  /** Roster ids of other participants that were known by then. */
  readonly others: readonly string[]
  /** Only the invitation was to be over: whoever answers may stay, and a DELETE that crossed the answer may remove them. */
  readonly isCancelOnly?: true | undefined
  /** A ring deadline of ours, by which the ringing is to end: it keeps no participant out. */
  readonly byDeadline?: true | undefined
}

/** A message on its way to the bot. */
export interface InFlight {
  readonly message: Message
  /** Set on the answer to a request: what it answers. Losing it is not silence. */
  readonly answers?: RequestEffect | undefined
  /** Set on a roster: its place among the rosters. */
  readonly sequence?: number | undefined
  /** Set on a slow answer, where everything comes to rest. */
  readonly notBefore?: number | undefined
}

/** A request on its way to the service. */
export interface Asked {
  readonly effect: RequestEffect
  /** The process that asked has died: nobody waits for the answer, and perhaps it was never sent. */
  readonly isUnheard: boolean
}

/** One state of the small world. */
export interface ExploredWorld {
  readonly call: Call
  readonly now: number
  readonly people: readonly ExploredPerson[]
  readonly askings: readonly ExploredInvite[]
  readonly removals: readonly Removal[]
  /** The call has ended, whoever knows of it. */
  readonly isOver: boolean
  /** The application wants the call to end. */
  readonly isHangUpWanted: boolean
  /** The invitations of which the bot has heard that they failed. */
  readonly heardFailures: readonly string[]
  /** Roster ids shown to the bot while a cancelled invitation may have been the way they came, as far as it had heard. */
  readonly answerable: readonly string[]
  readonly sequence: number
  readonly toBot: readonly InFlight[]
  readonly toService: readonly Asked[]
  readonly acts: readonly (Act | EndAct)[]
  readonly faults: Required<Faults>
  /** Requests whose answer the call has not had: the outbox of its host. */
  readonly outbox: readonly RequestEffect[]
  /** Nothing is told unasked. */
  readonly isSilent: boolean
  /** What is told unasked has no ids: visits of one person cannot be told apart by it. */
  readonly isNameless: boolean
  /** Changes that no roster has told yet. */
  readonly gathered: readonly RosterEntry[]
  /** The place of the roster the bot heard last. */
  readonly latestTold: number
  /** What was wrong with a step. */
  readonly wrong?: string | undefined
  /** The system under test threw instead of taking a step, or took one that is wrong by itself; the world stops here. */
  readonly thrown?: string | undefined
}

/** True for somebody who is on the roster. */
export function isInCall({ ids }: ExploredPerson): boolean {
  return ids.length > 0
}

/** The roster id a person has now. */
export function currentId({ ids }: ExploredPerson): string | undefined {
  return ids.at(-1)
}

/** The invitation by which a person's phone rings. */
export function ringingOf({ askings }: ExploredWorld, who: number): ExploredInvite | undefined {
  return askings.find((asking) => asking.who === who && (asking.phone === 'ringing' || asking.phone === 'stopping'))
}

/** The number of the person whose identity a person has: the other device of somebody has theirs. */
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

/** Whether a removal of that visit may be the application's wish for an invitation: nothing had said that it had failed. */
export function mayBeAnswer({ answerable }: ExploredWorld, ids: readonly string[]): boolean {
  return ids.some((id) => answerable.includes(id))
}

/** A visit or an invitation, by the names it may go by. */
export interface Named {
  readonly key?: string
  readonly ids: readonly string[]
  readonly invitation?: string | undefined
}

/** Whether the application wanted a visit to be over, an answer notwithstanding. */
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

/** Whether the application wanted a visit or an invitation to be over. Of somebody without a name to the application: all of theirs. */
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
