/**
 * Stage: one happening in the making — the draft of the next world, and what will be said about it once it is done.
 *
 * Rule: nothing is rendered here. Notices name what is to be told; `world.ts` renders them from the finished state,
 * where unchanged members keep their rendered form.
 * @module
 */
import { current, isDraft, type Draft } from 'immer'
import type { Act } from './acts.ts'
import type { Duration, Stay } from './callee.ts'
import { nextGuid, nextInteger, type RandomState } from './random.ts'
import type { Result } from './results.ts'
import type { WireObject } from './wire-object.ts'
import type { Member, Operation, WorldState } from './world-state.ts'

/** Something that will happen by itself. What it is about may be gone by then; then it does not happen. */
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

/** Who or what ended somebody's presence: ground truth that no roster tells. */
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

/** Ground truth, for whoever compares what a bot believes with what is so. */
export type Fact =
  | { readonly type: 'invited'; readonly callId: string; readonly participantId: string; readonly identity: WireObject }
  | {
      readonly type: 'uninvited'
      readonly callId: string
      readonly participantId: string
      readonly identity: WireObject
      readonly by: 'bot' | 'self' | 'service' | 'callEnded'
      readonly result?: Result | undefined
    }
  | {
      readonly type: 'joined'
      readonly conversationId: string
      readonly participantId: string
      readonly identity: WireObject
      readonly isInLobby: boolean
    }
  | { readonly type: 'admitted'; readonly conversationId: string; readonly participantId: string }
  | {
      readonly type: 'departed'
      readonly conversationId: string
      readonly participantId: string
      readonly identity: WireObject
      readonly by: Departure
    }
  /** Something that was to happen by itself could not. */
  | { readonly type: 'actRefused'; readonly act: Act['act']; readonly reason: string }
  | { readonly type: 'callEnded'; readonly callId: string; readonly result: Result }

/** Something to be told to a bot, or to be noted. */
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

/** One happening in the making. */
export interface Tick {
  /** The world before it, finished and frozen. */
  readonly base: WorldState
  readonly draft: Draft<WorldState>
  /** The generator, drawn from in place; outside the draft, where every draw would cost ten times as much. */
  readonly random: RandomState
  readonly notices: Notice[]
  readonly plans: { readonly at: number; readonly what: QueuedEvent }[]
}

/** Plans something for `afterMs` from now. */
export function planAfter(stage: Tick, afterMs: Duration, what: QueuedEvent): void {
  stage.plans.push({ at: stage.draft.now + drawDuration(stage, afterMs), what })
}

/** A fixed duration, or one drawn from the seed. */
export function drawDuration(stage: Tick, duration: Duration): number {
  return typeof duration === 'number' ? duration : nextInteger(stage.random, duration.min, duration.max)
}

/** A new id. */
export function newId(stage: Tick): string {
  return nextGuid(stage.random)
}

/** What a draft amounts to right now, as something that outlives it. */
export function finished<T>(value: T): T {
  return isDraft(value) ? (current(value as Draft<T>) as T) : value
}

/** Notes ground truth. */
export function note(stage: Tick, fact: Fact): void {
  stage.notices.push({ type: 'fact', fact })
}
