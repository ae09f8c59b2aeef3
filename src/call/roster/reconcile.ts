/**
 * Heirs: two participants who turn out to be one presence.
 *
 * Rule 1: what the roster showed of the one is the other's; the first is ended as replaced and forgotten.
 * Rule 2: the application's wish outlives the mistake: whoever asked for the one to be out gets the other out, and a
 * DELETE goes to them by themselves, as no answer to the first one's can be theirs. `wishes.ts` says how long it does.
 * @module
 */
import type { Participant } from '../../participant/participant.ts'
import { forget, tell, type Source, type Turn } from '../draft.ts'
import { isStillWantedOut } from '../model/removal-lifetime.ts'

/**
 * A roster entry turned out to be somebody else's (the invitee's, the bot's own): its participant is ended, if they
 * have not been, and forgotten.
 */
export function reassign(turn: Turn, key: string, source: Source, heir?: string): void {
  tell(turn, key, { type: 'presence.reassigned', at: turn.at }, source)
  forget(turn, key, heir)
}

/** The removal of the other participant goes on to the heir, known by that id, unless the heir's own was requested before. */
export function inheritRemoval(turn: Turn, key: string, former: Participant, source: Source, id = former.id): void {
  const { removalRequestedAt: at = turn.at, knownAtRemoval: known } = former
  const heir = turn.call.participants.get(key)
  const isNew = heir?.removalRequestedAt === undefined || heir.isCancelOnly === true
  if (isNew && isStillWantedOut(turn.call, former, turn.at, id))
    tell(
      turn,
      key,
      { type: 'removal.requested', known, at },
      { ...source, note: 'they are whom the application wants out' },
    )
}

/** The heir goes on where the roster showed the other, and ends there if the other has. */
export function inheritPresence(turn: Turn, key: string, former: Participant, source: Source): void {
  const { id, identity, sequence, state, ending, isMuted, isAnonymous, media, endpoint, details } = former
  const facts = { isMuted, isAnonymous, media, endpoint, details }
  reassign(turn, former.key, source, key)
  // Before they are shown: the arrival of somebody who is wanted out is not announced.
  inheritRemoval(turn, key, former, source)
  const isPast = ending !== undefined
  const after = tell(
    turn,
    key,
    { type: 'roster.showed', id, identity, ...facts, sequence, isInLobby: state === 'lobby', at: turn.at },
    source,
    { isPast },
  )
  if (ending !== undefined)
    tell(
      turn,
      key,
      { type: 'absence.proved', at: turn.at, reason: ending.message, sequence },
      { ...source, note: 'they had gone by then' },
    )
  else if (after.id !== undefined) tell(turn, key, { type: 'address.learned', address: after.id, at: turn.at }, source)
}
