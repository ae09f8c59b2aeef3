/**
 * The judge of what is asked, and how much.
 *
 * Rule 1: nothing is asked about a call once the bot knows that it has ended, by no retry either.
 * Rule 2: a call in which nothing happens any more is asked about now and then, not all the time. A removal that nobody can prove, as no roster has an id, is looked after once a minute; a heartbeat may renew a
 * need for the roster that was given up. Nothing else asks for the roster of a call at rest.
 * @module
 */
import type { MonitoredStep } from '../seen-step.ts'
import type { OperationName } from '../../simulator/graph/requests.ts'
import type { TestEnvironment } from './test-environment.ts'

/** GETs of the roster in ten minutes of a call at rest: one a minute, and what one heartbeat may renew, twice. */
const MOST_FETCHES = 24

/** Watches what one bot asks. */
export class RequestOracle {
  /** What is wrong by now. */
  complaint: string | undefined
  readonly #stage: TestEnvironment
  #fetches = 0
  #beats = 0
  #knownSince: number | undefined

  constructor(stage: TestEnvironment) {
    this.#stage = stage
  }

  /** Takes note of a step. */
  note({ result: { effects } }: MonitoredStep): void {
    for (const { type } of effects) if (type === 'roster.fetch') this.#fetches += 1
  }

  /** The bot knows that its call has ended. */
  knowsEnd(): void {
    this.#knownSince ??= this.#stage.now()
  }

  /** A request goes out. What goes out in the very moment of the end may have been on its way. */
  sends(operation: OperationName): void {
    if (operation === 'call.keepAlive' || operation === 'call.delete') this.#beats += 1
    if (this.#knownSince !== undefined && this.#stage.now() > this.#knownSince)
      this.complaint ??= `${operation} was sent ${this.#stage.now() - this.#knownSince} ms after the bot knew of the end of the call`
  }

  /** The quiet time begins. */
  begin(): void {
    this.#fetches = 0
  }

  /**
   * What is wrong at its end; `isEstablished` says that the bot has believed so for longer than heartbeats are apart,
   * `unproved` how many removals it waits for the proof of.
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
