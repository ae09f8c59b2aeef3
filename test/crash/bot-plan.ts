/**
 * What the parent and the bot it kills say to each other.
 * @module
 */
import type { CallState } from '../../src/call/model/events.ts'
import type { Participant } from '../../src/participant/participant.ts'
import type { LastStep } from '../host/mortal.ts'

/** How a bot is started: its first argument, as JSON. */
export interface BotPlan {
  readonly file: string
  readonly toldFile: string
  /** The name of its durable reader. */
  readonly reader: string
  /** How many lives there were before this one. */
  readonly life: number
  readonly serviceUrl: string
  /** The time at its start, milliseconds since the epoch. */
  readonly nowMs: number
  readonly pollMs: number
  readonly ringTimeoutMs: number
  /** What its chance is drawn from. */
  readonly seed: number
  /** Its disk fails now and then. */
  readonly hasFailingDisk: boolean
  /** Where it kills itself; absent when the parent does it. */
  readonly lastStep?: LastStep | undefined
  /** Steps before that time do not count. */
  readonly armedAtMs: number
}

/** What a bot is told to do. */
export interface BotCommand {
  readonly act: 'invite' | 'remove' | 'hangUp' | 'read'
  readonly callId: string
  readonly person?: string | undefined
}

/** What the parent sends to a bot. */
export type ToBot =
  /** Lets time pass until `toMs`; to be answered with `idle`. */
  | { readonly type: 'advance'; readonly ask: number; readonly toMs: number }
  | { readonly type: 'command'; readonly number: number; readonly command: BotCommand }

/** What a bot sends to the parent. */
export type FromBot =
  | { readonly type: 'listening'; readonly port: number }
  /** Everything that needs no time has been done. `nextAt` is when its next timer is due. */
  | { readonly type: 'idle'; readonly ask: number; readonly nextAt?: number | undefined }
  | { readonly type: 'answer'; readonly number: number; readonly answer: Answer }

/** What came of a command: what was seen, or the code of the error and the status an HTTP server would answer. */
export type Answer = { readonly seen: SeenCall | null } | { readonly code: string; readonly status: number }

/** A call as the bot sees it. */
export interface SeenCall {
  readonly state: CallState
  readonly participants: readonly Participant[]
}

/** A line of the file of changes a bot was told. */
export interface ToldLine {
  readonly life: number
  readonly change: ToldChange
}

/** What a bot writes down of a change. */
export interface ToldChange {
  readonly callId: string
  readonly key?: string | undefined
  readonly to: string
  readonly at: number
}
