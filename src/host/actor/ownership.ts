/**
 * Ownership: the timers and the outbox of one call, kept in step with its commits while this instance owns it.
 *
 * Rule 1: the instance that committed last owns the call. When another one commits, the timers here are suspended.
 * Rule 2: when the call is resumed, deadlines that have passed meanwhile pass, and the others go on as they were armed.
 * Rule 3: a timer measures a span: from the time of the call, or from the clock's where that is later, to the deadline.
 * A clock that is set back, or was when the process started, delays no timer.
 * Rule 4: a deadline whose timer fires has passed, whatever the clock says.
 * Rule 5: suspended timers go on measuring. A span that began anew with every change of owner would never end by a
 * clock that was set back.
 * Rule 6: a deadline that is armed again is measured a second time, as the machine may have slept. The timer fires at
 * the end of whichever span ends first: the second can bring it forward, and never delays it.
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
  /** It fired while the timers were suspended. */
  hasFired?: true
}

/** The timers of one call's deadlines. */
export class CallTimers {
  readonly #clock: Clock
  readonly #onPassed: (deadline: string, at: number) => void
  readonly #timers = new Map<string, Timer>()
  #isSuspended = false

  /** `onPassed` is called when a deadline has passed by the clock, never before it is due. */
  constructor(clock: Clock, pass: (deadline: string, at: number) => void) {
    this.#clock = clock
    this.#onPassed = pass
  }

  /** False while a timer is armed, or has fired while they were suspended. */
  get isEmpty(): boolean {
    return this.#timers.size === 0
  }

  /** Holds every deadline back until `keep`; deadlines whose timer fires before that pass then. */
  suspend(): void {
    this.#isSuspended = true
  }

  /** Arms exactly these deadlines. `callAt` is the time of the call, which may be ahead of the clock. */
  keep(deadlines: Iterable<readonly [string, number]>, callAt?: number): void {
    this.#isSuspended = false
    const wanted = new Map(deadlines)
    for (const [deadline, { at }] of [...this.#timers]) if (wanted.get(deadline) !== at) this.set(deadline, undefined)
    this.rearm(callAt)
    for (const [deadline, at] of wanted) this.set(deadline, at, callAt)
  }

  /** Arms, moves or cancels one timer. */
  set(deadline: string, at: number | undefined, callAt?: number): void {
    const known = this.#timers.get(deadline)
    if (known !== undefined && known.at === at) return
    if (known !== undefined) this.#drop(deadline, known)
    if (at !== undefined)
      this.#timers.set(deadline, { at, cancelFirst: this.#measure(deadline, this.#spanTo(at, callAt)) })
  }

  /** Measures every timer a second time: the clock was set forward, and some may be due. */
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
    const timer = this.#timers.get(deadline)
    if (timer === undefined) return
    if (this.#isSuspended) {
      timer.hasFired = true
      return
    }
    this.#drop(deadline, timer)
    this.#onPassed(deadline, Math.max(timer.at, this.#clock.now()))
  }

  #measure(deadline: string, spanMs: number): () => void {
    if (spanMs > 0) return this.#clock.schedule(this.#clock.now() + spanMs, () => this.#fire(deadline))
    // Due already: it passes without the clock moving.
    let isCancelled = false
    queueMicrotask(() => {
      if (!isCancelled) this.#fire(deadline)
    })
    return () => {
      isCancelled = true
    }
  }
}

/** Timers and outbox of one call, while this instance owns it. */
export class Ownership {
  readonly #outbox: OutboxDispatcher
  readonly #owner: EffectOwner
  readonly #timers: CallTimers
  /** The version that timers and outbox follow; undefined when another instance owns the call. */
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
   * Follows a batch. The instance becomes the owner (`isOurs`) when it committed the batch, may have committed it, or
   * resumes the call; a batch without a commit changes no owner.
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

  /** Another instance has made that version and owns the call, unless this instance committed after it. */
  superseded(version: number, isEnded: boolean): void {
    if (isEnded) return this.release()
    if (this.#version === undefined || this.#version >= version) return
    this.#version = undefined
    this.#timers.suspend()
  }

  /** Commits of other instances were lost: the call may have ended. */
  onCommitsLost(): void {
    if (!this.isOwner) this.release()
  }

  /** True when this instance does not own the call and no timer is armed. */
  get hasNoTimers(): boolean {
    return !this.isOwner && this.#timers.isEmpty
  }

  /** Cancels all timers: the call has ended, or the next start resumes it. */
  release(): void {
    this.#version = undefined
    this.#timers.keep([])
  }
}
