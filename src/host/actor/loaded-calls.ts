/**
 * Loaded calls: which calls of a host stay decoded in memory, bounded by about how much they take.
 *
 * Rule: room is made by unloading any call, chosen at random, not the one that was used longest ago. Where calls take turns and
 * not all of them have room, the latter unloads each call right before its turn, and no call is found loaded.
 * @module
 */
import type { LoadedCall } from './host-context.ts'

interface Place {
  readonly index: number
  readonly bytes: number
}

/** The calls that are decoded. */
export class LoadedCalls {
  readonly #limitBytes: number
  readonly #calls: LoadedCall[] = []
  readonly #places = new Map<LoadedCall, Place>()
  #bytes = 0
  #random = 1

  /** `limitBytes`: about how much memory the calls may take together. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** How many calls count as loaded. */
  get size(): number {
    return this.#calls.length
  }

  /** The call is decoded, and stays so; others are unloaded where there is not enough room. */
  used(call: LoadedCall): void {
    const known = this.#places.get(call)
    const { bytes } = call
    const index = known?.index ?? this.#calls.push(call) - 1
    this.#places.set(call, { index, bytes })
    this.#bytes += bytes - (known?.bytes ?? 0)
    while (this.#bytes > this.#limitBytes && this.#calls.length > 1) {
      const other = this.#other(call)
      this.drop(other)
      other.unload()
    }
  }

  /** The call does not count any more. */
  drop(call: LoadedCall): void {
    const place = this.#places.get(call)
    const last = this.#calls.at(-1)
    if (place === undefined || last === undefined) return
    this.#places.delete(call)
    this.#bytes -= place.bytes
    this.#calls.pop()
    if (last === call) return
    this.#calls[place.index] = last
    this.#places.set(last, { ...(this.#places.get(last) as Place), index: place.index })
  }

  /** Any call but this one. The same sequence in every host, so that runs can be repeated. */
  #other(call: LoadedCall): LoadedCall {
    // A linear congruential generator modulo 2^32 (Numerical Recipes); its upper bits are used.
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0
    const index = Math.floor((this.#random / 2 ** 32) * this.#calls.length)
    const found = this.#calls[index] as LoadedCall
    return found === call ? (this.#calls[(index + 1) % this.#calls.length] as LoadedCall) : found
  }
}
