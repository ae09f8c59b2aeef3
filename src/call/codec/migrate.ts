/**
 * Migration: converts stored rows of earlier versions to the present schema.
 *
 * Rule: each row is migrated by its own contents. The rows of one call may have several versions, because a commit
 * writes only the participants that changed.
 * @module
 */
import { isObject } from './schema.ts'

/** Fields of a core that schema 2 renamed. */
const coreNames: Names = { orphans: 'unmatchedOperations' }

/** Renamed counters. */
const counterNames: Names = { orphansDropped: 'unmatchedDropped', strangersDropped: 'uninvitedDropped' }

/** Renamed fields of a participant. */
const participantNames: Names = { toldState: 'announcedState' }

type Names = Readonly<Record<string, string>>
type Row = Readonly<Record<string, unknown>>

/** A core with the present names. */
export function migrateCore(core: unknown): unknown {
  if (!isObject(core)) return core
  const { counters } = core
  const renamed = rename(core, coreNames)
  return isObject(counters) ? { ...renamed, counters: rename(counters, counterNames) } : renamed
}

/** A participant with the present names. */
export function migrateParticipant(row: unknown): unknown {
  return isObject(row) ? rename(row, participantNames) : row
}

function rename(row: Row, names: Names): Row {
  if (!Object.keys(names).some((name) => Object.hasOwn(row, name))) return row
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [names[name] ?? name, value]))
}
