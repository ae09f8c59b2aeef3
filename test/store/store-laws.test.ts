/**
 * The laws of a store, for all stores of the library, and for stores that break them.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { storeLaws, type StoreLawOptions } from '../../src/testing/store/store-laws.ts'
import { runs } from '../effort/runs.ts'
import { moreStoreMutants, storeMutants } from './mutants.ts'
import { sqliteUnderTest } from '../sqlite/sqlite-under-test.ts'

const SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)
/** A store that breaks a law is found long before. */
const REJECTED_BY = 2_000
const HISTORIES = runs(20, 60)

describe(`the laws of a store (seed ${SEED})`, () => {
  describe('in memory', () => {
    for (const { name, run } of storeLaws(() => ({ store: memoryStore() }), { seed: SEED, histories: HISTORIES }))
      test(name, run)
  })

  describe('in SQLite', () => {
    for (const { name, run } of storeLaws(sqliteUnderTest, { seed: SEED, histories: HISTORIES, isFile: true }))
      test(name, run)
  })

  describe('in SQLite, without a file', () => {
    for (const { name, run } of storeLaws(() => ({ store: sqliteStore(':memory:') }), {
      seed: SEED,
      histories: HISTORIES,
    }))
      test(name, run)
  })

  describe('reject', () => {
    for (const [name, { mistake, open }] of [
      ...Object.entries(storeMutants),
      ...moreStoreMutants.map((one) => [one.breaks, one] as const),
    ]) {
      test(`a store that ${mistake}: ${name}`, async () => {
        const isFile = name.startsWith('file:')
        const isDurable = isFile || name.startsWith('durability:')
        const law = storeLaws(open, { seed: SEED, histories: REJECTED_BY, isDurable, isFile }).find(
          (each) => each.name === name,
        )
        await expect(law?.run()).rejects.toThrow(/expected|was accepted|cannot be loaded/)
      })
    }
  })

  test('durability is a law for stores that can be opened again, the file laws for stores that are files, and neither for others', () => {
    const names = (options: StoreLawOptions): readonly string[] =>
      storeLaws(sqliteUnderTest, options).map(({ name }) => name)
    const isOf =
      (kind: string) =>
      (name: string): boolean =>
        name.startsWith(`${kind}:`)
    const all = names({ isFile: true })
    expect([all.filter(isOf('durability')).length, all.filter(isOf('file')).length]).toEqual([2, 3])
    expect(names({ isDurable: true })).toEqual(all.filter((name) => !isOf('file')(name)))
    expect(names({})).toEqual(all.filter((name) => !isOf('file')(name) && !isOf('durability')(name)))
  })
})
