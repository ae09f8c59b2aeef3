/**
 * The roster as a table: filtered, sorted and counted.
 * @module
 */
import type { Participant, ParticipantState } from '../participant/participant.ts'
import { nameOf } from '../trace/labels.ts'

/** Columns to sort by. `order`: order of introduction. */
export type SortColumn = 'order' | 'name' | 'state' | 'since' | 'ending'

/** Filter and order of the table. */
export interface RosterFilter {
  readonly states: readonly ParticipantState[]
  readonly search: string
  readonly sort: SortColumn
  readonly isDescending: boolean
}

/** The table at one moment. */
export interface RosterView {
  readonly rows: readonly Participant[]
  /** Counts over all participants, filtered or not. */
  readonly counts: { readonly [S in ParticipantState]: number }
  readonly total: number
}

/** The states in the order a participant passes them. */
export const stateOrder: readonly ParticipantState[] = ['invited', 'ringing', 'lobby', 'active', 'removed', 'cancelled']

/** Filters, sorts and counts participants. */
export function rosterView(
  participants: Iterable<Participant>,
  { states, search, sort, isDescending }: RosterFilter,
): RosterView {
  const counts = { invited: 0, ringing: 0, lobby: 0, active: 0, removed: 0, cancelled: 0 }
  const wanted = new Set(states)
  const needle = search.trim().toLowerCase()
  const rows: Participant[] = []
  let total = 0
  for (const participant of participants) {
    counts[participant.state] += 1
    total += 1
    if ((wanted.size === 0 || wanted.has(participant.state)) && (needle === '' || isFound(participant, needle)))
      rows.push(participant)
  }
  const compare = comparing(sort)
  rows.sort(isDescending ? (one, other) => compare(other, one) : compare)
  return { rows, counts, total }
}

/** When a participant entered its current state, in epoch milliseconds. */
export function sinceOf({ state, ending, activeAt, lobbyAt, ringingAt, invitedAt, introducedAt }: Participant): number {
  switch (state) {
    case 'removed':
    case 'cancelled':
      return ending?.at ?? introducedAt
    case 'active':
      return activeAt ?? introducedAt
    case 'lobby':
      return lobbyAt ?? introducedAt
    case 'ringing':
      return ringingAt ?? introducedAt
    case 'invited':
      return invitedAt ?? introducedAt
  }
}

function isFound({ key, id, identity, ending }: Participant, needle: string): boolean {
  const texts = [nameOf(identity), key, id, ending?.cause, ...Object.values(identity).map((one) => one?.id)]
  return texts.some((text) => text?.toLowerCase().includes(needle))
}

const collator = new Intl.Collator('en', { numeric: true })

function comparing(column: SortColumn): (one: Participant, other: Participant) => number {
  const inOrder = (one: Participant, other: Participant): number => one.ordinal - other.ordinal
  switch (column) {
    case 'order':
      return inOrder
    case 'name':
      return byText(({ identity }) => nameOf(identity))
    case 'ending':
      return byText(({ ending }) => ending?.cause ?? '')
    case 'since':
      return (one, other) => sinceOf(one) - sinceOf(other) || inOrder(one, other)
    case 'state':
      return (one, other) => stateOrder.indexOf(one.state) - stateOrder.indexOf(other.state) || inOrder(one, other)
  }
}

/** Builds each row's text once instead of at every comparison. */
function byText(textOf: (participant: Participant) => string): (one: Participant, other: Participant) => number {
  const texts = new Map<Participant, string>()
  const text = (participant: Participant): string => {
    let known = texts.get(participant)
    if (known === undefined) texts.set(participant, (known = textOf(participant)))
    return known
  }
  return (one, other) => collator.compare(text(one), text(other)) || one.ordinal - other.ordinal
}
