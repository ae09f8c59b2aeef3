/**
 * Heirs: two participants who turn out to be one presence.
 *
 * Rule 1: what the roster showed of the one is the other's; the first is ended as replaced and forgotten.
 * Rule 2: the application's wish outlives the mistake: whoever asked for the one to be out gets the other out, and a
 * DELETE goes to them by themselves, as no answer to the first one's can be theirs. `wishes.ts` says how long it does.
 * @module
 */
import type { Participant } from '../../participant/participant.ts'
import { forget, send, type EvidenceSource, type CallDraft } from '../draft.ts'
import { isRemovalStillPending } from '../model/removal-lifetime.ts'

/**
 * A roster entry turned out to be somebody else's (the invitee's, the bot's own): its participant is ended, if they
 * have not been, and forgotten.
 */
export function endAsDuplicate(draft: CallDraft, key: string, source: EvidenceSource, heir?: string): void {
  send(draft, key, { type: 'presence.reassigned', at: draft.at }, source)
  forget(draft, key, heir)
}

/** The removal of the other participant goes on to the heir, known by that id, unless the heir's own was requested before. */
export function inheritRemoval(
  draft: CallDraft,
  key: string,
  former: Participant,
  source: EvidenceSource,
  id = former.id,
): void {
  const { removalRequestedAt: at = draft.at, knownAtRemoval: known } = former
  const heir = draft.call.participants.get(key)
  const isNew = heir?.removalRequestedAt === undefined || heir.isCancelOnly === true
  if (isNew && isRemovalStillPending(draft.call, former, draft.at, id))
    send(
      draft,
      key,
      { type: 'removal.requested', known, at },
      { ...source, note: 'they are whom the application wants out' },
    )
}

/** The heir goes on where the roster showed the other, and ends there if the other has. */
export function mergePresence(draft: CallDraft, key: string, former: Participant, source: EvidenceSource): void {
  const { id, identity, sequence, state, ending, isMuted, isAnonymous, media, endpoint, details } = former
  const facts = { isMuted, isAnonymous, media, endpoint, details }
  endAsDuplicate(draft, former.key, source, key)
  // Before they are shown: the arrival of somebody who is wanted out is not announced.
  inheritRemoval(draft, key, former, source)
  const isPast = ending !== undefined
  const after = send(
    draft,
    key,
    { type: 'roster.showed', id, identity, ...facts, sequence, isInLobby: state === 'lobby', at: draft.at },
    source,
    { isPast },
  )
  if (ending !== undefined)
    send(
      draft,
      key,
      { type: 'absence.proved', at: draft.at, reason: ending.message, sequence },
      { ...source, note: 'they had gone by then' },
    )
  else if (after.id !== undefined)
    send(draft, key, { type: 'address.learned', address: after.id, at: draft.at }, source)
}
