/**
 * The type of a store law, and its arguments.
 * @module
 */
import type { OpenStore, StoreUnderTest } from './store-under-test.ts'

/** A law: given an open store, and how much it tries and opens further stores, it rejects with `LawBroken` when the store breaks it. */
export type Law = (
  under: StoreUnderTest,
  trial: { readonly seed: number; readonly runs: number; readonly open: OpenStore },
) => Promise<void>
