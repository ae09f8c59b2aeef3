/**
 * Shapes of the kit's options, beside those that all options share (`call/codec/options.ts`).
 *
 * Rule: an invalid option is a TypeError that names the option, the expected and the found value. A kit that ignored a
 * wrong option would find nothing and report success.
 * @module
 */
import { also, is, list, oneOf, type Shape } from '../call/codec/schema.ts'

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
