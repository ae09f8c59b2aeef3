/**
 * Texts of what never changes: a record is put into JSON once, however many states share it.
 * @module
 */
const texts = new WeakMap<object, string>()

/** The JSON of a value that is never written to again. */
export function memoJson(value: object): string {
  const known = texts.get(value)
  if (known !== undefined) return known
  const text = JSON.stringify(value)
  texts.set(value, text)
  return text
}
