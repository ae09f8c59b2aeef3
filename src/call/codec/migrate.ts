/**
 * Migration: brings what earlier versions stored to the form of this version.
 *
 * Rule: each row is migrated on its own, by what it contains. A call may be stored in parts of several versions, since a
 * commit writes only the participants that changed. Only results go by the schema of the core they are in: since schema 2
 * one without a cause is one that the edge could not read.
 * @module
 */

/** Fields of a core that have another name since schema 2. */
const coreNames: Names = { orphans: 'unmatchedOperations' }

/** Fields of its counters. */
const counterNames: Names = { orphansDropped: 'unmatchedDropped', strangersDropped: 'uninvitedDropped' }

/** The last schema whose results were stored without what the edge reads in them. */
const UNCLASSIFIED_SCHEMA = 1

/**
 * What a failure of that schema means here, where no service's codes are known: that it is one, and that it is counted
 * as unclassified. The service's own code and message are kept for people to read (ADR 0030).
 */
const unclassified: Row = { cause: 'failed', by: 'service', isUnclassified: true }

/** Fields of a participant. */
const participantNames: Names = { toldState: 'announcedState' }

type Names = Readonly<Record<string, string>>
type Row = Readonly<Record<string, unknown>>

/** The core of a call, which is an object, with the names of this version. */
export function migrateCore(core: Row): Row {
  const { counters, schema } = core
  const renamed = rename(core, coreNames)
  const named = isRow(counters) ? { ...renamed, counters: rename(counters, counterNames) } : renamed
  if (schema !== UNCLASSIFIED_SCHEMA) return named
  const { invitations, unmatchedOperations } = named
  return {
    ...named,
    invitations: withCauses(invitations, 'failure'),
    unmatchedOperations: withCauses(unmatchedOperations, 'result'),
  }
}

/** Pairs of a name and a row whose result in that field has a cause; a list of another shape as it is. */
function withCauses(pairs: unknown, field: string): unknown {
  if (!Array.isArray(pairs)) return pairs
  return pairs.map((pair: unknown) => {
    const [name, row] = Array.isArray(pair) ? (pair as readonly unknown[]) : []
    const result = isRow(row) ? row[field] : undefined
    const hasCode = isRow(result) && result['code'] !== undefined && result['cause'] === undefined
    return hasCode ? [name, { ...(row as Row), [field]: { ...result, ...unclassified } }] : pair
  })
}

/** A participant with the names of this version. */
export function migrateParticipant(row: unknown): unknown {
  return isRow(row) ? rename(row, participantNames) : row
}

function rename(row: Row, names: Names): Row {
  if (!Object.keys(names).some((name) => Object.hasOwn(row, name))) return row
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [names[name] ?? name, value]))
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
