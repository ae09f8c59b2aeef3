/**
 * The store as a host uses it: it can be cut off.
 *
 * Rule 1: an error that a store throws becomes a rejection: callers need not tell the two apart.
 * Rule 2: once the host is closed the store is asked nothing more, and open questions are answered with HOST_CLOSED. So
 * nothing waits for a store that hangs, and its late answers are dropped.
 * Rule 3: a commit that is under way then may be written. Other operations under way write leases at most, which run out.
 * @module
 */
import { hostClosed, waitClosed } from './errors.ts'
import type { Store } from './ports.ts'

/** A store that can be cut off. */
export interface ClosableStore extends Store {
  /** Answers everything under way, and everything later but `release` and `close`, with HOST_CLOSED. */
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
