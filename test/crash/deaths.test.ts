/**
 * Every kind of death comes as often as any other.
 */
import { expect, test } from 'vitest'
import { Deaths, nameOf } from './deaths.ts'
import { createDice } from './dice.ts'

test.each([1, 2, 3])(
  'of 41 deaths every named step takes one and every moment of the parent three (seed %i)',
  (seed) => {
    const deaths = new Deaths(createDice(seed))
    const counts = Map.groupBy(
      Array.from({ length: 2 * 41 }, () => nameOf(deaths.draw())),
      (name) => name,
    )
    expect(counts.size).toBe(33)
    expect([...counts.values()].map(({ length }) => length).sort((one, other) => one - other)).toEqual([
      ...Array<number>(29).fill(2),
      ...Array<number>(4).fill(6),
    ])
  },
)

test('a step that never came is tried again at its first time', () => {
  const deaths = new Deaths(createDice(4))
  const drawn = Array.from({ length: 41 }, () => deaths.draw())
  const missed = drawn.find((manner) => 'step' in manner && manner.step.count > 1)
  if (missed === undefined || !('step' in missed)) throw new Error('no step is to come more than once')
  deaths.outlived(missed)
  expect(deaths.draw()).toMatchObject({ step: { step: missed.step.step, count: 1 } })
})
