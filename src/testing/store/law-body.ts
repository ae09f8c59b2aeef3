/**
 * The type of a store law, and its arguments.
 * @module
 */
import type { OpenStore, StoreUnderTest } from './store-under-test.ts'

/** How much a law tries, and how it opens further stores. */
export interface Trial {
  readonly seed: number
  readonly runs: number
  readonly open: OpenStore
}

/** A law: given an open store, it rejects with `LawBroken` when the store breaks it. */
export type Law = (under: StoreUnderTest, trial: Trial) => Promise<void>
