/**
 * The store as its host asks it.
 *
 * Rule 1: what a store throws is told as what it rejects with: who asks need not tell the two apart.
 * Rule 2: once the host is closed the store is asked nothing more, and what it still owes an answer for is answered
 * without it. So nothing waits for a store that hangs, and what it brings late goes no further.
 * Rule 3: a commit that is under way then may be written. What else is under way writes leases at most, which run out.
 * @module
 */
import { hostClosed, waitClosed } from './errors.ts'
import type { Store } from './ports.ts'

/** A store that can be cut off. */
export interface ClosableStore extends Store {
  /** Answers all that is under way with HOST_CLOSED, and all that comes but `release` and `close`. */
  cutOff(): void
}

/** A host's access to its store. */
export function closableStore(store: Store): ClosableStore {
  let isCutOff = false
  const underWay = new Set<() => void>()
  const open =
    <A extends readonly unknown[], R>(ask: (...given: A) => Promise<R>, fault = hostClosed) =>
    (...given: A): Promise<R> =>
      new Promise((resolve, reject) => {
        if (isCutOff) return reject(hostClosed())
        const answer = Promise.resolve(ask(...given))
        const refuse = (): void => reject(fault())
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T): void => {
            underWay.delete(refuse)
            settle(value)
          }
        underWay.add(refuse)
        answer.then(settled(resolve), settled(reject))
      })
  const last =
    <A extends readonly unknown[]>(ask: (...given: A) => Promise<void>) =>
    (...given: A): Promise<void> =>
      new Promise((resolve) => resolve(ask(...given)))
  return {
    load: open((callId) => store.load(callId)),
    commit: open((commit) => store.commit(commit), waitClosed),
    reserve: open((callId, effectId, lease) => store.reserve(callId, effectId, lease)),
    claim: open((callId, effectId, lease) => store.claim(callId, effectId, lease)),
    renew: open((lease) => store.renew(lease)),
    release: last((instanceId) => store.release(instanceId)),
    listOpen: open(() => store.listOpen()),
    listDue: open((before) => store.listDue(before)),
    readJournal: open((after, limit) => store.readJournal(after, limit)),
    journalEnd: open(() => store.journalEnd()),
    readCursor: open((name) => store.readCursor(name)),
    writeCursor: open((name, position) => store.writeCursor(name, position)),
    watch: (instanceId, listener, clock) => store.watch(instanceId, listener, clock),
    close: last(() => store.close()),
    cutOff() {
      isCutOff = true
      for (const refuse of underWay) refuse()
    },
  }
}
