/**
 * Evidence: what a bot of this library was told of the roster in a run, so that no judge demands what nobody told it.
 *
 * Rule: only what its call was stepped with counts. A fetched roster counts when no report came between its request and
 * its answer.
 * @module
 */
import type { RosterEntry } from '../../call/model/events.ts'
import { DEFAULT_APP_ID } from '../../simulator/world/acts.ts'
import type { MonitoredStep } from '../seen-step.ts'

/** One roster that showed everybody, the bot among them. */
export interface WholeRoster {
  /** Virtual milliseconds since the beginning at which the bot took it. */
  readonly at: number
  readonly ids: ReadonlySet<string>
  /** User ids: entries may have no others. */
  readonly people: ReadonlySet<string>
}

/** Collects what one bot was told. */
export class Evidence {
  /** Ids that some roster has shown as present. */
  readonly shown = new Set<string>()
  /** Ids of whom a delta has said that they are gone. */
  readonly removed = new Set<string>()
  /** The latest whole roster, and the latest of them that came unasked. */
  latest: WholeRoster | undefined
  latestReport: WholeRoster | undefined
  #fetch: number | undefined

  /** Takes note of a step. */
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
