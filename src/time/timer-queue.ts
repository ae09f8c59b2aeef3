/**
 * Timer queue: timers in the order in which they are due, for clocks that run them themselves.
 *
 * Rule: timers of the same time are due in the order in which they were added.
 * @module
 */
import { Heap } from './heap.ts'

interface Timer {
  readonly at: number
  readonly order: number
  /** Absent once the timer has run or was cancelled. */
  run: (() => void) | undefined
}

/** Below this many cancelled timers the heap is not worth rebuilding. */
const FEW_CANCELLED = 64

/** Timers by time. */
export class TimerQueue {
  readonly #timers = new Heap<Timer>(isBefore)
  #added = 0
  #cancelled = 0

  /** The number of timers that have neither run nor been cancelled. */
  get size(): number {
    return this.#timers.size - this.#cancelled
  }

  /** The time of the next timer; undefined when there is none. */
  get nextAt(): number | undefined {
    return this.#next()?.at
  }

  /** Adds a timer. Returns a function that cancels it. */
  add(at: number, run: () => void): () => void {
    const timer: Timer = { at, order: this.#added, run }
    this.#added += 1
    this.#timers.push(timer)
    return () => this.#cancel(timer)
  }

  /** Takes the next timer out of the queue if it is due. Returns what it runs. */
  takeDue(now: number): (() => void) | undefined {
    const timer = this.#next()
    if (timer === undefined || timer.at > now) return undefined
    this.#timers.pop()
    const { run } = timer
    timer.run = undefined
    return run
  }

  #next(): Timer | undefined {
    while (this.#timers.first !== undefined && this.#timers.first.run === undefined) {
      this.#timers.pop()
      this.#cancelled -= 1
    }
    return this.#timers.first
  }

  #cancel(timer: Timer): void {
    if (timer.run === undefined) return
    timer.run = undefined
    this.#cancelled += 1
    if (this.#cancelled < FEW_CANCELLED || this.#cancelled * 2 < this.#timers.size) return
    this.#timers.retain(({ run }) => run !== undefined)
    this.#cancelled = 0
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
