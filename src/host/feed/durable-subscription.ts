/**
 * Durable subscriptions: a reader with a name, whose position in the journal the store keeps.
 *
 * Rule 1: the next change is shown when the subscriber has taken the one before; the position is stored after each
 * commit. A process that dies in between sees that commit's changes again.
 * Rule 2: a change at which the subscriber throws or rejects is not taken: the reader keeps its position and repeats
 * the change, later each time. Earlier changes of the same commit are not repeated by this process.
 * Rule 3: each reader waits by itself: one that fails holds up no other reader, no call and no closing.
 * Rule 4: one reader of a name at a time; two would share the place and not the changes.
 * @module
 */
import { options } from '../../call/codec/options.ts'
import { flag, optional, text } from '../../call/codec/schema.ts'
import { RollcallError } from '../../call/model/errors.ts'
import type { ChangeFeed } from './change-feed.ts'
import { JOURNAL_PAGE, LONGEST_SUBSCRIBER_RETRY_MS, SUBSCRIBER_RETRY_MS } from '../ports/limits.ts'
import type { HostLog } from '../ports/log.ts'
import type { JournalEntry, Store } from '../ports/ports.ts'
import { isFactChange, type PublishedChange } from '../ports/published-change.ts'
import type { Clock } from '../../time/clock.ts'
import { shownChange } from '../ports/call-view.ts'
import { backoffMs } from '../../time/backoff.ts'

/** How to subscribe. */
export interface SubscribeOptions {
  /**
   * The reader's name. It continues where a reader of that name stopped; a new one begins with the next change. A
   * change at which the listener throws, or whose promise rejects, is repeated after 1 s, later each time up to a
   * minute, until it is taken.
   */
  readonly cursor?: string | undefined
  /** True: changes of facts (mute, hold, media, endpoint, …) are shown, too, each with its evidence. */
  readonly facts?: boolean | undefined
}

/** The checks of the subscription options. */
export const subscribeShape = options<SubscribeOptions>({ cursor: optional(text), facts: optional(flag) })

/** What a durable subscription needs. */
export interface CursorSettings {
  readonly store: Store
  readonly feed: ChangeFeed
  readonly clock: Clock
  readonly log: HostLog | undefined
  readonly name: string
  readonly facts: boolean
  readonly ready: () => Promise<void>
  readonly onError: (error: unknown, callId?: string) => void
}

/** Shows changes from the reader's position on; returns a function that stops it. */
export function followCursor(settings: CursorSettings, tell: (change: PublishedChange) => unknown): () => void {
  const { feed, clock, log, name, onError } = settings
  const reader: Reader = {
    isStopped: false,
    start: feed.position,
    position: undefined,
    kept: undefined,
    told: 0,
    failures: 0,
  }
  let isReading = false
  let hasMore = true
  let cancelRetry: (() => void) | undefined
  const read = async (): Promise<void> => {
    if (isReading) return
    isReading = true
    while (hasMore && !reader.isStopped && cancelRetry === undefined) {
      hasMore = false
      try {
        await readOn(settings, reader, tell)
        reader.failures = 0
      } catch (error) {
        retry(error)
      }
    }
    isReading = false
  }
  const retry = (error: unknown): void => {
    if (error instanceof SubscriberFailure) onError(error.cause, error.callId)
    else onError(error)
    if (reader.isStopped) return
    reader.failures += 1
    const waitMs = backoffMs(reader.failures, { firstMs: SUBSCRIBER_RETRY_MS, longestMs: LONGEST_SUBSCRIBER_RETRY_MS })
    hasMore = true
    log?.subscriberFailed(name, { position: reader.position, failures: reader.failures, retryInMs: waitMs })
    cancelRetry = clock.schedule(clock.now() + waitMs, () => {
      cancelRetry = undefined
      void read()
    })
  }
  const stopFollowing = feed.follow(() => {
    hasMore = true
    void read()
  })
  void read()
  return () => {
    reader.isStopped = true
    cancelRetry?.()
    stopFollowing()
  }
}

interface Reader {
  isStopped: boolean
  /** Where a new reader starts: what was committed when it subscribed, or when the feed started. */
  start: number | undefined
  /** The latest commit of which every change was taken. */
  position: number | undefined
  /** The position that the store has. */
  kept: number | undefined
  /** How many changes of the commit after it were taken. */
  told: number
  /** How many reads in a row failed without a change being taken. */
  failures: number
}

/** What the subscriber threw, and of which call the change was. */
class SubscriberFailure extends Error {
  readonly callId: string

  constructor(cause: unknown, callId: string) {
    super('a subscriber failed', { cause })
    this.callId = callId
  }
}

async function readOn(
  settings: CursorSettings,
  reader: Reader,
  tell: (change: PublishedChange) => unknown,
): Promise<void> {
  const { store, name, ready } = settings
  await ready()
  reader.start ??= settings.feed.position
  if (reader.position === undefined) {
    reader.kept = await store.readCursor(name)
    reader.position = reader.kept ?? reader.start ?? 0
  }
  await keepPlace(settings, reader)
  for (;;) {
    const entries = await store.readJournal(reader.position, JOURNAL_PAGE)
    for (const entry of entries) {
      if (reader.isStopped) return
      await tellEntry(settings, reader, entry, tell)
      if (reader.isStopped) return
      reader.position = entry.position
      reader.told = 0
      if (entry.changes.length > 0 || entry === entries.at(-1)) await keepPlace(settings, reader)
    }
    if (entries.length < JOURNAL_PAGE) return
  }
}

async function keepPlace({ store, name }: CursorSettings, reader: Reader): Promise<void> {
  if (reader.position === undefined || reader.position === reader.kept) return
  await store.writeCursor(name, reader.position)
  reader.kept = reader.position
}

async function tellEntry(
  { name, facts, onError }: CursorSettings,
  reader: Reader,
  entry: JournalEntry,
  tell: (change: PublishedChange) => unknown,
): Promise<void> {
  const { position = 0 } = reader
  if (entry.position > position + 1) {
    onError(
      new RollcallError(
        'CHANGES_LOST',
        `The store dropped commits ${position + 1} to ${entry.position - 1} before the reader ${JSON.stringify(name)} had read them.`,
      ),
    )
    reader.position = entry.position - 1
    reader.told = 0
  }
  for (const stored of entry.changes.slice(reader.told)) {
    if (reader.isStopped) return
    const change = shownChange(stored)
    if (!isFactChange(change) || facts) {
      try {
        await tell(change)
      } catch (error) {
        throw new SubscriberFailure(error, change.callId)
      }
    }
    reader.told += 1
    reader.failures = 0
  }
}
