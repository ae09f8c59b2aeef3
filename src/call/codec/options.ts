/**
 * Options: what callers pass by name, checked where it comes in, for every function of the package.
 *
 * Rule 1: an option that does not exist is refused by a TypeError that names the function, the option, the one that was
 * probably meant, and all that exist. A misspelt option that counted as absent would have its default instead.
 * Rule 2: a table of checks belongs to one options type: an option without a check does not compile.
 * Rule 3: an option that is undefined counts as absent; null is a value like others.
 * Rule 4: an error shows a text only where one of a few words is expected: any other may be a secret.
 * @module
 */
import { nearestWord } from './nearest.ts'
import {
  formatStep,
  inside,
  is,
  isObject,
  kindOf,
  object,
  parse,
  type Check,
  type Fault,
  type Fields,
  type Shape,
} from './schema.ts'

/** The shape of an object of options. */
export interface OptionsShape<T> extends Shape<T> {
  /** The options there are. */
  readonly names: readonly string[]
}

/** Options with these checks, and no others. */
export function options<T extends object>(fields: Fields<T>): OptionsShape<T> {
  const names = Object.keys(fields)
  const known = new Set(names)
  const shape = object<T>(fields)
  const check: Check = (value) => {
    if (!isObject(value)) return { path: '', expected: 'an object of options', found: value }
    const unknown = Object.keys(value).find((name) => value[name] !== undefined && !known.has(name))
    if (unknown === undefined) return shape(value)
    return inside(unknown, { path: '', expected: 'nothing', found: value[unknown], names })
  }
  return Object.assign(check, { names })
}

/** Every option of a union of options types. */
export type EveryOption<U> = { readonly [K in KeysOf<U>]?: U extends { readonly [P in K]?: infer V } ? V : never }

type KeysOf<U> = U extends unknown ? keyof U : never

/** Options of which none is undefined: those that are not given are absent. */
export type GivenOptions<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> }

/**
 * The options, those that are undefined left out. `where` is the function they are passed to.
 * @throws TypeError for an option that does not exist, or that has not its shape
 */
export function readOptions<T extends object>(where: string, shape: OptionsShape<T>, given: T): GivenOptions<T> {
  const value = parse(shape, given, (fault) => refusalOf(where, fault)) as Readonly<Record<string, unknown>>
  const read = shape.names.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]] as const]))
  return Object.fromEntries(read) as GivenOptions<T>
}

/** The fields that are not undefined. */
export function defined<T extends object>(value: T): GivenOptions<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as GivenOptions<T>
}

/** Checks an argument that is not an object of options. @throws TypeError */
export function checkArgument(where: string, value: unknown, check: Check): void {
  const fault = check(value)
  if (fault !== undefined) throw refusalOf(where, fault)
}

/** The error for a fault in what was passed to `where`. */
export function refusalOf(where: string, { path, expected, found, problem, names, words }: Fault): TypeError {
  const name = path.replace(/^\./, '')
  if (names !== undefined) {
    // A name that is no identifier is the path's last step in quotation marks: `['max attempts']`.
    const last = /\['([^']*)'\]$/.exec(path)?.[1] ?? /(?:\.|^)([^.[\]]+)$/.exec(path)?.[1] ?? path
    const shown = path === formatStep(last) ? last : name
    return new TypeError(`${where}: no option '${shown}'${suggestion(last, names) || '.'} Options: ${names.join(', ')}`)
  }
  // A place in a list belongs to what was passed: `the quirks[0]`.
  const subject = name === '' || name.startsWith('[') ? `${where}${name}` : `${where}: ${name}`
  const isWord = typeof found === 'string' && words !== undefined
  const meant = isWord ? suggestion(found, words) : ''
  if (problem !== undefined) return new TypeError(`${subject} ${problem}${meant}`)
  const shown = isWord ? JSON.stringify(found.slice(0, SHOWN)) : show(found)
  return new TypeError(`${subject}: expected ${expected}; found ${shown}${meant}`)
}

/** The most characters of a wrong word that are shown. */
const SHOWN = 80

function suggestion(word: string, candidates: readonly string[]): string {
  const meant = nearestWord(word, candidates)
  return meant === undefined ? '' : `; did you mean '${meant}'?`
}

function show(value: unknown): string {
  if (value === '') return 'an empty string'
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value)
}

/**
 * The longest duration that an option can say, milliseconds: about a hundred years. A time that many milliseconds from
 * now is still one that a `Date`, and with it a stored call, can hold.
 */
export const LONGEST_MS = 100 * 365 * 24 * 60 * 60_000

/** The highest port of TCP (RFC 9293, section 3.1: 16 bits). */
const HIGHEST_PORT = 65_535

/** A finite number within bounds. `unit` says what it counts. */
export function numberFrom(least: number, most: number, unit: string): Shape<number> {
  return is(`${unit}, ${least} to ${most}`, (value) => Number.isFinite(value) && isWithin(value, least, most))
}

/** A duration in milliseconds, 0 or more. */
export const milliseconds = is<number>('milliseconds, 0 or more', (value) => isWithin(value, 0, LONGEST_MS))

/** A duration in milliseconds, more than 0. */
export const someMilliseconds = is<number>(
  'milliseconds, more than 0',
  (value) => value !== 0 && isWithin(value, 0, LONGEST_MS),
)

/** A whole number within bounds. */
function wholeFrom(least: number, most: number): Shape<number> {
  return is(
    `a whole number, ${least} to ${most}`,
    (value) => Number.isSafeInteger(value) && isWithin(value, least, most),
  )
}

/** A port of TCP; 0 for any that is free. */
export const port = wholeFrom(0, HIGHEST_PORT)

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

/** A text that is not empty. */
export const someText = is<string>('a string that is not empty', (value) => typeof value === 'string' && value !== '')

/** A function. */
export const method: Check = is('a function', (value) => typeof value === 'function')

/** Anything that has methods of those names. */
export function withMethods(...names: readonly string[]): Check {
  return is(
    `an object with ${names.join(', ')}`,
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      names.every((name) => typeof Reflect.get(value, name) === 'function'),
  )
}

/** A clock. */
export const clock = withMethods('now', 'schedule')
