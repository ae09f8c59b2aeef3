/**
 * Canonical JSON: two values have the same text exactly if they are equal.
 *
 * Rule 1: the order of fields, and whether a field is undefined or absent, make no difference; the order of a list does.
 * Rule 2: a map is its entries, sorted by key; the order of iteration makes no difference.
 * @module
 */

/** The canonical text of plain data, which may contain lists, and maps with string keys. Compare texts with `===`. */
export function canonicalize(value: unknown): string {
  if (typeof value !== 'object' || value === null) return jsonText(value)
  if (Array.isArray(value)) return `[${value.map(canonicalize).join()}]`
  if (isMapLike(value)) return `Map{${pairsOf(value.entries())}}`
  return `{${pairsOf(Object.entries(value))}}`
}

function isMapLike(value: object): value is { entries(): Iterable<readonly [string, unknown]> } {
  return 'entries' in value && typeof value.entries === 'function'
}

function pairsOf(entries: Iterable<readonly [string, unknown]>): string {
  return [...entries]
    .filter(([, field]) => field !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalize(field)}`)
    .join()
}

/** The value as JSON text; `undefined` in a word. Equal texts mean equal values in the same order. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined'
}
