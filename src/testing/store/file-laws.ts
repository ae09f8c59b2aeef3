/**
 * Laws of stores that outlive their process, and of stores that are a file: other openings, links, crashes, and changes
 * made from a shell.
 * @module
 */
import { isRollcallError } from '../../call/model/errors.ts'
import type { Store } from '../../host/ports/ports.ts'
import { LawBroken } from '../laws.ts'
import { change, commit, everything, fetch, handClock, lease, loaded, people, rejected, same } from './checks.ts'
import type { FileUnderTest, StoreUnderTest } from './store-under-test.ts'

/** The laws of a store that can be opened again, by name. */
export const durableLaws = {
  async 'durability: the next process reads what was committed'({ store, reopen }: StoreUnderTest) {
    if (reopen === undefined) return
    await store.commit(
      commit({
        participants: people('ann'),
        effects: [fetch('f')],
        at: 1_000,
        nextDeadlineAt: 1,
        changes: [change('call', 1)],
      }),
    )
    await store.claim('call', 'f', lease('a', 0, 100))
    await store.writeCursor('reader', 1)
    const before = await everything(store)
    // As after a crash: the first process has not closed anything.
    const next = await reopen()
    same(await everything(next), before, 'what the next process reads')
    same(await next.readCursor('reader'), 1, 'the position of the reader')
    same(
      await next.claim('call', 'f', lease('b', 50, 200)),
      { state: 'held', until: 100, lengthMs: 100 },
      'the lease of the first process',
    )
    await next.commit(commit({ expectedVersion: 1, core: 'next' }))
    same((await loaded(store)).core, 'next', 'what the first process reads, if it still runs')
    await next.close()
  },

  async 'durability: opening and closing the store elsewhere loses nothing'({ store, reopen }: StoreUnderTest) {
    if (reopen === undefined) return
    await store.commit(commit({ core: 'first' }))
    const beside = await reopen()
    const other = await reopen()
    await other.commit(commit({ expectedVersion: 1, core: 'second' }))
    await beside.close()
    await other.close()
    await store.commit(commit({ expectedVersion: 2, core: 'third' }))
    // As after a crash: the first process has not closed anything.
    const next = await reopen()
    const { version, core } = await loaded(next)
    same([version, core], [3, 'third'], 'what the next process reads')
    same(await everything(next), await everything(store), 'what both read')
    await next.close()
  },
}

/** The laws of a store that is a file, by name. */
export const fileLaws = {
  async 'file: a link opens the same store, also after a crash'(under: StoreUnderTest) {
    const { store } = under
    const file = fileOf(under)
    for (let version = 0; version < LONG_COMMITS; version += 1) {
      await store.commit(
        commit({ expectedVersion: version, participants: new Map([[`p${version}`, 'x'.repeat(LONG_BODY)]]) }),
      )
    }
    const before = await everything(store)
    const crashed = await opened(file.openCrashed(), 'the link to what a crash left')
    same(await everything(crashed), before, 'what is read by a link after a crash')
    await crashed.close()
    const linked = await opened(file.openLink(), 'the link')
    same(await everything(linked), before, 'what is read by a link')
    await linked.commit(commit({ expectedVersion: LONG_COMMITS, core: 'by the link' }))
    same((await loaded(store)).core, 'by the link', 'what was committed by a link')
    await linked.close()
  },

  async 'file: once it is deleted or replaced, every operation fails and a watcher is notified'(under: StoreUnderTest) {
    const { store, reopen } = under
    const file = fileOf(under)
    await store.commit(commit({ effects: [fetch('f')] }))
    const { clock, look } = handClock()
    let told = 0
    const off = store.watch(
      'a',
      () => {
        told += 1
      },
      clock,
    )
    look()
    told = 0
    await file.remove()
    look()
    same(told > 0, true, 'whether a watcher was notified that the file is gone')
    await takesNothing(store, 'while the file is gone')
    await file.replace()
    await takesNothing(store, 'while another file is in its place')
    const next = await reopen?.()
    same(await next?.load('call'), undefined, 'what the file in its place holds')
    await next?.close()
    off()
  },

  async 'file: once it is emptied, every operation fails and a watcher is notified'(under: StoreUnderTest) {
    const { store, reopen } = under
    // An earlier process has closed the file: all data is in the file itself, none in a log.
    const before = await reopen?.()
    await before?.commit(commit({ effects: [fetch('f')] }))
    await before?.close()
    await store.load('call')
    const { clock, look } = handClock()
    let told = 0
    const off = store.watch(
      'a',
      () => {
        told += 1
      },
      clock,
    )
    look()
    told = 0
    await fileOf(under).empty()
    look()
    same(told > 0, true, 'whether a watcher was notified that the file is empty')
    await takesNothing(store, 'once the file was emptied')
    await takesNothing(store, 'on the second try')
    off()
  },
}

/** Enough commits that writing the log into the file takes many pages. */
const LONG_COMMITS = 40

/** The length of each body: about half a page. */
const LONG_BODY = 2_000

async function takesNothing(store: Store, when: string): Promise<void> {
  const acts = {
    commit: () => store.commit(commit({ expectedVersion: 1 })),
    load: () => store.load('call'),
    begin: () => store.claim('call', 'f', lease('a', 0, 1)),
    readJournal: () => store.readJournal(0, 1),
  }
  for (const [name, act] of Object.entries(acts)) {
    const error = await rejected(act(), `${name} ${when}`)
    if (!isRollcallError(error) || error.code !== 'STORE_REPLACED')
      throw new LawBroken(`${name} ${when}: expected STORE_REPLACED, not ${String(error)}`, { cause: error })
  }
}

function fileOf({ file }: StoreUnderTest): FileUnderTest {
  if (file === undefined) throw new TypeError('storeLaws: expected file in what was opened')
  return file
}

async function opened(store: Promise<Store>, what: string): Promise<Store> {
  try {
    return await store
  } catch (error) {
    throw new LawBroken(`${what}: expected a store, not ${String(error)}`, { cause: error })
  }
}
