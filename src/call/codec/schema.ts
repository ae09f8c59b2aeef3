/**
 * Shapes: what a value read from outside has to look like, said as small checks that name the first place that does not.
 *
 * Rule: a check allows more than it names; what newer versions add is carried along.
 * @module
 */

/** Where a value is not what it has to be. */
export class Misfit extends Error {
  /** The place inside the value, `event.entries[2].identity`. */
  readonly place: string
  readonly expected: string

  constructor(place: string, expected: string) {
    super(`expected ${expected} at ${place}`)
    this.name = 'Misfit'
    this.place = place
    this.expected = expected
  }
}

/** Throws a Misfit when the value at the place is not what it has to be. */
export type Shape = (value: unknown, place: string) => void

/** A string. */
export const text: Shape = (value, place) => {
  if (typeof value !== 'string') throw new Misfit(place, 'a string')
}

/** A finite number. */
export const number: Shape = (value, place) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Misfit(place, 'a number')
}

/** The furthest a `Date` goes, either way. */
const FURTHEST_MS = 8.64e15

/** A moment, milliseconds since the epoch, that a `Date` can say. */
export const time: Shape = (value, place) => {
  if (typeof value !== 'number' || !(Math.abs(value) <= FURTHEST_MS)) throw new Misfit(place, 'a time in milliseconds')
}

/** True or false. */
export const flag: Shape = (value, place) => {
  if (typeof value !== 'boolean') throw new Misfit(place, 'true or false')
}

/** Nothing in particular. */
export const anything: Shape = () => undefined

/** The shape, or nothing at all. */
export function optional(shape: Shape): Shape {
  return (value, place) => {
    if (value !== undefined) shape(value, place)
  }
}

/** One of the texts. */
export function oneOf(...texts: readonly string[]): Shape {
  return (value, place) => {
    if (typeof value !== 'string' || !texts.includes(value)) throw new Misfit(place, `one of ${texts.join(', ')}`)
  }
}

/** An array of the shape. */
export function list(shape: Shape): Shape {
  return (value, place) => {
    if (!Array.isArray(value)) throw new Misfit(place, 'an array')
    for (const [index, item] of value.entries()) shape(item, `${place}[${index}]`)
  }
}

/** An object with at least these fields. */
export function object(fields: Readonly<Record<string, Shape>>): Shape {
  const shapes = Object.entries(fields)
  return (value, place) => {
    const read = fieldsOf(value, place)
    for (const [name, shape] of shapes) shape(read[name], `${place}.${name}`)
  }
}

/** An object whose fields, whatever their names, all have the shape. */
export function record(shape: Shape): Shape {
  return (value, place) => {
    for (const [name, field] of Object.entries(fieldsOf(value, place))) shape(field, `${place}.${name}`)
  }
}

/** An object whose shape depends on what one of its fields says. */
export function tagged(tag: string, shapes: Readonly<Record<string, Shape>>): Shape {
  const byTag = new Map(Object.entries(shapes))
  const known = oneOf(...byTag.keys())
  return (value, place) => {
    const name = fieldsOf(value, place)[tag]
    known(name, `${place}.${tag}`)
    byTag.get(name as string)?.(value, place)
  }
}

function fieldsOf(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new Misfit(place, 'an object')
  return value
}

/** True for a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
