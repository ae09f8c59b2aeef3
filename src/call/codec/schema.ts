/**
 * Schema kit: checks values from outside against shapes, and reports the first fault with its path.
 *
 * Rule 1: a shape belongs to exactly one type. If the type gains or loses a field or a word, its shape no longer
 * compiles.
 * Rule 2: an object may have more fields than its shape names, so that fields of newer versions are kept.
 * Rule 3: a path is built only for a fault.
 * @module
 */

/** The first place where a value does not have its shape. */
export interface Fault {
  /** The path from the value inwards, such as `.entries[2].identity`; empty for the value itself. */
  readonly path: string
  readonly expected: string
  /** The value at `path`. It may contain names and tokens, so the library's error messages leave it out. */
  readonly found: unknown
  /** The fault, if `expected` cannot describe it: a predicate such as "is below 0". */
  readonly problem?: string | undefined
  /** The words one of which is expected, where the value has to be one of a few. */
  readonly words?: readonly string[] | undefined
  /** The names an object can have, where the fault is that it has another. */
  readonly names?: readonly string[] | undefined
}

/** Returns the first fault of a value, or undefined. */
export type Check = (value: unknown) => Fault | undefined

declare const shaped: unique symbol

/** A check that accepts exactly the values of `T`. */
export interface Shape<T> extends Check {
  /** Never present at run time. It ties the shape to `T`, so that neither a wider nor a narrower type is accepted. */
  readonly [shaped]?: (value: T) => T
}

/** A shape for each named field of `T`, optional ones included. */
export type Fields<T> = { readonly [K in keyof T as string extends K ? never : K]-?: Shape<T[K]> }

/** Returns the value if it fits the shape. @throws the error that `refuse` returns for its first fault */
export function parse<T>(shape: Shape<T>, value: unknown, refuse: (fault: Fault) => Error): T {
  const fault = shape(value)
  if (fault !== undefined) throw refuse(fault)
  return value as T
}

/** True if the value fits the shape. */
export function fits<T>(shape: Shape<T>, value: unknown): value is T {
  return shape(value) === undefined
}

/** True for an object that is not an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What kind of value it is, without the value itself, which may be a secret: `nothing`, `null`, `an array`, `a string`.
 */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A shape from a predicate. `expected` completes the sentence "expected …". */
export function is<T>(expected: string, test: (value: unknown) => boolean): Shape<T> {
  return (value) => (test(value) ? undefined : { path: '', expected, found: value })
}

/** A string. */
export const text = is<string>('a string', (value) => typeof value === 'string')

/** True or false. */
export const flag = is<boolean>('true or false', (value) => typeof value === 'boolean')

/** A finite number. */
export const number = is<number>('a number', Number.isFinite)

/** A whole number, at least `least`. */
export function wholeNumber(least = Number.MIN_SAFE_INTEGER): Shape<number> {
  return is(
    least === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number, ${least} or more`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
  )
}

/** A whole number, 0 or more. */
export const count = wholeNumber(0)

/** The range of `Date` before and after the epoch, in milliseconds (ECMAScript, "Time Values and Time Range"). */
const FURTHEST_MS = 8.64e15

/** A time that a `Date` can represent, in milliseconds since the epoch. */
export const time = is<number>(
  'a time in milliseconds',
  (value) => typeof value === 'number' && Math.abs(value) <= FURTHEST_MS,
)

/** Any value. */
export const anything: Shape<unknown> = () => undefined

/** The shape, or undefined. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined ? undefined : shape(value))
}

/** The shape, or null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? undefined : shape(value))
}

/** One of the given values. */
export function oneOf<const T extends string | boolean>(...values: readonly T[]): Shape<T> {
  const known = new Set<unknown>(values)
  const words = values.filter((value) => typeof value === 'string')
  const expected = `one of ${values.join(', ')}`
  return (value) => (known.has(value) ? undefined : { path: '', expected, found: value, words })
}

/** An array whose items all fit the shape. */
export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return { path: '', expected: 'an array', found: value }
    for (let index = 0; index < value.length; index += 1) {
      const fault = item(value[index])
      if (fault !== undefined) return inside(index, fault)
    }
    return undefined
  }
}

/** An array that begins with these two items. */
export function pair<A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> {
  return (value) => {
    if (!Array.isArray(value)) return { path: '', expected: 'an array', found: value }
    const fault = first(value[0])
    if (fault !== undefined) return inside(0, fault)
    const other = second(value[1])
    return other && inside(1, other)
  }
}

/** An object with these fields. `others` checks the unnamed ones. */
export function object<T>(fields: Fields<T>, others?: Check): Shape<T> {
  const shapes = Object.entries<Check>(fields)
  const named = new Set(Object.keys(fields))
  return (value) => {
    if (!isObject(value)) return { path: '', expected: 'an object', found: value }
    for (const [name, shape] of shapes) {
      const fault = shape(value[name])
      if (fault !== undefined) return inside(name, fault)
    }
    return others && faultIn(value, others, named)
  }
}

/** An object whose fields all fit the shape, whatever their names. */
export function record<T>(field: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value) =>
    isObject(value) ? faultIn(value, field, noNames) : { path: '', expected: 'an object', found: value }
}

const noNames: ReadonlySet<string> = new Set()

function faultIn(
  value: Readonly<Record<string, unknown>>,
  check: Check,
  except: ReadonlySet<string>,
): Fault | undefined {
  for (const name of Object.keys(value)) {
    const field = value[name]
    if (field === undefined || except.has(name)) continue
    const fault = check(field)
    if (fault !== undefined) return inside(name, fault)
  }
  return undefined
}

/** A discriminated union: the word in the field `tag` selects the other fields. */
export function tagged<T, K extends keyof T & string>(
  tag: K,
  members: { readonly [W in T[K] & string]: Fields<Omit<Extract<T, { readonly [P in K]: W }>, K>> },
): Shape<T> {
  const shapes = new Map(
    Object.entries(members).map(([word, fields]) => [
      word,
      object(fields as Fields<Readonly<Record<string, unknown>>>),
    ]),
  )
  const known = oneOf(...shapes.keys())
  return (value) => {
    if (!isObject(value)) return { path: '', expected: 'an object', found: value }
    const word = value[tag]
    const shape = shapes.get(word as string)
    return shape === undefined ? inside(tag, known(word) as Fault) : shape(value)
  }
}

/** The shape with an additional rule for values that fit it. */
export function also<T>(shape: Shape<T>, rule: (value: T) => Fault | undefined): Shape<T> {
  return (value) => shape(value) ?? rule(value as T)
}

/** Either shape. Reports the fault with the longer path, or both faults if their paths are equal. */
export function either<A, B>(one: Shape<A>, other: Shape<B>): Shape<A | B> {
  return (value) => {
    const [first, second] = [one(value), other(value)]
    if (first === undefined || second === undefined) return undefined
    if (first.path !== second.path) return first.path.length > second.path.length ? first : second
    return { ...first, expected: `${first.expected}, or ${second.expected}` }
  }
}

/** How deep JSON in an event or an answer may be nested: as deep as a body of the service. It also ends cycles. */
const JSON_DEPTH_LIMIT = 64

/** The shape, restricted to plain objects: JSON converts others, such as a `Date`, to other values. */
export function plain<T>(shape: Shape<T>): Shape<T> {
  return (value) =>
    isObject(value) && !isPlain(value) ? { path: '', expected: 'a plain object', found: value } : shape(value)
}

/** A value that survives JSON unchanged. An undefined field of an object counts as absent. */
export const json: Shape<unknown> = (value) => faultOfJson(value, 0)

/** A JSON object with any fields. */
export const jsonObject = plain(record(json))

function faultOfJson(value: unknown, depth: number): Fault | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined
  if (typeof value === 'number') return number(value)
  if (typeof value !== 'object') return { path: '', expected: 'a JSON value', found: value }
  if (depth === JSON_DEPTH_LIMIT)
    return { path: '', expected: `JSON at most ${JSON_DEPTH_LIMIT} deep, without cycles`, found: value }
  if (Array.isArray(value)) return list((item) => faultOfJson(item, depth + 1))(value)
  if (!isPlain(value)) return { path: '', expected: 'a plain object', found: value }
  return faultIn(value as Readonly<Record<string, unknown>>, (field) => faultOfJson(field, depth + 1), noNames)
}

/** True for an object from a literal or from `JSON.parse`, also of another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/

/** The longest name in a path, in characters. Names come from outside, so longer ones are cut. */
const NAME_LIMIT = 80

/** One step of a path: `.name`, `[3]`, or `['@odata.type']`. */
export function formatStep(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`
  if (identifier.test(step) && step.length <= NAME_LIMIT) return `.${step}`
  return `[${JSON.stringify(step.slice(0, NAME_LIMIT)).replaceAll("'", "\\'").replace(/^"|"$/g, "'")}]`
}

/** The fault with one more step at the start of its path. */
export function inside(step: string | number, fault: Fault): Fault {
  return { ...fault, path: formatStep(step) + fault.path }
}
