/**
 * Identity lookup: finds the first item with the same identity (`isSameIdentity`) without comparing every pair.
 *
 * Rule 1: two identities with common kinds (both have a `user`) are the same if the ids of all common kinds agree, so
 * they are found by these ids.
 * Rule 2: two identities without a common kind are the same if they share any id.
 * Rule 3: the number of sets of kinds is limited; an identity with a further set is found only by its own set.
 * @module
 */
import { identityIds, type IdentitySet } from '../../participant/identity.ts'

/**
 * How many sets of kinds are searched for an identity: more than any service has. Each costs one lookup per identity.
 */
export const KIND_SETS_LIMIT = 64

/** Items in order; `next` skips the taken ones at the start. */
interface Queue<T> {
  readonly places: number[]
  readonly items: T[]
  next: number
}

/** The items whose identities have ids under the same kinds. */
class KindGroup<T> {
  readonly kinds: readonly string[]
  readonly #items: readonly T[]
  readonly #identityOf: (item: T) => IdentitySet
  readonly #members: number[] = []
  readonly #byCommon = new Map<string, ReadonlyMap<string, Queue<T>>>()

  constructor(kinds: readonly string[], items: readonly T[], identityOf: (item: T) => IdentitySet) {
    this.kinds = kinds
    this.#items = items
    this.#identityOf = identityOf
  }

  add(place: number): void {
    this.#members.push(place)
  }

  /** The queues with the items that may have the same identity. */
  queues(identity: IdentitySet, kinds: ReadonlySet<string>): readonly Queue<T>[] {
    const common = this.kinds.filter((kind) => kinds.has(kind))
    const index = this.#indexBy(common)
    const names = common.length === 0 ? identityIds(identity) : [idsUnder(identity, common)]
    return names.flatMap((name) => index.get(name) ?? [])
  }

  #indexBy(common: readonly string[]): ReadonlyMap<string, Queue<T>> {
    const name = JSON.stringify(common)
    const known = this.#byCommon.get(name)
    if (known !== undefined) return known
    const index = new Map<string, Queue<T>>()
    for (const place of this.#members) {
      const item = this.#items[place] as T
      const identity = this.#identityOf(item)
      for (const id of common.length === 0 ? identityIds(identity) : [idsUnder(identity, common)]) {
        const queue = index.get(id) ?? { places: [], items: [], next: 0 }
        if (queue.items.length === 0) index.set(id, queue)
        queue.places.push(place)
        queue.items.push(item)
      }
    }
    this.#byCommon.set(name, index)
    return index
  }
}

/** Finds items by identity. */
export class IdentityLookup<T> {
  readonly #items: readonly T[]
  readonly #groups = new Map<string, KindGroup<T>>()
  readonly #compared: KindGroup<T>[] = []
  readonly #isTaken: (item: T) => boolean

  /** Items for which `isTaken` is true are not found. A taken item must stay taken. */
  constructor(items: readonly T[], identityOf: (item: T) => IdentitySet, isTaken: (item: T) => boolean = () => false) {
    this.#items = items
    this.#isTaken = isTaken
    for (const [place, item] of items.entries()) {
      const kinds = kindsOf(identityOf(item))
      if (kinds.length > 0) this.#groupOf(kinds, identityOf).add(place)
    }
  }

  /** The first item, in the given order, that has the same identity and is not taken. */
  find(identity: IdentitySet): T | undefined {
    const kinds = kindsOf(identity)
    if (kinds.length === 0) return undefined
    const own = this.#groups.get(JSON.stringify(kinds))
    const groups = own === undefined || this.#compared.includes(own) ? this.#compared : [own, ...this.#compared]
    const wanted = new Set(kinds)
    let first = Infinity
    for (const group of groups)
      for (const queue of group.queues(identity, wanted)) first = Math.min(first, this.#firstOf(queue))
    return this.#items[first]
  }

  #groupOf(kinds: readonly string[], identityOf: (item: T) => IdentitySet): KindGroup<T> {
    const name = JSON.stringify(kinds)
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const group = new KindGroup(kinds, this.#items, identityOf)
    this.#groups.set(name, group)
    if (this.#compared.length < KIND_SETS_LIMIT) this.#compared.push(group)
    return group
  }

  #firstOf(queue: Queue<T>): number {
    while (queue.next < queue.items.length && this.#isTaken(queue.items[queue.next] as T)) queue.next += 1
    return queue.places[queue.next] ?? Infinity
  }
}

/** The kinds under which a set has an id, sorted. */
export function kindsOf(identity: IdentitySet): readonly string[] {
  return Object.keys(identity)
    .filter((kind) => identity[kind]?.id !== undefined)
    .sort()
}

function idsUnder(identity: IdentitySet, kinds: readonly string[]): string {
  const [only, ...others] = kinds
  return only !== undefined && others.length === 0
    ? (identity[only]?.id ?? '')
    : JSON.stringify(kinds.map((kind) => identity[kind]?.id))
}
