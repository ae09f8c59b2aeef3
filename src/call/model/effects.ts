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
      /** The same whenever the same history is replayed; different for each request of a call. */
      readonly id: string
      /** The `clientContext` of the invitation. */
      readonly invitation: string
      /** Who is invited, in the order of the application. */
      readonly invitees: readonly Invitee[]
      /** The ring time in milliseconds, if the application set one. */
      readonly ringTimeoutMs?: number | undefined
    }
  | {
      readonly type: 'participant.delete'
      /** The same whenever the same history is replayed; different for each request of a call. */
      readonly id: string
      /** The participant the request is about. */
      readonly key: string
      /** The id that the request names: a roster id, or that of an invitee. */
      readonly participantId: string
      /** How many DELETEs of the participant there were, this one included. */
      readonly attempt: number
      /** True if only the invitation is to be cancelled: not sent once the participant has answered. */
      readonly isCancelOnly?: true | undefined
    }
  | {
      readonly type: 'participant.mute'
      /** The same whenever the same history is replayed; different for each request of a call. */
      readonly id: string
      /** The participant the request is about. */
      readonly key: string
      /** The id that the request names: a roster id, or that of an invitee. */
      readonly participantId: string
      /** What the service repeats in its answer. */
      readonly clientContext: string
    }
  | {
      readonly type: 'roster.fetch'
      /** The same whenever the same history is replayed; different for each request of a call. */
      readonly id: string
      /** The number of the fetch; the answer carries it. */
      readonly fetch: number
    }
  | {
      readonly type: 'call.fetch'
      /** The same whenever the same history is replayed; different for each request of a call. */
      readonly id: string
    }
  | {
      readonly type: 'call.keepAlive'
      /** The same whenever the same history is replayed; different for each request of a call. */
      readonly id: string
    }
  | {
      readonly type: 'call.hangUp'
      /** The same whenever the same history is replayed; different for each request of a call. */
      readonly id: string
    }

/**
 * Sets or deletes a deadline. Deadlines are data and survive a restart. A second `timer.schedule` for the same deadline
 * moves it.
 */
export type TimerEffect =
  | {
      readonly type: 'timer.schedule'
      /** The name of the deadline, such as `ring/{key}`. */
      readonly deadline: string
      /** When it passes, in milliseconds since the epoch. */
      readonly at: number
    }
  | {
      readonly type: 'timer.cancel'
      /** The name of the deadline, such as `ring/{key}`. */
      readonly deadline: string
    }

/** Every effect of `step`. */
export type Effect = RequestEffect | TimerEffect

/** True for effects that go to the service, false for deadlines. */
export function isRequest(effect: Effect): effect is RequestEffect {
  return effect.type !== 'timer.schedule' && effect.type !== 'timer.cancel'
}
