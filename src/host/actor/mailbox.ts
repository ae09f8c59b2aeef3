/**
 * The mailbox of one call: what has been taken in and not been stepped yet, first in, first out, bounded.
 *
 * Rule 1: what comes from outside is refused when the box is full; the runner sends it again.
 * Rule 2: what the host owes itself — answers to its requests, deadlines — is never refused: it is bounded by what
 * was asked for.
 * @module
 */
import type { Call, Outcome } from '../../call/model/call.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import type { CallEvent } from '../../call/model/events.ts'

/** What a delivery came to, once it is committed. */
export interface Taken {
  /** The call right after this delivery's events; absent when the call is not known and was not to be adopted. */
  readonly call: Call | undefined
  /** One for each event. */
  readonly outcomes: readonly Outcome[]
  readonly effects: readonly RequestEffect[]
}

/** What to do about a call that is not in the store. */
export type UnknownCall = 'adopt' | 'refuse' | 'drop'

/** Events of one call that came together. They are committed together. */
export interface Delivery {
  readonly events: readonly CallEvent[]
  readonly unknownCall: UnknownCall
  /** The tenant the runner speaks for: of a call of another one nothing is taken. */
  readonly tenantId?: string | undefined
  /** The effect whose answer this is. */
  readonly settles?: string | undefined
  /** The effect that was begun and certainly not sent: it is asked for anew, for the next host to send. */
  readonly returns?: RequestEffect | undefined
  /** From the host itself: kept until it is committed. */
  readonly isOwn: boolean
  readonly resolve: (taken: Taken) => void
  readonly reject: (error: unknown) => void
  /** The host's own could not be committed just now; it will be tried again. */
  readonly onStalled?: (() => void) | undefined
}

/** How to take a delivery in. */
export interface DeliveryOptions {
  readonly unknownCall: UnknownCall
  readonly tenantId?: string | undefined
  readonly isOwn?: boolean
  readonly settles?: string | undefined
  readonly returns?: RequestEffect | undefined
  /** Called when the delivery is in the mailbox. */
  readonly onQueued?: (delivery: Delivery) => void
  /** Called when it is committed, in the same turn, before anything that follows from it. Never throws. */
  readonly onTaken?: (taken: Taken) => void
  /** Called when the host's own could not be committed just now. */
  readonly onStalled?: () => void
}

/** Deliveries in their order. */
export class Mailbox {
  readonly #limit: number
  #waiting: Delivery[] = []
  #events = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** True while something of the host's own waits: it stays until it is committed. */
  get hasOwn(): boolean {
    return this.#waiting.some(({ isOwn }) => isOwn)
  }

  /** True while something from outside waits. */
  get hasOutside(): boolean {
    return this.#waiting.some(({ isOwn }) => !isOwn)
  }

  /** True when a delivery of so many events may come in. One that is larger than the box fits an empty one. */
  hasRoomFor(count: number): boolean {
    return this.#events === 0 || this.#events + count <= this.#limit
  }

  put(delivery: Delivery): void {
    this.#waiting.push(delivery)
    this.#events += delivery.events.length
  }

  /** Puts what could not be committed back to the front, in its order. */
  putBack(deliveries: readonly Delivery[]): void {
    this.#waiting.unshift(...deliveries)
    for (const { events } of deliveries) this.#events += events.length
  }

  /** The next deliveries: as many as have at most `limit` events, at least one. */
  take(limit: number): readonly Delivery[] {
    let count = 0
    let events = 0
    for (const delivery of this.#waiting) {
      if (count > 0 && events + delivery.events.length > limit) break
      count += 1
      events += delivery.events.length
    }
    this.#events -= events
    return this.#waiting.splice(0, count)
  }

  /** Takes one out again; false when it is being stepped, or was. */
  withdraw(delivery: Delivery): boolean {
    const index = this.#waiting.indexOf(delivery)
    if (index < 0) return false
    this.#waiting.splice(index, 1)
    this.#events -= delivery.events.length
    return true
  }

  /** Takes out what came from outside, and leaves the host's own. */
  takeOutside(): readonly Delivery[] {
    const outside = this.#waiting.filter(({ isOwn }) => !isOwn)
    this.#waiting = this.#waiting.filter(({ isOwn }) => isOwn)
    for (const { events } of outside) this.#events -= events.length
    return outside
  }

  /** Empties the box. */
  takeAll(): readonly Delivery[] {
    this.#events = 0
    return this.#waiting.splice(0)
  }
}
