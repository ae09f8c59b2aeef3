/**
 * The mailbox of one call: messages that wait to be stepped, first in, first out, bounded.
 *
 * Rule 1: a message from outside is refused when the mailbox is full; the sender sends it again.
 * Rule 2: a message of the host itself (an answer, a deadline, a resume) is never refused: their number is bounded by what
 * was asked for.
 * @module
 */
import type { Call, Outcome } from '../../call/model/call.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import type { CallEvent } from '../../call/model/events.ts'

/** What to do about a call that is not in the store. */
type UnknownCall = 'adopt' | 'refuse' | 'drop'

/** Events of one call that came together. They are committed together or not at all. */
interface EventsMessage {
  readonly type: 'events'
  readonly events: readonly CallEvent[]
  readonly unknownCall: UnknownCall
  /** The tenant the sender speaks for: a call that belongs to another tenant takes nothing from it. */
  readonly tenantId?: string | undefined
  /** `outside` (default): refused when it cannot be committed. `host`: kept until it is committed. */
  readonly origin?: 'outside' | 'host'
}

/** The answer to a request, which leaves the outbox with it. */
interface AnswerMessage {
  readonly type: 'answer'
  readonly effectId: string
  readonly event: CallEvent
}

/** A request that was claimed and certainly not sent: it is asked for anew, for the next instance to send. */
interface ReturnedMessage {
  readonly type: 'returned'
  readonly effect: RequestEffect
}

/** One message to a call. */
export type Message =
  | EventsMessage
  | AnswerMessage
  | ReturnedMessage
  /** Adopts the call if it is not in the store; otherwise changes nothing. */
  | { readonly type: 'adopt' }
  /** Takes up the call's deadlines and requests, and what this instance may have missed. */
  | { readonly type: 'resume' }
  /** Loads the call as it is stored now and shows it to the waiters. */
  | { readonly type: 'refresh' }

/** The result of a message, once it is committed. */
export interface Reply {
  /** The call right after the message's events; absent when the call is not known and was not to be adopted. */
  readonly call: Call | undefined
  /** One for each event. */
  readonly outcomes: readonly Outcome[]
  readonly effects: readonly RequestEffect[]
}

/** A message in the mailbox, with its sender. */
export interface Envelope {
  readonly message: Message
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
  /** A message of the host could not be committed just now; it is tried again. */
  readonly onStalled?: (() => void) | undefined
}

/** The events a message carries. */
export function eventsOf(message: Message): readonly CallEvent[] {
  if (message.type === 'events') return message.events
  return message.type === 'answer' ? [message.event] : []
}

/** True for a message that is kept until it is committed, false for one that its sender sends again. */
export function isFromHost(message: Message): boolean {
  return message.type === 'events' ? message.origin === 'host' : message.type !== 'adopt'
}

/** Messages in their order. */
export class Mailbox {
  readonly #limit: number
  #waiting: Envelope[] = []
  #events = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** True while a message of the host waits: it stays until it is committed. */
  get hasHostMessage(): boolean {
    return this.#waiting.some(({ message }) => isFromHost(message))
  }

  /** True while a message from outside waits. */
  get hasOutsideMessage(): boolean {
    return this.#waiting.some(({ message }) => !isFromHost(message))
  }

  /** True when a message with so many events fits. One that is larger than the mailbox fits an empty mailbox. */
  hasRoomFor(count: number): boolean {
    return this.#events === 0 || this.#events + count <= this.#limit
  }

  put(envelope: Envelope): void {
    this.#waiting.push(envelope)
    this.#events += eventCount([envelope])
  }

  /** Puts messages that could not be committed back to the front, in their order. */
  putBack(envelopes: readonly Envelope[]): void {
    this.#waiting.unshift(...envelopes)
    this.#events += eventCount(envelopes)
  }

  /** The next messages: as many as have at most `limit` events, at least one. */
  take(limit: number): readonly Envelope[] {
    let count = 0
    let events = 0
    for (const { message } of this.#waiting) {
      const { length } = eventsOf(message)
      if (count > 0 && events + length > limit) break
      count += 1
      events += length
    }
    this.#events -= events
    return this.#waiting.splice(0, count)
  }

  /** Removes a message that has not been taken yet. */
  withdraw(envelope: Envelope): void {
    const index = this.#waiting.indexOf(envelope)
    if (index < 0) return
    this.#waiting.splice(index, 1)
    this.#events -= eventCount([envelope])
  }

  /** Takes the messages from outside, and leaves those of the host. */
  takeOutside(): readonly Envelope[] {
    const outside = this.#waiting.filter(({ message }) => !isFromHost(message))
    this.#waiting = this.#waiting.filter(({ message }) => isFromHost(message))
    this.#events -= eventCount(outside)
    return outside
  }

  /** Takes everything. */
  takeAll(): readonly Envelope[] {
    this.#events = 0
    return this.#waiting.splice(0)
  }
}

function eventCount(envelopes: readonly Envelope[]): number {
  return envelopes.reduce((sum, { message }) => sum + eventsOf(message).length, 0)
}
