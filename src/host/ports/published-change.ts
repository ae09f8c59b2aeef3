/**
 * Published changes: what subscribers are shown, and what the journal of a store keeps for them.
 * @module
 */
import type { Evidence } from '../../call/model/call.ts'
import type { CallState } from '../../call/model/events.ts'
import type { FactName } from '../../participant/facts.ts'
import type { Ending, Participant, ParticipantState } from '../../participant/participant.ts'

/** A state of a call that the service has reported: every {@link CallState} except `unknown`. */
export type ReportedCallState = Exclude<CallState, 'unknown'>

/**
 * A change of one participant, as `subscribe` shows it. If `from` equals `to`, only facts of the participant have
 * changed; only subscribers with the option `facts` see such a change.
 */
export interface PublishedParticipantChange {
  /** The call the participant is in. */
  readonly callId: string
  /** The participant's key, as for `call.waitFor(key, …)` and `call.remove(key)`. */
  readonly key: string
  /** The state before; absent if the participant was not known before. */
  readonly from?: ParticipantState | undefined
  /** The state after. */
  readonly to: ParticipantState
  /** How the participant ended; present when `to` is `removed` or `cancelled`. */
  readonly ending?: Ending | undefined
  /** The participant after the change. */
  readonly participant: Participant
  /** The facts that changed without a change of state. With a change of state they are only in `participant`. */
  readonly facts?: readonly FactName[] | undefined
  /** The evidence of a change of facts. */
  readonly evidence?: Evidence | undefined
  /** When the change happened, in milliseconds since the epoch. */
  readonly at: number
}

/** A change of a call's own state, as `subscribe` shows it. It has no `key`. */
export interface PublishedCallChange {
  /** The call. */
  readonly callId: string
  /** Never present: this distinguishes a change of the call from one of a participant. */
  readonly key?: never
  /** The state before; absent if it was not known before. */
  readonly from?: ReportedCallState | undefined
  /** The state after. */
  readonly to: ReportedCallState
  /** How the call ended; present when `to` is `terminated`. */
  readonly ending?: Ending | undefined
  /** Never present. */
  readonly participant?: never
  /** Never present. */
  readonly facts?: never
  /** Never present. */
  readonly evidence?: never
  /** When the change happened, in milliseconds since the epoch. */
  readonly at: number
}

/** A change as `subscribe` shows it: of a participant if it has a `key`, of the call itself if it has none. */
export type PublishedChange = PublishedParticipantChange | PublishedCallChange

/** True for a change of facts, false for a change of state. */
export function isFactChange({ key, from, to }: PublishedChange): boolean {
  return key !== undefined && from === to
}
