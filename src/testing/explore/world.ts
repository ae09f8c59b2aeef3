/**
 * The small world: a call, what is truly so, and every message on its way — as one value that can be branched.
 *
 * It is not the simulator: it has no clock of its own, no randomness and no HTTP. Everything that could happen next is
 * a move, and the explorer takes each.
 *
 * Rule 1: messages are a bag. Whatever lies in it may be delivered next, so delay and reordering need no moves of
 * their own.
 * Rule 2: a request or its answer that is lost becomes an unconfirmed answer, as a transport reports it.
 * Rule 3: time passes only when a deadline does.
 * @module
 */
import type { Call } from '../../call/call.ts'
import type { RequestEffect } from '../../call/effects.ts'
import type { CallOptions } from '../../call/options.ts'
import type { Message } from '../story.ts'

/** The readings of what nobody has documented, all of which must end right (FACTS 1.1, 3, 5.1). */
export interface Readings {
  readonly cancelBeforeAnswer: 'supported' | 'not-found'
  readonly inviteResponseId: 'participantId' | 'null'
  readonly rosterMode: 'full' | 'delta'
  readonly removedInvitee: 'failed-operation' | 'silence'
}

/** Something the application or a person may do once, when it can be done. */
export interface Act {
  readonly who: number
  readonly does: 'invite' | 'remove' | 'answer' | 'decline' | 'join' | 'leave'
}

/** How much may go wrong. */
export interface Faults {
  readonly losses: number
  readonly doubles: number
  readonly crashes: number
  /** How many deadlines may pass before everything has come to rest. */
  readonly deadlines: number
}

/** A small world to explore. */
export interface Scope {
  readonly name: string
  readonly acts: readonly Act[]
  readonly readings: Readings
  readonly faults: Faults
  readonly options?: Partial<CallOptions>
}

/** What is truly so of one person. */
export interface Person {
  /** What became of the invitation, where there is one. `stopping`: the service took a DELETE and has not stopped it yet. */
  readonly phone: 'none' | 'ringing' | 'stopping' | 'answered' | 'declined' | 'cancelled'
  readonly isPresent: boolean
  /** The service took a DELETE and has not dropped them yet. */
  readonly isLeaving: boolean
  /** How often they came onto the roster; each time under another id. */
  readonly visits: number
  readonly invitation?: string | undefined
  /** How their last presence ended. */
  readonly exit?: 'left' | 'removed' | undefined
}

/** A message on its way to the bot. */
export interface InFlight {
  readonly message: Message
  /** Set on the answer to a request: what it answers. Losing it is not silence. */
  readonly answers?: RequestEffect | undefined
}

/** A request on its way to the service. */
export interface Asked {
  readonly effect: RequestEffect
  /** The process that asked has died: nobody waits for the answer. */
  readonly isUnheard: boolean
}

/** One state of the small world. */
export interface World {
  readonly call: Call
  readonly now: number
  readonly people: readonly Person[]
  readonly sequence: number
  readonly toBot: readonly InFlight[]
  readonly toService: readonly Asked[]
  readonly acts: readonly Act[]
  readonly faults: Faults
  /** Requests whose answer the call has not had: the outbox of its host. */
  readonly outbox: readonly RequestEffect[]
  /** How often each invitation was posted. */
  readonly posts: Readonly<Record<string, number>>
  /** The system under test threw instead of taking a step; the world stops here. */
  readonly thrown?: string | undefined
}

/** The roster id of a person's present visit, or of the one they are asked for. */
export function rosterId(who: number, visit: number): string {
  return `p${who}-${visit}`
}
