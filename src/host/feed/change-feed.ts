/**
 * Change feed: shows subscribers each change once, in the order of the store's journal.
 *
 * Rule 1: commits of this instance are shown as they happen; those of other instances are read from the journal, before
 * any later one of this instance.
 * Rule 2: changes of facts are shown to subscribers that ask for them.
 * Rule 3: an error of a subscriber does not affect the others. A stopped subscriber is not called again, not even with
 * the change that is being shown.
 * Rule 4: a failed read of the journal is repeated with growing waits, because no later commit may cause another read.
 * Rule 5: the feed starts at the end of the journal. Before its start it reads nothing.
 * @module
 */
import { RollcallError } from '../../call/model/errors.ts'
import { callGuarded } from './listeners.ts'
import { JOURNAL_PAGE, LONGEST_STORE_RETRY_MS, STORE_RETRY_MS } from '../ports/limits.ts'
import { backoffMs } from '../../time/backoff.ts'
import type { Clock } from '../../time/clock.ts'
import type { JournalEntry, Store } from '../ports/ports.ts'
import { isFactChange, type PublishedChange } from '../ports/published-change.ts'
import { shownChange } from '../ports/call-view.ts'

/** The parts that a feed is made of. */
export interface FeedSettings {
  readonly store: Store
  readonly clock: Clock
  readonly instanceId: string
  /** Called with every commit of another instance, before subscribers see its changes. */
  readonly onForeign: (entry: JournalEntry) => void
  /** Called if the store dropped commits before they were read. */
  readonly onLost: () => void
  readonly onError: (error: unknown, callId?: string) => void
}

/** Reads the journal and shows its changes. */
export class ChangeFeed {
  readonly #settings: FeedSettings
  readonly #subscribers = new Set<(change: PublishedChange) => void>()
  readonly #followers = new Set<() => void>()
  /** Undefined until the feed has started. */
  #cursor: number | undefined
  #reading: Promise<boolean> | undefined
  #hasMore = false
  #failures = 0
  #cancelRetry: (() => void) | undefined
  #isStopped = false

  constructor(settings: FeedSettings) {
    this.#settings = settings
  }

  /** Starts at the end of the journal, once. */
  async start(): Promise<void> {
    const end = await this.#settings.store.journalEnd()
    this.#cursor ??= end
    if (this.#hasMore) void this.catchUp()
  }

  /** Stops repeated reads. */
  stop(): void {
    this.#isStopped = true
    this.#cancelRetry?.()
  }

  /** The position of the latest commit that was shown; undefined before the start. */
  get position(): number | undefined {
    return this.#cursor
  }

  /**
   * Calls back with every change from now on, changes of facts only if `facts` is true. Returns a function that stops
   * it.
   */
  subscribe(
    tell: (change: PublishedChange) => void,
    { facts = false }: { readonly facts?: boolean | undefined } = {},
  ): () => void {
    const own = (change: PublishedChange): void => (facts || !isFactChange(change) ? tell(change) : undefined)
    this.#subscribers.add(own)
    return () => void this.#subscribers.delete(own)
  }

  /** Calls back whenever the position has changed. Returns a function that stops it. */
  follow(moved: () => void): () => void {
    this.#followers.add(moved)
    return () => void this.#followers.delete(moved)
  }

  /** Shows a commit of this instance. */
  async announce(entry: JournalEntry): Promise<void> {
    const isNext = this.#reading === undefined && entry.position === (this.#cursor ?? Number.NaN) + 1
    if (!isNext) return void (await this.catchUp())
    this.#take(entry)
    this.#moved()
  }

  /** Reads the commits since the position. Never rejects; resolves to false if the store could not be read. */
  catchUp(): Promise<boolean> {
    this.#hasMore = true
    if (this.#cursor === undefined) return Promise.resolve(true)
    this.#cancelRetry?.()
    this.#reading ??= this.#read(this.#cursor)
    return this.#reading
  }

  async #read(before: number): Promise<boolean> {
    let isRead = true
    while (this.#hasMore) {
      this.#hasMore = false
      try {
        await this.#readToEnd(before)
        this.#failures = 0
        isRead = true
      } catch (error) {
        isRead = false
        // Only the first failure in a row is reported.
        if (this.#failures === 0) this.#settings.onError(error)
      }
    }
    if (!isRead) this.#retryLater()
    // Synchronous with the last check of `#hasMore`: a later call starts a new read.
    this.#reading = undefined
    if (this.#cursor !== before) this.#moved()
    return isRead
  }

  #retryLater(): void {
    if (this.#isStopped) return
    const { clock } = this.#settings
    this.#failures += 1
    const waitMs = backoffMs(this.#failures, { firstMs: STORE_RETRY_MS, longestMs: LONGEST_STORE_RETRY_MS })
    this.#cancelRetry = clock.schedule(clock.now() + waitMs, () => void this.catchUp())
  }

  async #readToEnd(start: number): Promise<void> {
    for (;;) {
      const entries = await this.#settings.store.readJournal(this.#cursor ?? start, JOURNAL_PAGE)
      for (const entry of entries) if (entry.position > (this.#cursor ?? start)) this.#take(entry)
      if (entries.length < JOURNAL_PAGE) return
    }
  }

  #take(entry: JournalEntry): void {
    const { instanceId, onForeign, onLost, onError } = this.#settings
    const next = (this.#cursor ?? entry.position - 1) + 1
    if (entry.position > next) {
      onError(
        new RollcallError(
          'CHANGES_LOST',
          `The store dropped commits ${next} to ${entry.position - 1} before this host had read them.`,
        ),
      )
      onLost()
    }
    this.#cursor = entry.position
    if (entry.instanceId !== instanceId) onForeign(entry)
    for (const stored of entry.changes) {
      const change = shownChange(stored)
      for (const tell of [...this.#subscribers]) if (this.#subscribers.has(tell)) this.#tell(tell, change)
    }
  }

  #tell(tell: (change: PublishedChange) => unknown, change: PublishedChange): void {
    callGuarded(
      () => tell(change),
      (error) => this.#settings.onError(error, change.callId),
    )
  }

  #moved(): void {
    for (const moved of [...this.#followers]) moved()
  }
}
