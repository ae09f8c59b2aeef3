/**
 * Backoff: waits that double within bounds.
 * @module
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs } from '../../src/time/backoff.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_127)

test('the wait doubles from the first to the longest', () => {
  const waits = [1, 2, 3, 4, 5, 6].map((failures) => backoffMs(failures, { firstMs: 500, longestMs: 6_000 }))
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 6_000, 6_000])
})

test('no failure waits as long as one', () => {
  expect(backoffMs(0, { firstMs: 100, longestMs: 1_000 })).toBe(100)
})

test('a longest wait below the first bounds that, too', () => {
  expect(backoffMs(1, { firstMs: 100, longestMs: 30 })).toBe(30)
})

test(`every wait is a number within the bounds, and none is shorter than the one before (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.nat(1e9), fc.nat(5_000), (firstMs, longestMs, failures) => {
      const wait = backoffMs(failures, { firstMs, longestMs })
      expect(wait).toBeGreaterThanOrEqual(Math.min(firstMs, longestMs))
      expect(wait).toBeLessThanOrEqual(longestMs)
      expect(backoffMs(failures + 1, { firstMs, longestMs })).toBeGreaterThanOrEqual(wait)
      expect(backoffMs(failures, { firstMs: 0 })).toBe(0)
      expect(Number.isFinite(backoffMs(failures, { firstMs }))).toBe(true)
    }),
    { seed },
  )
})
