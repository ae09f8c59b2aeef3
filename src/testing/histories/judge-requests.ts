/**
 * The judge of how much is asked: a call in which nothing happens any more is asked about now and then, not all the time.
 *
 * Rule: a removal that nobody can prove, as no roster has an id, is looked after once a minute; a heartbeat may renew a
 * need for the roster that was given up. Nothing else asks for the roster of a call at rest.
 * @module
 */
import type { SeenStep } from '../seen-step.ts'
import type { Stage } from './stage.ts'

/** GETs of the roster in ten minutes of a call at rest: one a minute, and what one heartbeat may renew, twice. */
const MOST_FETCHES = 24

/** Counts the GETs of one bot. */
export class RequestCount {
  readonly #stage: Stage
  #fetches = 0

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** Takes note of a step. */
  note({ result: { effects } }: SeenStep): void {
    for (const { type } of effects) if (type === 'roster.fetch') this.#fetches += 1
  }

  /** The quiet time begins. */
  begin(): void {
    this.#fetches = 0
  }

  /** What is wrong at its end. */
  judge(): string | undefined {
    if (this.#stage.truth.callResult !== undefined || this.#fetches <= MOST_FETCHES) return undefined
    return `${this.#fetches} GETs of the roster were sent in ten minutes in which nothing happened`
  }
}
