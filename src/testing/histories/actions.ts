/**
 * Deeds: what is done in a run, by the application, by people, and to the bot's process.
 * @module
 */

/** Everybody there is, by the id the service knows them by. */
export const people = ['ann', 'bob', 'cy', 'dora'] as const

/** What the application asks for, what people do (`knock`: they come into the lobby) of their own accord, and what befalls the bot's process. */
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

/** The name of a deed. */
export type ActionName = (typeof actions)[number]

/** Something somebody does. */
export interface Action {
  readonly does: ActionName
  /** Index of a person, modulo how many there are. */
  readonly who: number
  /** Virtual milliseconds since the deed before. */
  readonly waitMs: number
  /** Of an invite: how long the application lets them ring. Absent: as long as usual. */
  readonly ringTimeoutMs?: number | undefined
  /** Of setting the clock: by how much the bot's wall clock goes forward, or back. */
  readonly byMs?: number | undefined
}

/** How the bot comes to its call. Absent in a plan: it finds an established one. */
export type RunStart = 'establishing' | 'incoming'
