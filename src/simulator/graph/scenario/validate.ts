/**
 * Validation: checks data from outside against a JSON schema; an error is one sentence with its path.
 *
 * Supports the part of JSON Schema 2020-12 that the published schema uses. An unsupported keyword is an error of the
 * schema and throws; no check passes silently.
 * @module
 */
import { isObject } from '../../../call/codec/schema.ts'

/** A JSON schema, or part of one. */
export type Schema = { readonly [keyword: string]: unknown }

/** An error in a value. `path` is JSONPath, `$` for the whole value. */
export interface SchemaViolation {
  readonly path: string
  readonly message: string
  /** The whole value has another type than expected. */
  readonly isOfOtherKind?: boolean
  /** The value found, if it has to be one of these words. */
  readonly found?: unknown
  readonly words?: readonly string[]
  /** The names there are, where the error is a property with another. */
  readonly names?: readonly string[]
}

/** Maximum nesting depth; deeper values are refused. */
const DEPTH_LIMIT = 64
/** Keywords without effect on validity. */
const annotations = new Set(['$schema', '$id', '$defs', 'title', 'description', 'default', 'examples'])

type Check = (limit: never, value: unknown, path: string, context: Context) => SchemaViolation | undefined

interface Context {
  readonly root: Schema
  readonly depth: number
  readonly schema: Schema
}

/** The first error in `value`; undefined if it is valid. */
export function findViolation(value: unknown, schema: Schema, root: Schema = schema): SchemaViolation | undefined {
  return check(value, schema, '$', root, 0)
}

function check(value: unknown, schema: Schema, path: string, root: Schema, depth: number): SchemaViolation | undefined {
  if (depth > DEPTH_LIMIT) return { path, message: `is nested deeper than ${DEPTH_LIMIT} levels` }
  const context = { root, depth, schema }
  for (const [keyword, limit] of Object.entries(schema)) {
    if (annotations.has(keyword)) continue
    const keywordCheck = checks.get(keyword)
    if (keywordCheck === undefined)
      throw new TypeError(`The schema uses ${keyword}, which this validator does not support.`)
    const violation = keywordCheck(limit as never, value, path, context)
    if (violation !== undefined) return violation
  }
  return undefined
}

const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  [
    '$ref',
    (ref: string, value, path, { root, depth }) => {
      const target = (root['$defs'] as { readonly [name: string]: Schema } | undefined)?.[ref.replace('#/$defs/', '')]
      if (target === undefined) throw new TypeError(`The schema has no ${ref}.`)
      return check(value, target, path, root, depth + 1)
    },
  ],
  [
    'type',
    (type: string, value, path) =>
      isOfType(value, type)
        ? undefined
        : { path, message: `is ${article(typeName(value))}, not ${article(type)}`, isOfOtherKind: true },
  ],
  [
    'const',
    (constant: unknown, value, path) =>
      value === constant ? undefined : { path, message: `is not ${JSON.stringify(constant)}` },
  ],
  [
    'enum',
    (members: readonly unknown[], value, path) =>
      members.includes(value) ? undefined : { path, ...notAmong(members, value) },
  ],
  [
    'minimum',
    (minimum: number, value, path) =>
      typeof value === 'number' && value < minimum ? { path, message: `is below ${minimum}` } : undefined,
  ],
  [
    'maximum',
    (maximum: number, value, path) =>
      typeof value === 'number' && value > maximum ? { path, message: `is above ${maximum}` } : undefined,
  ],
  [
    'exclusiveMinimum',
    (minimum: number, value, path) =>
      typeof value === 'number' && value <= minimum ? { path, message: `is not above ${minimum}` } : undefined,
  ],
  [
    'minLength',
    (length: number, value, path) =>
      typeof value === 'string' && value.length < length ? { path, message: 'is too short' } : undefined,
  ],
  [
    'pattern',
    (pattern: string, value, path) =>
      typeof value === 'string' && !new RegExp(pattern, 'u').test(value)
        ? { path, message: `does not match ${pattern}` }
        : undefined,
  ],
  [
    'minItems',
    (count: number, value, path) =>
      Array.isArray(value) && value.length < count ? { path, message: `has fewer than ${count} entries` } : undefined,
  ],
  [
    'items',
    (items: Schema, value, path, { root, depth }) =>
      Array.isArray(value)
        ? first(value.map((item, index) => () => check(item, items, `${path}[${index}]`, root, depth + 1)))
        : undefined,
  ],
  [
    'required',
    (names: readonly string[], value, path, context) => {
      const missing = isObject(value) ? names.find((name) => !Object.hasOwn(value, name)) : undefined
      if (missing === undefined) return undefined
      // It may be there under a misspelt name.
      const { additionalProperties } = context.schema
      const unknown =
        additionalProperties === false
          ? checks.get('additionalProperties')?.(false as never, value, path, context)
          : undefined
      return unknown ?? { path, message: `lacks ${missing}` }
    },
  ],
  [
    'properties',
    (properties: { readonly [name: string]: Schema }, value, path, { root, depth }) =>
      isObject(value)
        ? first(
            Object.entries(properties).map(
              ([name, property]) =>
                () =>
                  Object.hasOwn(value, name) && value[name] !== undefined
                    ? check(value[name], property, step(path, name), root, depth + 1)
                    : undefined,
            ),
          )
        : undefined,
  ],
  [
    'additionalProperties',
    (additional: false | Schema, value, path, { root, depth, schema }) => {
      const known = isObject(schema['properties']) ? schema['properties'] : {}
      const others = isObject(value) ? Object.keys(value).filter((name) => !Object.hasOwn(known, name)) : []
      if (additional !== false)
        return first(
          others.map((name) => () => check((value as Schema)[name], additional, step(path, name), root, depth + 1)),
        )
      return others.length === 0
        ? undefined
        : {
            path: step(path, others[0] ?? ''),
            message: `is unknown; expected one of ${Object.keys(known).join(', ')}`,
            names: Object.keys(known),
          }
    },
  ],
  ['oneOf', (choices: readonly Schema[], value, path, context) => checkChoice(choices, value, path, context)],
  ['anyOf', (choices: readonly Schema[], value, path, context) => checkChoice(choices, value, path, context)],
])

/** If choices differ in a property with a constant, the error of the choice with the value's constant is reported. */
function checkChoice(
  choices: readonly Schema[],
  value: unknown,
  path: string,
  { root, depth }: Context,
): SchemaViolation | undefined {
  const resolved = choices.map((choice) => resolve(choice, root))
  const tag = isObject(value)
    ? ['type', 'act'].find((name) => resolved.some((choice) => tagOf(choice, name) !== undefined))
    : undefined
  if (tag !== undefined) {
    const word = (value as Schema)[tag]
    const meant = resolved.find((choice) => tagOf(choice, tag)?.includes(word) === true)
    if (meant !== undefined) return check(value, meant, path, root, depth + 1)
    return {
      path: step(path, tag),
      ...notAmong(
        resolved.flatMap((choice) => tagOf(choice, tag) ?? []),
        word,
      ),
    }
  }
  const violations: SchemaViolation[] = []
  for (const choice of choices) {
    const violation = check(value, choice, path, root, depth + 1)
    if (violation === undefined) return undefined
    violations.push(violation)
  }
  // The error found deepest, in a choice of the value's type, is the most useful.
  const isCloser = (one: SchemaViolation, best: SchemaViolation): boolean =>
    one.path.length > best.path.length ||
    (one.path === best.path && best.isOfOtherKind === true && one.isOfOtherKind !== true)
  return violations.reduce((best, one) => (isCloser(one, best) ? one : best))
}

function notAmong(members: readonly unknown[], found: unknown): Omit<SchemaViolation, 'path'> {
  const message = `is not one of ${members.map((member) => JSON.stringify(member)).join(', ')}`
  return { message, found, words: members.filter((member) => typeof member === 'string') }
}

function tagOf(choice: Schema, name: string): readonly unknown[] | undefined {
  const property = isObject(choice['properties']) ? choice['properties'][name] : undefined
  if (!isObject(property)) return undefined
  return Object.hasOwn(property, 'const')
    ? [property['const']]
    : Array.isArray(property['enum'])
      ? property['enum']
      : undefined
}

function resolve(schema: Schema, root: Schema): Schema {
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].replace('#/$defs/', '') : undefined
  const defs = root['$defs']
  return name !== undefined && isObject(defs) && isObject(defs[name]) ? defs[name] : schema
}

function first(attempts: readonly (() => SchemaViolation | undefined)[]): SchemaViolation | undefined {
  for (const attempt of attempts) {
    const violation = attempt()
    if (violation !== undefined) return violation
  }
  return undefined
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isSafeInteger(value)
  return typeName(value) === type
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function article(type: string): string {
  return type === 'null' || type === 'undefined' ? type : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`
}

function step(path: string, name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
}
