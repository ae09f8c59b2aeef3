/**
 * Deadlines of one call, kept on the clock. The call has them as data; these are only the alarms.
 *
 * Rule 1: an alarm rings after a span: from the time of the call, or from the clock's where that is later, to the
 * deadline. A clock that is set back, or was when the process started, puts no alarm off.
 * Rule 2: a deadline whose alarm rings has passed, whatever the clock says.
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
  readonly #pass: (deadline: string, at: number) => void
  readonly #alarms = new Map<string, Alarm>()

  /** `pass` is told when a deadline has passed: by the clock, and never earlier than it was due. */
  constructor(clock: Clock, pass: (deadline: string, at: number) => void) {
    this.#clock = clock
    this.#pass = pass
  }

  /** Keeps exactly these. `callAt` is the time of the call, which may be ahead of the clock. */
  keep(deadlines: Iterable<readonly [string, number]>, callAt?: number): void {
    const wanted = new Map(deadlines)
    for (const deadline of [...this.#alarms.keys()]) if (!wanted.has(deadline)) this.set(deadline, undefined)
    for (const [deadline, at] of wanted) this.set(deadline, at, callAt)
  }

  /** Sets one, moves it, or drops it. */
  set(deadline: string, at: number | undefined, callAt?: number): void {
    const known = this.#alarms.get(deadline)
    if (known !== undefined && known.at === at) return
    known?.cancel()
    this.#alarms.delete(deadline)
    if (at !== undefined) this.#alarms.set(deadline, { at, cancel: this.#arm(deadline, at, callAt) })
  }

  /** Arms every alarm anew: the clock was set forward, and some may be due. */
  rearm(callAt?: number): void {
    for (const [deadline, { at, cancel }] of [...this.#alarms]) {
      cancel()
      this.#alarms.set(deadline, { at, cancel: this.#arm(deadline, at, callAt) })
    }
  }

  #arm(deadline: string, at: number, callAt: number | undefined): () => void {
    const now = this.#clock.now()
    const spanMs = at - Math.max(now, callAt ?? now)
    const pass = (): void => {
      this.#alarms.delete(deadline)
      this.#pass(deadline, Math.max(at, this.#clock.now()))
    }
    if (spanMs > 0) return this.#clock.schedule(now + spanMs, pass)
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
