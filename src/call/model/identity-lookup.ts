/**
 * Identity lookup: finds the first of many that has the same identity, as `isSameIdentity` says it, without comparing
 * each with each.
 *
 * Rule 1: two sets that have kinds in common (both say `user`) are the same when all of these agree; so those of one set
 * of kinds are found by the ids under the common ones.
 * Rule 2: two sets without a common kind are the same when they share any id.
 * Rule 3: only so many sets of kinds are told apart; an identity of a further one is found by its own set of kinds alone.
 * @module
 */
import { identityIds, type IdentitySet } from '../../participant/identity.ts'

/** More sets of kinds than any service has; each costs a lookup for every identity that is looked for. */
export const KIND_SETS_LIMIT = 64

/** Items in order, of which the first is yet to be taken. */
interface Queue<T> {
  readonly places: number[]
  readonly items: T[]
  next: number
}

/** Those whose identities have ids under the same kinds. */
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

  /** The queues in which those are who may be the same. */
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

/** Items that are found by their identity. */
export class IdentityLookup<T> {
  readonly #items: readonly T[]
  readonly #groups = new Map<string, KindGroup<T>>()
  readonly #compared: KindGroup<T>[] = []
  readonly #isTaken: (item: T) => boolean

  /** `isTaken` says which of them are not to be found any more; what is taken once stays so. */
  constructor(items: readonly T[], identityOf: (item: T) => IdentitySet, isTaken: (item: T) => boolean = () => false) {
    this.#items = items
    this.#isTaken = isTaken
    for (const [place, item] of items.entries()) {
      const kinds = kindsOf(identityOf(item))
      if (kinds.length > 0) this.#groupOf(kinds, identityOf).add(place)
    }
  }

  /** The first of them, in their order, that has the same identity and is not taken. */
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
