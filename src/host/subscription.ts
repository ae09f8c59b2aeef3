/**
 * Durable subscriptions: a reader with a name, whose place in the journal the store keeps.
 *
 * Rule 1: the next change is told when the subscriber has dealt with the one before; the place is kept after each
 * commit. A process that dies in between is told that commit's changes again.
 * Rule 2: one reader of a name at a time; two would share the place and not the changes.
 * @module
 */
import { RollcallError } from '../call/errors.ts'
import type { ChangeFeed } from './feed.ts'
import { JOURNAL_PAGE } from './limits.ts'
import { isFactChange, type JournalEntry, type PublishedChange, type Store } from './ports.ts'
import { sealedChange } from './view.ts'

/** How to subscribe. */
export interface SubscribeOptions {
  /** The reader's name. It goes on where a reader of that name stopped; a new one begins with what happens next. */
  readonly cursor?: string | undefined
  /** True: changes of facts (mute, hold, media, endpoint, …) are told as well, each with its evidence. */
  readonly facts?: boolean | undefined
}

/** What a durable subscription works with. */
export interface CursorSettings {
  readonly store: Store
  readonly feed: ChangeFeed
  readonly name: string
  readonly facts: boolean
  readonly ready: () => Promise<void>
  readonly onError: (error: unknown, callId?: string) => void
}

/** Tells changes from the reader's place on; returns what stops it. */
export function followCursor(settings: CursorSettings, tell: (change: PublishedChange) => unknown): () => void {
  const { feed, onError } = settings
  const reader = { isStopped: false, position: undefined as number | undefined }
  let isReading = false
  let hasMore = true
  const read = async (): Promise<void> => {
    if (isReading) return
    isReading = true
    while (hasMore && !reader.isStopped) {
      hasMore = false
      // What failed is read again when the feed moves next.
      await readOn(settings, reader, tell).catch((error: unknown) => onError(error))
    }
    isReading = false
  }
  const stopFollowing = feed.follow(() => {
    hasMore = true
    void read()
  })
  void read()
  return () => {
    reader.isStopped = true
    stopFollowing()
  }
}

interface Reader {
  readonly isStopped: boolean
  position: number | undefined
}

async function readOn(settings: CursorSettings, reader: Reader, tell: (change: PublishedChange) => unknown): Promise<void> {
  const { store, name, ready } = settings
  await ready()
  if (reader.position === undefined) {
    reader.position = await store.readCursor(name)
    if (reader.position === undefined) await store.writeCursor(name, reader.position = settings.feed.position)
  }
  for (;;) {
    const entries = await store.readJournal(reader.position, JOURNAL_PAGE)
    for (const entry of entries) {
      if (reader.isStopped) return
      await tellEntry(settings, reader.position, entry, tell)
      if (reader.isStopped) return
      reader.position = entry.position
      if (entry.changes.length > 0 || entry === entries.at(-1)) await store.writeCursor(name, entry.position)
    }
    if (entries.length < JOURNAL_PAGE) return
  }
}

async function tellEntry({ name, facts, onError }: CursorSettings, position: number, entry: JournalEntry, tell: (change: PublishedChange) => unknown): Promise<void> {
  if (entry.position > position + 1) {
    onError(new RollcallError('CHANGES_LOST', `The store dropped commits ${position + 1} to ${entry.position - 1} before the reader ${JSON.stringify(name)} had read them.`))
  }
  for (const change of entry.changes) {
    if (isFactChange(change) && !facts) continue
    sealedChange(change)
    try {
      await tell(change)
    } catch (error) {
      onError(error, change.callId)
    }
  }
}
