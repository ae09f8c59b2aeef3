/**
 * The option reader: which options it refuses, and its messages.
 */
import { describe, expect, test } from 'vitest'
import { nearestWord } from '../../src/call/codec/nearest.ts'
import {
  LONGEST_MS,
  method,
  milliseconds,
  options,
  port,
  readOptions,
  someMilliseconds,
  someText,
  withMethods,
} from '../../src/call/codec/options.ts'
import { flag, list, oneOf, optional, text } from '../../src/call/codec/schema.ts'

interface OvenOptions {
  readonly recipe: string
  readonly ringTimeoutMs?: number | undefined
  readonly mode?: 'fan' | 'grill' | undefined
  readonly isHot?: boolean | undefined
  readonly timer?: { readonly afterMs: number } | undefined
  readonly shelves?: readonly { readonly kind?: string | undefined }[] | undefined
}

const shape = options<OvenOptions>({
  recipe: text,
  ringTimeoutMs: optional(someMilliseconds),
  mode: optional(oneOf('fan', 'grill')),
  isHot: optional(flag),
  timer: optional(options({ afterMs: milliseconds })),
  shelves: optional(list(options({ kind: optional(someText) }))),
})

const bake = (given: object | null): OvenOptions => readOptions('bake', shape, given as OvenOptions)
const names = 'recipe, ringTimeoutMs, mode, isHot, timer, shelves'

describe('an invalid option is a TypeError that names the fault', () => {
  test.each<readonly [object | null, string]>([
    [null, 'bake: expected an object of options; found null'],
    [[], 'bake: expected an object of options; found an array'],
    [{}, 'bake: recipe: expected a string; found nothing'],
    [
      { recipe: '', ringTimoutMs: 1 },
      `bake: no option 'ringTimoutMs'; did you mean 'ringTimeoutMs'? Options: ${names}`,
    ],
    [{ recipy: '' }, `bake: no option 'recipy'; did you mean 'recipe'? Options: ${names}`],
    [{ recipe: '', colour: null }, `bake: no option 'colour'. Options: ${names}`],
    [{ recipe: '', ringTimeoutMs: null }, 'bake: ringTimeoutMs: expected milliseconds, more than 0; found null'],
    [{ recipe: '', ringTimeoutMs: 0 }, 'bake: ringTimeoutMs: expected milliseconds, more than 0; found 0'],
    [{ recipe: '', ringTimeoutMs: Number.NaN }, 'bake: ringTimeoutMs: expected milliseconds, more than 0; found NaN'],
    [{ recipe: '', ringTimeoutMs: LONGEST_MS + 1 }, 'bake: ringTimeoutMs: expected milliseconds, more than 0'],
    [{ recipe: '', mode: 'gril' }, `bake: mode: expected one of fan, grill; found "gril"; did you mean 'grill'?`],
    [{ recipe: '', timer: {} }, 'bake: timer.afterMs: expected milliseconds, 0 or more; found nothing'],
    [
      { recipe: '', timer: { afterMS: 1 } },
      `bake: no option 'timer.afterMS'; did you mean 'afterMs'? Options: afterMs`,
    ],
    [
      { recipe: '', shelves: [{ kind: '' }] },
      'bake: shelves[0].kind: expected a string that is not empty; found an empty',
    ],
  ])('%o', (given, message) => {
    expect(() => bake(given)).toThrow(TypeError)
    expect(() => bake(given)).toThrow(message)
  })

  test('and never shows a text that may be a secret', () => {
    expect(() => bake({ recipe: '', ringTimeoutMs: 's3cret' })).toThrow(/found a string$/)
  })
})

test('an option that is undefined counts as absent, even an unknown one', () => {
  expect(bake({ recipe: 'cake', ringTimeoutMs: undefined, ringTimoutMs: undefined })).toEqual({ recipe: 'cake' })
  expect(Object.keys(bake({ recipe: 'cake', mode: undefined }))).toEqual(['recipe'])
})

test('an object of a class is read through its getters', () => {
  class Config {
    readonly recipe = 'cake'
    get isHot(): boolean {
      return true
    }
  }
  expect(bake(new Config())).toEqual({ recipe: 'cake', isHot: true })
})

test('a method may be inherited', () => {
  expect(withMethods('get', 'has')(new Map())).toBeUndefined()
  expect(withMethods('get', 'put')(new Map())).toMatchObject({ expected: 'an object with get, put' })
  expect(method(() => undefined)).toBeUndefined()
})

test.each([
  [0, true],
  [65_535, true],
  [65_536, false],
  [-1, false],
  [1.5, false],
])('a port can be %d: %s', (value, can) => {
  expect(port(value) === undefined).toBe(can)
})

describe('the nearest word', () => {
  const words = ['seed', 'baseUrl', 'token', 'speed', 'ringTimeoutMs', 'allowedHosts']
  test.each([
    ['baseURL', 'baseUrl'],
    ['base-url', 'baseUrl'],
    ['sped', 'speed'],
    ['spede', 'speed'],
    ['tokens', 'token'],
    ['ringTimoutMs', 'ringTimeoutMs'],
    ['allowHosts', 'allowedHosts'],
    ['colour', undefined],
    ['', undefined],
    ['x'.repeat(1_000_000), undefined],
  ])('of %.20s is %s', (word, nearest) => {
    expect(nearestWord(word, words)).toBe(nearest)
  })

  test('of no words is none', () => {
    expect(nearestWord('speed', [])).toBeUndefined()
  })
})

test('a table that leaves an option out, names another, or checks another type does not compile', () => {
  interface Two {
    readonly one?: string | undefined
    readonly two?: number | undefined
  }
  // @ts-expect-error two has no check
  options<Two>({ one: optional(text) })
  // @ts-expect-error three is not an option
  options<Two>({ one: optional(text), two: optional(milliseconds), three: optional(text) })
  // @ts-expect-error two is not text
  options<Two>({ one: optional(text), two: optional(text) })
  // @ts-expect-error two may be absent
  options<Two>({ one: optional(text), two: milliseconds })
})
