import fc from 'fast-check'
import { expect, test } from 'vitest'
import { persistentMap } from '../../src/call/model/persistent-map.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_260_105)
const inherited = Object.getOwnPropertyNames(Object.prototype)
const keys = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'b',
    '\u0000',
    '\u0000propertyIsEnumerable',
    ...inherited,
    ...inherited.map((name) => `\u0000${name}`),
  ),
  fc.string({ maxLength: 20 }),
)

test.each([...inherited, '', ' ', '\u0000propertyIsEnumerable'])(
  '"%s" is an ordinary key, alone and among many',
  (key) => {
    let map = persistentMap([[key, 0]])
    for (let i = 0; i < 2_000; i += 1) map = map.set(`another long enough key ${i}`, i)
    expect([map.get(key), map.has(key), map.size]).toEqual([0, true, 2_001])
    expect([...map.keys()]).toContain(key)
    expect([...map].find(([one]) => one === key)).toEqual([key, 0])
    expect(map.delete(key).has(key)).toBe(false)
    expect(map.delete(key).size).toBe(2_000)
  },
)

test(`behaves like a Map that is copied on every change, whatever the keys (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(keys, fc.option(fc.nat(3), { nil: undefined })), { maxLength: 60, size: 'max' }),
      (changes) => {
        let map = persistentMap<string, number>()
        const model = new Map<string, number>()
        for (const [key, value] of changes) {
          const [before, size] = [map, map.size]
          const isSame = value === undefined ? !model.has(key) : model.has(key) && model.get(key) === value
          map = value === undefined ? map.delete(key) : map.set(key, value)
          if (value === undefined) model.delete(key)
          else model.set(key, value)
          expect(before.size).toBe(size)
          expect(map === before).toBe(isSame)
          expect(map.size).toBe(model.size)
        }
        expect(new Map(map)).toEqual(model)
        expect(new Set(map.keys())).toEqual(new Set(model.keys()))
        expect([...map.values()].sort()).toEqual([...model.values()].sort())
        expect(new Map(persistentMap(map))).toEqual(model)
      },
    ),
    { seed, numRuns: 500 },
  )
})

test('an absent key is not found, inherited names included', () => {
  for (const key of inherited) {
    expect(persistentMap<string, number>().get(key)).toBeUndefined()
    expect(persistentMap<string, number>([['a', 1]]).has(key)).toBe(false)
  }
})
