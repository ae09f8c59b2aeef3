/**
 * Numbers: what the number of a full roster says about its age.
 *
 * Rule 1: numbers order rosters among numbered ones only. A snapshot, or another report without a number, may be newer or
 * older than any of them: after one, a higher number proves nothing until a numbered roster of everybody was believed.
 * Rule 2: a roster that a snapshot covers says nothing. Nor does one that was taken before.
 * @module
 */
import type { Roster } from '../model/call.ts'
import type { CallDraft } from '../draft.ts'

/**
 * How a full roster stands to what is known. `known`: covered. `past`: older than a roster of everybody that was taken.
 * `late`: older than a report that was taken, but not than one of everybody. `newer`: its number proves that it is the
 * newest. `unordered`: nothing proves its age.
 */
export type Age = 'known' | 'past' | 'late' | 'newer' | 'unordered'

/** The age of a full roster with that number. */
export function ageOf(roster: Roster, sequence: number | undefined): Age {
  if (sequence === undefined) return 'unordered'
  const { completeThrough = -Infinity, baseline = -Infinity, sequence: latest = -Infinity, isOrdered = false } = roster
  if (sequence <= completeThrough || sequence === baseline) return 'known'
  if (sequence < baseline) return 'past'
  if (sequence < latest) return 'late'
  return isOrdered ? 'newer' : 'unordered'
}

/** A report with that number, or without one, was taken. */
export function noteNumber(draft: CallDraft, sequence: number | undefined): void {
  const { isOrdered, ...roster } = draft.call.roster
  if (sequence === undefined) {
    if (isOrdered !== undefined) draft.call.roster = roster
  } else if (sequence > (roster.sequence ?? -Infinity)) draft.call.roster = { ...draft.call.roster, sequence }
}

/** A report showed everybody, with that number or without one: a participant who is introduced from now on is new since. */
export function noteWhole(draft: CallDraft, sequence?: number): void {
  const { roster, introduced } = draft.call
  if (roster.introducedBefore !== introduced) draft.call.roster = { ...roster, introducedBefore: introduced }
  if (sequence === undefined) return
  // Numbers begin with 1: when that is the first to be heard, nothing came before it.
  const isNext = sequence === (roster.completeThrough ?? 0) + 1
  draft.call.roster = {
    ...draft.call.roster,
    baseline: sequence,
    isOrdered: true,
    ...(isNext ? { completeThrough: sequence } : {}),
  }
}
