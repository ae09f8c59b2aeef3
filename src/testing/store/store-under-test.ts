/**
 * The store under test, checked before a law uses it.
 *
 * Rule: a value that is not a store, or that lacks `reopen` or `file` although the options announce it, is a TypeError
 * that names it: otherwise a law would break for the wrong reason, or be skipped unnoticed.
 * @module
 */
import { storeShape } from '../../host/ports/port-shapes.ts'
import type { Store } from '../../host/ports/ports.ts'
import { is, isObject } from '../../call/codec/schema.ts'
import { checkArgument, method, withMethods } from '../../call/codec/options.ts'

/** An empty store to check. */
export interface StoreUnderTest {
  /** The store. */
  readonly store: Store
  /**
   * Opens the same data through another store, as a new process would; several may be open at a time. Absent for stores
   * that do not outlive their process.
   */
  readonly reopen?: (() => Promise<Store>) | undefined
  /** Changes to the file. Absent for stores that are not a file. */
  readonly file?: FileUnderTest | undefined
  /** Called after the law, to clean up. */
  readonly dispose?: (() => Promise<void>) | undefined
}

/** Changes to the file of a store, made without the store. */
export interface FileUnderTest {
  /** Opens the file under another name, a symbolic link in another folder. */
  openLink(): Promise<Store>
  /** Opens, through a link, a copy of the file as a crash leaves it while the log is being written into the file. */
  openCrashed(): Promise<Store>
  /** Deletes the file and the files that belong to it. */
  remove(): Promise<void>
  /** Truncates the file to zero bytes, and leaves the files that belong to it in place. */
  empty(): Promise<void>
  /** Puts an empty store in the place of the file. */
  replace(): Promise<void>
}

/** Opens an empty store for a law. */
export type OpenStore = () => StoreUnderTest | Promise<StoreUnderTest>

const isFileUnderTest = withMethods('openLink', 'openCrashed', 'remove', 'empty', 'replace')

/**
 * Opens a store and checks it; `reopen` is wrapped so that its stores are checked as well.
 * @throws TypeError for a value that is not a store, and if `reopen` or `file` disagree with the options
 */
export async function openStore(
  open: OpenStore,
  { isDurable, isFile }: { readonly isDurable: boolean; readonly isFile: boolean },
): Promise<StoreUnderTest> {
  const under = await open()
  checkArgument('storeLaws: what was opened', under, is('{ store }', isObject))
  checkArgument('storeLaws: the store that was opened', under.store, storeShape)
  for (const name of ['reopen', 'dispose'] as const)
    if (under[name] !== undefined) checkArgument(`storeLaws: ${name}`, under[name], method)
  const { reopen } = under
  if (isDurable) checkArgument('storeLaws: reopen, of a store that isDurable', reopen, method)
  if (isFile) checkArgument('storeLaws: file, of a store that isFile', under.file, isFileUnderTest)
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
      checkArgument('storeLaws: what was reopened', store, storeShape)
      return store
    },
  }
}
