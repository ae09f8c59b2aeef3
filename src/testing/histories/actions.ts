/**
 * Actions of a run: of the application, of people, and of the bot's process.
 * @module
 */

/** All people of a run, by the id that the service knows. */
export const people = ['ann', 'bob', 'cy', 'dora'] as const

/**
 * Requests of the application, what people do on their own (`knock`: they join the lobby), and events of the bot's
 * process.
 */
export const actions = [
  'invite',
  'inviteTwo',
  'remove',
  'cancel',
  'mute',
  'hangUp',
  'join',
  'knock',
  'leave',
  'removedByHuman',
  'answer',
  'decline',
  'admit',
  'endCall',
  'restart',
  'crash',
  'setClock',
] as const

/** The name of an action. */
export type ActionName = (typeof actions)[number]

/** One action. */
export interface Action {
  /** What happens. */
  readonly does: ActionName
  /** The index of a person, modulo the number of people. */
  readonly who: number
  /** Virtual milliseconds since the previous action. */
  readonly waitMs: number
  /** For an invite: the ring time in milliseconds. Absent: the default. */
  readonly ringTimeoutMs?: number | undefined
  /** For setting the clock: milliseconds by which the bot's wall clock moves forward, or back if negative. */
  readonly byMs?: number | undefined
}

/** How the bot gets its call. Absent in a plan: the call is established already. */
export type RunStart = 'establishing' | 'incoming'
