/**
 * The persistent map: what this library needs of one, so that `immutable`'s types stay inside.
 *
 * A change costs the same at 10 and at 10,000 entries; keys from outside (`__proto__`) are ordinary keys.
 * @module
 */
import { Map as ImmutableMap } from 'immutable'

/** An immutable map; `set` and `delete` return another one. Iteration order is fixed by the keys, not by insertion. */
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

/** A persistent map of the given entries. */
export function persistentMap<K, V>(entries: Iterable<readonly [K, V]> = []): PersistentMap<K, V> {
  return ImmutableMap<K, V>(entries as Iterable<[K, V]>) as PersistentMap<K, V>
}
