/**
 * Deadlines of one call, kept on the clock. The call has them as data; these are only the alarms.
 *
 * Rule 1: an alarm rings after a span: from the time of the call, or from the clock's where that is later, to the
 * deadline. A clock that is set back, or was when the process started, puts no alarm off.
 * Rule 2: a deadline whose alarm rings has passed, whatever the clock says.
 * Rule 3: while another host carries the call its alarms are suspended, and go on measuring. A span that began anew with
 * every change of hosts would never end by a clock that was set back.
 * @module
 */
import type { Clock } from './ports.ts'

interface Alarm {
  readonly at: number
  readonly cancel: () => void
  /** It rang while the alarms were suspended. */
  readonly hasRung?: true
}

/** The alarms of one call. */
export class Deadlines {
  readonly #clock: Clock
  readonly #pass: (deadline: string, at: number) => void
  readonly #alarms = new Map<string, Alarm>()
  #isSuspended = false

  /** `pass` is told when a deadline has passed: by the clock, and never earlier than it was due. */
  constructor(clock: Clock, pass: (deadline: string, at: number) => void) {
    this.#clock = clock
    this.#pass = pass
  }

  /** False while an alarm is armed, or has rung while they were suspended. */
  get isEmpty(): boolean {
    return this.#alarms.size === 0
  }

  /** Lets no deadline pass until they are kept again; those whose alarm rings meanwhile pass then. */
  suspend(): void {
    this.#isSuspended = true
  }

  /** Keeps exactly these. `callAt` is the time of the call, which may be ahead of the clock. */
  keep(deadlines: Iterable<readonly [string, number]>, callAt?: number): void {
    this.#isSuspended = false
    const wanted = new Map(deadlines)
    for (const deadline of [...this.#alarms.keys()]) if (!wanted.has(deadline)) this.set(deadline, undefined)
    for (const [deadline, at] of wanted) this.set(deadline, at, callAt)
  }

  /** Sets one, moves it, or drops it. */
  set(deadline: string, at: number | undefined, callAt?: number): void {
    const known = this.#alarms.get(deadline)
    if (known !== undefined && known.at === at && known.hasRung !== true && !this.#isDue(at, callAt)) return
    known?.cancel()
    this.#alarms.delete(deadline)
    const dueAt = known?.hasRung === true && known.at === at ? at : callAt
    if (at !== undefined) this.#alarms.set(deadline, { at, cancel: this.#arm(deadline, at, dueAt) })
  }

  /** Arms every alarm anew: the clock was set forward, and some may be due. */
  rearm(callAt?: number): void {
    for (const [deadline, { at, cancel }] of [...this.#alarms]) {
      cancel()
      this.#alarms.set(deadline, { at, cancel: this.#arm(deadline, at, callAt) })
    }
  }

  #spanTo(at: number, callAt: number | undefined): number {
    const now = this.#clock.now()
    return at - Math.max(now, callAt ?? now)
  }

  #isDue(at: number, callAt: number | undefined): boolean {
    return this.#spanTo(at, callAt) <= 0
  }

  #arm(deadline: string, at: number, callAt: number | undefined): () => void {
    const spanMs = this.#spanTo(at, callAt)
    const pass = (): void => {
      if (this.#isSuspended) return void this.#alarms.set(deadline, { at, cancel: () => undefined, hasRung: true })
      this.#alarms.delete(deadline)
      this.#pass(deadline, Math.max(at, this.#clock.now()))
    }
    if (spanMs > 0) return this.#clock.schedule(this.#clock.now() + spanMs, pass)
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
