/**
 * Options of the kit, checked where they come in.
 *
 * Rule: an invalid option is a TypeError that names the option, the expected and the found value. A kit that ignored a
 * wrong option would find nothing and report success.
 * @module
 */
import { also, is, isObject, list, oneOf, type Check, type Shape } from '../call/codec/schema.ts'

/** Milliseconds, 0 or more. */
export const milliseconds = is<number>('milliseconds, 0 or more', (value) => typeof value === 'number' && value >= 0)

/** A list of known words. */
export function wordsOf<const W extends string>(words: readonly W[]): Shape<readonly W[]> {
  return list(oneOf(...words))
}

/** A list of known words, at least one of them. */
export function someOf<const W extends string>(words: readonly W[]): Shape<readonly W[]> {
  return also(wordsOf(words), (given) =>
    given.length > 0 ? undefined : { path: '', expected: `at least one of ${words.join(', ')}`, found: given },
  )
}

/**
 * A path of fast-check: indexes, one after the other. The first is a number of runs to skip: below ten million, so
 * that it ends.
 */
export const path = is<string>(
  'a path as a failure names it, like 5:0:0',
  (value) => typeof value === 'string' && /^\d{1,7}(?::\d{1,7})*$/.test(value),
)

/** A function. */
export const method: Check = is('a function', (value) => typeof value === 'function')

/** An object with those methods. */
export function withMethods(...names: readonly string[]): Check {
  return is(
    `an object with ${names.join(', ')}`,
    (value) => isObject(value) && names.every((name) => typeof value[name] === 'function'),
  )
}

/** Checks one value. @throws TypeError */
export function checkValue(where: string, value: unknown, check: Check): void {
  const fault = check(value)
  if (fault === undefined) return
  throw new TypeError(`${where}${fault.path}: expected ${fault.expected}; found ${show(fault.found)}`)
}

/**
 * Checks each option with its own check. An absent option keeps its default, unless it is required.
 * @throws TypeError
 */
export function checkOptions<O extends object>(
  where: string,
  options: O,
  checks: { readonly [K in keyof O]-?: Check },
  needed: readonly (keyof O & string)[] = [],
): void {
  if (!isObject(options)) throw new TypeError(`${where}: expected options; found ${show(options)}`)
  const known = new Map<string, Check>(Object.entries(checks))
  for (const [name, value] of Object.entries(options)) {
    const check = known.get(name)
    if (check === undefined)
      throw new TypeError(
        `${where}: there is no option ${JSON.stringify(name)}; there are ${[...known.keys()].join(', ')}`,
      )
    if (value !== undefined) checkValue(`${where}: ${name}`, value, check)
  }
  for (const name of needed) checkValue(`${where}: ${name}`, options[name], checks[name])
}

/** How much of a value is shown. */
const SHOWN = 80

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number' || value === undefined) return String(value)
  const written = JSON.stringify(value) ?? typeof value
  return written.length > SHOWN ? `${written.slice(0, SHOWN)}…` : written
}
