/**
 * Completeness, as the watches judge it: whether a roster shows everybody who is in the call (rule 5).
 * @module
 */
import type { Call } from '../call/model/call.ts'
import type { CallEvent, RosterSnapshot } from '../call/model/events.ts'

/** True for a full roster that is not newer than what the call knows, by their numbers: nothing is outdated by it. */
export function isOld({ roster: { sequence = -Infinity } }: Pick<Call, 'roster'>, event: CallEvent): boolean {
  return (
    event.type === 'roster.reported' &&
    event.kind === 'full' &&
    event.sequence !== undefined &&
    event.sequence <= sequence
  )
}

/** True for a full roster whose number proves that it is newer than all that is known. */
export function isProvedNewer(
  { roster: { sequence = -Infinity, isOrdered = false } }: Pick<Call, 'roster'>,
  { sequence: own }: { readonly sequence?: number | undefined },
): boolean {
  return isOrdered && own !== undefined && own > sequence
}

/**
 * True for a roster that says it is complete; of those that say nothing about it, for one that shows the bot, by its id or
 * its application's; while the bot is not known, for one that shows anybody.
 */
export function isComplete(
  { self: { participantId }, options: { applicationId } }: Pick<Call, 'self' | 'options'>,
  { entries, isComplete: said }: Pick<RosterSnapshot, 'entries' | 'isComplete'>,
): boolean {
  if (said !== undefined) return said
  if (participantId === undefined && applicationId === undefined) return entries.length > 0
  return entries.some(
    ({ id, identity }) =>
      (id !== undefined && id === participantId) ||
      (applicationId !== undefined && identity['application']?.id === applicationId),
  )
}
