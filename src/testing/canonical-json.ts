/**
 * Portraits: a value written out so that two are the same text exactly when they say the same, byte by byte.
 *
 * Rule 1: the order of fields, and a field that is undefined rather than absent, say nothing; a list's order does.
 * Rule 2: a map is its pairs by their keys: the order in which one iterates means nothing.
 * @module
 */

/** Writes out a value: plain data, with lists and maps with text for keys in it. Text is comparable by `===`. */
export function canonicalize(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
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
