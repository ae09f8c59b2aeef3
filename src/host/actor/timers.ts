/**
 * Deadlines of one call, kept on the clock. The call has them as data; these are only the alarms.
 *
 * Rule 1: an alarm rings after a span: from the time of the call, or from the clock's where that is later, to the
 * deadline. A clock that is set back, or was when the process started, puts no alarm off.
 * Rule 2: a deadline whose alarm rings has passed, whatever the clock says.
 * Rule 3: while another host carries the call its alarms are suspended, and go on measuring. A span that began anew with
 * every change of hosts would never end by a clock that was set back.
 * Rule 4: a deadline that is looked at again is measured a second time, as the machine may have slept. The alarm rings
 * at the end of whichever span ends first: the second can bring it forward, and never puts it off.
 * @module
 */
import type { Clock } from '../ports/ports.ts'

interface Alarm {
  readonly at: number
  /** Ends the span that was measured first. */
  readonly cancelFirst: () => void
  /** Ends the span that was measured last, where it was measured again. */
  cancelLatest?: () => void
  /** It rang while the alarms were suspended. */
  hasRung?: true
}

/** The alarms of one call. */
export class CallTimers {
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
    for (const [deadline, { at }] of [...this.#alarms]) if (wanted.get(deadline) !== at) this.set(deadline, undefined)
    this.rearm(callAt)
    for (const [deadline, at] of wanted) this.set(deadline, at, callAt)
  }

  /** Sets one, moves it, or drops it. */
  set(deadline: string, at: number | undefined, callAt?: number): void {
    const known = this.#alarms.get(deadline)
    if (known !== undefined && known.at === at) return
    if (known !== undefined) this.#drop(deadline, known)
    if (at !== undefined)
      this.#alarms.set(deadline, { at, cancelFirst: this.#measure(deadline, this.#spanTo(at, callAt)) })
  }

  /** Measures every alarm a second time: the clock was set forward, and some may be due. */
  rearm(callAt?: number): void {
    for (const [deadline, alarm] of this.#alarms) {
      alarm.cancelLatest?.()
      alarm.cancelLatest = this.#measure(deadline, alarm.hasRung === true ? 0 : this.#spanTo(alarm.at, callAt))
    }
  }

  #spanTo(at: number, callAt: number | undefined): number {
    const now = this.#clock.now()
    return at - Math.max(now, callAt ?? now)
  }

  #drop(deadline: string, { cancelFirst, cancelLatest }: Alarm): void {
    cancelFirst()
    cancelLatest?.()
    this.#alarms.delete(deadline)
  }

  #ring(deadline: string): void {
    const alarm = this.#alarms.get(deadline)
    if (alarm === undefined) return
    if (this.#isSuspended) {
      alarm.hasRung = true
      return
    }
    this.#drop(deadline, alarm)
    this.#pass(deadline, Math.max(alarm.at, this.#clock.now()))
  }

  #measure(deadline: string, spanMs: number): () => void {
    if (spanMs > 0) return this.#clock.schedule(this.#clock.now() + spanMs, () => this.#ring(deadline))
    // Due already: a hand-made clock need not move for it.
    let isCancelled = false
    queueMicrotask(() => {
      if (!isCancelled) this.#ring(deadline)
    })
    return () => {
      isCancelled = true
    }
  }
}
