/**
 * The carrier of one call: keeps the alarms and the outbox of this host in step with what is committed.
 *
 * Rule 1: the host that committed last carries the call. When another one commits, this one lets go.
 * Rule 2: after a restart, deadlines that passed meanwhile come after the fetch that the call then makes.
 * @module
 */
import type { RequestEffect } from '../call/effects.ts'
import type { Batch, HeldCall } from './batch.ts'
import { Deadlines } from './deadlines.ts'
import { OVERDUE_WAIT_MS } from './limits.ts'
import type { EffectOwner, Outbox } from './outbox.ts'
import type { Clock } from './ports.ts'

/** Carries one call. */
export class Carrier {
  readonly #clock: Clock
  readonly #outbox: Outbox
  readonly #owner: EffectOwner
  readonly #deadlines: Deadlines
  /** Fetches that overdue deadlines wait for. */
  readonly #awaited = new Set<string>()
  /** The version alarms and outbox go by; absent when the call is not carried here. */
  #version: number | undefined

  constructor(owner: EffectOwner, outbox: Outbox, clock: Clock, onDeadline: (deadline: string) => void) {
    this.#clock = clock
    this.#outbox = outbox
    this.#owner = owner
    this.#deadlines = new Deadlines(clock, onDeadline)
  }

  get isCarrying(): boolean {
    return this.#version !== undefined
  }

  /**
   * Follows a batch. The call is this host's to carry when it committed, or may have, or takes the call up; otherwise
   * a batch makes nobody a carrier.
   */
  follow(batch: Batch, held: HeldCall, { isOurs, isResuming }: { readonly isOurs: boolean; readonly isResuming: boolean }): void {
    for (const id of batch.settled) this.#awaited.delete(id)
    if (isResuming) this.#awaitFetches(held)
    if (this.#version !== undefined && this.#version === batch.held?.version) {
      for (const deadline of batch.deadlines) this.#deadlines.set(deadline, held.call.deadlines.get(deadline))
      this.#version = held.version
      this.#outbox.add(this.#owner, batch.effects, batch.effects)
    } else if (isOurs) {
      this.#deadlines.keep(held.call.deadlines)
      this.#version = held.version
      this.#outbox.add(this.#owner, held.outbox.values(), batch.effects)
    }
    if (this.#awaited.size === 0) this.#deadlines.releaseOverdue()
  }

  /** Another host has made that version: it carries the call, unless this host committed after it. */
  overtaken(version: number): void {
    if (this.#version !== undefined && this.#version < version) this.drop()
  }

  /** Lets go of the call: somebody else carries it, or nobody until the next start. */
  drop(): void {
    this.#version = undefined
    this.#deadlines.keep([])
  }

  #awaitFetches({ outbox }: HeldCall): void {
    for (const effect of outbox.values()) if (isFetch(effect)) this.#awaited.add(effect.id)
    if (this.#awaited.size > 0) this.#deadlines.holdOverdue(this.#clock.now() + OVERDUE_WAIT_MS)
  }
}

function isFetch({ type }: RequestEffect): boolean {
  return type === 'roster.fetch' || type === 'call.fetch'
}
