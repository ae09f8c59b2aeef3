/**
 * Location: finds the store's file, and detects when it is no longer the one that was opened.
 *
 * Rule 1: this module opens no file that SQLite may have open. Under POSIX, closing any descriptor of a file drops
 * every lock that the process holds on it. SQLite handles this among its own connections, but cannot for other
 * descriptors (sqlite.org, "How To Corrupt An SQLite Database File", section 2.2).
 * Rule 2: SQLite names the log after the target of a link, so links are resolved first.
 * @module
 */
import { closeSync, existsSync, openSync, readlinkSync, realpathSync, statSync, type BigIntStats } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { RollcallError } from '../call/model/errors.ts'

/** SQLite's name for a database in memory. */
export const MEMORY_PATH = ':memory:'

/** Read and write for the owner alone: the file holds identities. SQLite gives the log and its index the same mode. */
const FILE_MODE = 0o600

/** The longest chain of links that is followed; Linux has the same limit. */
const LINKS_LIMIT = 40

/** The absolute path with links resolved. The file need not exist; its folder must. */
export function fileAt(path: string, linksLeft = LINKS_LIMIT): string {
  // Throws ELOOP for links that lead back to each other.
  if (existsSync(path) || linksLeft === 0) return realpathSync(path)
  const target = linkTarget(path)
  const folder = realpathSync(dirname(resolve(path)))
  return target === undefined ? join(folder, basename(path)) : fileAt(resolve(folder, target), linksLeft - 1)
}

/** The target of a link whose target does not exist; undefined if `path` is not a link. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Creates an empty file unless it exists. Rule 1 holds: SQLite cannot have opened a file that this call creates. */
export function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', FILE_MODE))
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error
  }
}

/** True for a file without content. */
export function isEmpty(file: string): boolean {
  return statSync(file).size === 0
}

/** The path of SQLite's write-ahead log. */
function logOf(file: string): string {
  return `${file}-wal`
}

/**
 * True while another process may have the file open, or after one crashed: SQLite then keeps a log or a journal beside
 * the file.
 */
export function isInUse(file: string): boolean {
  return existsSync(logOf(file)) || existsSync(`${file}-journal`)
}

/**
 * Remembers which file was opened, and throws once that file is deleted, replaced or emptied: SQLite would treat an
 * empty file as a new database.
 */
export class FileGuard {
  readonly #path: string
  /** The absolute path with links unresolved, because a restart would open that path. */
  readonly #given: string
  #log = ''
  #openedFile: string | undefined
  #openedLog: string | undefined

  constructor(path: string) {
    this.#path = path
    this.#given = resolve(path)
  }

  /** The absolute path, so that a change of the working directory does not matter. Links are not resolved. */
  get path(): string {
    return this.#path === MEMORY_PATH ? MEMORY_PATH : this.#given
  }

  /**
   * Records that a connection was opened, and checks that its file is the one opened before.
   * @throws RollcallError STORE_REPLACED | STORE_FAILED
   */
  opened(): void {
    if (this.#path === MEMORY_PATH) return
    const file = this.#stat(this.#given)
    if (file === undefined) throw this.#replaced('deleted')
    this.#openedFile ??= identityOf(file)
    this.check()
    this.#log = logOf(fileAt(this.#given))
    this.#openedLog = identityOf(this.#stat(this.#log))
  }

  /** Records that the connection was closed; the next one may have another log. */
  closed(): void {
    this.#openedLog = undefined
  }

  /** Records that the store was closed; it may be opened again with another file. */
  forget(): void {
    this.#openedFile = undefined
    this.#openedLog = undefined
  }

  /**
   * Checks that the file and its log are the ones that were opened and that the file is not empty; costs two `stat`
   * calls.
   * @throws RollcallError STORE_REPLACED | STORE_FAILED
   */
  check(): void {
    if (this.#openedFile === undefined) return
    const file = this.#stat(this.#given)
    if (file === undefined) throw this.#replaced('deleted')
    if (identityOf(file) !== this.#openedFile) throw this.#replaced('replaced')
    if (file.size === 0n) throw this.#replaced('emptied')
    if (this.#openedLog !== undefined && identityOf(this.#stat(this.#log)) !== this.#openedLog)
      throw this.#replaced('left without its log (the file ending in -wal)')
  }

  /** Undefined when there is no such file. */
  #stat(path: string): BigIntStats | undefined {
    try {
      return statSync(path, { bigint: true, throwIfNoEntry: false })
    } catch (error) {
      throw new RollcallError('STORE_FAILED', `The store ${this.#path} could not be checked.`, {}, { cause: error })
    }
  }

  #replaced(how: string): RollcallError {
    return new RollcallError(
      'STORE_REPLACED',
      `The file ${this.#path} was ${how} while it was open as a store. Nothing more is read or written until the file is restored or the store is opened again.`,
    )
  }
}

/** Device and inode of a file. */
function identityOf(file: BigIntStats | undefined): string | undefined {
  return file && `${file.dev}:${file.ino}`
}
