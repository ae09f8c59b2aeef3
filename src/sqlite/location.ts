/**
 * Where the file of a SQLite store is, and whether it is still the one that was opened.
 *
 * Rule 1: nothing here opens a file that SQLite may have open. POSIX drops every lock a process holds on a file as soon
 * as the process closes any descriptor of that file; SQLite's connections allow for each other, and for nothing else.
 * Rule 2: SQLite names the log after the file itself, so links are followed before anything is looked for beside it.
 * @module
 */
import { closeSync, existsSync, openSync, readlinkSync, realpathSync, statSync, type BigIntStats } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { RollcallError } from '../call/model/errors.ts'

/** SQLite's name for a database that is not in a file. */
export const MEMORY_PATH = ':memory:'

/** Only the user the bot runs as reads who was called. SQLite gives the log and its index the mode of the file. */
const FILE_MODE = 0o600

/** Links that are followed one after the other; Linux follows as many. */
const LINKS_LIMIT = 40

/** The path of the file itself: absolute, links followed. The file need not be there, its folder has to. */
export function fileAt(path: string, linksLeft = LINKS_LIMIT): string {
  // Throws ELOOP for links that lead back to each other.
  if (existsSync(path) || linksLeft === 0) return realpathSync(path)
  const target = linkTarget(path)
  const folder = realpathSync(dirname(resolve(path)))
  return target === undefined ? join(folder, basename(path)) : fileAt(resolve(folder, target), linksLeft - 1)
}

/** Where a link leads that leads nowhere yet; undefined for what is no link. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Makes the file, empty, unless there is one. A file that this call has made is open to no connection yet: see rule 1. */
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

/** The log SQLite keeps beside a file. */
function logOf(file: string): string {
  return `${file}-wal`
}

/** True while another process may be writing, and after one crashed: SQLite keeps a log or a journal beside the file then. */
export function isInUse(file: string): boolean {
  return existsSync(logOf(file)) || existsSync(`${file}-journal`)
}

/**
 * Remembers which file was opened, and refuses to go on when another one, or none, is in its place, or nothing is in it any
 * more: SQLite takes an empty file for a new database.
 */
export class FileGuard {
  readonly #path: string
  /** The path as it was given: where a restart would look. A link may lead elsewhere by then. */
  readonly #given: string
  #log = ''
  #openedFile: string | undefined
  #openedLog: string | undefined

  constructor(path: string) {
    this.#path = path
    this.#given = resolve(path)
  }

  /** Absolute: the process may change its folder. Links are not followed. */
  get path(): string {
    return this.#path === MEMORY_PATH ? MEMORY_PATH : this.#given
  }

  /** A connection was opened, to the same file as the ones before. @throws RollcallError STORE_REPLACED | STORE_FAILED */
  opened(): void {
    if (this.#path === MEMORY_PATH) return
    const file = this.#stat(this.#given)
    if (file === undefined) throw this.#replaced('deleted')
    this.#openedFile ??= identityOf(file)
    this.check()
    this.#log = logOf(fileAt(this.#given))
    this.#openedLog = identityOf(this.#stat(this.#log))
  }

  /** The connection was closed; the next one may have another log. */
  closed(): void {
    this.#openedLog = undefined
  }

  /** The store was closed; the next opening may find another file. */
  forget(): void {
    this.#openedFile = undefined
    this.#openedLog = undefined
  }

  /**
   * Looks whether the file and its log are the ones that were opened, and the file has something in it; two calls of `stat`.
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
      throw new RollcallError('STORE_FAILED', `The store ${this.#path} could not be looked at.`, {}, { cause: error })
    }
  }

  #replaced(how: string): RollcallError {
    return new RollcallError(
      'STORE_REPLACED',
      `The file ${this.#path} was ${how} while it was open as a store; nothing more is read or written until it is back or the store is opened anew.`,
    )
  }
}

/** Device and inode. */
function identityOf(file: BigIntStats | undefined): string | undefined {
  return file && `${file.dev}:${file.ino}`
}
