/**
 * A binary heap: a queue whose first item is the least, with O(log n) insertion and removal.
 * @module
 */

/** A queue ordered by `isBefore`, a strict total order. */
export class Heap<T> {
  readonly #isBefore: (one: T, other: T) => boolean
  /** The children of the item at `i` are at `2i + 1` and `2i + 2`, and neither is before it. */
  #items: T[] = []

  constructor(isBefore: (one: T, other: T) => boolean) {
    this.#isBefore = isBefore
  }

  get size(): number {
    return this.#items.length
  }

  /** The least item; undefined when there is none. */
  get first(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let place = items.length
    items.push(item)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = items[above] as T
      if (!this.#isBefore(item, parent)) break
      items[place] = parent
      place = above
    }
    items[place] = item
  }

  /** Removes the least item and returns it; undefined when there is none. */
  pop(): T | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (last !== undefined && items.length > 0) this.#sink(last)
    return first
  }

  /** Keeps only the items that pass; takes O(n log n). */
  retain(isKept: (item: T) => boolean): void {
    const kept = this.#items.filter(isKept)
    this.#items = []
    for (const item of kept) this.push(item)
  }

  /** Puts `item` in place of the first and moves it down to where it belongs. */
  #sink(item: T): void {
    const items = this.#items
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= items.length) break
      if (below + 1 < items.length && this.#isBefore(items[below + 1] as T, items[below] as T)) below += 1
      const child = items[below] as T
      if (!this.#isBefore(child, item)) break
      items[place] = child
      place = below
    }
    items[place] = item
  }
}
