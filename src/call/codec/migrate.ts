/**
 * Migration: brings what earlier versions stored to the form of this version.
 *
 * Rule: each row is migrated on its own, by what it contains. A call may be stored in parts of several versions, since a
 * commit writes only the participants that changed.
 * @module
 */
import { isObject } from './schema.ts'

/** Fields of a core that have another name since schema 2. */
const coreNames: Names = { orphans: 'unmatchedOperations' }

/** Fields of its counters. */
const counterNames: Names = { orphansDropped: 'unmatchedDropped', strangersDropped: 'uninvitedDropped' }

/** Fields of a participant. */
const participantNames: Names = { toldState: 'announcedState' }

type Names = Readonly<Record<string, string>>
type Row = Readonly<Record<string, unknown>>

/** The core of a call with the names of this version. */
export function migrateCore(core: unknown): unknown {
  if (!isObject(core)) return core
  const { counters } = core
  const renamed = rename(core, coreNames)
  return isObject(counters) ? { ...renamed, counters: rename(counters, counterNames) } : renamed
}

/** A participant with the names of this version. */
export function migrateParticipant(row: unknown): unknown {
  return isObject(row) ? rename(row, participantNames) : row
}

function rename(row: Row, names: Names): Row {
  if (!Object.keys(names).some((name) => Object.hasOwn(row, name))) return row
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [names[name] ?? name, value]))
}
