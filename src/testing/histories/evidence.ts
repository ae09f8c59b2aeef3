/**
 * Evidence: the rosters that a bot of this library received in a run, so that no oracle demands what it could not know.
 *
 * Rule: only events that its call was stepped with count. A fetched roster counts if no report arrived between its
 * request and its answer.
 * @module
 */
import type { RosterEntry } from '../../call/model/events.ts'
import { DEFAULT_APP_ID } from '../../simulator/world/acts.ts'
import type { MonitoredStep } from '../seen-step.ts'

/** One complete roster, including the bot. */
export interface WholeRoster {
  /** When the bot stepped it, in virtual milliseconds since the beginning. */
  readonly at: number
  readonly ids: ReadonlySet<string>
  /** User ids, because entries may have no other ids. */
  readonly people: ReadonlySet<string>
}

/** Collects the evidence of one bot. */
export class Evidence {
  /** Ids that some roster has shown as present. */
  readonly shown = new Set<string>()
  /** Ids that a delta has removed. */
  readonly removed = new Set<string>()
  /** The latest complete roster, and the latest that was not fetched. */
  latest: WholeRoster | undefined
  latestReport: WholeRoster | undefined
  #fetch: number | undefined

  /** Records a step. */
  note({ event, result }: MonitoredStep, now: number): void {
    if (event.type === 'roster.reported') {
      this.#fetch = undefined
      this.#noteEntries(event.entries)
      if (event.kind === 'full') this.latestReport = this.#noteWhole(event.entries, now) ?? this.latestReport
    }
    if (event.type === 'roster.fetched' && event.answer.verdict === 'done' && event.fetch === this.#fetch) {
      this.#noteEntries(event.answer.value.entries)
      this.#noteWhole(event.answer.value.entries, now)
    }
    for (const effect of result.effects) if (effect.type === 'roster.fetch') this.#fetch = effect.fetch
  }

  #noteEntries(entries: readonly RosterEntry[]): void {
    for (const { id, removed } of entries)
      if (id !== undefined) (removed === undefined ? this.shown : this.removed).add(id)
  }

  #noteWhole(entries: readonly RosterEntry[], at: number): WholeRoster | undefined {
    if (!entries.some(({ identity }) => identity['application']?.id === DEFAULT_APP_ID)) return undefined
    const ids = entries.flatMap(({ id }) => id ?? [])
    const people = entries.flatMap(({ identity }) => identity['user']?.id ?? [])
    return (this.latest = { at, ids: new Set(ids), people: new Set(people) })
  }
}
