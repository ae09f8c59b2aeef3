/**
 * JSON limits: how deep JSON goes and how many values it holds, found out before anything is built from it.
 *
 * Rule 1: one pass over the text, whatever it is: every character is looked at once, and a string is skipped.
 * Rule 2: text that is not JSON may pass; the parser refuses it. Text that is JSON is never counted too low.
 * @module
 */

/** What JSON may be like. */
export interface JsonLimits {
  /** Objects and arrays inside each other. */
  readonly depth: number
  /** Values of every kind, objects and arrays included. */
  readonly values: number
}

/** Which limit was exceeded. Counting stops there: `found` is the first number beyond the limit. */
export interface JsonExcess {
  readonly what: 'depth' | 'values'
  readonly limit: number
  readonly found: number
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const BRACKET_OPEN = 0x5b
const BRACKET_CLOSE = 0x5d
const BRACE_OPEN = 0x7b
const BRACE_CLOSE = 0x7d

/** The first limit that the JSON text exceeds; undefined when it keeps to both. Linear in the text's length. */
export function findExcess(text: string, limits: JsonLimits): JsonExcess | undefined {
  const measured = measureJson(text, limits)
  return typeof measured === 'number' ? undefined : measured
}

/** The same, but of text that keeps to the limits the number of its values, for adding several up. */
export function measureJson(text: string, limits: JsonLimits): number | JsonExcess {
  let depth = 0
  // The outermost value, one for each bracket and one for each comma: an empty container counts as if it had a member.
  let values = 1
  for (let place = 0; place < text.length; place += 1) {
    switch (text.charCodeAt(place)) {
      case QUOTE:
        place = endOfString(text, place)
        break
      case BRACKET_OPEN:
      case BRACE_OPEN:
        depth += 1
        values += 1
        if (depth > limits.depth) return { what: 'depth', limit: limits.depth, found: depth }
        if (values > limits.values) return { what: 'values', limit: limits.values, found: values }
        break
      case BRACKET_CLOSE:
      case BRACE_CLOSE:
        depth -= 1
        break
      case COMMA:
        values += 1
        if (values > limits.values) return { what: 'values', limit: limits.values, found: values }
        break
    }
  }
  return values
}

/** Place of the quote that ends the string which begins at `start`; the text's end when there is none. */
function endOfString(text: string, start: number): number {
  for (let place = start + 1; place < text.length; place += 1) {
    const code = text.charCodeAt(place)
    if (code === QUOTE) return place
    if (code === BACKSLASH) place += 1
  }
  return text.length
}

/** The same of a value that was parsed elsewhere. Follows no recursion, so that no depth is too deep for it. */
export function findExcessOf(value: unknown, limits: JsonLimits): JsonExcess | undefined {
  let level: readonly unknown[] = isContainer(value) ? [value] : []
  let values = 1
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limits.depth) return { what: 'depth', limit: limits.depth, found: depth }
    const next: unknown[] = []
    for (const container of level) {
      for (const member of Object.values(container as object)) {
        values += 1
        if (values > limits.values) return { what: 'values', limit: limits.values, found: values }
        if (isContainer(member)) next.push(member)
      }
    }
    level = next
  }
  return undefined
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
