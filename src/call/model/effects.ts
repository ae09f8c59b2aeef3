/**
 * Effects: requests of a call as plain data, named `noun.verb`. A host executes them after the commit.
 *
 * Rule 1: every request has an `id` that is the same whenever the same history is replayed; a host does not repeat an
 * effect that it has already executed.
 * Rule 2: all but `participants.invite` may be repeated safely. An invite that may have been sent is never posted
 * again: its answer is reported as `unconfirmed` instead. So is that of a `participant.delete` with `isCancelOnly` that
 * another process left, and it is not sent at all once the participant has answered.
 * @module
 */
import type { Invitee } from './events.ts'

/** A request to the service. */
export type RequestEffect =
  | {
      readonly type: 'participants.invite'
      readonly id: string
      readonly invitation: string
      readonly invitees: readonly Invitee[]
      /** The ring time in milliseconds, if the application set one. */
      readonly ringTimeoutMs?: number | undefined
    }
  | {
      readonly type: 'participant.delete'
      readonly id: string
      readonly key: string
      readonly participantId: string
      readonly attempt: number
      readonly isCancelOnly?: true | undefined
    }
  | {
      readonly type: 'participant.mute'
      readonly id: string
      readonly key: string
      readonly participantId: string
      readonly clientContext: string
    }
  | { readonly type: 'roster.fetch'; readonly id: string; readonly fetch: number }
  | { readonly type: 'call.fetch'; readonly id: string }
  | { readonly type: 'call.keepAlive'; readonly id: string }
  | { readonly type: 'call.hangUp'; readonly id: string }

/**
 * Sets or deletes a deadline. Deadlines are data and survive a restart. A second `timer.schedule` for the same deadline
 * moves it.
 */
export type TimerEffect =
  | { readonly type: 'timer.schedule'; readonly deadline: string; readonly at: number }
  | { readonly type: 'timer.cancel'; readonly deadline: string }

/** Every effect of `step`. */
export type Effect = RequestEffect | TimerEffect

/** True for effects that go to the service, false for deadlines. */
export function isRequest(effect: Effect): effect is RequestEffect {
  return effect.type !== 'timer.schedule' && effect.type !== 'timer.cancel'
}
