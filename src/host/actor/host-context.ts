/**
 * The host context: what the actors of one host share, and what they report to it.
 * @module
 */
import type { CallOptions } from '../../call/model/options.ts'
import type { ChangeFeed } from '../feed/change-feed.ts'
import type { CallRepositorySettings } from './call-repository.ts'
import type { HostLog } from '../ports/log.ts'
import type { StepListeners } from '../feed/listeners.ts'
import type { OutboxDispatcher } from '../outbox/dispatcher.ts'

/** A call that is decoded in memory, as its host sees it. */
export interface LoadedCall {
  readonly callId: string
  /** About how much memory the decoded call takes, in bytes; 0 while it is not decoded. */
  readonly bytes: number
  unload(): void
}

/** Shared by the actors of one host. */
export interface HostContext extends CallRepositorySettings {
  readonly callOptions: Partial<CallOptions>
  readonly feed: ChangeFeed
  readonly outbox: OutboxDispatcher
  readonly log: HostLog | undefined
  readonly stepListeners: StepListeners
  /** Calls that were open when the host started: each is resumed before anything else happens to it. */
  readonly resuming: Set<string>
  readonly onError: (error: unknown, callId?: string) => void
  /** The actor has used its call; other calls are unloaded where memory is short. */
  used(actor: LoadedCall): void
  /** The actor's instance owns the call from now on. */
  owns(callId: string): void
  /** The actor has nothing left to do and can be dropped. */
  retire(actor: LoadedCall): void
}
