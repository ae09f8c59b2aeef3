/**
 * Tick: one event in progress — the draft of the next world, and the notices to send once it is complete.
 *
 * Rule: nothing is rendered here. `world.ts` renders notices from the finished state, where unchanged members keep
 * their rendered form.
 * @module
 */
import { current, isDraft, type Draft } from 'immer'
import type { Act } from './acts.ts'
import type { Duration, Stay } from './callee.ts'
import { nextGuid, nextInteger, type RandomState } from './random.ts'
import type { Result } from '../graph/results.ts'
import type { WireObject } from '../graph/wire-object.ts'
import type { Member, Operation, WorldState } from './world-state.ts'

/** A planned event. It is dropped if its subject no longer exists when it is due. */
export type QueuedEvent =
  | { readonly type: 'leg.establishing'; readonly callId: string }
  | { readonly type: 'leg.established'; readonly callId: string }
  | { readonly type: 'leg.ends'; readonly callId: string; readonly result: Result; readonly by: Departure }
  | { readonly type: 'leg.expires'; readonly callId: string }
  | { readonly type: 'leg.unanswered'; readonly callId: string }
  | { readonly type: 'leg.leftAlone'; readonly callId: string }
  | { readonly type: 'invitee.decides'; readonly id: string; readonly failure?: Result | undefined }
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
      readonly identity: WireObject
      readonly stay: Stay
    }

/** Who or what ended a presence: ground truth that no roster shows. */
export type Departure =
  | 'self'
  | 'bot'
  | 'human'
  | 'lobbyTimeout'
  | 'callEnded'
  | 'hungUp'
  | 'moved'
  | 'keepAlive'
  | 'transfer'
  | 'readmitted'

/** Ground truth, to compare a bot's view with. */
export type Fact =
  | {
      readonly type: 'invited'
      /** The call's id. */
      readonly callId: string
      /** The participant id, that of an invitee as it will be. */
      readonly participantId: string
      /** Who it is. */
      readonly identity: WireObject
    }
  | {
      readonly type: 'uninvited'
      /** The call's id. */
      readonly callId: string
      /** The participant id, that of an invitee as it will be. */
      readonly participantId: string
      /** Who it is. */
      readonly identity: WireObject
      /** Who or what ended it. */
      readonly by: 'bot' | 'self' | 'service' | 'callEnded'
      /** What the service reports. */
      readonly result?: Result | undefined
    }
  | {
      readonly type: 'joined'
      /** The conversation. */
      readonly conversationId: string
      /** The participant id, that of an invitee as it will be. */
      readonly participantId: string
      /** Who it is. */
      readonly identity: WireObject
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
      readonly identity: WireObject
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
      /** What the service reports. */
      readonly result: Result
    }

/** A notification to send, or ground truth to record. */
export type Notice =
  | {
      readonly type: 'call'
      readonly callId: string
      readonly changeType: 'created' | 'updated' | 'deleted'
      readonly more: WireObject
    }
  | {
      readonly type: 'operation'
      readonly callId: string
      readonly operation: Operation
      readonly status: 'completed' | 'failed'
      readonly result?: Result | undefined
    }
  | {
      readonly type: 'roster'
      readonly callId: string
      readonly isDelta: boolean
      readonly isWhole: boolean
      readonly changed: readonly string[]
      readonly removed: readonly { readonly member: Member; readonly reason: string }[]
    }
  | { readonly type: 'raw'; readonly callId: string; readonly body: WireObject }
  | { readonly type: 'fact'; readonly fact: Fact }

/** One event in progress. */
export interface Tick {
  /** The world before the event, finished and frozen. */
  readonly base: WorldState
  readonly draft: Draft<WorldState>
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
