/**
 * A store whose disk fails when a test says so.
 * @module
 */
import type { Store } from '../../src/host/ports/ports.ts'

/** A store and its faults. */
export interface FaultyStore extends Store {
  /** `before`: nothing is written, and that is told. `after`: it is written, and told otherwise. */
  failing: 'before' | 'after' | undefined
  /** Only this method fails. */
  method: keyof Store | undefined
  /** Called before each commit; what it returns is waited for. */
  beforeCommit: (() => Promise<void>) | undefined
  /** How many commits were written. */
  readonly commits: number
}

/** Wraps a store. */
export function faultyStore(store: Store): FaultyStore {
  let commits = 0
  const through = async <T>(method: keyof Store, act: () => Promise<T>): Promise<T> => {
    const isFailing = faulty.failing !== undefined && (faulty.method ?? method) === method
    if (isFailing && faulty.failing === 'before') throw new Error('disk full')
    const result = await act()
    if (isFailing) throw new Error('disk gone')
    return result
  }
  const faulty: FaultyStore = {
    failing: undefined,
    method: undefined,
    beforeCommit: undefined,
    get commits() {
      return commits
    },
    load: (callId) => through('load', () => store.load(callId)),
    async commit(commit) {
      await faulty.beforeCommit?.()
      return through('commit', async () => {
        const position = await store.commit(commit)
        commits += 1
        return position
      })
    },
    reserve: (callId, effectId, lease) => through('reserve', () => store.reserve(callId, effectId, lease)),
    claim: (callId, effectId, lease) => through('claim', () => store.claim(callId, effectId, lease)),
    renew: (lease) => through('renew', () => store.renew(lease)),
    release: (instanceId) => store.release(instanceId),
    listOpen: () => through('listOpen', () => store.listOpen()),
    listDue: (before) => through('listDue', () => store.listDue(before)),
    readJournal: (after, limit) => through('readJournal', () => store.readJournal(after, limit)),
    journalEnd: () => through('journalEnd', () => store.journalEnd()),
    readCursor: (name) => through('readCursor', () => store.readCursor(name)),
    writeCursor: (name, position) => through('writeCursor', () => store.writeCursor(name, position)),
    watch: (instanceId, listener, clock) => store.watch(instanceId, listener, clock),
    close: () => store.close(),
  }
  return faulty
}
