/**
 * Store laws: what every `Store` must obey, as tests for any runner.
 *
 * `for (const { name, run } of storeLaws(open)) test(name, run)` — with vitest, Jest or `node:test`. A law that is
 * broken throws a `LawBroken` that says how.
 * @module
 */
import { flag, optional, wholeNumber } from '../../call/codec/schema.ts'
import { checkArgument, method, options, readOptions } from '../../call/codec/options.ts'
import { durableLaws, fileLaws } from './file-laws.ts'
import { openStore, type OpenStore } from './store-under-test.ts'
import type { Law } from './law-body.ts'
import { commitLaws } from './commit-laws.ts'
import { groupLaws } from './group-laws.ts'
import { leaseLaws } from './lease-laws.ts'
import { listingLaws } from './listing-laws.ts'
import { roundTripLaws } from './round-trip-laws.ts'

/** Options of the store laws. */
export interface StoreLawOptions {
  /** The seed of the random histories, a whole number. Default 1. */
  readonly seed?: number | undefined
  /** How many random histories are stored and read back, 1 or more. Default 50. */
  readonly histories?: number | undefined
  /**
   * Whether the store outlives its process. If so, the laws include durability, and `open` returns `reopen`. Default false.
   */
  readonly isDurable?: boolean | undefined
  /**
   * Whether the store is a named file, and so durable. If so, the laws include links, crashes and changes to the file,
   * and `open` returns `file`. Default false.
   */
  readonly isFile?: boolean | undefined
}

const shape = options<StoreLawOptions>({
  seed: optional(wholeNumber()),
  histories: optional(wholeNumber(1)),
  isDurable: optional(flag),
  isFile: optional(flag),
})

/** One law as a test. */
export interface StoreLaw {
  /** The law, in a sentence. */
  readonly name: StoreLawName
  /** @throws LawBroken */
  run(): Promise<void>
}

/** The names of the laws. */
export type StoreLawName = keyof typeof laws

/**
 * The laws for a store; `open` makes an empty store for each. A law rejects with a TypeError if `open` does not return a
 * store.
 * @throws TypeError for an invalid option
 */
export function storeLaws(open: OpenStore, given: StoreLawOptions = {}): readonly StoreLaw[] {
  checkArgument('storeLaws: the first argument', open, method)
  const { seed = 1, histories: runs = 50, isFile = false, isDurable = isFile } = readOptions('storeLaws', shape, given)
  const names = (Object.keys(laws) as StoreLawName[]).filter(
    (name) => (isDurable || !(name in durableLaws)) && (isFile || !(name in fileLaws)),
  )
  return names.map((name) => ({
    name,
    async run() {
      const under = await openStore(open, { isDurable, isFile })
      try {
        await laws[name](under, { seed, runs, open })
      } finally {
        await under.dispose?.()
      }
    },
  }))
}

const laws = {
  ...commitLaws,
  ...leaseLaws,
  ...listingLaws,
  ...roundTripLaws,
  ...groupLaws,
  ...durableLaws,
  ...fileLaws,
} as const satisfies Readonly<Record<string, Law>>
