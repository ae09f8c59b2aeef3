/**
 * Recovery: which calls this instance has to resume, after its own start and after the death of another instance.
 *
 * Rule 1: nothing is stepped before it is known which calls have to be resumed first.
 * Rule 2: a store that cannot be read is asked again; what comes in meanwhile is refused and sent again.
 * Rule 3: as long as other instances own calls, this instance asks the store at intervals for calls that no instance
 * works on.
 * @module
 */
import { LONGEST_STORE_RETRY_MS, RESUMING_CALLS, STORE_RETRY_MS } from '../ports/limits.ts'
import type { JournalEntry, Store } from '../ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import { backoffMs } from '../../time/backoff.ts'

/** What recovery needs. */
export interface RecoverySettings {
  readonly store: Store
  readonly clock: Clock
  readonly leaseMs: number
  readonly onError: (error: unknown, callId?: string) => void
  readonly resume: (callId: string) => Promise<void>
  /** Called once, before anything is listed. */
  readonly prepare: () => Promise<void>
}

/** Resumes calls. */
export class Recovery {
  /** Calls that are to be resumed before anything else happens to them. */
  readonly resuming = new Set<string>()
  readonly #settings: RecoverySettings
  /** Open calls that other instances own. */
  readonly #elsewhere = new Set<string>()
  readonly #timers = new Map<'retry' | 'sweep' | 'relist', () => void>()
  #listing: Promise<void> | undefined
  #finishRun: (() => void) | undefined
  #isStopped = false

  constructor(settings: RecoverySettings) {
    this.#settings = settings
  }

  /** Resolves once the calls to resume are known. @throws the store's error; the next call tries again */
  listed(): Promise<void> {
    this.#listing ??= this.#list().catch((error: unknown) => {
      this.#listing = undefined
      throw error
    })
    return this.#listing
  }

  /** Resumes the open calls; resolves when that is done, or the host is closed. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      this.#finishRun = resolve
      void this.#run(1, resolve)
    })
  }

  /** Another instance has committed. */
  onForeignCommit({ callId, isEnded }: JournalEntry): void {
    if (isEnded) this.#elsewhere.delete(callId)
    else this.#elsewhere.add(callId)
    this.#sweepLater()
  }

  /** This instance owns the call. */
  owns(callId: string): void {
    this.#elsewhere.delete(callId)
  }

  /** Commits were lost: any open call may be owned by another instance. */
  relistOpen(attempt = 1): void {
    this.#settings.store
      .listOpen()
      .then((open) => {
        for (const callId of open) this.#elsewhere.add(callId)
        this.#sweepLater()
      })
      .catch((error: unknown) => {
        this.#settings.onError(error)
        const waitMs = backoffMs(attempt, { firstMs: STORE_RETRY_MS, longestMs: LONGEST_STORE_RETRY_MS })
        this.#later('relist', waitMs, () => this.relistOpen(attempt + 1))
      })
  }

  /** Resumes these calls again, as after a start: much time may have passed unnoticed. */
  resume(callIds: readonly string[]): void {
    void this.#resumeAll(callIds)
  }

  /** Resumes nothing more. */
  stop(): void {
    this.#isStopped = true
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    this.#finishRun?.()
  }

  async #list(): Promise<void> {
    await this.#settings.prepare()
    for (const callId of await this.#settings.store.listOpen()) this.resuming.add(callId)
  }

  async #run(attempt: number, resolve: () => void): Promise<void> {
    if (this.#isStopped) return
    try {
      await this.listed()
      await this.#resumeAll([...this.resuming])
      resolve()
    } catch (error) {
      this.#settings.onError(error)
      const waitMs = backoffMs(attempt, { firstMs: STORE_RETRY_MS, longestMs: LONGEST_STORE_RETRY_MS })
      this.#later('retry', waitMs, () => void this.#run(attempt + 1, resolve))
    }
  }

  async #resumeAll(callIds: readonly string[]): Promise<void> {
    const left = [...callIds]
    const next = async (): Promise<void> => {
      for (let callId = left.shift(); callId !== undefined && !this.#isStopped; callId = left.shift()) {
        // A rejection means that the host was closed; every other failure was reported, and the call tries again by
        // itself.
        await this.#settings.resume(callId).catch(() => undefined)
      }
    }
    await Promise.all(Array.from({ length: RESUMING_CALLS }, next))
  }

  #sweepLater(): void {
    if (this.#elsewhere.size === 0 || this.#timers.has('sweep')) return
    this.#later('sweep', this.#settings.leaseMs, () => void this.#sweep())
  }

  async #sweep(): Promise<void> {
    const { store, clock, leaseMs, onError } = this.#settings
    try {
      await this.#resumeAll(await store.listDue(clock.now() - leaseMs))
    } catch (error) {
      onError(error)
    }
    this.#sweepLater()
  }

  #later(name: 'retry' | 'sweep' | 'relist', waitMs: number, act: () => void): void {
    if (this.#isStopped) return
    const { clock } = this.#settings
    this.#timers.set(
      name,
      clock.schedule(clock.now() + waitMs, () => {
        this.#timers.delete(name)
        act()
      }),
    )
  }
}
