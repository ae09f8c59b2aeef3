/**
 * Places: every place inside a value, and the value with another one at that place.
 * @module
 */

/** The way from a value inwards. */
export type Place = readonly (string | number)[]

/** Every place inside a value, outer ones first. */
export function placesOf(value: unknown, place: Place = []): readonly Place[] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) =>
          placesOf(item, [...place, Array.isArray(value) ? Number(key) : key]),
        )
      : []
  return place.length === 0 ? inner : [place, ...inner]
}

/** The places of all objects inside a value, its own included. */
export function objectsOf(value: unknown, place: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.entries(value).flatMap(([key, item]) =>
    objectsOf(item, [...place, Array.isArray(value) ? Number(key) : key]),
  )
  return Array.isArray(value) ? inner : [place, ...inner]
}

/** A copy of the value with something else at the place. */
export function withOther<T>(value: T, place: Place, other: unknown): T {
  const [step, ...rest] = place
  if (step === undefined) return other as T
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string | number, unknown>
  copy[step] = withOther(copy[step], rest, other)
  return copy as T
}

/** What JSON can hold, and next to no place expects. */
export const oddJson: readonly unknown[] = [null, 'something else', -1.5, true, [], {}, [7]]

const cycle: Record<string, unknown> = {}
cycle['itself'] = cycle

/** What JSON cannot hold, or does not give back as it was. */
export const notJson: readonly unknown[] = [
  10n,
  Number.NaN,
  Infinity,
  () => 1,
  Symbol('odd'),
  new Date(0),
  new Map([[1, 2]]),
  [undefined],
  Object.assign(new Array(2), { 1: 1 }),
  { deep: { big: 10n } },
  cycle,
]
