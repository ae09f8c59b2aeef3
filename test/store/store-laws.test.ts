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
import { storeLaws, type StoreUnderTest } from '../../src/testing/store-laws.ts'
import { storeMutants } from './mutants.ts'

const SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)
const HISTORIES = 60

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
    for (const { name, run } of storeLaws(sqlite, { seed: SEED, histories: HISTORIES })) it(name, run)
  })

  describe('in SQLite, without a file', () => {
    for (const { name, run } of storeLaws(() => ({ store: sqliteStore(':memory:') }), { seed: SEED, histories: HISTORIES })) it(name, run)
  })

  describe('reject', () => {
    for (const [name, { mistake, open }] of Object.entries(storeMutants)) {
      it(`a store that ${mistake}: ${name}`, async () => {
        const law = storeLaws(open, { seed: SEED, histories: HISTORIES }).find((each) => each.name === name)
        await expect(law?.run()).rejects.toThrow(/expected|was taken|is not there/)
      })
    }
  })
})
