/**
 * Maps the values of a record and keeps its keys.
 * @module
 */

/** A record of the same keys, with `map` applied to each value. */
export function mapValues<K extends string, V, W>(
  record: Readonly<Record<K, V>>,
  map: (value: V) => W,
): { readonly [Key in K]: W } {
  const entries = Object.entries<V>(record).map(([key, value]) => [key, map(value)])
  return Object.fromEntries(entries) as { readonly [Key in K]: W }
}
