/**
 * Randomness as a value: a seeded generator whose state is part of the world, so that the same seed gives the same
 * history.
 *
 * Rule: 32-bit integer arithmetic only. Transcendental functions are not used: their last digit may differ between
 * machines.
 * @module
 */

/** The state of a generator: four unsigned 32-bit words (xoshiro128**, Blackman and Vigna, public domain). */
export type RandomState = [number, number, number, number]

/** A generator seeded with a text; equal seeds give equal sequences. */
export function seedRandom(seed: string): RandomState {
  // FNV-1a hashes the text to one word, splitmix32 expands it to four.
  let word = 0x811c9dc5
  for (let index = 0; index < seed.length; index += 1) word = Math.imul(word ^ seed.charCodeAt(index), 0x01000193)
  const next = (): number => {
    word = (word + 0x9e3779b9) | 0
    let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  return [next(), next(), next(), next()]
}

/** The next unsigned 32-bit integer. Changes `state` in place. */
export function nextWord(state: RandomState): number {
  const [s0, s1, s2, s3] = state
  const product = Math.imul(s1, 5)
  const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
  const mixed2 = s2 ^ s0
  const mixed3 = s3 ^ s1
  state[0] = (s0 ^ mixed3) >>> 0
  state[1] = (s1 ^ mixed2) >>> 0
  state[2] = (mixed2 ^ (s1 << 9)) >>> 0
  state[3] = ((mixed3 << 11) | (mixed3 >>> 21)) >>> 0
  return result
}

/** A whole number from `min` to `max`, inclusive; the range must be below 2^32. Changes `state` in place. */
export function nextInteger(state: RandomState, min: number, max: number): number {
  return max <= min ? min : min + (nextWord(state) % (max - min + 1))
}

/**
 * True with the given probability, 0 to 1. Always draws, so that changing a probability shifts no other draw. Changes
 * `state` in place.
 */
export function nextChance(state: RandomState, probability: number): boolean {
  return nextWord(state) < probability * 0x1_0000_0000
}

/** A version 4 GUID, lower case and dashed. Changes `state` in place. */
export function nextGuid(state: RandomState): string {
  const words = [nextWord(state), nextWord(state), nextWord(state), nextWord(state)] as const
  const version = ((words[1] & 0xffff0fff) | 0x00004000) >>> 0
  const variant = ((words[2] & 0x3fffffff) | 0x80000000) >>> 0
  const text = [words[0], version, variant, words[3]].map((word) => word.toString(16).padStart(8, '0')).join('')
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
}
