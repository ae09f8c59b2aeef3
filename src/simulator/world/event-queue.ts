/**
 * Event queue: planned events, earliest first; events of the same instant keep the order in which they were planned.
 * @module
 */

/** An event planned for an instant. */
export interface Planned<T> {
  readonly at: number
  /** Position in the order of planning. */
  readonly order: number
  readonly what: T
}

/** A queue. Its earliest entry is the last one, where removing it is cheap. */
export interface EventQueue<T> {
  readonly entries: readonly Planned<T>[]
  /** How many entries were ever planned; the next entry's `order`. */
  readonly planned: number
}

/** An empty queue. */
export function emptyQueue<T>(): EventQueue<T> {
  return { entries: [], planned: 0 }
}

/** The instant of the earliest entry. */
export function nextAt<T>(queue: EventQueue<T>): number | undefined {
  return queue.entries.at(-1)?.at
}

/** Adds entries, in the order given. */
export function plan<T>(
  queue: EventQueue<T>,
  additions: readonly { readonly at: number; readonly what: T }[],
): EventQueue<T> {
  if (additions.length === 0) return queue
  const entries = [...queue.entries]
  let { planned } = queue
  for (const { at, what } of additions) {
    entries.splice(placeOf(entries, at), 0, { at, order: planned, what })
    planned += 1
  }
  return { entries, planned }
}

/** The earliest entry, and the queue without it; undefined if the queue is empty. */
export function takeNext<T>(
  queue: EventQueue<T>,
): { readonly next: Planned<T>; readonly rest: EventQueue<T> } | undefined {
  const next = queue.entries.at(-1)
  return next === undefined
    ? undefined
    : { next, rest: { entries: queue.entries.slice(0, -1), planned: queue.planned } }
}

/** The index at which an entry for `at` is inserted: before all entries of the same instant or earlier ones. */
function placeOf<T>(entries: readonly Planned<T>[], at: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle] as Planned<T>).at > at) low = middle + 1
    else high = middle
  }
  return low
}
