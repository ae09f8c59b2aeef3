/**
 * Roster entries: what can be said of them without looking at the call.
 * @module
 */
import type { RosterEntry } from './events.ts'

/** Each id once: of several entries with one id the latest holds. */
export function latestOfEach(entries: readonly RosterEntry[]): readonly RosterEntry[] {
  const latest = new Map<string | RosterEntry, RosterEntry>()
  for (const entry of entries) {
    const known = latest.get(entry.id ?? entry)
    if (known === undefined || (entry.sequence ?? 0) >= (known.sequence ?? 0)) latest.set(entry.id ?? entry, entry)
  }
  return [...latest.values()]
}
