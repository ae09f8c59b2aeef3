/**
 * The shape of the participant statechart: the part of XState's configuration that it uses.
 *
 * Rule: no `after`, `always`, `invoke`, `entry`, `exit` or history. Deadlines belong to the call, and a restored state
 * behaves like one that was entered.
 * @module
 */
import type { ParticipantEventType } from './events.ts'
import type { ActionName, GuardName } from './implementations.ts'
import type { OpenState } from './participant.ts'

/** The removal phases of an open state. */
export type Phase = 'idle' | 'held' | 'sent' | 'accepted' | 'refused' | 'crossed'

/** An absolute reference to a state. */
export type Target = `#participant.${OpenState}.${Phase}` | '#participant.removed' | '#participant.cancelled'

/** One transition of an event. The first candidate whose guard holds is taken. */
export interface Candidate {
  /** Absent: the candidate is always taken. */
  readonly guard?: GuardName
  /** Absent: the state stays, and only the actions run. */
  readonly target?: Target
  readonly actions?: readonly ActionName[]
}

/** The candidates of each event that a state reacts to. */
export type Reactions = { readonly [E in ParticipantEventType]?: readonly Candidate[] }

/**
 * The tags of a state: `open` or `final`; an open state is also `pending` (invited, not on the roster yet) or `present`
 * (on the roster).
 */
export type Tag = 'open' | 'pending' | 'present' | 'final'

/** One removal phase of an open state. */
export interface PhaseNode {
  readonly description: string
  readonly on: Reactions
}

/** An open state with its removal phases. An event is offered to the phase first, then to the state. */
export interface OpenNode<P extends Phase = Phase> {
  readonly initial: 'idle'
  readonly description: string
  readonly tags: readonly Tag[]
  readonly on: Reactions
  readonly states: { readonly [K in P]: PhaseNode }
}

/** A final state. Its output is its name. */
interface FinalNode<S extends string> {
  readonly type: 'final'
  readonly description: string
  readonly tags: readonly Tag[]
  readonly output: S
}

/** The shape of `participantConfig`. */
export interface ParticipantConfig {
  readonly id: 'participant'
  readonly version: string
  readonly description: string
  readonly initial: 'invited'
  readonly states: {
    readonly invited: OpenNode<'idle' | 'held'>
    readonly ringing: OpenNode<Exclude<Phase, 'crossed'>>
    readonly lobby: OpenNode
    readonly active: OpenNode
    readonly removed: FinalNode<'removed'>
    readonly cancelled: FinalNode<'cancelled'>
  }
}
