/**
 * Node's own SQLite, loaded when the first file is opened.
 *
 * Rule: importing `rollcall/sqlite` loads nothing of it. A runtime without it can import the package and print the usage
 * of the commands, and Node 22 prints its warning about an experimental feature only when a store is opened.
 * @module
 */
import { RollcallError } from '../call/model/errors.ts'

type NodeSqlite = typeof import('node:sqlite')

/** The module `node:sqlite`. @throws RollcallError STORE_UNUSABLE where the runtime does not have it */
export function nodeSqlite(): NodeSqlite {
  const found = process.getBuiltinModule?.('node:sqlite') as NodeSqlite | undefined
  if (found !== undefined) return found
  throw new RollcallError(
    'STORE_UNUSABLE',
    `rollcall/sqlite needs node:sqlite, which Node has from 22.13 on; this is ${process.release.name} ${process.version}.`,
  )
}
