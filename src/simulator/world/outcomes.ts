/**
 * Outcomes: how an invite or a call ended, as neutral facts. A face has the table that says them in its service's codes.
 *
 * Rule: what a script or an act adds about an outcome is carried through unread. Only a face knows what it means.
 * @module
 */

/** Fields of a script or an act that only a face reads. */
export type Detail = { readonly [field: string]: unknown }

/** Why an invitee did not join. `failed`: for the reason in the script. */
type InviteFailure = 'declined' | 'busy' | 'noAnswer' | 'unreachable' | 'cancelled' | 'failed'

/** What ended a call of a bot, or a transfer of it. */
type CallEnd =
  /** The bot hung up. */
  | 'hungUp'
  /** Another participant removed the bot. */
  | 'removed'
  | 'conversationEnded'
  /** The last other participant has left. */
  | 'leftAlone'
  /** The other participant of a two-party call has left. */
  | 'peerLeft'
  /** The other participant of a two-party call has joined the call that replaces it. */
  | 'replaced'
  /** The bot rejected the incoming call. */
  | 'rejected'
  /** The bot did not answer the incoming call in time. */
  | 'notAnswered'
  | 'keepAliveMissed'
  | 'redirected'
  | 'transferred'
  | 'transferFailed'

/** How an invite or a call ended. A two-party call whose target does not answer ends as the invite did. */
export interface Outcome {
  /** Why: an invitee that did not join, or the end of a call. */
  readonly reason: InviteFailure | CallEnd
  /** The person called has a telephone; services report those in other words. */
  readonly isPhone?: boolean | undefined
  /** What the script or the act adds; only a face reads it. */
  readonly detail?: Detail | undefined
}

/** An outcome without the fields that say nothing. */
export function outcomeOf(reason: Outcome['reason'], isPhone = false, detail: Detail = {}): Outcome {
  return {
    reason,
    ...(isPhone ? { isPhone } : {}),
    ...(Object.keys(detail).length === 0 ? {} : { detail }),
  }
}
