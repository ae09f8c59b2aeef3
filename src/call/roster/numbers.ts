/**
 * Numbers: the age of a full roster by its sequence number.
 *
 * Rule 1: numbers order only numbered reports. A snapshot, or another report without a number, may be newer or older
 * than any of them: after one, a higher number proves nothing until a complete numbered roster has been applied.
 * Rule 2: a roster that a snapshot covers, or that was applied before, is ignored.
 * @module
 */
import type { Roster } from '../model/call.ts'
import type { CallDraft } from '../draft.ts'

/**
 * The age of a full roster. `known`: covered. `past`: older than a complete roster that was applied. `late`: older than
 * a report that was applied, but not than a complete one. `newer`: its number proves that it is the newest.
 * `unordered`: nothing proves its age.
 */
export type Age = 'known' | 'past' | 'late' | 'newer' | 'unordered'

/** The age of a full roster with this number. */
export function ageOf(roster: Roster, sequence: number | undefined): Age {
  if (sequence === undefined) return 'unordered'
  const { completeThrough = -Infinity, baseline = -Infinity, sequence: latest = -Infinity, isOrdered = false } = roster
  if (sequence <= completeThrough || sequence === baseline) return 'known'
  if (sequence < baseline) return 'past'
  if (sequence < latest) return 'late'
  // A change of the same number may have been sent after it.
  return isOrdered && sequence > latest ? 'newer' : 'unordered'
}

/** Records that a report with this number, or without one, was applied. */
export function recordNumber(draft: CallDraft, sequence: number | undefined): void {
  const { isOrdered, ...roster } = draft.call.roster
  if (sequence === undefined) {
    if (isOrdered !== undefined) draft.call.roster = roster
  } else if (sequence > (roster.sequence ?? -Infinity)) draft.call.roster = { ...draft.call.roster, sequence }
}

/** Records that a complete report with this number, or without one, was applied. */
export function recordComplete(draft: CallDraft, sequence?: number): void {
  const { roster, introduced } = draft.call
  if (roster.introducedBefore !== introduced) draft.call.roster = { ...roster, introducedBefore: introduced }
  if (sequence === undefined) return
  // Numbers begin with 1: nothing was sent before a first report with this number.
  const isNext = sequence === (roster.completeThrough ?? 0) + 1
  draft.call.roster = {
    ...draft.call.roster,
    baseline: sequence,
    isOrdered: true,
    ...(isNext ? { completeThrough: sequence } : {}),
  }
}
