/**
 * What the parent and the bot it kills say to each other.
 * @module
 */
import type { CallState } from '../../src/call/events.ts'
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
  readonly epochMs: number
  readonly speed: number
  readonly pollMs: number
  readonly ringTimeoutMs: number
  /** Where it kills itself; absent when the parent does it. */
  readonly lastStep?: LastStep | undefined
  /** Its disk fails now and then, by this seed. */
  readonly diskSeed?: number | undefined
}

/** What a bot is told to do. */
export interface BotCommand {
  readonly act: 'invite' | 'remove' | 'hangUp' | 'read'
  readonly callId: string
  readonly person?: string | undefined
}

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
