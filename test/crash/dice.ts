/**
 * Dice: chance from a seed, so that a run can be told by its number.
 * @module
 */

/** Draws. */
export interface Dice {
  /** A whole number from 0, less than that. */
  below(limit: number): number
  pick<T>(choices: readonly T[]): T
}

/** Dice of a seed (mulberry32). */
export function createDice(seed: number): Dice {
  let state = seed >>> 0
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  return {
    below,
    pick: (choices) => choices[below(choices.length)] as (typeof choices)[number],
  }
}
