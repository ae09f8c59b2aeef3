import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findExcess, findExcessOf } from '../../src/call/codec/json-limits.ts'

const none = { depth: Number.POSITIVE_INFINITY, values: Number.POSITIVE_INFINITY }

/** Levels and values of JSON, found by the plainest recursion. */
function measure(value: unknown): { readonly depth: number; readonly values: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, values: 1 }
  const members = Object.values(value).map(measure)
  return {
    depth: 1 + Math.max(0, ...members.map(({ depth }) => depth)),
    values: 1 + members.reduce((sum, { values }) => sum + values, 0),
  }
}

const options = { seed: 20_260_101, numRuns: 2_000 }

test('the depth of JSON text is exact: the content of strings is not structure', () => {
  const strings = fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', ']', '}', ',', 'a', '\u2028') })
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' }), strings, (value, text) => {
      const json = JSON.stringify([value, text, { [text]: value }], null, 1)
      const { depth } = measure(JSON.parse(json))
      expect(findExcess(json, { ...none, depth })).toBeUndefined()
      expect(findExcess(json, { ...none, depth: depth - 1 })).toEqual({ what: 'depth', limit: depth - 1, found: depth })
      expect(findExcessOf(JSON.parse(json), { ...none, depth })).toBeUndefined()
      expect(findExcessOf(JSON.parse(json), { ...none, depth: depth - 1 })).toEqual({
        what: 'depth',
        limit: depth - 1,
        found: depth,
      })
    }),
    options,
  )
})

test('the count of values is never too low: accepted text holds no more than the limit', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 1, max: 40 }), (value, values) => {
      const json = JSON.stringify(value)
      const found = measure(JSON.parse(json)).values
      if (findExcess(json, { ...none, values }) === undefined) expect(found).toBeLessThanOrEqual(values)
      expect(findExcessOf(JSON.parse(json), { ...none, values }) === undefined).toBe(found <= values)
    }),
    options,
  )
})

test('counting stops at the limit, however much follows', () => {
  const text = '['.repeat(1_000_000)
  expect(findExcess(text, { ...none, depth: 64 })).toEqual({ what: 'depth', limit: 64, found: 65 })
  expect(findExcess(`[0${',0'.repeat(1_000_000)}`, { ...none, values: 10 })).toEqual({
    what: 'values',
    limit: 10,
    found: 11,
  })
})

test('text that is not JSON is read to its end', () => {
  for (const text of ['"[[[', '"\\', ']]]', '', '\\"['])
    expect(findExcess(text, { depth: 1, values: 10 })).toBeUndefined()
})

test('a value that contains itself is too deep', () => {
  const round: { self?: unknown } = {}
  round.self = round
  expect(findExcessOf(round, { ...none, depth: 64 })).toMatchObject({ what: 'depth' })
})
