/**
 * A disk that fails: SQLite's own errors, now and then, before anything is written.
 * @module
 */
import { RollcallError } from '../../src/call/errors.ts'
import type { Store } from '../../src/host/ports.ts'
import { createDice } from './dice.ts'

/** What a full, a locked and a write-protected disk say, with SQLite's codes. */
export const diskErrors = [
  { errcode: 13, errstr: 'database or disk is full' },
  { errcode: 5, errstr: 'database is locked' },
  { errcode: 8, errstr: 'attempt to write a readonly database' },
] as const

/** The error a store makes of one of them. */
export function diskError({ errcode, errstr }: (typeof diskErrors)[number]): RollcallError {
  return new RollcallError('STORE_FAILED', `The store could not read or write (${errstr}, SQLite code ${errcode}); nothing of this transaction was kept.`, {}, {
    cause: Object.assign(new Error(errstr), { code: 'ERR_SQLITE_ERROR', errcode, errstr }),
  })
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
    begin: (callId, effectId, lease) => risk(callId, () => store.begin(callId, effectId, lease)),
    renew: (lease) => risk(lease.holder, () => store.renew(lease)),
  }
}
