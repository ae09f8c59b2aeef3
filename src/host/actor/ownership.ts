/**
 * The carrier of one call: keeps the alarms and the outbox of this host in step with what is committed.
 *
 * Rule 1: the host that committed last carries the call. When another one commits, this one's alarms are suspended.
 * Rule 2: when the call is taken up, deadlines that have passed meanwhile pass, and the others go on as they were armed.
 * @module
 */
import type { Batch, CachedCall } from './batch.ts'
import { CallTimers } from './timers.ts'
import type { EffectOwner, OutboxDispatcher } from '../outbox/dispatcher.ts'
import type { Clock } from '../ports/ports.ts'

/** Carries one call. */
export class Ownership {
  readonly #outbox: OutboxDispatcher
  readonly #owner: EffectOwner
  readonly #deadlines: CallTimers
  /** The version alarms and outbox go by; absent when the call is not carried here. */
  #version: number | undefined

  constructor(
    owner: EffectOwner,
    outbox: OutboxDispatcher,
    clock: Clock,
    onDeadline: (deadline: string, at: number) => void,
  ) {
    this.#outbox = outbox
    this.#owner = owner
    this.#deadlines = new CallTimers(clock, onDeadline)
  }

  get isOwner(): boolean {
    return this.#version !== undefined
  }

  /**
   * Follows a batch. The call is this host's to carry when it committed, or may have, or takes the call up; otherwise
   * a batch makes nobody a carrier.
   */
  follow(
    batch: Batch,
    held: CachedCall,
    { isOurs, isResuming }: { readonly isOurs: boolean; readonly isResuming: boolean },
  ): void {
    const { deadlines, at } = held.call
    if (this.#version !== undefined && this.#version === batch.held?.version) {
      for (const deadline of batch.deadlines) this.#deadlines.set(deadline, deadlines.get(deadline), at)
      if (isResuming) this.#deadlines.rearm(at)
      this.#version = held.version
      this.#outbox.add(this.#owner, batch.effects, batch.effects)
    } else if (isOurs) {
      this.#deadlines.keep(deadlines, at)
      this.#version = held.version
      this.#outbox.add(this.#owner, held.outbox.values(), batch.effects)
    }
  }

  /** Another host has made that version: it carries the call, unless this host committed after it. */
  superseded(version: number, isEnded: boolean): void {
    if (isEnded) return this.drop()
    if (this.#version === undefined || this.#version >= version) return
    this.#version = undefined
    this.#deadlines.suspend()
  }

  /** What other hosts made of the call is not known any more: it may have ended. */
  missed(): void {
    if (!this.isOwner) this.drop()
  }

  /** True when nothing of the call is left to measure here. */
  get isIdle(): boolean {
    return !this.isOwner && this.#deadlines.isEmpty
  }

  /** Lets go of the call: it has ended, or is taken up again by the next start. */
  drop(): void {
    this.#version = undefined
    this.#deadlines.keep([])
  }
}
