/**
 * Options of the kit, checked where they come in.
 *
 * Rule: what cannot be meant is refused by a TypeError that names the option, what was expected, and what came. A kit
 * that takes a wrong option for none finds nothing and says so.
 * @module
 */

/** Says what was expected of a value; nothing, when it is that. */
export type OptionShape = (value: unknown) => string | undefined

/** A whole number, not below the least. */
export function wholeNumber(least = Number.MIN_SAFE_INTEGER): OptionShape {
  const expected = least === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number, ${least} or more`
  return (value) => (Number.isSafeInteger(value) && (value as number) >= least ? undefined : expected)
}

/** Milliseconds, 0 or more. */
export const milliseconds: OptionShape = (value) =>
  typeof value === 'number' && value >= 0 ? undefined : 'milliseconds, 0 or more'

/** One of a few words, or of a few other values. */
export function oneOf(words: readonly unknown[]): OptionShape {
  return (value) => (words.includes(value) ? undefined : `one of ${words.join(', ')}`)
}

/** A list of some of a few words, each of them known; of one at least, unless it may be empty. */
export function listOf(
  words: readonly string[],
  { canBeEmpty = false }: { readonly canBeEmpty?: boolean | undefined } = {},
): OptionShape {
  return (value) => {
    const isList =
      Array.isArray(value) && value.every((one) => words.includes(one as string)) && (canBeEmpty || value.length > 0)
    return isList ? undefined : `a list${canBeEmpty ? '' : ', not empty,'} of ${words.join(', ')}`
  }
}

/** Either of two. */
export function either(one: OptionShape, other: OptionShape): OptionShape {
  return (value) => {
    const expected = one(value)
    return expected === undefined || other(value) === undefined ? undefined : `${expected}, or ${other(value)}`
  }
}

/** What fast-check calls a path: places, one after the other. It skips as many runs as the first says: below ten million, so that it comes to an end. */
export const path: OptionShape = (value) =>
  typeof value === 'string' && /^\d{1,7}(?::\d{1,7})*$/.test(value)
    ? undefined
    : 'a path as a failure names it, like 5:0:0'

/** A function. */
export const method: OptionShape = (value) => (typeof value === 'function' ? undefined : 'a function')

/** Anything that has methods of those names. */
export function withMethods(...names: readonly string[]): OptionShape {
  return (value) => {
    const isSo =
      typeof value === 'object' &&
      value !== null &&
      names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function')
    return isSo ? undefined : `an object with ${names.join(', ')}`
  }
}

/** Whatever its own checks make of it. */
export const anything: OptionShape = () => undefined

/** Checks one value. @throws TypeError */
export function checkValue(where: string, value: unknown, shape: OptionShape): void {
  const expected = shape(value)
  if (expected !== undefined) throw new TypeError(`${where}: expected ${expected}; found ${show(value)}`)
}

/** Checks options; an absent one is left to its default, unless it is needed. @throws TypeError */
export function checkOptions(
  where: string,
  options: unknown,
  shapes: Readonly<Record<string, OptionShape>>,
  needed: readonly string[] = [],
): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${where}: expected options; found ${show(options)}`)
  for (const [name, value] of Object.entries(options)) {
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined
    if (shape === undefined)
      throw new TypeError(
        `${where}: there is no option ${JSON.stringify(name)}; there are ${Object.keys(shapes).join(', ')}`,
      )
    if (value !== undefined) checkValue(`${where}: ${name}`, value, shape)
  }
  for (const name of needed)
    checkValue(`${where}: ${name}`, (options as Readonly<Record<string, unknown>>)[name], shapes[name] ?? anything)
}

/** How much of a value is shown. */
const SHOWN = 80

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number' || value === undefined) return String(value)
  const written = JSON.stringify(value) ?? typeof value
  return written.length > SHOWN ? `${written.slice(0, SHOWN)}…` : written
}
