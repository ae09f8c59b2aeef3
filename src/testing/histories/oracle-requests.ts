/**
 * The oracle of requests, and of their number.
 *
 * Rule 1: nothing about a call is requested once the bot knows that it has ended, not even by a retry.
 * Rule 2: a call at rest is queried rarely. A removal that cannot be proved, because no roster has an id, is checked
 * once a minute; a keepAlive may renew a fetch that was given up. Nothing else fetches the roster of a call at rest.
 * @module
 */
import type { MonitoredStep } from '../seen-step.ts'
import type { OperationName } from '../../simulator/graph/operations.ts'
import type { TestEnvironment } from './test-environment.ts'

/**
 * GETs of the roster in ten minutes of a call at rest: one a minute, and twice the number that one keepAlive may
 * renew.
 */
const MOST_FETCHES = 24

/** Judges the requests of one bot. */
export class RequestOracle {
  /** The first violation so far. */
  complaint: string | undefined
  readonly #stage: TestEnvironment
  #fetches = 0
  #beats = 0
  #knownSince: number | undefined

  constructor(stage: TestEnvironment) {
    this.#stage = stage
  }

  /** Records a step. */
  note({ result: { effects } }: MonitoredStep): void {
    for (const { type } of effects) if (type === 'roster.fetch') this.#fetches += 1
  }

  /** Whether the bot knows that its call has ended. */
  knowsEnd(): void {
    this.#knownSince ??= this.#stage.now()
  }

  /** A request is sent. A request at the very moment of the end may have been on its way. */
  sends(operation: OperationName): void {
    if (operation === 'call.keepAlive' || operation === 'call.delete') this.#beats += 1
    if (this.#knownSince !== undefined && this.#stage.now() > this.#knownSince)
      this.complaint ??= `${operation} was sent ${this.#stage.now() - this.#knownSince} ms after the bot knew of the end of the call`
  }

  /** Starts the quiet time. */
  begin(): void {
    this.#fetches = 0
  }

  /**
   * The violation at the end of the quiet time. `isEstablished`: the bot has believed the call established for longer
   * than the interval of keepAlives; `unproved`: how many removals wait for proof.
   */
  judge({
    isEstablished,
    unproved,
  }: {
    readonly isEstablished: boolean
    readonly unproved: number
  }): string | undefined {
    if (isEstablished && this.#stage.truth.callResult === undefined && this.#beats === 0)
      return 'the call has been up for longer than heartbeats are apart, and none was sent'
    if (this.#stage.truth.callResult !== undefined || this.#fetches <= MOST_FETCHES * Math.max(1, unproved))
      return undefined
    return `${this.#fetches} GETs of the roster were sent in ten minutes in which nothing happened`
  }
}
