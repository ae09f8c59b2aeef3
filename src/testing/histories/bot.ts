/**
 * Bots as a run sees them: something that is told what the application wants and what the service says, and that
 * believes somebody to be in the call.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import type { CallReport } from '../../call/model/events.ts'
import type { Participant } from '../../participant/participant.ts'

/** What a bot of this library believes, in full. */
export interface Belief {
  /** The call as it is held, for invariants; absent where none is known yet. */
  readonly call: Call | undefined
  readonly participants: readonly Participant[]
}

/** What is wrong, and the name of the expectation that it breaks, where there is one. */
export interface Complaint {
  readonly sentence: string
  readonly expectation?: string | undefined
}

/** A bot in a run. Every method may take virtual time; nothing of it rejects. */
export interface PlayedBot {
  /** There is a call, and the application has it; `news` is what it was told of a call that is not established yet. */
  begin(news?: CallReport): unknown
  invite(ids: readonly string[], options?: { readonly ringTimeoutMs?: number | undefined }): unknown
  /** Removes whoever of that id is open, if anybody is. Resolves with false when it has told that it could not. */
  remove(id: string): unknown
  /** Cancels an open invitation of that id, unless it is answered; absent for bots that cannot. */
  cancel?(id: string): unknown
  mute(id: string): unknown
  hangUp(): unknown
  /** The wall clock of its machines is set by so much; absent for bots that have none of their own. */
  setClock?(byMs: number): unknown
  /** The process ends and another takes over, in good order or not. */
  restart(how: 'restart' | 'crash'): unknown
  /** Ids of everybody believed to be in the call, the lobby included. */
  present(): ReadonlySet<string>
  /** True for a participant id the bot has been told; absent for bots that are judged by what they believe in full. */
  knows?(id: string): boolean
  /** What a bot of this library believes. */
  belief?(): Belief | Promise<Belief>
  /** The same, at once, for a look after every instant; absent where that takes time. */
  look?(): Belief
  /** What it was asked for and has not done, though there was time enough; absent for bots whose every step is watched. */
  owes?(): Complaint | undefined
  /** What is wrong once everything has come to rest, besides its belief; absent for bots with no expectations of their own. */
  atRest?(): Complaint | undefined
  /** Expectations that are not demanded of it, by name. */
  readonly except?: ReadonlySet<string>
  /** False where several processes take notifications, so that those of one moment are taken in any order. */
  readonly keepsOrder?: boolean
  /** How many events it has taken. */
  readonly events: number
  /** What is wrong already, said once: broken from the inside, whatever the truth is. */
  readonly complaint: string | Complaint | undefined
  close(): unknown
}
