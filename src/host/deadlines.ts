/**
 * Deadlines of one call, kept on the clock. The call has them as data; these are only the alarms.
 *
 * Rule: after a restart those that passed meanwhile wait for the fetch that follows it, but not for long: what it
 * shows may make them moot.
 * @module
 */
import type { Clock } from './ports.ts'

interface Alarm {
  readonly at: number
  readonly cancel: () => void
}

/** The alarms of one call. */
export class Deadlines {
  readonly #clock: Clock
  readonly #pass: (deadline: string) => void
  readonly #alarms = new Map<string, Alarm>()
  /** Deadlines due before `since` wait until `until`. */
  #hold: { readonly since: number; readonly until: number } | undefined

  constructor(clock: Clock, pass: (deadline: string) => void) {
    this.#clock = clock
    this.#pass = pass
  }

  /** Keeps exactly these. */
  keep(deadlines: Iterable<readonly [string, number]>): void {
    const wanted = new Map(deadlines)
    for (const deadline of [...this.#alarms.keys()]) if (!wanted.has(deadline)) this.set(deadline, undefined)
    for (const [deadline, at] of wanted) this.set(deadline, at)
  }

  /** Sets one, moves it, or drops it. */
  set(deadline: string, at: number | undefined): void {
    const known = this.#alarms.get(deadline)
    if (known?.at === at && known !== undefined) return
    known?.cancel()
    this.#alarms.delete(deadline)
    if (at !== undefined) this.#alarms.set(deadline, { at, cancel: this.#arm(deadline, at) })
  }

  /** Lets those that have passed already wait, at most until then. */
  holdOverdue(until: number): void {
    this.#hold = { since: this.#clock.now(), until }
  }

  /** The fetch they waited for was answered. */
  releaseOverdue(): void {
    const hold = this.#hold
    if (hold === undefined) return
    this.#hold = undefined
    for (const [deadline, { at }] of [...this.#alarms]) {
      if (at > hold.since) continue
      this.set(deadline, undefined)
      this.set(deadline, at)
    }
  }

  #arm(deadline: string, at: number): () => void {
    const due = this.#hold !== undefined && at <= this.#hold.since ? this.#hold.until : at
    const pass = (): void => {
      this.#alarms.delete(deadline)
      this.#pass(deadline)
    }
    if (due > this.#clock.now()) return this.#clock.schedule(due, pass)
    // Due already: a hand-made clock need not move for it.
    let isCancelled = false
    queueMicrotask(() => {
      if (!isCancelled) pass()
    })
    return () => {
      isCancelled = true
    }
  }
}
