/**
 * The feed: tells subscribers of changes, each once, in the order of the store's journal.
 *
 * Rule 1: this host's own commits are told as they happen; those of other hosts are read from the journal, before
 * any of our own that came after them.
 * Rule 2: changes of facts are told to those who ask for them.
 * Rule 3: a subscriber that throws harms nobody. One that is stopped hears nothing more, not even of the same change.
 * @module
 */
import { RollcallError } from '../../call/model/errors.ts'
import { callGuarded } from './listeners.ts'
import { JOURNAL_PAGE } from '../ports/limits.ts'
import { isFactChange, type JournalEntry, type PublishedChange, type Store } from '../ports/ports.ts'
import { sealedChange } from '../ports/call-view.ts'

/** What a feed works with. */
export interface FeedSettings {
  readonly store: Store
  readonly instanceId: string
  /** Told of every commit by another host, before its changes are. */
  readonly onForeign: (entry: JournalEntry) => void
  /** Commits were dropped before they were read. */
  readonly onLost: () => void
  readonly onError: (error: unknown, callId?: string) => void
}

/** Reads the journal and tells what it says. */
export class ChangeFeed {
  readonly #settings: FeedSettings
  readonly #subscribers = new Set<(change: PublishedChange) => void>()
  readonly #followers = new Set<() => void>()
  #cursor = 0
  #reading: Promise<boolean> | undefined
  #hasMore = false

  constructor(settings: FeedSettings) {
    this.#settings = settings
  }

  /** Begins at the journal's end. */
  async start(): Promise<void> {
    this.#cursor = await this.#settings.store.journalEnd()
  }

  /** How far this host has told. */
  get position(): number {
    return this.#cursor
  }

  /** Calls back with every change from now on, those of facts only if asked; returns what stops it. */
  subscribe(
    tell: (change: PublishedChange) => void,
    { facts = false }: { readonly facts?: boolean | undefined } = {},
  ): () => void {
    const own = (change: PublishedChange): void => (facts || !isFactChange(change) ? tell(change) : undefined)
    this.#subscribers.add(own)
    return () => void this.#subscribers.delete(own)
  }

  /** Calls back whenever the feed has moved on. */
  follow(moved: () => void): () => void {
    this.#followers.add(moved)
    return () => void this.#followers.delete(moved)
  }

  /** Tells of a commit of this host. */
  async announce(entry: JournalEntry): Promise<void> {
    const isNext = this.#reading === undefined && entry.position === this.#cursor + 1
    if (!isNext) return void (await this.catchUp())
    this.#take(entry)
    this.#moved()
  }

  /** Reads what has been committed since. Never rejects; false when the store could not be read. */
  catchUp(): Promise<boolean> {
    this.#hasMore = true
    this.#reading ??= this.#read()
    return this.#reading
  }

  async #read(): Promise<boolean> {
    const before = this.#cursor
    let isRead = true
    while (this.#hasMore) {
      this.#hasMore = false
      try {
        await this.#readToEnd()
      } catch (error) {
        isRead = false
        this.#settings.onError(error)
      }
    }
    // In the same turn as the check above: whoever comes later starts anew.
    this.#reading = undefined
    if (this.#cursor !== before) this.#moved()
    return isRead
  }

  async #readToEnd(): Promise<void> {
    for (;;) {
      const entries = await this.#settings.store.readJournal(this.#cursor, JOURNAL_PAGE)
      for (const entry of entries) if (entry.position > this.#cursor) this.#take(entry)
      if (entries.length < JOURNAL_PAGE) return
    }
  }

  #take(entry: JournalEntry): void {
    const { instanceId, onForeign, onLost, onError } = this.#settings
    if (entry.position > this.#cursor + 1) {
      onError(
        new RollcallError(
          'CHANGES_LOST',
          `The store dropped commits ${this.#cursor + 1} to ${entry.position - 1} before this host had read them.`,
        ),
      )
      onLost()
    }
    this.#cursor = entry.position
    if (entry.instanceId !== instanceId) onForeign(entry)
    for (const change of entry.changes) {
      sealedChange(change)
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
