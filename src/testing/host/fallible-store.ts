/**
 * A store whose methods hang, throw or reject on demand, and that records its calls.
 * @module
 */
import type { Store } from '../../host/ports/ports.ts'
import { memoryStore } from '../../host/ports/memory-store.ts'

/** The ways in which a method of a store can fail. */
export const storeFaults = ['hangs', 'hangs once done', 'throws', 'rejects'] as const

/** One way in which a method fails. */
export type StoreFault = (typeof storeFaults)[number]

/** Every method of a store. For `watch`, ending the watch is what throws. */
export type StoreMethod = keyof Store

/** One fault: a method, and how it fails. */
interface MethodFault {
  readonly method: StoreMethod
  readonly how: StoreFault
}

/** A store and its faults. */
export interface FallibleStore extends Store {
  /** The faults from now on. The first fault of a method counts. */
  faults: readonly MethodFault[]
  /** The methods that were called, in order. */
  readonly asked: readonly (keyof Store)[]
  /** Continues the hanging calls of that method, or all of them, as if there had been no fault. */
  goOn(method?: StoreMethod): void
}

/** Wraps a store. Its `close` keeps the stored calls. */
export function fallibleStore(inner: Store = memoryStore()): FallibleStore {
  const asked: (keyof Store)[] = []
  const hanging = new Set<{ readonly method: StoreMethod; readonly goOn: () => void }>()
  const wait = (method: StoreMethod): Promise<void> =>
    new Promise((goOn) => {
      hanging.add({ method, goOn })
    })
  const howOf = (method: StoreMethod): StoreFault | undefined =>
    store.faults.find((fault) => fault.method === method)?.how
  const through =
    <A extends readonly unknown[], R>(method: StoreMethod, ask: (...given: A) => Promise<R>) =>
    (...given: A): Promise<R> => {
      asked.push(method)
      switch (howOf(method)) {
        case undefined:
          return ask(...given)
        case 'throws':
          throw new Error('the disk is gone')
        case 'rejects':
          return Promise.reject(new Error('the disk is full'))
        case 'hangs':
          return wait(method).then(() => ask(...given))
        case 'hangs once done': {
          const answer = ask(...given)
          return wait(method).then(() => answer)
        }
      }
    }
  const store: FallibleStore = {
    faults: [],
    asked,
    goOn(method) {
      store.faults = method === undefined ? [] : store.faults.filter((fault) => fault.method !== method)
      for (const one of hanging) {
        if (method !== undefined && method !== one.method) continue
        hanging.delete(one)
        one.goOn()
      }
    },
    load: through('load', (callId) => inner.load(callId)),
    commit: through('commit', (commit) => inner.commit(commit)),
    reserve: through('reserve', (callId, effectId, lease) => inner.reserve(callId, effectId, lease)),
    claim: through('claim', (callId, effectId, lease) => inner.claim(callId, effectId, lease)),
    renew: through('renew', (lease) => inner.renew(lease)),
    release: through('release', (instanceId) => inner.release(instanceId)),
    listOpen: through('listOpen', () => inner.listOpen()),
    listDue: through('listDue', (before) => inner.listDue(before)),
    readJournal: through('readJournal', (after, limit) => inner.readJournal(after, limit)),
    journalEnd: through('journalEnd', () => inner.journalEnd()),
    readCursor: through('readCursor', (name) => inner.readCursor(name)),
    writeCursor: through('writeCursor', (name, position) => inner.writeCursor(name, position)),
    watch(instanceId, listener, clock) {
      asked.push('watch')
      const stop = inner.watch(instanceId, listener, clock)
      return () => {
        if (howOf('watch') !== undefined) throw new Error('the watch does not end')
        stop()
      }
    },
    close: through('close', async () => undefined),
  }
  return store
}
