/**
 * Ownership: the timers and the outbox of one call, kept in step with what is committed, while this instance owns it.
 *
 * Rule 1: the instance that committed last owns the call. When another one commits, the timers here are suspended.
 * Rule 2: when the call is resumed, deadlines that have passed meanwhile pass, and the others go on as they were armed.
 * Rule 3: a timer measures a span: from the time of the call, or from the clock's where that is later, to the deadline. A
 * clock that is set back, or was when the process started, delays no timer.
 * Rule 4: a deadline whose timer fires has passed, whatever the clock says.
 * Rule 5: suspended timers go on measuring. A span that began anew with every change of owner would never end by a
 * clock that was set back.
 * Rule 6: a deadline that is armed again is measured a second time, as the machine may have slept. The timer fires at the
 * end of whichever span ends first: the second can bring it forward, and never delays it.
 * @module
 */
import type { Clock } from '../../time/clock.ts'
import type { Batch, CachedCall } from './batch.ts'
import type { EffectOwner, OutboxDispatcher } from '../outbox/dispatcher.ts'

interface Timer {
  readonly at: number
  /** Ends the span that was measured first. */
  readonly cancelFirst: () => void
  /** Ends the span that was measured last, where it was measured again. */
  cancelLatest?: () => void
  /** It rang while the alarms were suspended. */
  hasFired?: true
}

/** The alarms of one call. */
export class CallTimers {
  readonly #clock: Clock
  readonly #onPassed: (deadline: string, at: number) => void
  readonly #timers = new Map<string, Timer>()
  #isSuspended = false

  /** `pass` is told when a deadline has passed: by the clock, and never earlier than it was due. */
  constructor(clock: Clock, pass: (deadline: string, at: number) => void) {
    this.#clock = clock
    this.#onPassed = pass
  }

  /** False while an alarm is armed, or has rung while they were suspended. */
  get isEmpty(): boolean {
    return this.#timers.size === 0
  }

  /** Lets no deadline pass until they are kept again; those whose alarm rings meanwhile pass then. */
  suspend(): void {
    this.#isSuspended = true
  }

  /** Keeps exactly these. `callAt` is the time of the call, which may be ahead of the clock. */
  keep(deadlines: Iterable<readonly [string, number]>, callAt?: number): void {
    this.#isSuspended = false
    const wanted = new Map(deadlines)
    for (const [deadline, { at }] of [...this.#timers]) if (wanted.get(deadline) !== at) this.set(deadline, undefined)
    this.rearm(callAt)
    for (const [deadline, at] of wanted) this.set(deadline, at, callAt)
  }

  /** Sets one, moves it, or drops it. */
  set(deadline: string, at: number | undefined, callAt?: number): void {
    const known = this.#timers.get(deadline)
    if (known !== undefined && known.at === at) return
    if (known !== undefined) this.#drop(deadline, known)
    if (at !== undefined)
      this.#timers.set(deadline, { at, cancelFirst: this.#measure(deadline, this.#spanTo(at, callAt)) })
  }

  /** Measures every alarm a second time: the clock was set forward, and some may be due. */
  rearm(callAt?: number): void {
    for (const [deadline, alarm] of this.#timers) {
      alarm.cancelLatest?.()
      alarm.cancelLatest = this.#measure(deadline, alarm.hasFired === true ? 0 : this.#spanTo(alarm.at, callAt))
    }
  }

  #spanTo(at: number, callAt: number | undefined): number {
    const now = this.#clock.now()
    return at - Math.max(now, callAt ?? now)
  }

  #drop(deadline: string, { cancelFirst, cancelLatest }: Timer): void {
    cancelFirst()
    cancelLatest?.()
    this.#timers.delete(deadline)
  }

  #fire(deadline: string): void {
    const alarm = this.#timers.get(deadline)
    if (alarm === undefined) return
    if (this.#isSuspended) {
      alarm.hasFired = true
      return
    }
    this.#drop(deadline, alarm)
    this.#onPassed(deadline, Math.max(alarm.at, this.#clock.now()))
  }

  #measure(deadline: string, spanMs: number): () => void {
    if (spanMs > 0) return this.#clock.schedule(this.#clock.now() + spanMs, () => this.#fire(deadline))
    // Due already: a hand-made clock need not move for it.
    let isCancelled = false
    queueMicrotask(() => {
      if (!isCancelled) this.#fire(deadline)
    })
    return () => {
      isCancelled = true
    }
  }
}

/** Carries one call. */
export class Ownership {
  readonly #outbox: OutboxDispatcher
  readonly #owner: EffectOwner
  readonly #timers: CallTimers
  /** The version alarms and outbox go by; absent when the call is not carried here. */
  #version: number | undefined

  constructor(
    owner: EffectOwner,
    outbox: OutboxDispatcher,
    clock: Clock,
    onDeadline: (deadline: string, at: number) => void,
  ) {
    this.#outbox = outbox
    this.#owner = owner
    this.#timers = new CallTimers(clock, onDeadline)
  }

  get isOwner(): boolean {
    return this.#version !== undefined
  }

  /**
   * Follows a batch. The call is this host's to carry when it committed, or may have, or takes the call up; otherwise
   * a batch makes nobody a carrier.
   */
  update(
    batch: Batch,
    held: CachedCall,
    { isOurs, isResuming }: { readonly isOurs: boolean; readonly isResuming: boolean },
  ): void {
    const { deadlines, at } = held.call
    if (this.#version !== undefined && this.#version === batch.cached?.version) {
      for (const deadline of batch.deadlines) this.#timers.set(deadline, deadlines.get(deadline), at)
      if (isResuming) this.#timers.rearm(at)
      this.#version = held.version
      this.#outbox.add(this.#owner, batch.effects, batch.effects)
    } else if (isOurs) {
      this.#timers.keep(deadlines, at)
      this.#version = held.version
      this.#outbox.add(this.#owner, held.outbox.values(), batch.effects)
    }
  }

  /** Another host has made that version: it carries the call, unless this host committed after it. */
  superseded(version: number, isEnded: boolean): void {
    if (isEnded) return this.release()
    if (this.#version === undefined || this.#version >= version) return
    this.#version = undefined
    this.#timers.suspend()
  }

  /** What other hosts made of the call is not known any more: it may have ended. */
  onCommitsLost(): void {
    if (!this.isOwner) this.release()
  }

  /** True when nothing of the call is left to measure here. */
  get hasNoTimers(): boolean {
    return !this.isOwner && this.#timers.isEmpty
  }

  /** Lets go of the call: it has ended, or is taken up again by the next start. */
  release(): void {
    this.#version = undefined
    this.#timers.keep([])
  }
}
