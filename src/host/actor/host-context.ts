/**
 * The host: what the actors of one host share, and what they tell it.
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
  unload(): void
}

/** What the actors of one host share. */
export interface HostContext extends CallRepositorySettings {
  readonly callOptions: Partial<CallOptions>
  readonly feed: ChangeFeed
  readonly outbox: OutboxDispatcher
  readonly log: HostLog | undefined
  readonly stepListeners: StepListeners
  /** Calls to be taken up: those that were open when the host started, and those another host left. */
  readonly resuming: Set<string>
  readonly onError: (error: unknown, callId?: string) => void
  /** The actor has used its call; the least used ones are unloaded. */
  used(actor: LoadedCall): void
  /** The actor carries its call from now on. */
  owns(callId: string): void
  /** The actor has nothing to do and nothing to remember. */
  retire(actor: LoadedCall): void
}
