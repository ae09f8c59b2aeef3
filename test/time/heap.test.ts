/**
 * The heap: against a sorted list.
 * @module
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap } from '../../src/time/heap.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_127)

/** A number to push, a removal of the least, or a removal of all odd numbers. */
const operation = fc.oneof(
  { weight: 5, arbitrary: fc.nat(100) },
  { weight: 3, arbitrary: fc.constant('pop' as const) },
  { weight: 1, arbitrary: fc.constant('retain' as const) },
)

test(`gives its items in order, whatever is pushed, popped and dropped in between (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const heap = new Heap<number>((one, other) => one < other)
      let sorted: number[] = []
      for (const asked of operations) {
        if (asked === 'pop') expect(heap.pop()).toBe(sorted.shift())
        else if (asked === 'retain') {
          heap.retain((item) => item % 2 === 0)
          sorted = sorted.filter((item) => item % 2 === 0)
        } else {
          heap.push(asked)
          sorted = [...sorted, asked].sort((one, other) => one - other)
        }
        expect([heap.first, heap.size]).toEqual([sorted[0], sorted.length])
      }
      while (heap.size > 0) expect(heap.pop()).toBe(sorted.shift())
      expect(sorted).toEqual([])
    }),
    { seed, numRuns: 300 },
  )
})
