/**
 * The laws of a store, for the stores there are, and for stores that break them.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/store/memory.ts'
import { sqliteStore } from '../../src/store/sqlite.ts'
import { storeLaws } from '../../src/testing/store-laws.ts'
import type { StoreUnderTest } from '../../src/testing/store-under-test.ts'
import { runs } from '../effort/runs.ts'
import { moreStoreMutants, storeMutants } from './mutants.ts'

const SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)
const HISTORIES = runs(20, 60)

function sqlite(): StoreUnderTest {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
  const path = join(folder, 'calls.db')
  const store = sqliteStore(path, { synchronous: 'normal' })
  return {
    store,
    reopen: async () => sqliteStore(path, { synchronous: 'normal' }),
    async dispose() {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

describe(`the laws of a store (seed ${SEED})`, () => {
  describe('in memory', () => {
    for (const { name, run } of storeLaws(() => ({ store: memoryStore() }), { seed: SEED, histories: HISTORIES })) it(name, run)
  })

  describe('in SQLite', () => {
    for (const { name, run } of storeLaws(sqlite, { seed: SEED, histories: HISTORIES, isDurable: true })) it(name, run)
  })

  describe('in SQLite, without a file', () => {
    for (const { name, run } of storeLaws(() => ({ store: sqliteStore(':memory:') }), { seed: SEED, histories: HISTORIES })) it(name, run)
  })

  describe('reject', () => {
    for (const [name, { mistake, open }] of [...Object.entries(storeMutants), ...moreStoreMutants.map((one) => [one.breaks, one] as const)]) {
      it(`a store that ${mistake}: ${name}`, async () => {
        const isDurable = name.startsWith('durability')
        const law = storeLaws(open, { seed: SEED, histories: HISTORIES, isDurable }).find((each) => each.name === name)
        await expect(law?.run()).rejects.toThrow(/expected|was taken|is not there/)
      })
    }
  })

  it('durability is a law for those that can be opened again, and not in the list of the others', () => {
    const names = (isDurable?: boolean): readonly string[] => storeLaws(sqlite, { isDurable }).map(({ name }) => name)
    const durability = 'durability: what was committed is there for the next process'
    expect(names(true)).toContain(durability)
    expect(names()).toEqual(names(true).filter((name) => name !== durability))
  })
})
