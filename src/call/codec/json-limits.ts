/**
 * JSON limits: measures the depth and the number of values of JSON text before it is parsed.
 *
 * Rule 1: one pass over the text, linear in its length, whatever the text contains.
 * Rule 2: text that is not JSON may pass; the parser refuses it. For JSON the count is never too low.
 * @module
 */

/** The limits of a JSON text. */
export interface JsonLimits {
  /** The deepest nesting of objects and arrays. */
  readonly depth: number
  /** The number of values of every kind, objects and arrays included. */
  readonly values: number
}

/** An exceeded limit. Counting stops at the limit, so `found` is the first number beyond it. */
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

/** The first limit that the JSON text exceeds; undefined if it exceeds none. */
export function findExcess(text: string, limits: JsonLimits): JsonExcess | undefined {
  const measured = measureJson(text, limits)
  return typeof measured === 'number' ? undefined : measured
}

/**
 * Like `findExcess`, but returns the number of values if no limit is exceeded, so that several texts can be added up.
 */
export function measureJson(text: string, limits: JsonLimits): number | JsonExcess {
  let depth = 0
  // Counts the outermost value, each opening bracket and each comma. An empty container thus counts one value too many.
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

/** The position of the quote that ends the string at `start`; the length of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let place = start + 1; place < text.length; place += 1) {
    const code = text.charCodeAt(place)
    if (code === QUOTE) return place
    if (code === BACKSLASH) place += 1
  }
  return text.length
}

/**
 * Like `findExcess`, for a value that has been parsed already. Not recursive, so that depth cannot exhaust the stack.
 */
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
