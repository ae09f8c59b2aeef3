/**
 * The store under test: what a law is given, looked at before any law is asked.
 *
 * Rule: what is no store, or cannot be opened again though it was said to, is refused by name: it would break a law
 * nobody had asked, or keep one nobody could.
 * @module
 */
import type { Store } from '../../host/ports/ports.ts'
import { is, isObject } from '../../call/codec/schema.ts'
import { checkValue, method, withMethods } from '../options.ts'

/** A store to be held to the laws, empty. */
export interface StoreUnderTest {
  readonly store: Store
  /**
   * What a new process would open: the same data through another store; several may be open at a time. Absent for
   * stores that do not outlive their process.
   */
  readonly reopen?: (() => Promise<Store>) | undefined
  /** What can be done to the file. Absent for stores that are none. */
  readonly file?: FileUnderTest | undefined
  /** Cleans up after a law. */
  readonly dispose?: (() => Promise<void>) | undefined
}

/** What is done to the file of a store behind its back. */
export interface FileUnderTest {
  /** Opens the file by another name, a symbolic link in another folder. */
  openLink(): Promise<Store>
  /** Opens, by a link again, a copy of what a crash leaves that comes while the log is being written into the file. */
  openCrashed(): Promise<Store>
  /** Deletes the file and what belongs to it. */
  remove(): Promise<void>
  /** Truncates the file to nothing, and leaves it and what belongs to it in place. */
  empty(): Promise<void>
  /** Puts a store without calls where the file was. */
  replace(): Promise<void>
}

/** Opens a fresh store for a law. */
export type OpenStore = () => StoreUnderTest | Promise<StoreUnderTest>

const storeMethods = [
  'load',
  'commit',
  'reserve',
  'claim',
  'renew',
  'release',
  'listOpen',
  'listDue',
  'readJournal',
  'journalEnd',
  'readCursor',
  'writeCursor',
  'watch',
  'close',
] as const satisfies readonly (keyof Store)[]

/** Has what every store has. */
export const isStore = withMethods(...storeMethods)

const isFileUnderTest = withMethods('openLink', 'openCrashed', 'remove', 'empty', 'replace')

/**
 * Opens a store and looks at it; what it is opened to again is looked at as well.
 * @throws TypeError for what is no store, and when it can be opened again and is not said to, or the other way round
 */
export async function openStore(
  open: OpenStore,
  { isDurable, isFile }: { readonly isDurable: boolean; readonly isFile: boolean },
): Promise<StoreUnderTest> {
  const under = await open()
  checkValue('storeLaws: what was opened', under, is('{ store }', isObject))
  checkValue('storeLaws: the store that was opened', under.store, isStore)
  for (const name of ['reopen', 'dispose'] as const)
    if (under[name] !== undefined) checkValue(`storeLaws: ${name}`, under[name], method)
  const { reopen } = under
  if (isDurable) checkValue('storeLaws: reopen, of a store that isDurable', reopen, method)
  if (isFile) checkValue('storeLaws: file, of a store that isFile', under.file, isFileUnderTest)
  else if (under.file !== undefined)
    throw new TypeError(
      'storeLaws: the store that was opened has file: expected isFile: true, or the laws of files are not asked for',
    )
  if (reopen === undefined) return under
  if (!isDurable)
    throw new TypeError(
      'storeLaws: the store that was opened has reopen: expected isDurable: true, or its durability is not asked for',
    )
  return {
    ...under,
    async reopen() {
      const store = await reopen()
      checkValue('storeLaws: what was reopened', store, isStore)
      return store
    },
  }
}
