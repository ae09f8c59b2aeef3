/**
 * Persistent map: a small interface over `immutable`, so that its types do not reach the public API.
 *
 * A change costs the same at 10 and at 10,000 entries; keys from outside (`__proto__`) are ordinary keys.
 * @module
 */
import { Map as ImmutableMap } from 'immutable'

/**
 * An immutable map. `set` and `delete` return a new map, or the same one if nothing changes. The order of iteration is
 * unspecified.
 */
export interface PersistentMap<K, V> {
  readonly size: number
  get(key: K): V | undefined
  has(key: K): boolean
  set(key: K, value: V): PersistentMap<K, V>
  delete(key: K): PersistentMap<K, V>
  keys(): IterableIterator<K>
  values(): IterableIterator<V>
  entries(): IterableIterator<[K, V]>
  [Symbol.iterator](): IterableIterator<[K, V]>
}

/** Creates a persistent map with the given entries. */
export function persistentMap<K extends string, V>(entries: Iterable<readonly [K, V]> = []): PersistentMap<K, V> {
  return new HashMap(ImmutableMap<K, V>(Array.from(entries, ([key, value]) => [inner(key), value])))
}

class HashMap<K extends string, V> implements PersistentMap<K, V> {
  readonly #map: ImmutableMap<K, V>
  /** Cache of the latest lookup: one step reads the same participant several times. */
  #lastKey: K | undefined
  #lastValue: V | undefined

  constructor(map: ImmutableMap<K, V>) {
    this.#map = map
  }

  get size(): number {
    return this.#map.size
  }

  get(key: K): V | undefined {
    if (key !== this.#lastKey) {
      this.#lastValue = this.#map.get(inner(key))
      this.#lastKey = key
    }
    return this.#lastValue
  }

  has(key: K): boolean {
    return this.#map.has(inner(key))
  }

  set(key: K, value: V): PersistentMap<K, V> {
    return this.#with(this.#map.set(inner(key), value))
  }

  delete(key: K): PersistentMap<K, V> {
    return this.#with(this.#map.delete(inner(key)))
  }

  *keys(): IterableIterator<K> {
    for (const key of this.#map.keys()) yield outer(key)
  }

  values(): IterableIterator<V> {
    return this.#map.values()
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [key, value] of this.#map) yield [outer(key), value]
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries()
  }

  #with(map: ImmutableMap<K, V>): PersistentMap<K, V> {
    return map === this.#map ? this : new HashMap(map)
  }
}

const MARK = '\u0000'
const plain = {}

/**
 * Adds a prefix to every key that is an inherited property of objects. `immutable` (5.2.1) caches the hashes of long
 * keys in a plain object, finds a function there for a key such as `propertyIsEnumerable`, and would not terminate.
 */
function inner<K extends string>(key: K): K {
  return key.startsWith(MARK) || key in plain ? (`${MARK}${key}` as K) : key
}

function outer<K extends string>(key: K): K {
  return key.startsWith(MARK) ? (key.slice(MARK.length) as K) : key
}
