/**
 * Equality of plain data: what JSON can hold.
 * @module
 */

/** True when two values of plain data say the same; a field that is undefined counts as absent. */
export function isSameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, place) => isSameValue(item, other[place]))
    )
  }
  const fields = definedFields(one)
  const others = new Map(definedFields(other))
  return (
    fields.length === others.size &&
    fields.every(([name, field]) => others.has(name) && isSameValue(field, others.get(name)))
  )
}

/** The fields that have a value, `__proto__` included where JSON brought it as one. */
export function definedFields(value: object): readonly [string, unknown][] {
  return Object.entries(value).filter(([, field]) => field !== undefined)
}
