/**
 * Roster entries: functions of entries alone, without the call.
 * @module
 */
import type { RosterEntry } from './events.ts'

/** The entries with each id once: of several with the same id, the one with the highest number, else the last. */
export function latestOfEach(entries: readonly RosterEntry[]): readonly RosterEntry[] {
  const latest = new Map<string | RosterEntry, RosterEntry>()
  for (const entry of entries) {
    const known = latest.get(entry.id ?? entry)
    if (known === undefined || (entry.sequence ?? 0) >= (known.sequence ?? 0)) latest.set(entry.id ?? entry, entry)
  }
  return [...latest.values()]
}
