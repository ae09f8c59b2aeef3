/**
 * Completeness, as the step monitors judge it: whether a roster shows all participants of the call (rule 5).
 * @module
 */
import type { Call } from '../call/model/call.ts'
import type { CallEvent, RosterSnapshot } from '../call/model/events.ts'

/** True for a full roster whose number is not newer than what the call knows: it outdates nothing. */
export function isOld({ roster: { sequence = -Infinity } }: Pick<Call, 'roster'>, event: CallEvent): boolean {
  return (
    event.type === 'roster.reported' &&
    event.kind === 'full' &&
    event.sequence !== undefined &&
    event.sequence <= sequence
  )
}

/** True for a full roster whose number proves that it is newer than everything that is known. */
export function isProvedNewer(
  { roster: { sequence = -Infinity, isOrdered = false } }: Pick<Call, 'roster'>,
  { sequence: own }: { readonly sequence?: number | undefined },
): boolean {
  return isOrdered && own !== undefined && own > sequence
}

/**
 * True for a roster that says it is complete. If it does not say, true if it shows the bot, by participant id or
 * application id; while the bot is not known, true if it shows any participant.
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
