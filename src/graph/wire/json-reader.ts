/**
 * JSON reader: reads typed values from untyped JSON, with the path of a value of the wrong type.
 *
 * Rule 1: absent and `null` are the same, and not an error here; the caller checks for required values.
 * Rule 2: a number may come as its decimal text (documented samples do); nothing else is converted.
 * Rule 3: Graph's numbers are Int64. The JSON parser loses digits beyond 2^53, so such a number counts as absent,
 * because two different ones could be equal.
 * Rule 4: a path is a chain of nodes and becomes text only for an error.
 * @module
 */
import { formatStep, isObject, kindOf } from '../../call/codec/schema.ts'
import { RollcallError } from '../../call/model/errors.ts'
import type { JsonLimits } from '../../call/codec/json-limits.ts'

/** How deep objects and arrays of a body may be nested. Documented bodies have 9 levels. */
export const BODY_DEPTH_LIMIT = 64

/** How many values a body may have. A roster of 10,000, the largest possible call, has under 500,000. */
export const BODY_VALUES_LIMIT = 1_000_000

/** The limits of the JSON in callbacks and answers. */
export const bodyLimits: JsonLimits = { depth: BODY_DEPTH_LIMIT, values: BODY_VALUES_LIMIT }

/** A JSON object with unchecked properties. */
export type JsonObject = { readonly [key: string]: unknown }

/** The position of a value in a body. */
export interface JsonPath {
  readonly parent?: JsonPath
  readonly step: string | number
}

/** The body itself. */
export const root: JsonPath = { step: '$' }

/** The path in JSONPath's notation: `$.value[0].resourceData['@odata.type']`. */
function formatPath(path: JsonPath): string {
  if (path.parent === undefined) return String(path.step)
  return formatPath(path.parent) + formatStep(path.step)
}

/** The error for a value of the wrong type: the expected type, the found type and the path, never the value itself. */
export function mismatch(path: JsonPath, expected: string, found: unknown): RollcallError {
  const where = formatPath(path)
  return new RollcallError('NOTIFICATION_INVALID', `expected ${expected} at ${where}, found ${kindOf(found)}`, {
    path: where,
    expected,
  })
}

/** The object at `path`. @throws RollcallError NOTIFICATION_INVALID */
export function readObject(value: unknown, path: JsonPath): JsonObject {
  if (isObject(value)) return value
  throw mismatch(path, 'an object', value)
}

/** The array at `path`. @throws RollcallError NOTIFICATION_INVALID */
export function readArray(value: unknown, path: JsonPath): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw mismatch(path, 'an array', value)
}

/** A property that is an object, or undefined. @throws RollcallError NOTIFICATION_INVALID */
export function objectAt(owner: JsonObject, key: string, path: JsonPath): JsonObject | undefined {
  const value = owner[key]
  if (value === undefined || value === null) return undefined
  return readObject(value, { parent: path, step: key })
}

/** A property that is text, or undefined. @throws RollcallError NOTIFICATION_INVALID */
export function stringAt(owner: JsonObject, key: string, path: JsonPath): string | undefined {
  const value = owner[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw mismatch({ parent: path, step: key }, 'a string', value)
}

/** A property that is true or false, or undefined. @throws RollcallError NOTIFICATION_INVALID */
export function booleanAt(owner: JsonObject, key: string, path: JsonPath): boolean | undefined {
  const value = owner[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  throw mismatch({ parent: path, step: key }, 'true or false', value)
}

/** The bound of Int64 in both directions. */
const INT64_LIMIT = 2 ** 63

/**
 * A property that is a whole number or its decimal text; undefined when absent, or when it cannot be represented
 * exactly.
 * @throws RollcallError NOTIFICATION_INVALID
 */
export function integerAt(owner: JsonObject, key: string, path: JsonPath): number | undefined {
  const value = owner[key]
  if (value === undefined || value === null) return undefined
  const isText = typeof value === 'string' && /^\s*-?\d+\s*$/.test(value)
  const number = typeof value === 'number' || isText ? Number(value) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  if (Number.isInteger(number) && Math.abs(number) <= INT64_LIMIT) return undefined
  throw mismatch({ parent: path, step: key }, 'a whole number', value)
}

/** `@odata.type` without `#` and namespace, in lower case. @throws RollcallError NOTIFICATION_INVALID */
export function odataType(owner: JsonObject, path: JsonPath): string | undefined {
  const type = stringAt(owner, '@odata.type', path)
  if (type === undefined) return undefined
  return type
    .slice(type.lastIndexOf('.') + 1)
    .replace(/^#/, '')
    .trim()
    .toLowerCase()
}
