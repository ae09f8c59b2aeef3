/**
 * Results of commands: what a bot asked for was done, or was refused for a neutral reason.
 * @module
 */

/** Why a command is refused. */
export type Refusal =
  /** No such call, or it has ended. */
  | 'callNotFound'
  /** The call belongs to another application, or the application may not do this. */
  | 'forbidden'
  /** The call is no longer incoming. */
  | 'notIncoming'
  /** The call is not established. */
  | 'notEstablished'
  /** The command names no person to call. */
  | 'noTarget'
  | 'participantNotFound'
  /** A person is named twice, is ringing, or is present. */
  | 'alreadyInvited'
  /** The organizer of a meeting cannot be removed. */
  | 'organizer'

/** A refused command. */
export interface Refused {
  readonly type: 'refused'
  readonly reason: Refusal
}

/** The result of a command. */
export type CommandResult<T = undefined> = { readonly type: 'done'; readonly value: T } | Refused

/** The command was done, and there is nothing to say about it. */
export const done: CommandResult = { type: 'done', value: undefined }

/** The command was done, with a value. */
export function doneWith<T>(value: T): CommandResult<T> {
  return { type: 'done', value }
}

/** The command was refused. */
export function refused(reason: Refusal): Refused {
  return { type: 'refused', reason }
}
