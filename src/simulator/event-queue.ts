/**
 * Agenda: what will happen by itself, soonest first; things due at the same instant happen in the order in which
 * they were planned.
 * @module
 */

/** Something planned for an instant. */
export interface Planned<T> {
  readonly at: number
  /** Place in the order of planning. */
  readonly order: number
  readonly what: T
}

/** A plan, kept with its soonest entry last, where taking it is cheap. */
export interface EventQueue<T> {
  readonly entries: readonly Planned<T>[]
  /** How many entries were ever planned: numbers them. */
  readonly planned: number
}

/** An agenda with nothing on it. */
export function emptyQueue<T>(): EventQueue<T> {
  return { entries: [], planned: 0 }
}

/** The instant of the soonest entry. */
export function nextAt<T>(agenda: EventQueue<T>): number | undefined {
  return agenda.entries.at(-1)?.at
}

/** Adds entries, in the order given. */
export function plan<T>(
  agenda: EventQueue<T>,
  additions: readonly { readonly at: number; readonly what: T }[],
): EventQueue<T> {
  if (additions.length === 0) return agenda
  const entries = [...agenda.entries]
  let { planned } = agenda
  for (const { at, what } of additions) {
    entries.splice(placeOf(entries, at), 0, { at, order: planned, what })
    planned += 1
  }
  return { entries, planned }
}

/** The soonest entry and what remains without it; undefined when nothing is planned. */
export function takeNext<T>(
  agenda: EventQueue<T>,
): { readonly next: Planned<T>; readonly rest: EventQueue<T> } | undefined {
  const next = agenda.entries.at(-1)
  return next === undefined
    ? undefined
    : { next, rest: { entries: agenda.entries.slice(0, -1), planned: agenda.planned } }
}

/** Where a newcomer at `at` goes: before (that is, later than) everything at the same instant or sooner. */
function placeOf<T>(entries: readonly Planned<T>[], at: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle] as Planned<T>).at > at) low = middle + 1
    else high = middle
  }
  return low
}
