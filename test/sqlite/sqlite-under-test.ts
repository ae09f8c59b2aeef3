/**
 * The SQLite store as the store laws are given it: a file in a folder of its own, and what is done to it.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore, type SqliteStore } from '../../src/sqlite/store.ts'
import type { StoreUnderTest } from '../../src/testing/store/store-under-test.ts'
import { crashInCheckpoint, pagesAfterCheckpoint } from '../crash/failing-disk.ts'

/** A store in a new file. */
export function sqliteUnderTest(): StoreUnderTest {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
  const path = join(folder, 'calls.db')
  const opened: SqliteStore[] = []
  const open = (at: string): SqliteStore => {
    const store = sqliteStore(at, { synchronous: 'normal' })
    opened.push(store)
    return store
  }
  let links = 0
  const linkTo = (target: string): string => {
    links += 1
    const place = join(folder, `elsewhere-${links}`)
    mkdirSync(place)
    symlinkSync(target, join(place, 'link.db'))
    return join(place, 'link.db')
  }
  return {
    store: open(path),
    reopen: async () => open(path),
    file: {
      openLink: async () => open(linkTo(path)),
      async openCrashed() {
        const half = Math.floor(pagesAfterCheckpoint(path, join(folder, 'scratch')) / 2)
        return open(linkTo(crashInCheckpoint(path, join(folder, 'crashed'), half)))
      },
      async remove() {
        for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true })
      },
      empty: async () => truncateSync(path),
      replace: async () => open(path).close(),
    },
    async dispose() {
      for (const store of opened) await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}
