/**
 * Tick: one event in progress — the draft of the next world, and the notices to send once it is complete.
 *
 * Rule: nothing is rendered here. The face renders notices from the finished state, where unchanged members keep their
 * rendered form.
 * @module
 */
import { current, isDraft, type Draft } from 'immer'
import type { Act } from './acts.ts'
import type { Duration, Stay } from './callee.ts'
import type { Departure } from './departure.ts'
import { nextGuid, nextInteger, type RandomState } from './random.ts'
import type { Identities } from './identities.ts'
import type { Outcome } from './outcomes.ts'
import type { SwitchReadings } from './settings.ts'
import type { DepartedMember, Failure, Operation, WorldState } from './world-state.ts'

/** A planned event. It is dropped if its subject no longer exists when it is due. */
export type QueuedEvent =
  | { readonly type: 'leg.establishing'; readonly callId: string }
  | { readonly type: 'leg.established'; readonly callId: string }
  | { readonly type: 'leg.ends'; readonly callId: string; readonly outcome: Outcome; readonly by: Departure }
  | { readonly type: 'leg.expires'; readonly callId: string }
  | { readonly type: 'leg.unanswered'; readonly callId: string }
  | { readonly type: 'leg.leftAlone'; readonly callId: string }
  | { readonly type: 'invitee.decides'; readonly id: string; readonly failure?: Outcome | undefined }
  | { readonly type: 'invitee.ringsOut'; readonly id: string }
  | {
      readonly type: 'member.leaves'
      readonly conversationId: string
      readonly id: string
      readonly by: Departure
      readonly returns?: { readonly afterMs: Duration; readonly stay: Stay } | undefined
    }
  | { readonly type: 'member.admitted'; readonly conversationId: string; readonly id: string; readonly stay: Stay }
  | { readonly type: 'roster.gathered'; readonly conversationId: string }
  | { readonly type: 'member.muted'; readonly conversationId: string; readonly id: string }
  | {
      readonly type: 'member.held'
      readonly conversationId: string
      readonly id: string
      readonly isHeld: boolean
      readonly thenAfterMs?: Duration | undefined
    }
  | { readonly type: 'act'; readonly act: Act }
  | {
      readonly type: 'person.joins'
      readonly conversationId: string
      readonly identity: Identities
      readonly stay: Stay
    }

/** Ground truth, to compare a bot's view with. */
export type Fact =
  | {
      readonly type: 'invited'
      /** The call's id. */
      readonly callId: string
      /** The participant id, that of an invitee as it will be. */
      readonly participantId: string
      /** Who it is. */
      readonly identity: Identities
    }
  | {
      readonly type: 'uninvited'
      /** The call's id. */
      readonly callId: string
      /** The participant id, that of an invitee as it will be. */
      readonly participantId: string
      /** Who it is. */
      readonly identity: Identities
      /** Who or what ended it. */
      readonly by: 'bot' | 'self' | 'service' | 'callEnded'
      /** How the ringing ended, where the service says so. */
      readonly outcome?: Outcome | undefined
    }
  | {
      readonly type: 'joined'
      /** The conversation. */
      readonly conversationId: string
      /** The participant id, that of an invitee as it will be. */
      readonly participantId: string
      /** Who it is. */
      readonly identity: Identities
      /** True if the participant waits in the lobby. */
      readonly isInLobby: boolean
    }
  | {
      readonly type: 'admitted'
      /** The conversation. */
      readonly conversationId: string
      /** The participant id, that of an invitee as it will be. */
      readonly participantId: string
    }
  | {
      readonly type: 'departed'
      /** The conversation. */
      readonly conversationId: string
      /** The participant id, that of an invitee as it will be. */
      readonly participantId: string
      /** Who it is. */
      readonly identity: Identities
      /** Who or what ended it. */
      readonly by: Departure
    }
  /** A planned act was refused. */
  | {
      readonly type: 'actRefused'
      /** The act that was refused. */
      readonly act: Act['act']
      /** Why it was refused. */
      readonly reason: string
    }
  | {
      readonly type: 'callEnded'
      /** The call's id. */
      readonly callId: string
      /** How the call ended. */
      readonly outcome: Outcome
    }

/** What a bot hears of, or ground truth to record. */
export type Notice =
  | {
      readonly type: 'call'
      readonly callId: string
      readonly change: 'began' | 'changed' | 'ended'
      readonly news?: CallNews | undefined
    }
  /** An invite operation has ended; without a failure everyone it counts has joined. */
  | {
      readonly type: 'operation'
      readonly callId: string
      readonly operation: Operation
      readonly failure?: Failure | undefined
    }
  | {
      readonly type: 'roster'
      readonly callId: string
      /** The bot hears of changes only. */
      readonly isDelta: boolean
      /** All members are told, changed or not. */
      readonly isWhole: boolean
      readonly changed: readonly string[]
      readonly removed: readonly DepartedMember[]
    }
  /** A notification that an act wrote. */
  | { readonly type: 'raw'; readonly callId: string; readonly body: unknown }
  | { readonly type: 'fact'; readonly fact: Fact }

/** What a notice tells about a call beside its state. */
export type CallNews =
  /** A two-party call has become a group call of this thread. */
  | { readonly type: 'thread'; readonly threadId: string }
  /** Media has come up. */
  | { readonly type: 'media' }
  | { readonly type: 'outcome'; readonly outcome: Outcome }

/** What the world asks of its face while it runs. */
export interface FaceTerms {
  /** Every switch with its readings, those of the world and of the wire; the first is the default. */
  readonly switchReadings: SwitchReadings
  /** The thread of a conversation that was opened without one. */
  nameThread(conversationId: string): string
}

/** One event in progress. */
export interface Tick {
  /** The world before the event, finished and frozen. */
  readonly base: WorldState
  readonly draft: Draft<WorldState>
  readonly terms: FaceTerms
  /** The generator, changed in place; outside the draft, where each draw would cost ten times as much. */
  readonly random: RandomState
  readonly notices: Notice[]
  readonly plans: { readonly at: number; readonly what: QueuedEvent }[]
}

/** Plans an event `afterMs` from now. */
export function planAfter(tick: Tick, afterMs: Duration, what: QueuedEvent): void {
  tick.plans.push({ at: tick.draft.now + drawDuration(tick, afterMs), what })
}

/** A fixed duration, or one drawn from the seed. */
export function drawDuration(tick: Tick, duration: Duration): number {
  return typeof duration === 'number' ? duration : nextInteger(tick.random, duration.min, duration.max)
}

/** A new id. */
export function newId(tick: Tick): string {
  return nextGuid(tick.random)
}

/** The current value of a draft, as a value that outlives the draft. */
export function currentOf<T>(value: T): T {
  return isDraft(value) ? (current(value as Draft<T>) as T) : value
}

/** Records ground truth. */
export function recordFact(tick: Tick, fact: Fact): void {
  tick.notices.push({ type: 'fact', fact })
}
