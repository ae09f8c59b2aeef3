/**
 * Equality of plain data, as JSON can hold it.
 * @module
 */

/** True if two values of plain data are equal. An undefined field counts as absent. */
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

/** The fields with a defined value, including an own field named `__proto__`, which JSON can create. */
export function definedFields(value: object): readonly [string, unknown][] {
  return Object.entries(value).filter(([, field]) => field !== undefined)
}
