/**
 * A disk that fails: SQLite's own errors, now and then, before anything is written; and files as a crash leaves them.
 * @module
 */
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RollcallError } from '../../src/call/model/errors.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import { createDice } from './dice.ts'

/** What a full, a locked and a write-protected disk say, with SQLite's codes. */
export const diskErrors = [
  { errcode: 13, errstr: 'database or disk is full' },
  { errcode: 5, errstr: 'database is locked' },
  { errcode: 8, errstr: 'attempt to write a readonly database' },
] as const

/** The error a store makes of one of them. */
export function diskError({ errcode, errstr }: (typeof diskErrors)[number]): RollcallError {
  return new RollcallError(
    'STORE_FAILED',
    `The store could not read or write (${errstr}, SQLite code ${errcode}); nothing of this transaction was kept.`,
    {},
    {
      cause: Object.assign(new Error(errstr), { code: 'ERR_SQLITE_ERROR', errcode, errstr }),
    },
  )
}

/** One write in so many fails. */
const FAILS_ONE_IN = 12

/**
 * After a failure so many writes of the same call succeed: a notification is tried four times, and one that is given
 * up by the service is a fault of its own, which only the next start finds out about.
 */
const CALM = 6

/** The store on such a disk; which writes fail is drawn from the seed. Cursors are spared: their loss is a repetition. */
export function failingDisk(store: Store, seed: number): Store {
  const dice = createDice(seed)
  const calm = new Map<string, number>()
  const risk = <T>(callId: string, act: () => Promise<T>): Promise<T> => {
    const left = calm.get(callId) ?? 0
    if (left > 0) calm.set(callId, left - 1)
    if (left > 0 || dice.below(FAILS_ONE_IN) !== 0) return act()
    calm.set(callId, CALM)
    return Promise.reject(diskError(dice.pick(diskErrors)))
  }
  return {
    ...store,
    load: (callId) => risk(callId, () => store.load(callId)),
    commit: (commit) => risk(commit.callId, () => store.commit(commit)),
    claim: (callId, effectId, lease) => risk(callId, () => store.claim(callId, effectId, lease)),
    renew: (lease) => risk(lease.instanceId, () => store.renew(lease)),
  }
}

/** Bytes of a page, SQLite's default. */
const PAGE_BYTES = 4_096

/** How many pages a checkpoint of this file, whose log is beside it, would leave it with. */
export function pagesAfterCheckpoint(file: string, scratch: string): number {
  return readCheckpointed(file, scratch).length / PAGE_BYTES
}

/**
 * Copies a file and its log into the folder as a crash leaves them that comes in the midst of a checkpoint: the log is
 * whole, and so many pages of it are in the file. Returns the copy's path.
 */
export function crashInCheckpoint(file: string, folder: string, pages: number): string {
  const checkpointed = readCheckpointed(file, join(folder, 'checkpointed'))
  const copy = copyOf(file, folder)
  const descriptor = openSync(copy, 'r+')
  writeSync(descriptor, checkpointed.subarray(0, pages * PAGE_BYTES), 0, undefined, 0)
  closeSync(descriptor)
  return copy
}

/** The content of the file after a checkpoint, which is made in a copy. */
function readCheckpointed(file: string, scratch: string): Buffer {
  const copy = copyOf(file, scratch)
  const database = new DatabaseSync(copy)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  const content = readFileSync(copy)
  rmSync(scratch, { recursive: true })
  if (content.length === statSync(file).size)
    throw new Error('the log has no pages the file has not: there is nothing to crash in')
  return content
}

/** The index of the log is not copied: it is in memory, and gone with the machine. */
function copyOf(file: string, folder: string): string {
  mkdirSync(folder, { recursive: true })
  const copy = join(folder, basename(file))
  for (const ending of ['', '-wal']) copyFileSync(`${file}${ending}`, `${copy}${ending}`)
  return copy
}
