/**
 * A file in a folder of its own for each test, and the stores opened on it.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'

/** The folder of this test. */
export let folder = ''

/** The file of this test. */
export let path = ''

/** The stores that this test opened. */
let stores: SqliteStore[] = []

/** Makes the folder before each test of a file; closes the stores and removes the folder after it. */
export function useTemporaryFile(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
    path = join(folder, 'calls.db')
    stores = []
  })

  afterEach(async () => {
    for (const store of stores) await store.close()
    rmSync(folder, { recursive: true })
  })
}

/** Opens the file. */
export function open(options: Parameters<typeof sqliteStore>[1] = {}): SqliteStore {
  const store = sqliteStore(path, options)
  stores.push(store)
  return store
}
