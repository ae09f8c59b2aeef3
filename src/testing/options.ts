/**
 * Options of the kit, checked where they come in.
 *
 * Rule: what cannot be meant is refused by a TypeError that names the option, what was expected, and what came. A kit
 * that takes a wrong option for none finds nothing and says so.
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

/** What fast-check calls a path: places, one after the other. It skips as many runs as the first says: below ten million, so that it comes to an end. */
export const path = is<string>(
  'a path as a failure names it, like 5:0:0',
  (value) => typeof value === 'string' && /^\d{1,7}(?::\d{1,7})*$/.test(value),
)

/** A function. */
export const method: Check = is('a function', (value) => typeof value === 'function')

/** Anything that has methods of those names. */
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
 * Checks options, every one there is by its own check. An absent one is left to its default, unless it is needed.
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
