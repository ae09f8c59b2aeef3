/**
 * Bots as a run sees them: a bot receives the requests of the application and the notifications of the service, and
 * believes certain people to be in the call.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import type { CallReport } from '../../call/model/events.ts'
import type { Participant } from '../../participant/participant.ts'

/** The full belief of a bot of this library. */
export interface Belief {
  /** The call as it is held, for invariants; absent while none is known. */
  readonly call: Call | undefined
  /** The participants it remembers. */
  readonly participants: readonly Participant[]
}

/** A violation, and the name of the expectation that it breaks, if any. */
export interface Complaint {
  readonly sentence: string
  readonly expectation?: string | undefined
}

/** A bot in a run. Every method may take virtual time; nothing of it rejects. */
export interface PlayedBot {
  /** The application has a call; `news` is what it knows of a call that is not established yet. */
  begin(news?: CallReport): unknown
  /** Invites people, by their ids. */
  invite(ids: readonly string[], options?: { readonly ringTimeoutMs?: number | undefined }): unknown
  /** Removes the open participants with that id, if any. Resolves with false if the bot reported that it could not. */
  remove(id: string): unknown
  /** Cancels the open invitation with that id, unless it is answered; absent for bots that cannot. */
  cancel?(id: string): unknown
  /** Mutes the participant of that id. */
  mute(id: string): unknown
  /** Ends the bot's leg. */
  hangUp(): unknown
  /** Sets the wall clock of its machines by that many milliseconds; absent for bots without their own clock. */
  setClock?(byMs: number): unknown
  /** The process ends, gracefully or not, and another takes over. */
  restart(how: 'restart' | 'crash'): unknown
  /** The ids of the people believed to be in the call or its lobby. */
  present(): ReadonlySet<string>
  /** True for a participant id that the bot knows; absent for bots that are judged by their full belief. */
  knows?(id: string): boolean
  /** The belief of a bot of this library. */
  belief?(): Belief | Promise<Belief>
  /** The same, synchronously, for a check after every instant; absent where it takes time. */
  look?(): Belief
  /**
   * What it was asked for and has not done, though there was time enough; absent for bots whose every step is watched.
   */
  owes?(): Complaint | undefined
  /** The violation at rest, besides a wrong belief; absent for bots without expectations of their own. */
  atRest?(): Complaint | undefined
  /** Expectations that are not demanded of it, by name. */
  readonly except?: ReadonlySet<string>
  /** False where several processes take notifications, so that those of one moment are taken in any order. */
  readonly keepsOrder?: boolean
  /** How many events it has taken. */
  readonly events: number
  /** The first violation that is visible without the truth. */
  readonly complaint: string | Complaint | undefined
  /** Ends the bot in good order. */
  close(): unknown
}
