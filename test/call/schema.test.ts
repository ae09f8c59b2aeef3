/**
 * The schema kit: faults with paths, and shapes that belong to exactly one type.
 */
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  also,
  anything,
  either,
  fits,
  flag,
  json,
  jsonObject,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  pair,
  parse,
  record,
  tagged,
  text,
  time,
  wholeNumber,
  type Shape,
} from '../../src/call/codec/schema.ts'
import { notJson, oddJson } from './places.ts'

interface Person {
  readonly name: string
  readonly age?: number | undefined
  readonly mood: 'good' | 'bad'
}

const person = object<Person>({ name: text, age: optional(number), mood: oneOf('good', 'bad') })

type Answer = { readonly is: 'yes'; readonly how: string } | { readonly is: 'no' }
const answer = tagged<Answer, 'is'>('is', { yes: { how: text }, no: {} })

describe('a fault has its place, the expectation, and the value', () => {
  test.each<readonly [Shape<never>, unknown, string, string]>([
    [text, 1, '', 'a string'],
    [number, Number.NaN, '', 'a number'],
    [time, 8.65e15, '', 'a time in milliseconds'],
    [wholeNumber(), 0.5, '', 'a whole number'],
    [wholeNumber(3), 2, '', 'a whole number, 3 or more'],
    [flag, 'true', '', 'true or false'],
    [oneOf('a', 'b'), 'c', '', 'one of a, b'],
    [oneOf('a', 'b'), 'toString', '', 'one of a, b'],
    [nullable(text), undefined, '', 'a string'],
    [list(text), {}, '', 'an array'],
    [list(text), ['a', 'b', 3], '[2]', 'a string'],
    [pair(text, number), 'x', '', 'an array'],
    [pair(text, number), [1, 1], '[0]', 'a string'],
    [pair(text, number), ['a'], '[1]', 'a number'],
    [record(number), [], '', 'an object'],
    [record(number), { a: 1, 'b c': '2' }, "['b c']", 'a number'],
    [record(number), { ['x'.repeat(200)]: '2' }, `['${'x'.repeat(80)}']`, 'a number'],
    [person, null, '', 'an object'],
    [list(person), [{ name: 'Ann', mood: 'odd' }], '[0].mood', 'one of good, bad'],
    [
      object<Person>({ name: text, age: optional(number), mood: oneOf('good', 'bad') }, json),
      { name: 'Ann', mood: 'bad', pet: 1n },
      '.pet',
      'a JSON value',
    ],
    [answer, 'yes', '', 'an object'],
    [answer, { is: 'maybe' }, '.is', 'one of yes, no'],
    [answer, { is: 'yes' }, '.how', 'a string'],
    [also(text, (value) => (value === '' ? { path: '', expected: 'more', found: value } : undefined)), '', '', 'more'],
    [either(oneOf('all'), list(text)), 7, '', 'one of all, or an array'],
    [either(oneOf('all'), list(text)), [7], '[0]', 'a string'],
    [jsonObject, [], '', 'an object'],
    [jsonObject, { a: { b: [0, undefined] } }, '.a.b[1]', 'a JSON value'],
  ] as never)('%# %o: %o at "%s", expected %s', (shape, value, path, expected) => {
    const fault = shape(value)
    expect(fault).toMatchObject({ path, expected })
    expect(fits(shape, value)).toBe(false)
    expect(() => parse(shape, value, (found) => new RangeError(`${found.expected} at ${found.path}`))).toThrow(
      new RangeError(`${expected} at ${path}`),
    )
  })

  test('the value is part of the fault', () => {
    expect(list(person)([{ name: 'Ann', mood: 'odd' }])?.found).toBe('odd')
  })
})

test.each<readonly [Shape<never>, unknown]>([
  [anything, 10n],
  [optional(text), undefined],
  [nullable(text), null],
  [pair(text, number), ['a', 1, 'more']],
  [record(number), { a: 1, b: undefined }],
  [person, { name: 'Ann', mood: 'bad', pet: 1n }],
  [answer, { is: 'no', how: 7 }],
  [either(oneOf('all'), list(text)), 'all'],
  [either(oneOf('all'), list(text)), ['a']],
  [time, -8.64e15],
] as never)('%# a matching value is returned as it is: %o, %o', (shape, value) => {
  expect(parse(shape, value, () => new Error('refused'))).toBe(value)
})

describe('JSON', () => {
  test.each(oddJson.map((value) => [value]))('%o is JSON', (value) => {
    expect(json(value)).toBeUndefined()
    expect(jsonObject({ field: value })).toBeUndefined()
  })

  test.each(notJson.map((value) => [value]))('%o is not', (value) => {
    expect(json(value)).toBeDefined()
    expect(jsonObject({ field: value })?.path).toMatch(/^\.field/)
  })

  test('an object without a prototype is, and one with a field that JSON would drop', () => {
    expect(json(Object.assign(Object.create(null), { a: 1, b: undefined }))).toBeUndefined()
  })

  test('may be 64 deep', () => {
    let value: unknown = 1
    for (let depth = 0; depth < 64; depth += 1) value = [value]
    expect(json(value)).toBeUndefined()
    expect(json([value])?.expected).toBe('JSON at most 64 deep, without cycles')
  })
})

test('a shape with other fields, or other words, than its type does not compile', () => {
  expectTypeOf(person).toEqualTypeOf<Shape<Person>>()
  // @ts-expect-error a field of the type is missing
  object<Person>({ name: text, mood: oneOf('good', 'bad') })
  // @ts-expect-error the type has no such field
  object<Person>({ name: text, age: optional(number), mood: oneOf('good', 'bad'), pet: text })
  // @ts-expect-error a field that may be absent is not optional
  object<Person>({ name: text, age: number, mood: oneOf('good', 'bad') })
  // @ts-expect-error a field that has to be there is optional
  object<Person>({ name: optional(text), age: optional(number), mood: oneOf('good', 'bad') })
  // @ts-expect-error a word is missing
  object<Person>({ name: text, age: optional(number), mood: oneOf('good') })
  // @ts-expect-error the type has no such word
  object<Person>({ name: text, age: optional(number), mood: oneOf('good', 'bad', 'odd') })
  // @ts-expect-error a member of the union is missing
  tagged<Answer, 'is'>('is', { yes: { how: text } })
  // @ts-expect-error a field of a member is missing
  tagged<Answer, 'is'>('is', { yes: {}, no: {} })
  // @ts-expect-error items of another type
  const numbers: Shape<readonly number[]> = list(text)
  expect(fits(numbers, ['a'])).toBe(true)
})
